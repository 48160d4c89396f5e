import type { Database } from '../../../database/database.ts';
import { decodeCursor, encodeCursor, xmaxOf, xminOf, type Cursor } from './cursor.ts';
import { changeHorizonTable, changeLogTable } from './table.ts';

/** One committed change as the log holds it. Confidential values are masked: the log tells only that they changed. */
export interface LoggedChange {
  /** Resumes after this change. */
  readonly cursor: string;
  readonly position: string;
  /** Number of the transaction: changes that were made together have it in common. */
  readonly transaction: string;
  readonly object: string;
  readonly recordId: string;
  readonly kind: 'create' | 'update' | 'delete' | 'restore';
  /** By machine name: before and after. A created record has no before, a deleted one no after. */
  readonly changes: Readonly<Record<string, readonly [before: unknown, after: unknown]>>;
  readonly actor: string | undefined;
  readonly organization: string | undefined;
  readonly request: string | undefined;
  /** ISO 8601 */
  readonly at: string;
}

export interface ReadChangesOptions {
  /** Cursor of an earlier answer; absent: from the oldest change that is kept. */
  readonly after?: string | undefined;
  /** Names of objects; absent: all. */
  readonly objects?: readonly string[] | undefined;
  /** Ids of records; absent: all. */
  readonly recordIds?: readonly string[] | undefined;
  /** At most so many changes; default 500. */
  readonly limit?: number;
}

export interface Changes {
  readonly changes: readonly LoggedChange[];
  /** Continues after these changes, also when there are none. */
  readonly cursor: string;
  /** There may be more at once. */
  readonly more: boolean;
  /** The log was cleaned up, or the database replaced, after `after` was handed out: changes are missing, read everything anew. */
  readonly gap: boolean;
}

interface LogRow {
  readonly position: string;
  readonly xid: string;
  readonly object: string;
  readonly record_id: string;
  readonly kind: LoggedChange['kind'];
  readonly changes: Readonly<Record<string, unknown>>;
  readonly actor: string | null;
  readonly organization: string | null;
  readonly request: string | null;
  readonly at: string;
}

/** Changes in an order in which none is missed and those of one record are never swapped, however transactions overlap. */
export async function readChanges(database: Database, { after, objects, recordIds, limit = 500 }: ReadChangesOptions = {}): Promise<Changes> {
  const state = await currentState(database);
  const cursor = after === undefined ? beginning(state) : decodeCursor(after);
  if (after !== undefined && isLost(cursor, state)) {
    return { changes: [], cursor: encodeCursor({ from: state.now, window: undefined }), more: false, gap: true };
  }
  const { from } = cursor;
  const to = cursor.window?.to ?? state.now;
  const rows = await between(database, from, to, cursor.window?.position ?? '0', { objects, recordIds, limit });
  const more = rows.length === limit;
  const last = rows.at(-1);
  const next: Cursor = more && last ? { from, window: { to, position: last.position } } : { from: to, window: undefined };
  return {
    changes: rows.map((row) => loggedChange(row, encodeCursor({ from, window: { to, position: row.position } }))),
    cursor: encodeCursor(next),
    more: more || to !== state.now,
    gap: false,
  };
}

export interface ChangedObjects {
  readonly objects: readonly string[];
  /** Continues after what is committed now. */
  readonly cursor: string;
  /** As of `Changes`: any object may have changed. */
  readonly gap: boolean;
}

/** Names of the objects of which records changed after a place between changes, as `latestCursor` and this tell them: one small statement. */
export async function changedObjects(database: Database, after: string): Promise<ChangedObjects> {
  const cursor = decodeCursor(after);
  const { rows } = await database.query<LogState & { objects: readonly string[] }>({
    name: 'objectos_changed_objects',
    text:
      `${stateSql}, to_json(ARRAY(SELECT DISTINCT "object" FROM "${changeLogTable}" ` +
      'WHERE "xid" >= $1::bigint AND NOT pg_visible_in_snapshot("xid"::text::xid8, $2::pg_snapshot))) AS "objects"',
    values: [xminOf(cursor.from), cursor.from],
  });
  const [state] = rows;
  if (!state) throw new Error('The database gave no snapshot.');
  return { objects: state.objects, cursor: encodeCursor({ from: state.now, window: undefined }), gap: isLost(cursor, state) };
}

/** The place after everything that is committed now. */
export async function latestCursor(database: Database): Promise<string> {
  return encodeCursor({ from: (await currentState(database)).now, window: undefined });
}

interface LogState {
  readonly now: string;
  /** Rows of transactions before this one may be gone. */
  readonly horizon: string;
}

const stateSql = `SELECT pg_current_snapshot()::text AS "now", coalesce((SELECT "xid" FROM "${changeHorizonTable}" WHERE "id" = 1), 0)::text AS "horizon"`;

async function currentState(database: Database): Promise<LogState> {
  const { rows } = await database.query<{ now: string; horizon: string }>({
    name: 'objectos_changes_state',
    text: stateSql,
    values: [],
  });
  const [state] = rows;
  if (!state) throw new Error('The database gave no snapshot.');
  return state;
}

/** From where on the log is whole: of changes before that, only those that histories keep are left. */
function beginning({ horizon }: LogState): Cursor {
  const first = String(BigInt(horizon) + 1n);
  return { from: `${first}:${first}:`, window: undefined };
}

function isLost({ from, window }: Cursor, { now, horizon }: LogState): boolean {
  const newest = window ? window.to : from;
  return BigInt(xminOf(from)) <= BigInt(horizon) || BigInt(xmaxOf(newest)) > BigInt(xmaxOf(now));
}

async function between(database: Database, from: string, to: string, position: string, { objects, recordIds, limit }: Pick<ReadChangesOptions, 'objects' | 'recordIds'> & { readonly limit: number }): Promise<readonly LogRow[]> {
  const values: unknown[] = [xminOf(from), xmaxOf(to), from, to, position, limit];
  const conditions = [
    '"xid" >= $1::bigint AND "xid" < $2::bigint',
    'NOT pg_visible_in_snapshot("xid"::text::xid8, $3::pg_snapshot)',
    'pg_visible_in_snapshot("xid"::text::xid8, $4::pg_snapshot)',
    '"position" > $5::bigint',
  ];
  if (objects) conditions.push(`"object" = ANY($${values.push(objects)}::text[])`);
  if (recordIds) conditions.push(`"record_id" = ANY($${values.push(recordIds)}::uuid[])`);
  const { rows } = await database.query<LogRow>({
    text:
      'SELECT l."position"::text AS "position", l."xid"::text AS "xid", "object", "record_id", "kind", "changes", "actor", "organization", "request", "at" ' +
      `FROM "${changeLogTable}" l WHERE ${conditions.join(' AND ')} ORDER BY l."position" LIMIT $6::int4`,
    values,
  });
  return rows;
}

function loggedChange(row: LogRow, cursor: string): LoggedChange {
  return {
    cursor,
    position: row.position,
    transaction: row.xid,
    object: row.object,
    recordId: row.record_id,
    kind: row.kind,
    changes: pairs(row.kind, row.changes),
    actor: row.actor ?? undefined,
    organization: row.organization ?? undefined,
    request: row.request ?? undefined,
    at: row.at,
  };
}

/** The log keeps a plain image where there is only one. */
function pairs(kind: LoggedChange['kind'], changes: Readonly<Record<string, unknown>>): LoggedChange['changes'] {
  if (kind === 'update') return changes as LoggedChange['changes'];
  return Object.fromEntries(Object.entries(changes).map(([field, value]) => [field, kind === 'delete' ? [value, null] : [null, value]]));
}
