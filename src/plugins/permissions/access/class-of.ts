import type { Caller } from '../../../resolvers/caller.ts';
import type { Rules } from '../rules.ts';
import type { Facts } from './facts.ts';
import type { ClassFacts } from './sharing-rows.ts';

/** So few owners are offered to the planner, which may find their records by an index. */
const fewOwners = 8;

/** The access class of a caller. */
export function classOf(rules: Rules, { userId }: Caller, facts: Facts): ClassFacts {
  const isMe = (value: string): boolean => [userId, facts.email].some((name) => name?.toLowerCase() === value.toLowerCase());
  const personal = [...rules.sharing.values()].flat().filter(({ sharedWith }) => sharedWith.some(({ type, value }) => type === 'user' && isMe(value)));
  const owners = [facts.subordinates, ...[...rules.sharing.values()].flat().flatMap(({ records }) => (records.kind === 'owner' ? [facts.usersOf(records.ownedBy)] : []))];
  return {
    sets: facts.sets,
    roles: facts.roles,
    groups: facts.groups,
    personalRules: personal.map(({ name }) => name),
    signedIn: userId !== undefined,
    hasShares: facts.hasShares,
    manyOwners: owners.some((list) => list.length > fewOwners),
  };
}
