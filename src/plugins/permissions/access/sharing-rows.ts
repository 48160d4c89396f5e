import type { Filter, Operand } from '../../../resolvers/filter/filter.ts';
import { levels, type Level, type ObjectModel, type Principal, type Rules, rolesBelow, type SharingRule } from '../rules.ts';
import { factsOf } from './facts.ts';
import { anyOf, type Rows } from '../../../resolvers/filter/rows.ts';

/** What decides, beside ids, which rules reach a caller: equal for all callers of one access class. */
export interface ClassFacts {
  readonly sets: readonly string[];
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Sharing rules that name the caller in person. */
  readonly personalRules: readonly string[];
  readonly signedIn: boolean;
  /** Some record is shared with the caller by hand. */
  readonly hasShares: boolean;
  /** Long lists of owners decide: of users below the caller, or of those whose records a rule shares. */
  readonly manyOwners: boolean;
}

/** One reason for which records are open. */
export interface Reason {
  readonly name: string;
  readonly rows: Rows;
  /** Why it opens nothing to the caller at all. */
  readonly because?: string;
}

/** The caller. Equal rights have the same operands, so that they are seen to be equal and bind their values once. */
export const self: Operand = { value: ({ caller }) => caller.userId };

const includes = (has: Level, wanted: Level): boolean => levels.indexOf(has) >= levels.indexOf(wanted);

const opened: Readonly<Record<ObjectModel['sharing'], Level | undefined>> = {
  private: undefined, controlled_by_parent: undefined, public_read: 'read', public_read_write: 'edit', public_full: 'full',
};

/** Why sharing opens records of an object at a level, one reason at a time; any of them is enough. Not for objects that their master controls. */
export function sharingReasons(rules: Rules, object: string, model: ObjectModel, level: Level, caller: ClassFacts): readonly Reason[] {
  const base = opened[model.sharing];
  const reasons: Reason[] = [{ name: `sharing model ${model.sharing}`, rows: base !== undefined && includes(base, level) }];
  if (model.owner !== undefined && caller.signedIn) {
    reasons.push({ name: 'owner', rows: ownedBy(model.owner, 'eq', self) });
    const above = caller.roles.some((role) => rolesBelow(rules, role).length > 0);
    reasons.push({
      name: 'role hierarchy',
      ...(above ? { rows: ownedBy(model.owner, 'in', listOperand(below, caller.manyOwners)) } : { rows: false, because: 'no role stands below one of the caller' }),
    });
  }
  for (const rule of rules.sharing.get(object) ?? []) {
    const because = !includes(rule.level, level) ? `it opens for ${rule.level}` : rule.sharedWith.some((principal) => reaches(rules, rule, principal, caller)) ? undefined : 'it is not for the caller';
    reasons.push({ name: `sharing rule ${rule.name}`, ...(because === undefined ? { rows: rowsOf(rule, model, caller) } : { rows: false, because }) });
  }
  if (caller.signedIn) {
    const rows: Filter = { kind: 'compare', field: 'id', operator: 'in', operand: { value: (request) => factsOf(request.caller).sharedIds(object, level) } };
    reasons.push({ name: 'manual share', ...(caller.hasShares ? { rows } : { rows: false, because: 'no record is shared with the caller by hand' }) });
  }
  return reasons;
}

export function sharingRows(...args: Parameters<typeof sharingReasons>): Rows {
  return anyOf(sharingReasons(...args).map(({ rows }) => rows));
}

function ownedBy(field: string, operator: 'eq' | 'in', operand: Operand): Filter {
  return { kind: 'compare', field, operator, operand };
}

/** A list of ids, as operand of few and of many. */
type IdLists = readonly [few: Operand, many: Operand];

const idLists = (value: Operand['value']): IdLists => [{ value }, { value, long: true }];
const listOperand = ([few, many]: IdLists, long: boolean): Operand => (long ? many : few);

const below = idLists(({ caller }) => factsOf(caller).subordinates);
const owners = new WeakMap<readonly Principal[], IdLists>();

function usersOf(principals: readonly Principal[]): IdLists {
  const lists = owners.get(principals) ?? idLists(({ caller }) => factsOf(caller).usersOf(principals));
  owners.set(principals, lists);
  return lists;
}

function rowsOf(rule: SharingRule, { owner }: ObjectModel, { manyOwners }: ClassFacts): Rows {
  const { records } = rule;
  if (records.kind === 'criteria') return records.filter;
  if (owner === undefined) return false;
  return ownedBy(owner, 'in', listOperand(usersOf(records.ownedBy), manyOwners));
}

function reaches(rules: Rules, rule: SharingRule, { type, value }: Principal, caller: ClassFacts): boolean {
  switch (type) {
    case 'guest': return !caller.signedIn;
    case 'user': return caller.personalRules.includes(rule.name);
    case 'group': return caller.groups.includes(value);
    case 'role': return caller.roles.includes(value);
    case 'role_and_subordinates': return [value, ...rolesBelow(rules, value)].some((role) => caller.roles.includes(role));
  }
}
