import type { Database } from '../../../database/database.ts';
import { changeHorizonTable, changeLogTable } from './table.ts';

export const changeRetentionDays = 30;

export interface PruneOptions {
  /** Changes made before this moment go. */
  readonly olderThan: Date;
  /** Rows per transaction; default 5,000. */
  readonly batch?: number;
}

/** Takes old changes that no history keeps out of the log, in batches, and remembers how far, so that readers with an older cursor learn of the gap. */
export async function pruneChanges(database: Database, { olderThan, batch = 5_000 }: PruneOptions): Promise<number> {
  for (let gone = 0; ; ) {
    const count = await database.transaction(() => pruneBatch(database, olderThan, batch));
    gone += count;
    if (count < batch) return gone;
  }
}

async function pruneBatch(database: Database, olderThan: Date, batch: number): Promise<number> {
  const { rows } = await database.query<{ count: number }>({
    text:
      `WITH gone AS (DELETE FROM "${changeLogTable}" WHERE "position" = ANY(ARRAY(SELECT "position" FROM "${changeLogTable}" WHERE NOT "kept" AND "at" < $1::timestamptz ORDER BY "at" LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING "xid"), ` +
      `mark AS (INSERT INTO "${changeHorizonTable}" ("id", "xid") SELECT 1, max("xid") FROM gone HAVING count(*) > 0 ` +
      'ON CONFLICT ("id") DO UPDATE SET "xid" = greatest("' + changeHorizonTable + '"."xid", excluded."xid")) ' +
      'SELECT count(*)::int4 AS "count" FROM gone',
    values: [olderThan.toISOString(), batch],
  });
  return rows[0]?.count ?? 0;
}

/**
 * After the database was restored into another cluster, transaction numbers begin anew: changes from before would pass for
 * future ones. Call at start-up; gives such changes a number that is surely past. Answers how many there were.
 */
export async function adoptChanges(database: Database): Promise<number> {
  const { count } = await database.query({
    text: `UPDATE "${changeLogTable}" SET "xid" = 1 WHERE "xid" >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`,
    values: [],
  });
  return count;
}
