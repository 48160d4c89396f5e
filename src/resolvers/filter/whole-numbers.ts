import { Decimal } from 'decimal.js';
import type { FilterOperator, Operand } from './filter.ts';
import type { SqlScope } from './scope.ts';

const least = -(2n ** 63n);
const most = 2n ** 63n - 1n;
const Exact = Decimal.clone({ precision: 2000, toExpNeg: -10_000, toExpPos: 10_000 });

/**
 * A condition on a column of the type bigint that its index serves: what is compared may be a number of any size with any decimals, for which
 * the column would have to become numeric. Undefined for operators that no index serves.
 */
export function compareWhole(sql: string, operator: FilterOperator, operand: Operand, { binds }: SqlScope): string | undefined {
  const bind = (use: string, map: (value: unknown) => unknown, type = 'int8') => binds.addOnce(operand, `whole ${use}`, (request) => map(operand.value(request)), type);
  switch (operator) {
    case 'eq': return `${sql} = ${bind('eq', whole)}`;
    case 'in': return `${sql} = ANY(${bind('in', (list) => (list as readonly unknown[]).map(whole).filter((value) => value !== null), 'int8[]')})`;
    case 'gt': return `${sql} >= ${bind('gt', (value) => atLeast(floor(value)?.plus(1)))}`;
    case 'gte': return `${sql} >= ${bind('gte', (value) => atLeast(ceil(value)))}`;
    case 'lt': return `${sql} <= ${bind('lt', (value) => atMost(ceil(value)?.minus(1)))}`;
    case 'lte': return `${sql} <= ${bind('lte', (value) => atMost(floor(value)))}`;
    case 'between': return `${sql} BETWEEN ${bind('from', (ends) => atLeast(ceil((ends as readonly unknown[])[0])))} AND ${bind('to', (ends) => atMost(floor((ends as readonly unknown[])[1])))}`;
    default: return undefined;
  }
}

const exact = (value: unknown): Decimal | undefined => (value === null || value === undefined ? undefined : new Exact(String(value)));
const floor = (value: unknown): Decimal | undefined => exact(value)?.floor();
const ceil = (value: unknown): Decimal | undefined => exact(value)?.ceil();

/** Null where no whole number of the column is equal. */
function whole(value: unknown): string | null {
  const number = exact(value);
  return number?.isInteger() === true && number.gte(least.toString()) && number.lte(most.toString()) ? number.toFixed() : null;
}

/** The least number of the column from there on, null where there is none. */
function atLeast(bound: Decimal | undefined): string | null {
  if (!bound || bound.gt(most.toString())) return null;
  return bound.lt(least.toString()) ? least.toString() : bound.toFixed();
}

function atMost(bound: Decimal | undefined): string | null {
  if (!bound || bound.lt(least.toString())) return null;
  return bound.gt(most.toString()) ? most.toString() : bound.toFixed();
}
