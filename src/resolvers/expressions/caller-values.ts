import type { Caller } from '../caller.ts';

/** What `current_user.name` is for a caller; plugins that know more of callers add it (`extendCaller`). */
export function callerValue(caller: Caller, name: string): unknown {
  const extra = extensions.get(caller);
  if (extra && Object.hasOwn(extra, name)) return extra[name];
  switch (name) {
    case 'id': return caller.userId;
    case 'organization_id': return caller.organizationId;
    case 'role': return caller.roles[0];
    case 'roles': return caller.roles;
    case 'groups': return caller.groups;
    case 'profile': return caller.profile;
    case 'permission_sets': return caller.permissionSets;
    default: return Object.hasOwn(caller.attributes, name) ? caller.attributes[name] : undefined;
  }
}

const extensions = new WeakMap<Caller, Readonly<Record<string, unknown>>>();

/** Makes values known under `current_user` for one caller: roles and groups that records assign. */
export function extendCaller(caller: Caller, values: Readonly<Record<string, unknown>>): void {
  const known = extensions.get(caller);
  extensions.set(caller, known ? { ...known, ...values } : values);
}
