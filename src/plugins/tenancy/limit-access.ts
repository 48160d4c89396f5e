import type { Catalog } from '../../metadata/catalog.ts';
import { mapAccess, type Access, type AccessProvider, type ObjectAccess } from '../../resolvers/access.ts';
import type { Caller } from '../../resolvers/caller.ts';
import type { Filter } from '../../resolvers/filter/filter.ts';
import { reachOf, type Reach, type Standing } from './rows.ts';

/** What a caller may do, within the organization in which it acts. The organization itself is bound when a request runs. */
export function limitToOrganization(provider: AccessProvider, catalogOf: () => Catalog): AccessProvider {
  const limited = new WeakMap<Catalog, WeakMap<Access, Map<Standing, Access>>>();
  const limit = (access: Access, caller: Caller): Access => {
    if (caller.kind === 'system') return access;
    const catalog = catalogOf();
    const standing = standingOf(caller);
    const known = entry(entry(limited, catalog, () => new WeakMap<Access, Map<Standing, Access>>()), access, () => new Map<Standing, Access>());
    return entry(known, standing, () => within(access, catalog, standing));
  };
  const actAs = provider.actAs?.bind(provider);
  return {
    ...provider,
    // Whoever tries something as an administrator of all organizations stays in the own one.
    ...(actAs && {
      async actAs(userId, write, asker) {
        const other = await actAs(userId, write, asker);
        return { ...other, access: limit(other.access, asker.caller) };
      },
    }),
    accessOf(caller) {
      return mapAccess(provider.accessOf(caller), (access) => limit(access, caller));
    },
  };
}

function standingOf({ roles, organizationId }: Caller): Standing {
  if (roles.includes('administrator')) return 'administrator';
  return organizationId === undefined ? 'outside' : 'acting';
}

function within(access: Access, catalog: Catalog, standing: Standing): Access {
  const objects = new Map<string, ObjectAccess>();
  return {
    fingerprint: `${access.fingerprint}|organization ${standing}`,
    object: (name) =>
      entry(objects, name, () => {
        const object = catalog.objects.get(name);
        const reach = object && reachOf(object, standing);
        const own = access.object(name);
        return reach ? limitObject(own, reach, object.organizationField) : own;
      }),
  };
}

function limitObject(own: ObjectAccess, reach: Reach, organizationField: string | undefined): ObjectAccess {
  return {
    read: both(own.read, reach.read),
    ...((own.connect ?? reach.connect) !== undefined && { connect: both(own.connect ?? own.read, reach.connect ?? reach.read) }),
    create: own.create && reach.create,
    edit: both(own.edit, reach.edit),
    ...(own.editCheck !== undefined && { editCheck: both(own.editCheck, reach.edit) }),
    delete: both(own.delete, reach.delete),
    check: both(own.check, reach.check),
    field: (name) => (name === organizationField ? { ...own.field(name), edit: false } : own.field(name)),
  };
}

function both(rows: boolean | Filter, others: boolean | Filter): boolean | Filter {
  if (rows === false || others === false) return false;
  if (rows === true) return others;
  return others === true ? rows : { kind: 'and', filters: [others, rows] };
}

interface Store<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

function entry<K, V>(store: Store<K, V>, key: K, make: () => V): V {
  let value = store.get(key);
  if (value === undefined) store.set(key, (value = make()));
  return value;
}
