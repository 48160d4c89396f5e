import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { closedObject, type Access, type ObjectAccess } from '../../../resolvers/access.ts';
import type { Level, ObjectGrant, Rules, RuleSet } from '../rules.ts';
import { directoryGrant, systemRights } from '../records/system-rights.ts';
import { compileObject } from './compile-object.ts';
import type { Rows } from '../../../resolvers/filter/rows.ts';
import { openRows, type ObjectRules } from './set-rows.ts';
import type { ClassFacts } from './sharing-rows.ts';

/** The rights of one class of callers. Objects are compiled when somebody first asks. */
export function compileAccess(rules: Rules, catalog: Catalog, caller: ClassFacts): Access {
  const sets = setsOf(rules, caller);
  const permissions = permissionsOf(sets);
  const compiled = new Map<string, ObjectAccess>();
  const rulesOn = rulesByObject(rules, catalog, caller);
  const access: Access = {
    fingerprint: JSON.stringify([caller.sets, caller.roles, caller.groups, caller.personalRules, caller.signedIn, caller.hasShares, caller.manyOwners]),
    object(name) {
      let rights = compiled.get(name);
      if (!rights) {
        const scope = rulesOn(name);
        rights = systemRights(name, permissions, caller) ?? (scope && scope.grants.length > 0 ? compileObject(scope, { catalog, accessOf: (other) => access.object(other) }) : closedObject);
        compiled.set(name, rights);
      }
      return rights;
    },
  };
  classes.set(access, caller);
  return access;
}

const classes = new WeakMap<Access, ClassFacts>();

/** The class of callers that has these rights; undefined for rights that others decide. */
export function classOf(access: Access): ClassFacts | undefined {
  return classes.get(access) ?? (access.cutFrom && classOf(access.cutFrom));
}

export function setsOf(rules: Rules, { sets }: ClassFacts): readonly RuleSet[] {
  return sets.flatMap((name) => rules.sets.get(name) ?? []);
}

const permissionsOf = (sets: readonly RuleSet[]): ReadonlySet<string> => new Set(sets.flatMap((set) => [...set.systemPermissions]));

/** All that decides about each object for one class of callers. Rows that a master opens are the same filter for it and for its details. */
export function rulesByObject(rules: Rules, catalog: Catalog, caller: ClassFacts): (name: string) => ObjectRules | undefined {
  const known = new Map<string, ObjectRules>();
  const rowsOf = (parent: string, level: Level): Rows => {
    const scope = rulesOn(parent);
    return scope ? openRows(scope, level === 'read' ? 'select' : 'update') : false;
  };
  const rulesOn = (name: string): ObjectRules | undefined => {
    const object = catalog.objects.get(name);
    if (!object) return undefined;
    const scope = known.get(name) ?? { rules, object, caller, grants: grantsOn(rules, object, caller), rowsOf };
    known.set(name, scope);
    return scope;
  };
  return rulesOn;
}

function grantsOn(rules: Rules, { name, system }: CatalogObject, caller: ClassFacts): ObjectRules['grants'] {
  const sets = setsOf(rules, caller);
  const directory = directoryGrant(name, permissionsOf(sets));
  const granted = sets.flatMap((set) => {
    const grant = grantOn(set, name, system);
    return grant ? [{ set, grant }] : [];
  });
  return directory ? [...granted, directory] : granted;
}

/** `'*'` means the objects of the app; those of the platform are granted by name. */
export function grantOn(set: RuleSet, object: string, isSystem: boolean): ObjectGrant | undefined {
  return set.objects.get(object) ?? (isSystem ? undefined : set.everyObject);
}
