import type { CatalogField } from '../../metadata/catalog.ts';
import { hasValue } from '../computed.ts';
import { scopeAt, type SqlScope } from '../filter/scope.ts';
import { fieldSql } from '../filter/to-sql.ts';
import { rowCondition, visibleRows, whereClause } from '../filter/visible-rows.ts';
import { identifier } from '../sql/identifier.ts';
import { hiddenCell } from './hidden-cells.ts';
import type { PlanContext } from './plan-context.ts';

/** JSON of the value of a field on the row of the scope, as the caller may see it; `stored` makes the JSON of what no mask covers. */
export function cellSql(plan: PlanContext, scope: SqlScope, field: CatalogField, path: readonly string[], stored: () => string): string {
  return isDenied(plan, scope, field, path) ? 'NULL::json' : whereShown(plan, scope, field, path, maskedOr(scope, field, stored));
}

/** SQL of JSON that shows on the rows on which the field may be read, and is a hidden cell on the others. */
export function whereShown(plan: PlanContext, scope: SqlScope, field: CatalogField, path: readonly string[], sql: string): string {
  const condition = fieldCondition(scope, field);
  return condition === undefined ? sql : `CASE WHEN ${condition} THEN to_json(${sql}) ELSE ${hiddenCell(plan, denialOf(scope, field, path))} END`;
}

/** The stored value, or its mask. */
export function maskedOr(scope: SqlScope, field: CatalogField, stored: () => string): string {
  const { mask } = scope.access.object(scope.object.name).field(field.name);
  return mask && hasValue(field) ? `to_json(${mask(fieldSql(field, scope), scope.binds)})` : stored();
}

/** Notes the denial when the caller may read the field on no row at all. */
export function isDenied(plan: PlanContext, scope: SqlScope, field: CatalogField, path: readonly string[]): boolean {
  if (scope.access.object(scope.object.name).field(field.name).read !== false) return false;
  plan.denied.push(denialOf(scope, field, path));
  return true;
}

/** A masked lookup leads nowhere, or the record behind it would tell what the mask hides. */
export const isMasked = ({ access, object }: SqlScope, { name }: CatalogField): boolean => access.object(object.name).field(name).mask !== undefined;

/** Condition under which the field shows on a row; undefined when it always does. */
export function fieldCondition(scope: SqlScope, field: CatalogField): string | undefined {
  return rowCondition(scope.access.object(scope.object.name).field(field.name).read, scope);
}

function denialOf({ object }: SqlScope, field: CatalogField, path: readonly string[]) {
  return { path, message: `You may not read ${object.names.type}.${field.graphqlName}.` };
}

/** Ids of a multiple lookup in their order, those of visible records only. */
export function linkedIds(scope: SqlScope, field: CatalogField): string {
  const relation = [...scope.object.relations.values()].find((other) => other.kind === 'link' && other.from === 'source' && other.link.field === field.name);
  if (relation?.kind !== 'link') throw new Error(`${field.object}.${field.name} is neither a column nor a link.`);
  const target = scopeAt(scope, relation.target);
  const conditions = [`l.source_id = ${scope.alias}."id"`, ...visibleRows(target)];
  const from = `${identifier(relation.link.table)} l JOIN ${identifier(target.object.table)} ${target.alias} ON ${target.alias}."id" = l.target_id`;
  return `(SELECT coalesce(json_agg(l.target_id ORDER BY l.position, l.target_id), '[]'::json) FROM ${from}${whereClause(conditions)})`;
}
