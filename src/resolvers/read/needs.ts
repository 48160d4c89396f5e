import { hasValue } from '../computed.ts';
import type { SqlScope } from '../filter/scope.ts';
import { fieldNamed, fieldSql } from '../filter/to-sql.ts';
import { jsonObject, type JsonEntry } from '../sql/json.ts';
import { fieldCondition, linkedIds, maskedOr } from './cells.ts';
import { hiddenCell } from './hidden-cells.ts';
import { hiddenNeedsKey } from './hidden-needs.ts';
import type { PlanContext } from './plan-context.ts';

/** Key of a row under which resolvers of custom fields find the values that they need, by machine name. */
export const needsKey = '$needs';

/** A custom field that a document selects of a record. */
export interface NeedyField {
  /** Response keys from the root. */
  readonly path: readonly string[];
  /** `Account.initials` */
  readonly name: string;
  /** Machine names of fields of the record. */
  readonly needs: readonly string[];
}

/** Values for resolvers of custom fields. A resolver must not take a hidden value for one that is not there, so its field is hidden as well. */
export function needsEntries(plan: PlanContext, scope: SqlScope, fields: readonly NeedyField[]): JsonEntry[] {
  const names = new Set(fields.flatMap(({ needs }) => needs));
  if (names.size === 0) return [];
  const hidden = fields.flatMap((field) => {
    const sql = hiddenSql(plan, scope, field);
    return sql === undefined ? [] : [{ key: String(field.path.at(-1)), sql }];
  });
  const values = [...names].map((name) => ({ key: name, sql: valueSql(scope, name) }));
  return [{ key: needsKey, sql: jsonObject(values) }, ...(hidden.length > 0 ? [{ key: hiddenNeedsKey, sql: jsonObject(hidden) }] : [])];
}

function valueSql(scope: SqlScope, name: string): string {
  const field = fieldNamed(scope.object, name);
  const condition = fieldCondition(scope, field);
  const sql = maskedOr(scope, field, () => (hasValue(field) ? field.type.json(fieldSql(field, scope), field) : linkedIds(scope, field)));
  return condition === undefined ? sql : `CASE WHEN ${condition} THEN ${sql} END`;
}

/** Whether the row hides a value that the field needs; undefined when none does. */
function hiddenSql(plan: PlanContext, scope: SqlScope, { path, name, needs }: NeedyField): string | undefined {
  const denial = { path, message: `You may not read ${name}.` };
  const conditions = needs.flatMap((need) => fieldCondition(scope, fieldNamed(scope.object, need)) ?? []);
  if (conditions.length === 0) return undefined;
  if (needs.some((need) => scope.access.object(scope.object.name).field(need).read === false)) {
    plan.denied.push(denial);
    return `'true'::json`;
  }
  return `CASE WHEN ${conditions.join(' AND ')} THEN NULL ELSE ${hiddenCell(plan, { ...denial, shownAs: 'true' })} END`;
}
