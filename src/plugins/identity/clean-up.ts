import type { Database } from '../../database/database.ts';
import type { Records } from './records.ts';
import { attemptTable, passwordHistoryTable, verificationTable } from './tables.ts';

const batch = 500;

/** Takes away what nobody can use any more: sessions that ended by themselves, codes, counts of attempts, passwords of deleted people. */
export async function cleanUp(database: Database, records: Records, idleMinutes: number): Promise<void> {
  for (const table of [verificationTable, attemptTable]) await database.query({ text: `DELETE FROM ${table} WHERE expires_at < now()`, values: [] });
  await database.query({ text: `DELETE FROM ${passwordHistoryTable} h WHERE NOT EXISTS (SELECT 1 FROM sys_user u WHERE u.id = h.user_id)`, values: [] });
  while ((await endSessions(database, records, idleMinutes)) === batch);
}

function endSessions(database: Database, records: Records, idleMinutes: number): Promise<number> {
  return database.transaction(async () => {
    // Other processes clean up too.
    const { rows } = await database.query<{ id: string }>({
      text: `SELECT id FROM sys_session WHERE expires_at < now() OR coalesce(last_seen_at, created_at) < now() - make_interval(mins => $1) LIMIT ${batch} FOR UPDATE SKIP LOCKED`,
      values: [idleMinutes],
    });
    await records.delete('sys_session', rows.map(({ id }) => id));
    return rows.length;
  });
}
