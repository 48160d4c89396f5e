import type { Decimal } from 'decimal.js';
import { Exact } from '../../metadata/expressions/exact.ts';
import type { ExpressionType } from '../../metadata/expressions/types.ts';

/**
 * Values while an expression is evaluated: numbers as exact decimals, days as days since 1970, points in time as milliseconds since
 * 1970, times of day, ids and options as text, lists as arrays without nulls.
 */
export type Value = Decimal | string | number | boolean | readonly Value[] | null;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const day = /^\d{4}-\d{2}-\d{2}$/;
const decimal = /^-?\d{1,1000}(\.\d{1,1000})?$/;

/** Years 1 to 9999. */
export const firstDay = Date.parse('0001-01-01T00:00:00.000Z') / 86_400_000;
export const lastDay = Date.parse('9999-12-31T00:00:00.000Z') / 86_400_000;
export const firstInstant = firstDay * 86_400_000;
export const lastInstant = (lastDay + 1) * 86_400_000 - 1;

/** A stored value, or one that the outside gives, in the form above; what does not fit the type is null. */
export function readValue(type: ExpressionType, given: unknown): Value {
  if (given === null || given === undefined) return null;
  switch (type.kind) {
    case 'number':
      if (typeof given === 'number') return Number.isFinite(given) ? new Exact(given) : null;
      if (typeof given === 'bigint') return new Exact(given.toString());
      if (given instanceof Exact) return given;
      return typeof given === 'string' && decimal.test(given) ? new Exact(given) : null;
    case 'boolean':
      return typeof given === 'boolean' ? given : null;
    case 'date': {
      if (typeof given !== 'string' || !day.test(given)) return null;
      return within(Date.parse(`${given}T00:00:00.000Z`) / 86_400_000, firstDay, lastDay);
    }
    case 'datetime': {
      const instant = given instanceof Date ? given.getTime() : typeof given === 'string' ? Date.parse(given) : Number.NaN;
      return within(instant, firstInstant, lastInstant);
    }
    case 'id':
      return typeof given === 'string' && uuid.test(given) ? given.toLowerCase() : null;
    case 'time':
      return typeof given === 'string' ? given.padEnd(8, ':00').padEnd(12, '.000').slice(0, 12) : null;
    case 'text':
      return typeof given === 'string' && !given.includes('\0') ? given : null;
    case 'list':
      return Array.isArray(given) ? (given as unknown[]).map((item) => readValue(type.of, item)).filter((item) => item !== null) : null;
    case 'json':
      return true;
    default:
      return null;
  }
}

/** A value as records store it: decimals as text, days as `YYYY-MM-DD`, points in time in ISO 8601. */
export function storedValue(type: ExpressionType, value: Value): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case 'number': return plainDigits(value as Decimal);
    case 'date': return isoDay(value as number);
    case 'datetime': return new Date(value as number).toISOString();
    case 'list': return (value as readonly Value[]).map((item) => storedValue(type.of, item));
    default: return value;
  }
}

/** Whether digits are those of a number that a column of whole numbers takes. */
export function isStorableWhole(digits: unknown): boolean {
  return typeof digits === 'string' && /^-?\d{1,19}$/.test(digits) && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits);
}

/** Without zeros at its end and without minus zero. */
export function plainDigits(value: Decimal): string {
  return value.isZero() ? '0' : value.toFixed();
}

export function isoDay(value: number): string {
  return new Date(value * 86_400_000).toISOString().slice(0, 10);
}

function within(value: number, from: number, to: number): number | null {
  return value >= from && value <= to ? value : null;
}
