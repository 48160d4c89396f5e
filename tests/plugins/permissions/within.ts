import type { Deal, Label, Note, State, Task } from './oracle.ts';
import type { Org, Person, World } from './world.ts';

/** The organization in which a person acts; undefined is none. */
export function organizationOf({ tenancy, people }: World, person: number, acting: number): Org | undefined {
  const { org, orgs } = people[person] as Person;
  if (!tenancy) return org;
  return acting === 10 ? undefined : orgs[acting % orgs.length];
}

/** What a person who acts in an organization finds of a world: what others hold, and what was granted elsewhere, is not there. */
export function worldWithin(world: World, organization: Org | undefined): World {
  const holds = (within: Org | undefined): boolean => !world.tenancy || within === undefined || within === organization;
  const people = world.people.map((person): Person => {
    const { role, sets, group } = person.within;
    return { ...person, org: world.tenancy ? organization : person.org, role: holds(role) ? person.role : undefined, sets: holds(sets) ? person.sets : [], inGroup: holds(group) && person.inGroup };
  });
  return { ...world, people, shares: world.shares.filter((share) => holds(share.within)) };
}

/** The records of an organization, and all others; where nothing is kept apart, all are here. */
export function part({ tenancy }: World, { deals, tasks, notes, labels }: State, organization: Org | undefined): { readonly here: State; readonly elsewhere: State } {
  const of = (isHere: boolean): State => {
    const belongs = (item: Deal | Task | Note | Label): boolean => (!tenancy || (organization !== undefined && item.organization === organization)) === isHere;
    return { deals: deals.filter(belongs), tasks: tasks.filter(belongs), notes: notes.filter(belongs), labels: labels.filter(belongs) };
  };
  return { here: of(true), elsewhere: of(false) };
}

export const join = (one: State, other: State): State => ({
  deals: [...one.deals, ...other.deals], tasks: [...one.tasks, ...other.tasks], notes: [...one.notes, ...other.notes], labels: [...one.labels, ...other.labels],
});
