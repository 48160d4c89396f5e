import type { FieldSource } from '../source.ts';
import { castOf, familyOf } from '../filter/operators.ts';
import type { SqlScope } from '../filter/scope.ts';
import { fieldSql } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import type { RequestContext } from '../request.ts';
import { identifier } from '../sql/identifier.ts';
import { jsonRow } from '../sql/json.ts';
import { fieldCondition, isMasked } from './cells.ts';
import { connectionSql } from './connection.ts';
import { keyField } from './keys.ts';
import { scopeOf, type PlanContext } from './plan-context.ts';
import { finishRecords, planContext, type OperationSource, type RecordPlan } from './plan.ts';
import { recordEntries } from './record.ts';
import { objectTypeOf, type SelectedField } from './selection.ts';

export type LinkedSource = Extract<FieldSource, { kind: 'linked' }>;

/** What a field of a type without an object selects of records, for each of `locals.keys` in their order: one row of JSON text each. */
export function planLinked(source: OperationSource, request: RequestContext, { object, field: name, many }: LinkedSource, selected: SelectedField, path: readonly string[]): RecordPlan {
  const plan = planContext(source, request, 'values');
  const scope = scopeOf(plan, object);
  const field = keyField(scope, name);
  const keys = plan.binds.add((_request, locals) => locals['keys'], `${castOf[familyOf(field)]}[]`);
  const shown = isMasked(scope, field) ? 'false' : fieldCondition(scope, field);
  const base = [`${fieldSql(field, scope)} = k.v`, ...(shown === undefined ? [] : [shown])];
  const sql = many ? connectionSql(plan, selected, plan.args.of(fieldOf(selected), selected.nodes[0]), scope, path, base) : oneSql(plan, selected, scope, path, base);
  return finishRecords(plan, `SELECT ${sql}::text AS json FROM unnest(${keys}) WITH ORDINALITY k(v, n) ORDER BY k.n`);
}

function oneSql(plan: PlanContext, selected: SelectedField, scope: SqlScope, path: readonly string[], base: readonly string[]): string {
  const entries = recordEntries(plan, { ...scope, visible: true }, objectTypeOf(fieldOf(selected)), selected.nodes, path);
  return jsonRow(entries, `${identifier(scope.object.table)} ${scope.alias}${whereClause([...base, ...visibleRows(scope)])}`);
}

function fieldOf({ field, name }: SelectedField): NonNullable<SelectedField['field']> {
  if (!field) throw new Error(`There is no field ${name}.`);
  return field;
}
