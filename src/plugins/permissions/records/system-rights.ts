import type { ObjectAccess } from '../../../resolvers/access.ts';
import { openObject } from '../access/compile-object.ts';
import type { ObjectGrant, RuleSet } from '../rules.ts';

/** Records that decide about rights, and the system permission that opens them. */
export const systemPermissions = {
  manage_users: { description: 'Assigns profiles, permission sets, roles and group members, explains rights.', objects: ['sys_permission_assignment', 'sys_role_assignment', 'sys_group_member'] },
  manage_sharing: { description: 'Shares records by hand.', objects: ['sys_record_share'] },
} as const;

export type SystemPermission = keyof typeof systemPermissions;

/** Objects that no permission set can grant, with the system permission that does. */
export const guardedObjects: ReadonlyMap<string, string> = new Map(Object.entries(systemPermissions).flatMap(([permission, { objects }]) => objects.map((object): [string, string] => [object, permission])));

const none = { create: false, read: false, edit: false, delete: false, transfer: false, viewAll: false, modifyAll: false };

/** Rights that come with a system permission; undefined where permission sets decide. */
export function systemRights(object: string, permissions: ReadonlySet<string>): ObjectAccess | undefined {
  const permission = guardedObjects.get(object);
  return permission !== undefined && permissions.has(permission) ? openObject : undefined;
}

/** Whoever assigns or shares has to find the people. */
export function directoryGrant(object: string, permissions: ReadonlySet<string>): { readonly set: RuleSet; readonly grant: ObjectGrant } | undefined {
  if (object !== 'sys_user' || !(permissions.has('manage_users') || permissions.has('manage_sharing'))) return undefined;
  const fields = new Map([['sys_user.*', { read: true, edit: false, filter: true, sort: true, aggregate: true }]]);
  const set: RuleSet = { name: 'system permission', label: 'System permission', isProfile: false, isDefault: false, objects: new Map(), everyObject: undefined, fields, policies: [], systemPermissions: new Set() };
  return { set, grant: { ...none, read: true, viewAll: true } };
}
