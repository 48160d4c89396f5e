import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { Level, ObjectGrant, ObjectModel, Operation, Policy, Rules, RuleSet } from '../rules.ts';
import { allOf, anyOf, type Rows } from '../../../resolvers/filter/rows.ts';
import { sharingRows, type ClassFacts, type Reason } from './sharing-rows.ts';

/** Rows that one permission set opens, for one right. Equal keys stand for equal rows. */
export interface SetRows {
  readonly set: RuleSet;
  readonly key: string;
  readonly rows: Rows;
}

export interface ObjectRules {
  readonly rules: Rules;
  readonly object: CatalogObject;
  readonly caller: ClassFacts;
  /** Sets of the caller with what they grant on the object. */
  readonly grants: readonly { readonly set: RuleSet; readonly grant: ObjectGrant }[];
  /** Rights on another object, for records that their master controls. */
  rowsOf(object: string, level: Level): Rows;
}

export const modelOf = (rules: Rules, object: string): ObjectModel => rules.models.get(object) ?? { sharing: 'private', owner: undefined, masters: [] };

export const union = (rows: readonly SetRows[]): Rows => anyOf(rows.map((one) => one.rows));

export type Right = Operation | 'updateCheck';
const granted: Readonly<Record<Right, (grant: ObjectGrant) => boolean>> = {
  select: ({ read }) => read, insert: ({ create }) => create, update: ({ edit }) => edit, updateCheck: ({ edit }) => edit, delete: ({ delete: may }) => may,
};
export const levelOf: Readonly<Record<Right, Level>> = { select: 'read', insert: 'edit', update: 'edit', updateCheck: 'edit', delete: 'full' };

/** What narrows the rows of a set that has the right on the object. */
export interface SetLayers {
  readonly set: RuleSet;
  /** What makes sharing unnecessary, in the words of the definitions. */
  readonly past: 'modifyAllRecords' | 'viewAllRecords' | 'allowTransfer' | undefined;
  readonly sharing: Rows;
  readonly general: Rows;
  readonly own: Rows;
}

/** Sets that have the right on the object, with what sharing and policies make of it. */
export function setLayers(scope: ObjectRules, right: Right): readonly SetLayers[] {
  const { rules, object, caller } = scope;
  return scope.grants.flatMap(({ set, grant }): SetLayers[] => {
    if (!granted[right](grant)) return [];
    const bypass = grant.modifyAll ? 'modifyAllRecords' : right === 'select' && grant.viewAll ? 'viewAllRecords' : undefined;
    const transfers = right === 'updateCheck' && grant.transfer && modelOf(rules, object.name).sharing !== 'controlled_by_parent';
    const past = bypass ?? (transfers ? 'allowTransfer' : undefined);
    return [
      {
        set,
        past,
        sharing: past === undefined ? sharingOf(scope, right) : true,
        general: bypass === undefined ? policyRows(generalPolicies(scope), right, caller) : true,
        own: policyRows(ownPolicies(scope, set), right, caller),
      },
    ];
  });
}

export const generalPolicies = ({ rules, object }: ObjectRules): readonly Policy[] => rules.policies.get(object.name) ?? [];
export const ownPolicies = ({ object }: ObjectRules, { policies }: RuleSet): readonly Policy[] => policies.filter((policy) => policy.object === object.name);

/** Rows that each set opens: sharing and policies narrow what its object rights allow. */
export function setRows(scope: ObjectRules, right: Right): SetRows[] {
  return setLayers(scope, right).flatMap(({ set, sharing, general, own }): SetRows[] => {
    const rows = allOf([sharing, general, own]);
    const key = `${sharing === true} ${general === true} ${own === true ? '' : set.name}`;
    return rows === false ? [] : [{ set, key, rows }];
  });
}

const openCache = new WeakMap<ObjectRules, Map<Right, Rows>>();

/** Rows that any set opens: always the same filter. */
export function openRows(scope: ObjectRules, right: Right): Rows {
  const cache = openCache.get(scope) ?? new Map<Right, Rows>();
  openCache.set(scope, cache);
  const rows = cache.get(right) ?? union(setRows(scope, right));
  cache.set(right, rows);
  return rows;
}

const sharingCache = new WeakMap<ObjectRules, Map<string, Rows>>();

/** One filter object for all sets, so that unions stay short. */
function sharingOf(scope: ObjectRules, right: Right): Rows {
  const cache = sharingCache.get(scope) ?? new Map<string, Rows>();
  sharingCache.set(scope, cache);
  const kind = right === 'insert' ? 'insert' : levelOf[right];
  let rows = cache.get(kind);
  if (rows === undefined) {
    rows = makeSharing(scope, right);
    cache.set(kind, rows);
  }
  return rows;
}

function makeSharing(scope: ObjectRules, right: Right): Rows {
  const { rules, object, caller } = scope;
  const model = modelOf(rules, object.name);
  if (model.sharing === 'controlled_by_parent') return allOf(masterReasons(scope, right).map(({ rows }) => rows));
  return right === 'insert' ? true : sharingRows(rules, object.name, model, levelOf[right], caller);
}

/** What the masters of a record open, all of which is needed. */
export function masterReasons({ rules, object, rowsOf }: ObjectRules, right: Right): readonly Reason[] {
  return modelOf(rules, object.name).masters.map((name) => {
    const relation = object.relations.get(name);
    const parent = relation ? rowsOf(relation.target, right === 'select' ? 'read' : 'edit') : false;
    return { name: `master ${name}`, rows: typeof parent === 'boolean' ? parent : { kind: 'one', relation: name, filter: parent } };
  });
}

/** Policies of an operation are alternatives. Where there are some and none is for the caller, no row is. */
export function policyRows(policies: readonly Policy[], right: Right, caller: ClassFacts): Rows {
  const reasons = policyReasons(policies, right, caller);
  return reasons.length === 0 ? true : anyOf(reasons.map(({ rows }) => rows));
}

export function policyReasons(policies: readonly Policy[], right: Right, { roles }: ClassFacts): readonly Reason[] {
  const isCheck = right === 'insert' || right === 'updateCheck';
  return policies
    .filter(({ operations }) => operations.has(right === 'updateCheck' ? 'update' : right))
    .map(({ name, using, check, roles: holders }) => {
      const isMine = !holders || holders.some((role) => roles.includes(role));
      return isMine ? { name, rows: (isCheck ? (check ?? using) : using) ?? true } : { name, rows: false, because: 'it is not for the caller' };
    });
}
