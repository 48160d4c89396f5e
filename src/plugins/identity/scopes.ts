import { LRUCache } from 'lru-cache';
import type { Caller } from '../../resolvers/caller.ts';
import { mapAccess, type Access, type AccessProvider, type FieldAccess, type ObjectAccess } from '../../resolvers/access.ts';

export const scopePattern = /^(read|write|[a-z][a-z0-9_]*:(read|write))$/;

const closedField: FieldAccess = { read: false, edit: false, filter: false, sort: false, aggregate: false };
const closedObject: ObjectAccess = { read: false, create: false, edit: false, delete: false, check: false, field: () => closedField };
const nothing: Access = { fingerprint: 'nothing', object: () => closedObject };

/**
 * What a caller may do, cut down to what an API key is for. A caller who must first change the password or set up two-factor
 * authentication may do nothing else.
 */
export function limitAccess(provider: AccessProvider): AccessProvider {
  const limited = new WeakMap<Access, LRUCache<string, Access>>();
  const cut = (access: Access, scopes: readonly string[]): Access => {
    const key = [...scopes].sort().join(' ');
    let known = limited.get(access);
    if (!known) limited.set(access, (known = new LRUCache({ max: 1_000 })));
    let result = known.get(key);
    if (!result) known.set(key, (result = withScopes(access, scopes, key)));
    return result;
  };
  const actAs = provider.actAs?.bind(provider);
  return {
    ...provider,
    // A key is for no more when its maker tries something as somebody else.
    ...(actAs && {
      async actAs(userId, write, asker) {
        const other = await actAs(userId, write, asker);
        return asker.caller.kind === 'apiKey' ? { ...other, access: cut(other.access, scopesOf(asker.caller)) } : other;
      },
    }),
    accessOf(caller) {
      if (restrictionOf(caller) !== undefined) return nothing;
      const access = provider.accessOf(caller);
      return caller.kind === 'apiKey' ? mapAccess(access, (whole) => cut(whole, scopesOf(caller))) : access;
    },
  };
}

export type Restriction = 'PASSWORD_EXPIRED' | 'TWO_FACTOR_REQUIRED';

export function restrictionOf({ attributes }: Caller): Restriction | undefined {
  return attributes['restriction'] as Restriction | undefined;
}

function scopesOf({ attributes }: Caller): readonly string[] {
  return (attributes['scopes'] as readonly string[] | undefined) ?? [];
}

function withScopes(access: Access, scopes: readonly string[], key: string): Access {
  const has = new Set(scopes);
  const objects = new Map<string, ObjectAccess>();
  const limit = (name: string): ObjectAccess => {
    const own = access.object(name);
    const write = has.has('write') || has.has(`${name}:write`);
    // Who writes gets back what was written.
    const read = write || has.has('read') || has.has(`${name}:read`);
    if (write) return own;
    if (!read) return closedObject;
    return { ...own, create: false, edit: false, delete: false, check: false, field: (field) => ({ ...own.field(field), edit: false }) };
  };
  return {
    fingerprint: `${access.fingerprint}|scopes ${key}`,
    cutFrom: access,
    object(name) {
      let result = objects.get(name);
      if (!result) objects.set(name, (result = limit(name)));
      return result;
    },
  };
}
