import type { ExpressionType } from '../../metadata/expressions/types.ts';
import { literal } from '../sql/identifier.ts';

/** PostgreSQL type of a value. */
export function sqlType(type: ExpressionType): string {
  switch (type.kind) {
    case 'number': return 'numeric';
    case 'boolean': return 'boolean';
    case 'date': return 'date';
    case 'datetime': return 'timestamptz';
    case 'time': return 'time';
    case 'id': case 'record': return 'uuid';
    case 'json': return 'jsonb';
    case 'list': return `${sqlType(type.of)}[]`;
    case 'text': case 'null': case 'any': return 'text';
  }
}

/** A written value. It comes from a definition, never from a client. */
export function constantSql(type: ExpressionType, value: string | boolean | null): string {
  if (typeof value === 'boolean') return String(value);
  if (value === null) return `NULL::${sqlType(type)}`;
  return type.kind === 'number' ? `${value.startsWith('-') ? `(${value})` : value}::numeric` : `${literal(value)}::${sqlType(type)}`;
}

/** Null outside of the range; the expression is written once, so that nesting does not multiply it. */
export function clamped(sql: string, least: number | string, most: number | string): string {
  const [below, above] = [`(${least})::numeric - 1`, `(${most})::numeric + 1`];
  return `nullif(nullif(greatest(${below}, least(${sql}, ${above})), ${below}), ${above})`;
}

/** A whole number, null for what is none or too large to be stored as one. Written once too. */
export function wholeSql(sql: string): string {
  return `substring(trim_scale(${clamped(sql, '-9223372036854775808', '9223372036854775807')})::text from '^-?[0-9]+$')::int8`;
}

const dayOne = `date '0001-01-01'`;

/** Days since the first of year 1. */
export function daySql(date: string): string {
  return `(${date} - ${dayOne})`;
}

/** The date so many days after the first of year 1, null outside of the years 1 to 9999. */
export function dateSql(days: string): string {
  return `(${dayOne} + (${clamped(days, 0, 3_652_058)})::int)`;
}

/** Milliseconds since 1970. */
export function millisecondsSql(instant: string): string {
  return `(extract(epoch from ${instant}) * 1000)`;
}

/** The instant so many milliseconds after 1970, null outside of the years 1 to 9999. */
export function instantSql(milliseconds: string): string {
  // Through text, because an interval times a double loses milliseconds of far years.
  return `(timestamptz 'epoch' + (trim_scale(${clamped(milliseconds, '-62135596800000', '253402300799999')})::text || ' milliseconds')::interval)`;
}

/** To 20 decimals, the rest cut off; null when dividing by zero. */
export function quotientSql(dividend: string, divisor: string): string {
  return `(div(${dividend} * 100000000000000000000, nullif(${divisor}, 0)) * 0.00000000000000000001)`;
}
