import type { CatalogField, CatalogObject, CatalogRelation } from '../../metadata/catalog.ts';
import type { FilterFamily } from '../../metadata/field-type.ts';
import { computedField } from '../computed.ts';
import { expressionCondition } from '../expressions/to-sql.ts';
import { identifier } from '../sql/identifier.ts';
import type { Filter, FilterOperator, Operand } from './filter.ts';
import { idBytes } from './id-list.ts';
import { castOf, familyOf, likePattern, operandValue, rangeOperand } from './operators.ts';
import { existsEnd, scopeAt, type SqlScope } from './scope.ts';
import { visibleRows, whereClause } from './visible-rows.ts';
import { compareWhole } from './whole-numbers.ts';

/**
 * Compiles a filter to a condition on the row `scope.alias`. The condition may come out as null where the filter is false, which
 * WHERE, AND, OR and `IS NOT TRUE` treat alike. Relations only reach rows that the scope's access may read.
 */
export function filterToSql(filter: Filter, scope: SqlScope): string {
  switch (filter.kind) {
    case 'always':
      return filter.value ? 'true' : 'false';
    case 'and':
    case 'or':
      return junction(filter.kind, filter.filters, scope);
    case 'not':
      return `(${filterToSql(filter.filter, scope)}) IS NOT TRUE`;
    case 'compare': {
      const field = fieldNamed(scope.object, filter.field);
      const sql = fieldSql(field, scope);
      const whole = field.type.column(field)?.castType === 'bigint' ? compareWhole(sql, filter.operator, filter.operand, scope) : undefined;
      return whole ?? compare(sql, familyOf(field), filter.operator, filter.operand, scope);
    }
    case 'compareFields':
      return compareFields(filter, scope);
    case 'one':
      return relatedExists(relationNamed(scope.object, filter.relation), scope, filter.filter, 'some');
    case 'many':
      return relatedExists(relationNamed(scope.object, filter.relation), scope, filter.filter, filter.quantifier);
    case 'aggregate':
      return aggregate(filter, scope);
    case 'expression':
      return expressionCondition(filter.expression, scope, { caller: filter.caller });
  }
}

function junction(kind: 'and' | 'or', filters: readonly Filter[], scope: SqlScope): string {
  if (filters.length === 0) return kind === 'and' ? 'true' : 'false';
  return `(${filters.map((filter) => filterToSql(filter, scope)).join(kind === 'and' ? ' AND ' : ' OR ')})`;
}

const comparisons: Partial<Record<FilterOperator, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** Condition of one operator on the SQL expression `sql`; also used for measures in `having` and aggregate filters. */
export function compare(sql: string, family: FilterFamily, operator: FilterOperator, operand: Operand, scope: SqlScope): string {
  const cast = castOf[family];
  const bind = (map: (value: unknown, now: Date) => unknown, type: string) =>
    scope.binds.add((request) => map(operand.value(request), request.now), type);
  const once = (use: string, map: (value: unknown, now: Date) => unknown, type: string) =>
    scope.binds.addOnce(operand, `${use} ${family}`, (request) => map(operand.value(request), request.now), type);
  const one = () => once('one', (value, now) => operandValue(family, value, now), cast);
  const many = () =>
    once('many', (value, now) => (family === 'id' ? idBytes(value as unknown[]) : (value as unknown[]).map((item) => operandValue(family, item, now))), `${cast}[]`);
  const pattern = () => bind((value) => likePattern(operator, String(value)), 'text');

  switch (operator) {
    case 'eq': return `${sql} = ${one()}`;
    case 'ne': return `${sql} IS DISTINCT FROM ${one()}`;
    case 'in': return operand.long === true && family === 'id' && scope.whole !== true ? search(sql, many()) : `${sql} = ANY(${many()})`;
    case 'notIn': return `(${sql} <> ALL(${many()})) IS NOT FALSE`;
    case 'gt': case 'gte': case 'lt': case 'lte': return `${sql} ${comparisons[operator] as string} ${one()}`;
    case 'between': {
      const end = (index: number) => bind((value, now) => operandValue(family, (value as unknown[])[index], now), cast);
      return `${sql} BETWEEN ${end(0)} AND ${end(1)}`;
    }
    case 'contains': case 'startsWith': case 'endsWith': case 'like': return `${sql} LIKE ${pattern()}`;
    case 'icontains': case 'ilike': return `${sql} ILIKE ${pattern()}`;
    case 'notContains': return `(${sql} LIKE ${pattern()}) IS NOT TRUE`;
    case 'isNull':
      if (typeof operand.constant === 'boolean') return `${sql} IS ${operand.constant ? '' : 'NOT '}NULL`;
      return `(${sql} IS NULL) = ${bind((value) => value, 'boolean')}`;
    case 'has': return `${sql} @> ARRAY[${one()}]`;
    case 'hasEvery': return `${sql} @> ${many()}`;
    case 'hasSome': return `${sql} && ${many()}`;
    case 'isEmpty': return `(coalesce(cardinality(${sql}), 0) = 0) = ${bind((value) => value, 'boolean')}`;
    case 'jsonContains': return `${sql} @> ${one()}`;
    case 'hasKey': return `${sql} ? ${bind((value) => value, 'text')}`;
    case 'within': case 'withinLast': case 'withinNext': {
      const end = (index: 0 | 1) => bind((value, now) => rangeOperand(family, operator, value, now)[index], cast);
      return `(${sql} >= ${end(0)} AND ${sql} < ${end(1)})`;
    }
  }
}

