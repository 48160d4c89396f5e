import { closedObject, openObject, type FieldAccess, type ObjectAccess } from '../../../resolvers/access.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import type { ClassFacts } from '../access/sharing-rows.ts';
import type { ObjectGrant, RuleSet } from '../rules.ts';

/** Records that decide about rights, and the system permission that opens them. */
export const systemPermissions = {
  manage_users: { description: 'Assigns profiles, permission sets, roles and group members, explains rights.', objects: ['sys_permission_assignment', 'sys_role_assignment', 'sys_group_member'] },
  manage_sharing: { description: 'Shares all records by hand.', objects: ['sys_record_share'] },
  manage_jobs: { description: 'Sees jobs, runs them again and cancels them.', objects: ['sys_job'] },
  manage_automation: { description: 'Sees runs of automations, begins them again and cancels them.', objects: ['sys_automation_run'] },
  manage_events: { description: 'Sees events with what they carry, and gives them to subscriptions again.', objects: ['sys_event'] },
  manage_notifications: { description: 'Sees messages to people, what became of them, and what people wish.', objects: ['sys_notification_delivery', 'sys_notification', 'sys_notification_preference', 'sys_notification_schedule', 'sys_push_subscription'] },
  manage_webhooks: { description: 'Makes webhooks, which run with the rights of who makes them, and sees and repeats their deliveries.', objects: ['sys_webhook', 'sys_webhook_delivery'] },
  view_audit: { description: 'Sees who gave which rights to whom.', objects: ['sys_access_audit'] },
} as const;

export type SystemPermission = keyof typeof systemPermissions;

/** Objects that no permission set can grant, with the system permission that does. */
export const guardedObjects: ReadonlyMap<string, string> = new Map(Object.entries(systemPermissions).flatMap(([permission, { objects }]) => objects.map((object): [string, string] => [object, permission])));

const none = { create: false, read: false, edit: false, delete: false, transfer: false, viewAll: false, modifyAll: false };

const readOnlyField: FieldAccess = { read: true, edit: false, filter: true, sort: true, aggregate: true };
const readOnly: ObjectAccess = { ...closedObject, read: true, field: () => readOnlyField };

/** Everybody with some right shares what is theirs to share; which records these are is looked up when they write. */
const made: Filter = { kind: 'compare', field: 'created_by', operator: 'eq', operand: { value: ({ caller }) => caller.userId } };
const forMe: Filter = { kind: 'compare', field: 'user', operator: 'eq', operand: { value: ({ caller }) => caller.userId } };
const sharer: ObjectAccess = { ...openObject, read: { kind: 'or', filters: [made, forMe] }, edit: made, delete: made };

/** Records of which everybody who is signed in sees those of their own. */
const personal: ReadonlySet<string> = new Set(['sys_notification', 'sys_notification_preference', 'sys_notification_schedule', 'sys_push_subscription']);
const own: ObjectAccess = { ...readOnly, read: forMe };

/** Rights on records that decide about rights; undefined where permission sets decide. */
export function systemRights(object: string, permissions: ReadonlySet<string>, { signedIn, sets }: ClassFacts): ObjectAccess | undefined {
  const permission = guardedObjects.get(object);
  if (permission === undefined) return undefined;
  if (permissions.has(permission)) return permission === 'view_audit' ? readOnly : openObject;
  if (personal.has(object)) return signedIn ? own : closedObject;
  return object === 'sys_record_share' && signedIn && sets.length > 0 ? sharer : closedObject;
}

/** Whoever assigns or shares has to find the people. */
export function directoryGrant(object: string, permissions: ReadonlySet<string>): { readonly set: RuleSet; readonly grant: ObjectGrant } | undefined {
  if (object !== 'sys_user' || !(permissions.has('manage_users') || permissions.has('manage_sharing'))) return undefined;
  const fields = new Map([['sys_user.*', { read: true, edit: false, filter: true, sort: true, aggregate: true }]]);
  const set: RuleSet = { name: 'system permission', label: 'System permission', isProfile: false, isDefault: false, objects: new Map(), everyObject: undefined, fields, policies: [], systemPermissions: new Set(), remotes: new Map() };
  return { set, grant: { ...none, read: true, viewAll: true } };
}
