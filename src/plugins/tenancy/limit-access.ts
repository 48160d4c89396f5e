import { entryOf } from '../../kernel/entry-of.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import { limitProvider, type Access, type AccessProvider, type ObjectAccess } from '../../resolvers/access.ts';
import type { Caller } from '../../resolvers/caller.ts';
import { allOf } from '../../resolvers/filter/rows.ts';
import { reachOf, type Reach, type Standing } from './rows.ts';

/** What a caller may do, within the organization in which it acts. The organization itself is bound when a request runs. */
export function limitToOrganization(provider: AccessProvider, catalogOf: () => Catalog): AccessProvider {
  const limited = new WeakMap<Catalog, WeakMap<Access, Map<Standing, Access>>>();
  const limit = (access: Access, caller: Caller): Access => {
    // The platform itself is everywhere, unless it acts for an organization.
    if (caller.kind === 'system' && caller.organizationId === undefined) return access;
    const catalog = catalogOf();
    const standing = standingOf(caller);
    const known = entryOf(entryOf(limited, catalog, () => new WeakMap<Access, Map<Standing, Access>>()), access, () => new Map<Standing, Access>());
    return entryOf(known, standing, () => within(access, catalog, standing));
  };
  // Whoever tries something as an administrator of all organizations stays in the own one.
  return limitProvider(provider, limit);
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
      entryOf(objects, name, () => {
        const object = catalog.objects.get(name);
        const reach = object && reachOf(object, standing);
        const own = access.object(name);
        return reach ? limitObject(own, reach, object.organizationField) : own;
      }),
  };
}

function limitObject(own: ObjectAccess, reach: Reach, organizationField: string | undefined): ObjectAccess {
  return {
    read: allOf([reach.read, own.read]),
    ...(reach.fixed === true && typeof reach.read !== 'boolean' && { reach: reach.read }),
    ...((own.connect ?? reach.connect) !== undefined && { connect: allOf([reach.connect ?? reach.read, own.connect ?? own.read]) }),
    create: own.create && reach.create,
    edit: allOf([reach.edit, own.edit]),
    ...(own.editCheck !== undefined && { editCheck: allOf([reach.edit, own.editCheck]) }),
    delete: allOf([reach.delete, own.delete]),
    check: allOf([reach.check, own.check]),
    field: (name) => (name === organizationField ? { ...own.field(name), edit: false } : own.field(name)),
  };
}
