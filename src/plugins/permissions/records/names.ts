import type { Rules } from '../rules.ts';

/** Names of what somebody has. */
export interface Names {
  readonly sets: readonly string[];
  readonly roles: readonly string[];
  readonly groups: readonly string[];
}

/** What counts of the names that somebody was given: those that exist, with the groups of roles and the sets that everybody has, sorted. */
export function countingNames(rules: Rules, given: Names): Names {
  const known = (names: Iterable<string>, map: ReadonlyMap<string, unknown>): string[] => [...new Set(names)].filter((name) => map.has(name)).sort();
  const roles = known(given.roles, rules.roles);
  const byRole = [...rules.groups.values()].filter((group) => group.roles.some((role) => roles.includes(role))).map(({ name }) => name);
  const defaults = [...rules.sets.values()].filter(({ isDefault }) => isDefault).map(({ name }) => name);
  return { sets: known([...given.sets, ...defaults], rules.sets), roles, groups: known([...given.groups, ...byRole], rules.groups) };
}
