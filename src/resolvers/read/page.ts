import { ObjectosError } from '../../errors.ts';
import { searchVector } from '../../database/search-vector.ts';
import { literal, identifier } from '../sql/identifier.ts';
import { filterToSql } from '../filter/to-sql.ts';
import type { SqlScope } from '../filter/scope.ts';
import { usesIndex } from '../filter/uses-index.ts';
import { visibleRows, whereClause, type TrashFilter } from '../filter/visible-rows.ts';
import type { Args, LeafArg } from './arguments.ts';
import { keysetSql, orderMark } from './cursor.ts';
import { idKey, orderSql, readOrder, type OrderKey } from './order.ts';
import type { ReadLimits } from './plan-context.ts';
import { readWhere } from './where.ts';

/** The rows that `where`, `search` and `trash` leave, before paging. */
export interface RowSet {
  readonly scope: SqlScope;
  /** What stands behind FROM before the alias of the scope. */
  readonly table: string;
  /** To read some of the rows, in an order. */
  readonly conditions: readonly string[];
  /** To read all of them. */
  readonly wholeConditions: readonly string[];
  /** Rank of a row, when `search` is given. */
  readonly rank: string | undefined;
}

/** One page of a row set. */
export interface Page extends RowSet {
  readonly keys: readonly OrderKey[];
  readonly mark: string;
  readonly joins: string;
  readonly backward: boolean;
  readonly size: number;
  readonly cursorConditions: readonly string[];
  readonly offset: string | undefined;
  /** Whether a cursor or an offset says that rows lie before (after, when backward) the page. */
  readonly startsInside: boolean;
}

/** Reads `where`, `search` and `trash`; `base` are conditions that tie the rows to their parent. */
export function readRowSet(args: Args, scope: SqlScope, base: readonly string[] = []): RowSet {
  const table = identifier(scope.object.table);
  const trash = leaf(args, 'trash')?.peek() as TrashFilter | undefined;
  const rows = { ...scope, visible: (trash ?? 'EXCLUDE') === 'EXCLUDE' };
  const where = readWhere(args.get('where'), scope);
  const wanted = where ? [filterToSql(where, scope)] : [];
  const search = leaf(args, 'search');
  // An empty search box means no search.
  if (!search || search.trait('blank', isBlank)) {
    const whole = base.length === 0 && !(where && usesIndex(where, scope.object));
    const conditions = [...base, ...visibleRows(scope, trash), ...wanted];
    return { scope: rows, table, conditions, wholeConditions: whole ? [...visibleRows({ ...scope, whole }, trash), ...wanted] : conditions, rank: undefined };
  }
  requireSearchable(scope);
  const query = `websearch_to_tsquery(${literal(scope.object.searchLanguage)}::regconfig, ${scope.binds.add((request) => search.operand.value(request), 'text')})`;
  const vector = searchVector(scope.object, scope.alias);
  const conditions = [...base, ...visibleRows(scope, trash), ...wanted, `${vector} @@ ${query}`];
  return { scope: rows, table, conditions, wholeConditions: conditions, rank: `ts_rank_cd(${vector}, ${query})` };
}

const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** Reads the arguments of a connection. */
export function readPage(args: Args, scope: SqlScope, limits: ReadLimits, base: readonly string[] = []): Page {
  const rows = readRowSet(args, scope, base);
  const order = readOrder(args.get('orderBy'), scope);
  const keys = rows.rank !== undefined && !args.has('orderBy') ? rankKeys(rows.rank, scope) : order.keys;
  return pageOf(rows, { keys, mark: orderMark(scope.object.name, keys), joins: order.joins }, args, limits);
}

/** One page of rows in this order. */
export function pageOf(rows: RowSet, { keys, mark, joins }: Pick<Page, 'keys' | 'mark' | 'joins'>, args: Args, limits: ReadLimits): Page {
  const { scope } = rows;
  const [first, last] = [count(args, 'first'), count(args, 'last')];
  const [after, before, offset] = [leaf(args, 'after'), leaf(args, 'before'), leaf(args, 'offset')];
  if (first !== undefined && last !== undefined) throw new ObjectosError('BAD_REQUEST', 'Give either first or last, not both.');
  const backward = last !== undefined;
  const size = first ?? last ?? limits.defaultPageSize;
  if (size > limits.maxPageSize) {
    throw new ObjectosError('LIMIT_EXCEEDED', `A page holds at most ${limits.maxPageSize} records; ${size} were asked for. Read on with after: endCursor.`);
  }
  const cursorConditions = [
    ...(after ? [keysetSql(keys, mark, after.operand, false, scope.binds)] : []),
    ...(before ? [keysetSql(keys, mark, before.operand, true, scope.binds)] : []),
  ];
  return {
    ...rows, keys, mark, joins, backward, size, cursorConditions,
    offset: offset && scope.binds.add((request) => checkedOffset(offset.operand.value(request)), 'int8'),
    startsInside: Boolean(backward ? before : after) || offset !== undefined,
  };
}

/** `FROM …` source of the page's rows in reading direction, at most `limit` of them. */
export function pageRows(page: Page, limit: number, extraColumns: readonly string[] = []): string {
  const { scope, table, joins, keys, backward, offset } = page;
  const columns = [`${scope.alias}.*`, ...extraColumns].join(', ');
  const where = whereClause([...page.conditions, ...page.cursorConditions]);
  const range = ` LIMIT ${limit}${offset === undefined ? '' : ` OFFSET ${offset}`}`;
  return `(SELECT ${columns} FROM ${table} ${scope.alias}${joins}${where}${orderSql(keys, backward)}${range}) ${scope.alias}`;
}

export function totalCountSql({ scope, table, wholeConditions }: RowSet): string {
  return `(SELECT count(*) FROM ${table} ${scope.alias}${whereClause(wholeConditions)})`;
}

function rankKeys(rank: string, scope: SqlScope): OrderKey[] {
  return [{ sql: rank, descending: true, nullsFirst: true, nullable: false, cast: 'float4' }, idKey(scope, true)];
}

function requireSearchable({ access, object }: SqlScope): void {
  for (const name of object.searchFields) {
    if (access.object(object.name).field(name).filter) continue;
    throw new ObjectosError('FORBIDDEN', `You may not search ${object.names.many}: ${object.fields.get(name)?.graphqlName ?? name} is not open to you.`);
  }
}

/** Page sizes are part of the statement, since they decide which plan is good. */
function count(args: Args, name: 'first' | 'last'): number | undefined {
  const value = leaf(args, name)?.peek();
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || value < 0) throw new ObjectosError('BAD_REQUEST', `${name} must be zero or more; ${String(value)} was given.`);
  return value;
}

function checkedOffset(value: unknown): unknown {
  if (typeof value === 'number' && value >= 0) return value;
  throw new ObjectosError('BAD_REQUEST', `offset must be zero or more; ${String(value)} was given.`);
}

export function leaf(args: Args, name: string): LeafArg | undefined {
  const arg = args.get(name);
  return arg?.kind === 'leaf' ? arg : undefined;
}
