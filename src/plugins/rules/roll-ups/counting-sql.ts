import type { Catalog } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { literal } from '../../../resolvers/sql/identifier.ts';
import { childScope, countsSql } from './follow-sql.ts';
import type { RollUp } from './roll-up.ts';

/** A filter says the same of a record at all times and to all callers, so its values ask for nothing. */
const nobody = { now: new Date(0) } as RequestContext;

/**
 * The condition under which a record counts, with its values written out: what an index is made with and what asks for it are then the
 * same, whatever plan PostgreSQL keeps. Undefined where an index cannot be made with it; empty where every record counts.
 */
export function countingSql(rollUp: RollUp, alias: string, catalog: Catalog): string | undefined {
  if (rollUp.filter?.immutable === false) return undefined;
  const binds = new BindList();
  const sql = countsSql(rollUp, childScope(rollUp, alias, catalog, binds)).join(' AND ');
  const values = binds.values(nobody).map(writtenValue);
  if (values.includes(undefined)) return undefined;
  // Quoted strings come first, so that a `$1` inside one is left alone.
  return sql.replace(/'(?:[^']|'')*'|\$(\d+)/g, (match, digits: string | undefined) => (digits === undefined ? match : (values[Number(digits) - 1] ?? match)));
}

function writtenValue(value: unknown): string | undefined {
  if (typeof value === 'string') return literal(value);
  if (typeof value === 'number') return value < 0 ? `(${value})` : String(value);
  if (typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return undefined;
  const items = value.map(writtenValue);
  return items.includes(undefined) ? undefined : `(ARRAY[${items.join(', ')}])`;
}
