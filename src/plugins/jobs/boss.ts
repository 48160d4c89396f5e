import { createHash } from 'node:crypto';
import PgBoss from 'pg-boss';
import type { Database } from '../../database/database.ts';
import type { JobsSettings } from './settings.ts';

export interface Boss {
  readonly boss: PgBoss;
  /** Of the tables that pg-boss keeps. */
  readonly schema: string;
}

const day = 86_400;

/** Apps that share a database have their own; as pg-boss takes short names only, it is made from a hash. */
export function bossSchema(appSchema: string): string {
  return appSchema === 'public' ? 'pgboss' : `pgboss_${createHash('sha256').update(appSchema).digest('hex').slice(0, 16)}`;
}

/**
 * pg-boss over the platform's database: what it does inside of a transaction belongs to that. Its tables are made and kept up to
 * date when it starts, under a lock, in a schema of their own. Its workers and timers stay off: they poll.
 */
export async function startBoss(database: Database, { leaseSeconds, keepDoneDays, keepFailedDays }: JobsSettings): Promise<Boss> {
  const { rows } = await database.query<{ name: string | null }>({ text: 'SELECT current_schema() AS name', values: [] });
  const schema = bossSchema(rows[0]?.name ?? 'public');
  const boss = new PgBoss({
    db: { executeSql: (text, values) => executeSql(database, text, values) },
    schema,
    supervise: false,
    schedule: false,
    expireInSeconds: leaseSeconds,
    // A job that waits is not thrown away.
    retentionDays: 36_500,
    archiveCompletedAfterSeconds: Math.max(60, Math.round(keepDoneDays * day)),
    archiveFailedAfterSeconds: Math.max(60, Math.round(keepFailedDays * day)),
    deleteAfterSeconds: 60,
  });
  await boss.start();
  return { boss, schema };
}

async function executeSql(database: Database, text: string, values: readonly unknown[] | undefined): Promise<{ rows: unknown[] }> {
  // Maintenance comes as a script with a transaction of its own.
  if (/^\s*BEGIN;/.test(text)) {
    await database.exec(text);
    return { rows: [] };
  }
  const { rows } = await database.query({ text, values: values ?? [], ...(values && values.length > 0 && { name: `boss_${createHash('sha1').update(text).digest('base64url')}` }) });
  return { rows: [...rows] };
}
