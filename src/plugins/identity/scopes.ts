import { LRUCache } from 'lru-cache';
import { entryOf } from '../../kernel/entry-of.ts';
import type { Caller } from '../../resolvers/caller.ts';
import { closedObject, limitProvider, type Access, type AccessProvider, type ObjectAccess } from '../../resolvers/access.ts';

export const scopePattern = /^(read|write|[a-z][a-z0-9_]*:(read|write))$/;

const nothing: Access = { fingerprint: 'nothing', object: () => closedObject };

/**
 * What a caller may do, cut down to what an API key is for, also when its maker tries something as somebody else. A caller who must
 * first change the password or set up two-factor authentication may do nothing else.
 */
export function limitAccess(provider: AccessProvider): AccessProvider {
  const limited = new WeakMap<Access, LRUCache<string, Access>>();
  const cut = (access: Access, scopes: readonly string[]): Access => {
    const key = [...scopes].sort().join(' ');
    return entryOf<string, Access>(entryOf(limited, access, () => new LRUCache<string, Access>({ max: 1_000 })), key, () => withScopes(access, scopes, key));
  };
  return limitProvider(provider, (access, caller) => {
    if (restrictionOf(caller) !== undefined) return nothing;
    return caller.kind === 'apiKey' ? cut(access, scopesOf(caller)) : access;
  });
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
    object: (name) => entryOf(objects, name, () => limit(name)),
  };
}
