import { getNamedType, type GraphQLField, type GraphQLOutputType } from 'graphql';
import type { AggregateFunction } from '../../metadata/field-type.ts';
import type { CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import type { SqlScope } from '../filter/scope.ts';
import { aggregateSql, fieldNamed, fieldSql } from '../filter/to-sql.ts';
import { whereClause } from '../filter/visible-rows.ts';
import { identifier, literal } from '../sql/identifier.ts';
import { buildObject, jsonRow, type JsonEntry } from '../sql/json.ts';
import type { Args } from './arguments.ts';
import { readRowSet } from './page.ts';
import type { PlanContext } from './plan-context.ts';
import { needsResolver, objectTypeOf, selectedFields, type SelectedField } from './selection.ts';
import { requireAggregatable } from './where.ts';

/** JSON of `accountsAggregate(…)`: a scalar subquery. */
export function aggregateEntrySql(plan: PlanContext, selected: SelectedField, args: Args, scope: SqlScope, base: readonly string[] = []): string {
  const rows = readRowSet(args, scope, base);
  const type = objectTypeOf(selected.field as GraphQLField<unknown, unknown>);
  const entries = selectedFields(plan, type, selected.nodes).flatMap((part): JsonEntry[] => {
    if (part.name === '__typename') return [{ key: part.key, sql: literal(type.name) }];
    const source = part.field?.extensions.objectos;
    switch (source?.kind) {
      case 'count':
        return [{ key: part.key, sql: 'count(*)' }];
      case 'measures':
        return [{ key: part.key, sql: buildObject(measureEntries(plan, part, scope.object, (name) => measureSql(scope, source.function, name))) }];
      default:
        needsResolver(plan, `${type.name}.${part.name}`);
        return [];
    }
  });
  // HAVING makes it one row even when no aggregate is selected.
  return jsonRow(entries, `${identifier(scope.object.table)} ${scope.alias}${whereClause(rows.wholeConditions)} HAVING true`);

  function measureSql(at: SqlScope, fn: AggregateFunction, name: string): string {
    requireAggregatable(at.access, at.object, name);
    return aggregateSql(fn, fieldSql(fieldNamed(at.object, name), at));
  }
}

/** Members of `sum { … }` and its likes; `sqlOf` yields the bare aggregate of a field. */
export function measureEntries(plan: PlanContext, part: SelectedField, object: CatalogObject, sqlOf: (field: string) => string): JsonEntry[] {
  const source = part.field?.extensions.objectos;
  if (source?.kind !== 'measures') throw new Error(`${part.name} holds no measures.`);
  const type = objectTypeOf(part.field as GraphQLField<unknown, unknown>);
  return selectedFields(plan, type, part.nodes).flatMap((measure): JsonEntry[] => {
    if (measure.name === '__typename') return [{ key: measure.key, sql: literal(type.name) }];
    const of = measure.field?.extensions.objectos;
    if (!measure.field || of?.kind !== 'measure') {
      needsResolver(plan, `${type.name}.${measure.name}`);
      return [];
    }
    return [{ key: measure.key, sql: shown(fieldNamed(object, of.field), measure.field.type, source.function, sqlOf(of.field)) }];
  });
}

function shown(field: CatalogField, type: GraphQLOutputType, fn: AggregateFunction, sql: string): string {
  if (fn === 'min' || fn === 'max') return field.type.json(sql, field);
  switch (getNamedType(type).name) {
    case 'Decimal':
      // An average comes with sixteen digits whether they say anything or not.
      return fn === 'avg' ? `trim_scale(${sql})::text` : `(${sql})::text`;
    case 'BigInt':
      return `(${sql})::text`;
    case 'Float':
      return `(${sql})::float8`;
    default:
      return sql;
  }
}
