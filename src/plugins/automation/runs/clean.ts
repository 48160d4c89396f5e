import type { Database } from '../../../database/database.ts';
import { runTable } from '../objects.ts';

const perStatement = 5_000;

/** Takes runs that were over long ago out of the database. Their job's log is no business of the change log. */
export async function cleanRuns(database: Database, days: number): Promise<{ readonly removed: number }> {
  for (let removed = 0; ; ) {
    const { count } = await database.query({
      text: `DELETE FROM ${runTable} WHERE id = ANY(ARRAY(SELECT id FROM ${runTable} WHERE status IN ('completed', 'failed', 'cancelled') AND finished_at < now() - make_interval(days => $1) LIMIT ${perStatement} FOR UPDATE SKIP LOCKED))`,
      values: [days],
    });
    removed += count;
    if (count < perStatement) return { removed };
  }
}
