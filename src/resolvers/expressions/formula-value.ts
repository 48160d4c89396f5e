import type { Catalog, CatalogField } from '../../metadata/catalog.ts';
import { Exact } from '../../metadata/expressions/exact.ts';
import type { ExpressionEnvironment } from './environment.ts';
import { evaluateExpression } from './evaluate.ts';
import { formulaOf } from './formulas.ts';
import { plainDigits } from './values.ts';

/** Beyond it a double is null. */
export const mostDouble = '1e150';
export const integerBounds = { integer: ['-2147483648', '2147483647'], bigint: ['-9223372036854775808', '9223372036854775807'] } as const;

/** The column type in whose form the value shows. */
export function resultType(field: CatalogField): string {
  return field.type.resultColumn?.(field)?.pgType ?? 'text';
}

/** The value of a formula in memory, in the form in which the database computes it; undefined for other fields. Formulas that it reads come the same way. */
export function formulaValue(field: CatalogField, catalog: Catalog, environment: ExpressionEnvironment): unknown {
  const formula = formulaOf(field, catalog);
  if (!formula) return undefined;
  const inner: ExpressionEnvironment = { ...environment, computed: (other, record) => formulaValue(other, catalog, { ...environment, record }) };
  return stored(evaluateExpression(formula, inner), resultType(field));
}

/** A number with the decimals of its type; one that the type cannot hold becomes null. */
function stored(value: unknown, pgType: string): unknown {
  if (typeof value !== 'string') return value;
  const decimals = /^numeric\(\d+,(\d+)\)$/.exec(pgType)?.[1];
  if (decimals !== undefined) return rounded(value, Number(decimals)).toFixed(Number(decimals));
  switch (pgType) {
    case 'double precision': return new Exact(value).abs().gt(mostDouble) ? null : Number(value);
    case 'integer':
    case 'bigint': {
      const [least, most] = integerBounds[pgType];
      const whole = rounded(value, 0);
      return whole.lt(least) || whole.gt(most) ? null : pgType === 'integer' ? whole.toNumber() : plainDigits(whole);
    }
    default: return value;
  }
}

const rounded = (value: string, decimals: number) => new Exact(value).toDecimalPlaces(decimals, Exact.ROUND_HALF_UP);
