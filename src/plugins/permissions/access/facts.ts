import type { Caller } from '../../../resolvers/caller.ts';
import { extendCaller } from '../../../resolvers/expressions/caller-values.ts';
import type { Level, Principal } from '../rules.ts';

/** What is known of one caller, as the records say at the moment. Ids in it become bind parameters; a list of them stays the same array while it holds the same ids. */
export interface Facts {
  readonly email: string | undefined;
  readonly profile: string | undefined;
  /** Names of profile and permission sets, sorted. */
  readonly sets: readonly string[];
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Users whose role stands below one of the caller's. */
  readonly subordinates: readonly string[];
  readonly systemPermissions: ReadonlySet<string>;
  /** Ids of all users that these principals are. */
  usersOf(principals: readonly Principal[]): readonly string[];
  /** Whether any record is shared with the caller by hand. */
  readonly hasShares: boolean;
  /** Records of the object that are shared with the caller by hand, at this level at least. */
  sharedIds(object: string, level: Level): readonly string[];
}

const nothing: Facts = {
  email: undefined, profile: undefined, sets: [], roles: [], groups: [], subordinates: [], systemPermissions: new Set(), usersOf: () => [], hasShares: false, sharedIds: () => [],
};

const known = new WeakMap<Caller, Facts>();

/** Facts belong to the caller of a request. A caller whom nobody looked up has none, and so no rights that depend on any. */
export function factsOf(caller: Caller): Facts {
  return known.get(caller) ?? nothing;
}

export function setFacts(caller: Caller, facts: Facts): void {
  if (known.get(caller) === facts) return;
  known.set(caller, facts);
  const told = values.get(facts) ?? valuesOf(facts);
  values.set(facts, told);
  extendCaller(caller, told);
}

/** What expressions may ask of a caller with these facts: made once for all requests of one person. */
const values = new WeakMap<Facts, Readonly<Record<string, unknown>>>();

const valuesOf = ({ email, profile, sets, roles, groups }: Facts): Readonly<Record<string, unknown>> => ({
  ...(email !== undefined && { email }), ...(profile !== undefined && { profile }), role: roles[0], roles, groups, permission_sets: sets,
});
