import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { FieldAccess, ObjectAccess } from '../../../resolvers/access.ts';
import type { FieldGrant, FieldRule, Level, ObjectGrant, ObjectModel, Operation, Policy, Rules, RuleSet } from '../rules.ts';
import { maskSql } from './mask.ts';
import { allOf, anyOf, type Rows } from './rows.ts';
import { sharingRows, type ClassFacts } from './sharing-rows.ts';

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

/** Closed in every way. */
const hidden: FieldAccess = { read: false, edit: false, filter: false, sort: false, aggregate: false };
const open: FieldAccess = { read: true, edit: true, filter: true, sort: true, aggregate: true };

export const closedObject: ObjectAccess = { read: false, create: false, edit: false, delete: false, check: false, field: () => hidden };
export const openObject: ObjectAccess = { read: true, create: true, edit: true, delete: true, check: true, field: () => open };

/** Folds all rules on one object into the rights of one class of callers. */
export function compileObject(scope: ObjectRules): ObjectAccess {
  const read = setRows(scope, 'select');
  const edit = setRows(scope, 'update');
  const insert = setRows(scope, 'insert');
  const fields = new Map<string, FieldAccess>();
  const field = (name: string): FieldAccess => {
    let access = fields.get(name);
    if (!access) {
      access = compileField(scope, name, read, edit, insert);
      fields.set(name, access);
    }
    return access;
  };
  return {
    read: union(read),
    create: insert.length > 0,
    edit: union(edit),
    editCheck: union(setRows(scope, 'updateCheck')),
    delete: union(setRows(scope, 'delete')),
    check: union(insert),
    field,
  };
}

export const union = (rows: readonly SetRows[]): Rows => anyOf(rows.map((one) => one.rows));

type Right = Operation | 'updateCheck';
const granted: Readonly<Record<Right, (grant: ObjectGrant) => boolean>> = {
  select: ({ read }) => read, insert: ({ create }) => create, update: ({ edit }) => edit, updateCheck: ({ edit }) => edit, delete: ({ delete: may }) => may,
};
const levelOf: Readonly<Record<Right, Level>> = { select: 'read', insert: 'edit', update: 'edit', updateCheck: 'edit', delete: 'full' };

