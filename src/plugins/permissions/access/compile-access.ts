import type { Catalog } from '../../../metadata/catalog.ts';
import type { Access, ObjectAccess } from '../../../resolvers/access.ts';
import type { Level, ObjectGrant, Rules, RuleSet } from '../rules.ts';
import { directoryGrant, systemRights } from '../records/system-rights.ts';
import { closedObject, compileObject, setRows, union, type ObjectRules } from './compile-object.ts';
import type { Rows } from './rows.ts';
import type { ClassFacts } from './sharing-rows.ts';

/** The rights of one class of callers. Objects are compiled when somebody first asks. */
export function compileAccess(rules: Rules, catalog: Catalog, caller: ClassFacts): Access {
  const sets = setsOf(rules, caller);
  const permissions = permissionsOf(sets);
  const compiled = new Map<string, ObjectAccess>();
  return {
    fingerprint: JSON.stringify([caller.sets, caller.roles, caller.groups, caller.personalRules, caller.signedIn]),
    object(name) {
      let access = compiled.get(name);
      if (!access) {
        const scope = objectRules(rules, catalog, caller, name);
        access = systemRights(name, permissions) ?? (scope && scope.grants.length > 0 ? compileObject(scope) : closedObject);
        compiled.set(name, access);
      }
      return access;
    },
  };
}

export function setsOf(rules: Rules, { sets }: ClassFacts): readonly RuleSet[] {
  return sets.flatMap((name) => rules.sets.get(name) ?? []);
}

const permissionsOf = (sets: readonly RuleSet[]): ReadonlySet<string> => new Set(sets.flatMap((set) => [...set.systemPermissions]));

/** All that decides about one object for one class of callers. */
export function objectRules(rules: Rules, catalog: Catalog, caller: ClassFacts, name: string): ObjectRules | undefined {
  const object = catalog.objects.get(name);
  if (!object) return undefined;
  const sets = setsOf(rules, caller);
  const directory = directoryGrant(name, permissionsOf(sets));
  const granted = sets.flatMap((set) => {
    const grant = grantOn(set, name, object.system);
    return grant ? [{ set, grant }] : [];
  });
  const grants = directory ? [...granted, directory] : granted;
  const rowsOf = (parent: string, level: Level): Rows => {
    const scope = objectRules(rules, catalog, caller, parent);
    return scope ? union(setRows(scope, level === 'read' ? 'select' : 'update')) : false;
  };
  return { rules, object, caller, grants, rowsOf };
}

/** `'*'` means the objects of the app; those of the platform are granted by name. */
export function grantOn(set: RuleSet, object: string, isSystem: boolean): ObjectGrant | undefined {
  return set.objects.get(object) ?? (isSystem ? undefined : set.everyObject);
}
