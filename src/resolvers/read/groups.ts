import type { GraphQLField } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { CatalogField } from '../../metadata/catalog.ts';
import type { AggregateFunction } from '../../metadata/field-type.ts';
import { hasValue } from '../computed.ts';
import { castOf, familyOf } from '../filter/operators.ts';
import { scopeAt, type SqlScope } from '../filter/scope.ts';
import { aggregateSql, compare, fieldNamed, fieldSql, measureFamily, relationNamed } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { identifier, literal } from '../sql/identifier.ts';
import { jsonArray, jsonObject, jsonRow, type JsonEntry } from '../sql/json.ts';
import { measureEntries } from './aggregate.ts';
import type { Arg, Args } from './arguments.ts';
import { direction } from './order.ts';
import { leaf, readRowSet } from './page.ts';
import type { PlanContext } from './plan-context.ts';
import { recordEntries } from './record.ts';
import { needsResolver, objectTypeOf, selectedFields, type SelectedField } from './selection.ts';
import { entriesOf, itemsOf, peekLeaf, readMeasures, requireAggregatable } from './where.ts';

interface GroupKey {
  readonly field: CatalogField;
  /** Expression that is grouped by, over the row. */
  readonly sql: string;
  /** Column of the inner query. */
  readonly column: string;
}

/** JSON of `accountGroups(…)`: groups in the inner query, their JSON around it. */
export function groupsSql(plan: PlanContext, selected: SelectedField, args: Args, scope: SqlScope, path: readonly string[], base: readonly string[] = []): string {
  const rows = readRowSet(args, scope, base);
  const keys = readKeys(args.get('by'), scope);
  const group = plan.binds.alias();
  const measures = new Map<string, string>();
  const measureColumn = (fn: AggregateFunction, name: string | undefined) => {
    if (name !== undefined) requireAggregatable(scope.access, scope.object, name);
    const sql = aggregateSql(fn, name === undefined ? undefined : fieldSql(fieldNamed(scope.object, name), scope));
    const column = measures.get(sql) ?? `"m${measures.size}"`;
    measures.set(sql, column);
    return column;
  };

  const type = objectTypeOf(selected.field as GraphQLField<unknown, unknown>);
  const entries = selectedFields(plan, type, selected.nodes).flatMap((part): JsonEntry[] => {
    if (part.name === '__typename') return [{ key: part.key, sql: literal(type.name) }];
    const source = part.field?.extensions.objectos;
    switch (source?.kind) {
      case 'groupKey':
        return [{ key: part.key, sql: keyObject(plan, part, scope, keys, group, [...path, part.key]) }];
      case 'count':
        return [{ key: part.key, sql: `${group}.${measureColumn('count', undefined)}` }];
      case 'measures':
        return [{ key: part.key, sql: jsonObject(measureEntries(plan, part, scope.object, (name) => `${group}.${measureColumn(source.function, name)}`)) }];
      default:
        needsResolver(plan, `${type.name}.${part.name}`);
        return [];
    }
  });

  const having = readHaving(args.get('having'), scope);
  const order = readGroupOrder(args.get('orderBy'), scope, keys);
  const columns = [...keys.map(({ sql, column }) => `${sql} AS ${column}`), ...[...measures].map(([sql, column]) => `${sql} AS ${column}`)];
  const groupBy = keys.map((_, index) => index + 1).join(', ');
  const inner =
    `SELECT ${columns.join(', ')} FROM ${identifier(scope.object.table)} ${scope.alias}${whereClause(rows.wholeConditions)}` +
    ` GROUP BY ${groupBy}${having === undefined ? '' : ` HAVING ${having}`} ORDER BY ${order}${range(args, plan, scope)}`;
  return jsonArray(entries, `(${inner}) ${group}`);
}

function readKeys(arg: Arg | undefined, scope: SqlScope): GroupKey[] {
  const keys = (arg ? itemsOf(arg) : []).map((item, index): GroupKey => {
    const parts = new Map(entriesOf(item).map((entry) => [entry.name, peekLeaf(entry.value)]));
    const field = fieldNamed(scope.object, String(parts.get('field')));
    requireAggregatable(scope.access, scope.object, field.name);
    if (!field.type.groupable || !hasValue(field)) {
      throw new ObjectosError('BAD_REQUEST', `${scope.object.names.type}.${field.graphqlName} cannot be grouped by.`);
    }
    return { field, sql: unitSql(field, fieldSql(field, scope), parts.get('unit')), column: `"g${index}"` };
  });
  if (keys.length === 0) throw new ObjectosError('BAD_REQUEST', 'by: name at least one field to group by.');
  const twice = keys.find((key, index) => keys.findIndex((other) => other.field === key.field) !== index);
  if (twice) throw new ObjectosError('BAD_REQUEST', `by: ${twice.field.graphqlName} is named twice. Ask for two groupings under aliases instead.`);
  return keys;
}

function unitSql(field: CatalogField, sql: string, unit: unknown): string {
  if (unit === undefined || unit === null) return sql;
  const family = familyOf(field);
  if (family === 'datetime') return `date_trunc('${String(unit).toLowerCase()}', ${sql})`;
  if (family === 'date' && unit !== 'HOUR' && unit !== 'MINUTE') return `date_trunc('${String(unit).toLowerCase()}', ${sql}::timestamp)::date`;
  throw new ObjectosError('BAD_REQUEST', `by: ${field.graphqlName} cannot be grouped by ${String(unit)}; units are for dates, HOUR for points in time.`);
}

