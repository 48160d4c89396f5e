import type { CatalogField } from '../../../metadata/catalog.ts';
import { closedField, type FieldAccess } from '../../../resolvers/access.ts';
import type { FieldGrant, FieldRule, Rules, RuleSet } from '../rules.ts';
import { maskSql } from './mask.ts';
import { allOf, anyOf, type Rows } from '../../../resolvers/filter/rows.ts';
import { modelOf, union, type ObjectRules, type SetRows } from './set-rows.ts';
import { self, type ClassFacts } from './sharing-rows.ts';

/** Compiles the rights on the fields of an object, given the rows that sets open. Fields with the same rights share one answer. */
export function fieldCompiler(scope: ObjectRules, read: readonly SetRows[], edit: readonly SetRows[], insert: readonly SetRows[]): (name: string) => FieldAccess {
  const { rules, object, grants } = scope;
  const { owner } = modelOf(rules, object.name);
  const everyField = grants.some(({ set }) => set.fields.has(`${object.name}.*`));
  const distinct: FieldAccess[] = [];
  const shared = (access: FieldAccess): FieldAccess => {
    const known = access.mask ? undefined : distinct.find((other) => isSame(other, access));
    if (!known && !access.mask) distinct.push(access);
    return known ?? access;
  };
  let unruled: FieldAccess | undefined;
  return (name) => {
    const field = object.fields.get(name);
    if (!field || read.length + insert.length === 0) return closedField;
    const rule = fieldRules(rules, field);
    const goesWithObject = !everyField && name !== owner && !rule.own && !rule.guardsRead && !rule.guardsEdit;
    if (!goesWithObject) return shared(compileField(scope, field, rule, read, edit, insert));
    unruled ??= shared(compileField(scope, field, rule, read, edit, insert));
    return unruled;
  };
}

const isSame = (a: FieldAccess, b: FieldAccess): boolean => a.read === b.read && a.edit === b.edit && a.filter === b.filter && a.sort === b.sort && a.aggregate === b.aggregate;

function compileField(scope: ObjectRules, field: CatalogField, rule: RulesOnField, read: readonly SetRows[], edit: readonly SetRows[], insert: readonly SetRows[]): FieldAccess {
  const { caller } = scope;
  const readers = read.filter(({ set }) => mayRead(rule, set, caller));
  const editors = (rows: readonly SetRows[]) => rows.filter(({ set }) => mayEdit(rule, set, caller));
  const readable = covering(read, readers);
  const mask = maskOf(rule.own, caller);
  const plain = readable === true && mask === undefined;
  const may = (right: 'filter' | 'sort' | 'aggregate'): boolean => plain && readers.some(({ set }) => grantOf(set, rule)?.[right] ?? true);
  return {
    read: readable,
    edit: withTransfer(scope, field, (may) => editRows(edit, insert, editors(edit).filter(may), editors(insert).filter(may))),
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
function withTransfer({ rules, object, grants, caller }: ObjectRules, field: CatalogField, rowsOf: (may: (rows: SetRows) => boolean) => Rows): Rows {
  const { owner } = modelOf(rules, object.name);
  const rows = rowsOf(() => true);
  if (owner !== field.name || rows === false) return rows;
  const transferring = new Set(grants.flatMap(({ set, grant }) => (grant.transfer ? [set] : [])));
  const free = rowsOf(({ set }) => transferring.has(set));
  if (!caller.signedIn) return free;
  return anyOf([free, allOf([rows, { kind: 'compare', field: owner, operator: 'eq', operand: self }])]);
}

/** What the rules say about one field. */
export interface RulesOnField {
  readonly key: string;
  /** Key of grants for all fields of the object. */
  readonly every: string;
  readonly own: FieldRule | undefined;
  readonly guardsRead: boolean;
  readonly guardsEdit: boolean;
}

export function fieldRules({ fields, guarded }: Rules, { object, name }: CatalogField): RulesOnField {
  const key = `${object}.${name}`;
  return { key, every: `${object}.*`, own: fields.get(key), guardsRead: guarded.read.has(key), guardsEdit: guarded.edit.has(key) };
}

function grantOf({ fields }: RuleSet, { key, every }: RulesOnField): FieldGrant | undefined {
  return fields.get(key) ?? fields.get(every);
}

/** A field that no rule names goes with its object; one that some rule names is for those to whom a rule grants it. */
export function mayRead(rule: RulesOnField, set: RuleSet, caller: ClassFacts): boolean {
  const grant = grantOf(set, rule);
  if (grant) return grant.read;
  const { own } = rule;
  if (own?.visibleTo) return names(own.visibleTo, set, caller) || (own.editableBy !== undefined && names(own.editableBy, set, caller));
  return !rule.guardsRead;
}

export function mayEdit(rule: RulesOnField, set: RuleSet, caller: ClassFacts): boolean {
  const grant = grantOf(set, rule);
  if (grant) return grant.edit;
  if (rule.own?.editableBy) return names(rule.own.editableBy, set, caller);
  // Whoever is named to see a field, and nobody to write it, writes it too.
  if (rule.own?.visibleTo) return mayRead(rule, set, caller);
  return !rule.guardsEdit && mayRead(rule, set, caller);
}

const names = (list: readonly string[], set: RuleSet, { roles }: ClassFacts): boolean => list.includes(set.name) || roles.some((role) => list.includes(role));

export function maskOf(rule: FieldRule | undefined, { sets, roles }: ClassFacts) {
  if (!rule?.mask) return undefined;
  const is = (list: readonly string[]): boolean => [...sets, ...roles].some((name) => list.includes(name));
  const { strategy, roles: masked, exemptRoles } = rule.mask;
  return is(exemptRoles) || (masked && !is(masked)) ? undefined : strategy;
}