/**
 * Finds a value in a sorted list by halving, for rows that something else finds. `= ANY` would walk the list, whose values the planner
 * does not know, and make it plan each execution anew or take bitmaps of half the table. The planner expects half of the rows here, and
 * so reads pages in their order.
 */
function search(sql: string, list: string): string {
  return `coalesce(${sql} = (${list})[width_bucket(${sql}, ${list})], false)`;
}

const fieldComparisons = { eq: '=', ne: 'IS DISTINCT FROM', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function compareFields(filter: Filter & { kind: 'compareFields' }, scope: SqlScope): string {
  const [left, right] = [fieldNamed(scope.object, filter.field), fieldNamed(scope.object, filter.other)];
  return `${fieldSql(left, scope)} ${fieldComparisons[filter.operator]} ${fieldSql(right, scope)}`;
}

function relatedExists(relation: CatalogRelation, scope: SqlScope, filter: Filter, quantifier: 'some' | 'every' | 'none'): string {
  const target = scopeAt(scope, relation.target);
  const conditions = [relationJoin(relation, scope.alias, target.alias), ...visibleRows(target)];
  const wanted = filterToSql(filter, target);
  conditions.push(quantifier === 'every' ? `(${wanted}) IS NOT TRUE` : `(${wanted})`);
  return `${quantifier === 'some' ? '' : 'NOT '}EXISTS (SELECT 1 FROM ${identifier(target.object.table)} ${target.alias}${whereClause(conditions)}${existsEnd(scope)}`;
}

/** Condition that ties the rows of a relation's target to the row they belong to. */
export function relationJoin(relation: CatalogRelation, alias: string, targetAlias: string): string {
  switch (relation.kind) {
    case 'one':
      return `${targetAlias}."id" = ${alias}.${identifier(relation.column)}`;
    case 'many':
      return `${targetAlias}.${identifier(relation.targetColumn)} = ${alias}."id"`;
    case 'link': {
      const [own, other] = relation.from === 'source' ? ['source_id', 'target_id'] : ['target_id', 'source_id'];
      return `${targetAlias}."id" IN (SELECT ${other} FROM ${identifier(relation.link.table)} WHERE ${own} = ${alias}."id")`;
    }
  }
}

function aggregate(filter: Filter & { kind: 'aggregate' }, scope: SqlScope): string {
  const relation = relationNamed(scope.object, filter.relation);
  const target = scopeAt(scope, relation.target);
  const conditions = [relationJoin(relation, scope.alias, target.alias), ...visibleRows(target)];
  if (filter.filter) conditions.push(filterToSql(filter.filter, target));
  const field = filter.field === undefined ? undefined : fieldNamed(target.object, filter.field);
  const measure = aggregateSql(filter.function, field && fieldSql(field, target));
  const sql = `(SELECT ${measure} FROM ${identifier(target.object.table)} ${target.alias}${whereClause(conditions)})`;
  return compare(sql, measureFamily(filter.function, field), filter.operator, filter.operand, scope);
}

export function aggregateSql(fn: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max', sql: string | undefined): string {
  if (fn === 'count' || sql === undefined) return 'count(*)';
  return fn === 'countDistinct' ? `count(DISTINCT ${sql})` : `${fn}(${sql})`;
}

/** How the result of an aggregate compares. */
export function measureFamily(fn: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max', field: CatalogField | undefined): FilterFamily {
  if (fn === 'count' || fn === 'countDistinct' || !field) return 'int';
  const family = familyOf(field);
  if (fn === 'min' || fn === 'max') return family;
  return family === 'float' ? 'float' : 'decimal';
}

export function fieldNamed(object: CatalogObject, name: string): CatalogField {
  const field = object.fields.get(name);
  if (!field) throw new Error(`Object "${object.name}" has no field "${name}".`);
  return field;
}

export function relationNamed(object: CatalogObject, name: string): CatalogRelation {
  const relation = object.relations.get(name);
  if (!relation) throw new Error(`Object "${object.name}" has no relation "${name}".`);
  return relation;
}

/** The value of a field on the row of the scope: its column, or what computes it. */
export function fieldSql(field: CatalogField, scope: SqlScope): string {
  if (field.column !== undefined) return `${scope.alias}.${identifier(field.column)}`;
  const computed = computedField(field);
  if (!computed) throw new Error(`${field.object}.${field.name} is neither stored in a column nor computed.`);
  return computed.sql(scope);
}