function keyObject(plan: PlanContext, part: SelectedField, scope: SqlScope, keys: readonly GroupKey[], group: string, path: readonly string[]): string {
  const type = objectTypeOf(part.field as GraphQLField<unknown, unknown>);
  const keyOf = (name: string) => keys.find(({ field }) => field.name === name);
  const entries = selectedFields(plan, type, part.nodes).flatMap((selected): JsonEntry[] => {
    const { key, name, field, nodes } = selected;
    if (name === '__typename') return [{ key, sql: literal(type.name) }];
    const source = field?.extensions.objectos;
    if (source?.kind === 'field') {
      const grouped = keyOf(source.field);
      return [{ key, sql: grouped ? grouped.field.type.json(`${group}.${grouped.column}`, grouped.field) : 'NULL' }];
    }
    if (field && source?.kind === 'one') {
      const relation = relationNamed(scope.object, source.relation);
      const grouped = relation.kind === 'one' ? keyOf(relation.field) : undefined;
      if (!grouped) return [{ key, sql: 'NULL' }];
      const target = scopeAt(scope, relation.target, plan.binds.alias());
      const conditions = [`${target.alias}."id" = ${group}.${grouped.column}`, ...visibleRows(target)];
      const related = recordEntries(plan, target, objectTypeOf(field), nodes, [...path, key]);
      return [{ key, sql: jsonRow(related, `${identifier(target.object.table)} ${target.alias}${whereClause(conditions)}`) }];
    }
    needsResolver(plan, `${type.name}.${name}`);
    return [];
  });
  return jsonObject(entries);
}

function readHaving(arg: Arg | undefined, scope: SqlScope): string | undefined {
  if (!arg || arg.kind === 'null') return undefined;
  const conditions = entriesOf(arg).flatMap((entry): string[] => {
    const inner = (item: Arg) => readHaving(item, scope) ?? 'true';
    switch (entry.name) {
      case 'and': return itemsOf(entry.value).map(inner);
      case 'or': return [`(${itemsOf(entry.value).map(inner).join(' OR ') || 'false'})`];
      case 'not': return [`(${inner(entry.value)}) IS NOT TRUE`];
      default:
        return readMeasures(entry, scope, (measure) => {
          const field = measure.field === undefined ? undefined : fieldNamed(scope.object, measure.field);
          const sql = aggregateSql(measure.function, field && fieldSql(field, scope));
          return compare(sql, measureFamily(measure.function, field), measure.operator, measure.operand, scope);
        });
    }
  });
  return conditions.length === 0 ? undefined : `(${conditions.join(' AND ')})`;
}

/** The keys themselves break ties. */
function readGroupOrder(arg: Arg | undefined, scope: SqlScope, keys: readonly GroupKey[]): string {
  const items = (arg ? itemsOf(arg) : []).flatMap((item) => entriesOf(item).map((entry) => groupOrderItem(entry.name, entry.value, scope, keys)));
  return [...items, ...keys.map((_, index) => String(index + 1))].join(', ');
}

function groupOrderItem(name: string, value: Arg, scope: SqlScope, keys: readonly GroupKey[]): string {
  if (name === 'key' || name === 'keyDesc') {
    const field = String(peekLeaf(value));
    const index = keys.findIndex((key) => key.field.name === field);
    if (index < 0) throw new ObjectosError('BAD_REQUEST', `orderBy: ${field} is not one of the keys in by.`);
    return `${index + 1}${name === 'keyDesc' ? ' DESC' : ''}`;
  }
  if (name === 'count') return `count(*)${directionSql(value)}`;
  const [measure] = entriesOf(value);
  const source = measure?.input.extensions.objectos;
  if (!measure || source?.kind !== 'field') throw new ObjectosError('BAD_REQUEST', `orderBy: ${name} names one field.`);
  requireAggregatable(scope.access, scope.object, source.field);
  const field = fieldNamed(scope.object, source.field);
  if (name !== 'countDistinct' && !field.type.aggregates.includes(name as AggregateFunction)) {
    throw new ObjectosError('BAD_REQUEST', `orderBy: ${field.graphqlName} has no ${name}.`);
  }
  return `${aggregateSql(name as AggregateFunction, fieldSql(field, scope))}${directionSql(measure.value)}`;
}

function directionSql(value: Arg): string {
  const { descending, nullsFirst } = direction(value);
  return `${descending ? ' DESC' : ''}${nullsFirst ? ' NULLS FIRST' : ' NULLS LAST'}`;
}

function range(args: Args, plan: PlanContext, scope: SqlScope): string {
  const first = leaf(args, 'first')?.peek();
  const size = typeof first === 'number' ? first : plan.limits.maxPageSize;
  if (size < 0) throw new ObjectosError('BAD_REQUEST', `first must be zero or more; ${size} was given.`);
  if (size > plan.limits.maxPageSize) throw new ObjectosError('LIMIT_EXCEEDED', `At most ${plan.limits.maxPageSize} groups can be had at once; ${size} were asked for.`);
  const offset = leaf(args, 'offset');
  return ` LIMIT ${size}${offset ? ` OFFSET ${scope.binds.add((request) => offset.operand.value(request), castOf.int)}` : ''}`;
}
