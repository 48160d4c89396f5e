import type { Catalog, CatalogField } from '../../../metadata/catalog.ts';
import { formulaExpression } from '../../../metadata/link/link-formulas.ts';
import { withAllFields } from '../../../resolvers/access.ts';
import type { ComputedField } from '../../../resolvers/computed.ts';
import { formulaValue, integerBounds, mostDouble, resultType } from '../../../resolvers/expressions/formula-value.ts';
import { findsRecords, storedReads } from '../../../resolvers/expressions/formulas.ts';
import { expressionSql } from '../../../resolvers/expressions/to-sql.ts';
import { clamped } from '../../../resolvers/expressions/sql-values.ts';

/** A formula as the read path computes it: its expression, inside the statement that asks for it. */
export function computedFormula(field: CatalogField, catalog: Catalog, timeZone: string): ComputedField | undefined {
  if (field.type.resultColumn === undefined) return undefined;
  const expression = formulaExpression(field, catalog);
  const ownRecord = !findsRecords(expression, catalog) && storedReads([expression], catalog).every(({ steps }) => steps.length === 0);
  const pgType = resultType(field);
  return {
    inputs: expression.reads,
    found: expression.finds.flatMap(({ keys, field: found }) => [...keys.map((key) => key.field), found]),
    usesNow: expression.usesNow,
    usesCaller: expression.usesCaller,
    ...(ownRecord && { value: (record, moment) => formulaValue(field, catalog, { record, ...moment, timeZone }) }),
    sql(scope) {
      const { ownRule } = scope.access.object(scope.object.name).field(field.name);
      return stored(expressionSql(expression, ownRule === true ? { ...scope, access: withAllFields(scope.access) } : scope, { timeZone }), pgType);
    },
  };
}

/** The value in the form of a column of this type. A number that the type cannot hold becomes null. */
function stored(sql: string, pgType: string): string {
  const decimals = /^numeric\(\d+,(\d+)\)$/.exec(pgType)?.[1];
  if (decimals !== undefined) return `round(${sql}, ${decimals})`;
  switch (pgType) {
    case 'numeric': return `trim_scale(${sql})`;
    case 'double precision': return `(${clamped(sql, `-${mostDouble}`, mostDouble)})::float8`;
    case 'integer': return `(${clamped(`round(${sql})`, ...integerBounds.integer)})::int4`;
    case 'bigint': return `(${clamped(`round(${sql})`, ...integerBounds.bigint)})::int8`;
    default: return `(${sql})`;
  }
}
