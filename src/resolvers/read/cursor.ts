import { createHash } from 'node:crypto';
import { ObjectosError } from '../../errors.ts';
import type { Operand } from '../filter/filter.ts';
import type { BindList } from '../sql/binds.ts';
import { literal } from '../sql/identifier.ts';
import type { OrderKey } from './order.ts';

/**
 * A cursor is the base64 text of a JSON array: a mark of the order it belongs to, then the row's value of each key as text. It
 * stays valid when rows are inserted or deleted around it.
 */
export function cursorSql(keys: readonly OrderKey[], mark: string, valueOf: (key: OrderKey, index: number) => string): string {
  const values = keys.map((key, index) => `${valueOf(key, index)}::text`).join(', ');
  return `translate(encode(convert_to(json_build_array(${literal(mark)}, ${values})::text, 'UTF8'), 'base64'), E'\\n', '')`;
}

/** Identifies an order, so that a cursor of another one is refused instead of misread. */
export function orderMark(object: string, keys: readonly OrderKey[]): string {
  const text = [object, ...keys.map((key) => `${key.sql.replace(/\bt\d+\b|\$\d+/g, '')} ${key.descending} ${key.nullsFirst}`)].join('|');
  return createHash('sha256').update(text).digest('base64url').slice(0, 6);
}

/** Condition for rows behind the cursor in reading direction. */
export function keysetSql(keys: readonly OrderKey[], mark: string, cursor: Operand, backward: boolean, binds: BindList): string {
  const values = keys.map((key, index) =>
    binds.add((request) => decode(cursor.value(request), mark, keys)[index], key.cast),
  );
  const [first] = keys as [OrderKey, ...OrderKey[]];
  const uniform = keys.every((key) => !key.nullable && key.descending === first.descending);
  if (uniform) {
    const comparison = first.descending !== backward ? '<' : '>';
    if (keys.length === 1) return `${first.sql} ${comparison} ${values[0] as string}`;
    return `(${keys.map((key) => key.sql).join(', ')}) ${comparison} (${values.join(', ')})`;
  }
  const branches = keys.map((key, index) => {
    const equal = keys.slice(0, index).map((other, at) => same(other, values[at] as string));
    return `(${[...equal, behind(key, values[index] as string, backward)].join(' AND ')})`;
  });
  return `(${branches.join(' OR ')})`;
}

function same(key: OrderKey, value: string): string {
  return key.nullable ? `${key.sql} IS NOT DISTINCT FROM ${value}` : `${key.sql} = ${value}`;
}

function behind(key: OrderKey, value: string, backward: boolean): string {
  const comparison = `${key.sql} ${key.descending !== backward ? '<' : '>'} ${value}`;
  if (!key.nullable) return comparison;
  return key.nullsFirst !== backward
    ? `(${comparison} OR (${value} IS NULL AND ${key.sql} IS NOT NULL))`
    : `(${comparison} OR (${key.sql} IS NULL AND ${value} IS NOT NULL))`;
}

function decode(cursor: unknown, mark: string, keys: readonly OrderKey[]): readonly (string | null)[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(String(cursor), 'base64').toString('utf8'));
  } catch {
    parts = undefined;
  }
  const valid =
    Array.isArray(parts) && parts.length === keys.length + 1 && parts[0] === mark && keys.every((key, index) => isValueOf(key, (parts as unknown[])[index + 1]));
  if (!valid) {
    throw new ObjectosError('BAD_REQUEST', 'The cursor does not belong to this list and order. Use cursors only with the arguments that they came from.');
  }
  return (parts as (string | null)[]).slice(1);
}

/** A text of the key's type as far as a look can tell; the database refuses the rest. */
function isValueOf({ nullable, cast }: OrderKey, value: unknown): boolean {
  if (value === null) return nullable;
  return typeof value === 'string' && !value.includes('\0') && (cast !== 'uuid' || isUuid(value));
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
