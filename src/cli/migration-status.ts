import type { Database } from '../database/database.ts';
import { migrateStatus } from '../database/migrations/migrate.ts';
import type { MigrateStatus } from '../database/migrations/migrate.ts';
import type { Catalog } from '../metadata/catalog.ts';
import type { App } from '../platform/load-app.ts';
import { migrationsDirectory, platformTables } from '../platform/migrate.ts';
import { plural } from './io.ts';

export function readStatus(app: App, catalog: Catalog, database: Database): Promise<MigrateStatus> {
  return migrateStatus({ directory: migrationsDirectory(app), database, catalog, tables: platformTables(app.plugins) });
}

/** Definitions, migrations and database agree. */
export function isCurrent({ pending, edited, missing, changes, drift }: MigrateStatus): boolean {
  return [pending, edited, missing, changes, drift].every((list) => list.length === 0);
}

/** One line for each way in which definitions, migrations and database differ. */
export function describeStatus(status: MigrateStatus): readonly string[] {
  const { applied, pending, edited, missing, changes, drift } = status;
  if (isCurrent(status)) return [`${plural(applied.length, 'migration')} applied; definitions, migrations and database agree`];
  return [
    ...pending.map((name) => `pending: ${name} (apply it with "objectos migrate deploy")`),
    ...edited.map((name) => `edited after it was applied: ${name} (put its text back)`),
    ...missing.map((name) => `applied, but not in prisma/migrations: ${name}`),
    ...(changes.length > 0 ? [`${plural(changes.length, 'statement')} needed by the definitions are in no migration (write one with "objectos migrate dev")`] : []),
    ...drift.map(({ kind, subject, expected, found }) => `the database was changed by hand: ${subject} is ${kind}${expected === undefined ? '' : `, expected ${expected}`}${found === undefined ? '' : `, found ${found}`}`),
  ];
}
