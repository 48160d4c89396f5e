import { literal } from './identifier.ts';

/** One member of a JSON object: the key, and SQL of a value that `row_to_json` shows as the API wants it. */
export interface JsonEntry {
  readonly key: string;
  readonly sql: string;
}

/** PostgreSQL cuts identifiers at 63 bytes; longer keys cannot be column names. */
const longestIdentifier = 63;

/**
 * `{ key: sql, … }` for the rows of `from` (everything behind FROM), as a query with one column `x`. Built as a row type where the keys
 * allow: `row_to_json` and `json_agg` of rows are about a fifth faster than `json_build_object`.
 */
export function jsonRows(entries: readonly JsonEntry[], from: string): { readonly query: string; readonly row: string } {
  if (fitsRow(entries)) return { query: `SELECT ${columns(entries)} FROM ${from}`, row: 'row_to_json(x)' };
  return { query: `SELECT ${buildObject(entries)} AS o FROM ${from}`, row: 'x.o' };
}

/** The single row of `from` as a JSON object, or null when there is none: a scalar subquery. */
export function jsonRow(entries: readonly JsonEntry[], from: string): string {
  const { query, row } = jsonRows(entries, from);
  return `(SELECT ${row} FROM (${query}) x)`;
}

/** All rows of `from` as a JSON array, in their order: a scalar subquery. */
export function jsonArray(entries: readonly JsonEntry[], from: string): string {
  const { query, row } = jsonRows(entries, from);
  return `(SELECT coalesce(json_agg(${row === 'row_to_json(x)' ? 'x' : row}), '[]'::json) FROM (${query}) x)`;
}

/** A JSON object of expressions that are in scope already. */
export function jsonObject(entries: readonly JsonEntry[]): string {
  if (entries.length === 0) return `'{}'::json`;
  if (fitsRow(entries)) return `(SELECT row_to_json(x) FROM (SELECT ${columns(entries)}) x)`;
  return buildObject(entries);
}

/** As `jsonObject`, and usable around aggregates, which a nested SELECT could not see. */
export function buildObject(entries: readonly JsonEntry[]): string {
  // A call takes at most 100 arguments; jsonb halves can be joined, at the price of the order of keys.
  if (entries.length <= 50) return `json_build_object(${pairs(entries)})`;
  const parts: string[] = [];
  for (let start = 0; start < entries.length; start += 50) parts.push(`jsonb_build_object(${pairs(entries.slice(start, start + 50))})`);
  return `(${parts.join(' || ')})::json`;
}

function fitsRow(entries: readonly JsonEntry[]): boolean {
  return entries.length > 0 && entries.every(({ key }) => Buffer.byteLength(key) <= longestIdentifier);
}

function columns(entries: readonly JsonEntry[]): string {
  return entries.map(({ key, sql }) => `${sql} AS "${key}"`).join(', ');
}

function pairs(entries: readonly JsonEntry[]): string {
  return entries.map(({ key, sql }) => `${literal(key)}, ${sql}`).join(', ');
}