/** Rows that each set opens: sharing and policies narrow what its object rights allow. */
export function setRows(scope: ObjectRules, right: Right): SetRows[] {
  return scope.grants.flatMap(({ set, grant }): SetRows[] => {
    if (!granted[right](grant)) return [];
    const bypass = grant.modifyAll || (right === 'select' && grant.viewAll);
    const transfers = right === 'updateCheck' && grant.transfer && modelOf(scope.rules, scope.object.name).sharing !== 'controlled_by_parent';
    const sharing = bypass || transfers ? true : sharingOf(scope, right);
    const operation = right === 'updateCheck' ? 'update' : right;
    const isCheck = right === 'insert' || right === 'updateCheck';
    const general = bypass ? true : policyRows(scope.rules.policies.get(scope.object.name) ?? [], operation, isCheck, scope.caller);
    const own = policyRows(set.policies.filter(({ object }) => object === scope.object.name), operation, isCheck, scope.caller);
    const rows = allOf([sharing, general, own]);
    const key = `${sharing === true} ${general === true} ${own === true ? '' : set.name}`;
    return rows === false ? [] : [{ set, key, rows }];
  });
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

function makeSharing({ rules, object, caller, rowsOf }: ObjectRules, right: Right): Rows {
  const model = modelOf(rules, object.name);
  if (model.sharing !== 'controlled_by_parent') return right === 'insert' ? true : sharingRows(rules, object.name, model, levelOf[right], caller);
  return allOf(
    model.masters.map((name) => {
      const relation = object.relations.get(name);
      const parent = relation ? rowsOf(relation.target, right === 'select' ? 'read' : 'edit') : false;
      return typeof parent === 'boolean' ? parent : { kind: 'one', relation: name, filter: parent };
    }),
  );
}

/** Policies of an operation are alternatives. Where there are some and none is for the caller, no row is. */
export function policyRows(policies: readonly Policy[], operation: Operation, isCheck: boolean, { roles }: ClassFacts): Rows {
  const asked = policies.filter((policy) => policy.operations.has(operation));
  if (asked.length === 0) return true;
  const mine = asked.filter((policy) => !policy.roles || policy.roles.some((role) => roles.includes(role)));
  return anyOf(mine.map(({ using, check }) => (isCheck ? (check ?? using) : using) ?? true));
}

function compileField(scope: ObjectRules, name: string, read: readonly SetRows[], edit: readonly SetRows[], insert: readonly SetRows[]): FieldAccess {
  const { rules, object, caller } = scope;
  const field = object.fields.get(name);
  if (!field || read.length + insert.length === 0) return hidden;
  const key = `${object.name}.${name}`;
  const rule = rules.fields.get(key);
  const readers = read.filter(({ set }) => mayRead(scope, field, set, rule));
  const editors = (rows: readonly SetRows[]) => rows.filter(({ set }) => mayEdit(scope, field, set, rule));
  const readable = covering(read, readers);
  const mask = maskOf(rule, caller);
  const plain = readable === true && mask === undefined;
  const may = (right: 'filter' | 'sort' | 'aggregate'): boolean => plain && readers.some(({ set }) => grantOf(set, field)?.[right] ?? true);
  return {
    read: readable,
    edit: withTransfer(scope, field, editRows(edit, insert, editors(edit), editors(insert))),
    filter: may('filter'),
    sort: may('sort'),
    aggregate: may('aggregate'),
    ...(mask !== undefined && { mask: maskSql(mask, field) }),
  };
}

/** Where some sets that open the rows grant the field and others do not, it goes with the rows of those that do. */
function covering(all: readonly SetRows[], granting: readonly SetRows[]): Rows {
  if (granting.length === 0) return false;
  const keys = new Set(granting.map(({ key }) => key));
  return all.every(({ key }) => keys.has(key)) ? true : union(granting);
}

/** One right serves creating and editing: where both are granted, what may be edited decides, so that creating opens no field to edits. */
function editRows(edit: readonly SetRows[], insert: readonly SetRows[], editors: readonly SetRows[], inserters: readonly SetRows[]): Rows {
  if (edit.length === 0) return covering(insert, inserters);
  const whole = insert.length === 0 || covering(insert, inserters) === true;
  return whole ? covering(edit, editors) : union(editors);
}

/** Without the right to transfer, people give away only what is theirs, and take for themselves what they create. */
function withTransfer({ rules, object, grants, caller }: ObjectRules, field: CatalogField, rows: Rows): Rows {
  const { owner } = modelOf(rules, object.name);
  if (owner !== field.name || rows === false || grants.some(({ grant }) => grant.transfer || grant.modifyAll)) return rows;
  if (!caller.signedIn) return false;
  return allOf([rows, { kind: 'compare', field: owner, operator: 'eq', operand: { value: (request) => request.caller.userId } }]);
}

function grantOf(set: RuleSet, field: CatalogField): FieldGrant | undefined {
  return set.fields.get(`${field.object}.${field.name}`) ?? set.fields.get(`${field.object}.*`);
}

/** A field that no rule names goes with its object; one that some rule names is for those to whom a rule grants it. */
function mayRead({ rules, caller }: ObjectRules, field: CatalogField, set: RuleSet, rule: FieldRule | undefined): boolean {
  const grant = grantOf(set, field);
  if (grant) return grant.read;
  if (rule?.visibleTo) return names(rule.visibleTo, set, caller) || (rule.editableBy !== undefined && names(rule.editableBy, set, caller));
  return !rules.guarded.read.has(`${field.object}.${field.name}`);
}

function mayEdit(scope: ObjectRules, field: CatalogField, set: RuleSet, rule: FieldRule | undefined): boolean {
  const grant = grantOf(set, field);
  if (grant) return grant.edit;
  if (rule?.editableBy) return names(rule.editableBy, set, scope.caller);
  return !scope.rules.guarded.edit.has(`${field.object}.${field.name}`) && mayRead(scope, field, set, rule);
}

const names = (list: readonly string[], set: RuleSet, { roles }: ClassFacts): boolean => list.includes(set.name) || roles.some((role) => list.includes(role));

function maskOf(rule: FieldRule | undefined, { sets, roles }: ClassFacts) {
  if (!rule?.mask) return undefined;
  const is = (list: readonly string[]): boolean => [...sets, ...roles].some((name) => list.includes(name));
  const { strategy, roles: masked, exemptRoles } = rule.mask;
  return is(exemptRoles) || (masked && !is(masked)) ? undefined : strategy;
}
