import { join } from 'node:path';
import type { Database } from '../database/database.ts';
import type { DataLoss } from '../database/migrations/data-loss.ts';
import { lastState, readMigrations } from '../database/migrations/migration-files.ts';
import { migrateDeploy, migrateDev } from '../database/migrations/migrate.ts';
import { hashOf, stateOf } from '../database/migrations/schema-state.ts';
import { syncSchema } from '../database/migrations/sync-schema.ts';
import type { PlatformTable } from '../database/phase.ts';
import { StartupError } from '../errors.ts';
import type { Logger } from '../kernel/log.ts';
import type { Plugin } from '../kernel/plugin.ts';
import type { Catalog } from '../metadata/catalog.ts';
import { writeTables } from '../resolvers/write/tables.ts';
import type { App } from './load-app.ts';

/**
 * How the tables get the shape of the definitions.
 * `deploy` applies the migrations of the app and refuses definitions that they do not cover; the default in production.
 * `dev` also writes and applies a migration for what changed; the default in development for an app with migrations.
 * `sync` changes the tables without files; the default for definitions given as values, and in development for an app without migrations.
 * `none` leaves the tables as they are.
 */
export type MigrateMode = 'deploy' | 'dev' | 'sync' | 'none';

export interface MigrateAppOptions {
  readonly mode?: MigrateMode | undefined;
  /** Names each loss that is meant: `contact` for a table, `contact.fax` for a column; `true` for all. */
  readonly acceptDataLoss?: DataLoss | undefined;
  readonly log: Logger;
}

/** Tables beside those of the objects: the write path's, and those that plugins bring. */
export function platformTables(plugins: readonly Plugin[]): readonly PlatformTable[] {
  const brought = plugins.flatMap(({ database }) => database?.tables ?? []);
  return [...writeTables, ...brought.sort((a, b) => (a.name < b.name ? -1 : 1))];
}

export function migrationsDirectory({ directory }: Pick<App, 'directory'>): string {
  return join(directory, 'prisma', 'migrations');
}

export async function migrate(app: App, catalog: Catalog, database: Database, { mode, acceptDataLoss, log }: MigrateAppOptions): Promise<void> {
  const directory = migrationsDirectory(app);
  const tables = platformTables(app.plugins);
  switch (mode ?? (await defaultMode(app, directory))) {
    case 'none':
      return;
    case 'sync':
      if (await syncSchema({ database, catalog, tables, acceptDataLoss })) log.info({}, 'The tables were brought to the definitions.');
      return;
    case 'dev': {
      const { applied, written } = await migrateDev({ directory, database, catalog, tables, acceptDataLoss });
      if (applied.length > 0) log.info({ applied }, `Applied ${applied.length} migration${applied.length === 1 ? '' : 's'}.`);
      if (written !== undefined) log.info({ migration: written }, `Wrote prisma/migrations/${written} for what changed in the definitions; commit it with them.`);
      return;
    }
    case 'deploy': {
      await requireCovered(directory, catalog, tables);
      const { applied } = await migrateDeploy({ directory, database });
      if (applied.length > 0) log.info({ applied }, `Applied ${applied.length} migration${applied.length === 1 ? '' : 's'}.`);
    }
  }
}

async function defaultMode({ settings }: App, directory: string): Promise<MigrateMode> {
  if (settings.mode === 'production') return 'deploy';
  // A test run must not write files.
  if (settings.mode === 'test') return 'sync';
  return (await readMigrations(directory)).length > 0 ? 'dev' : 'sync';
}

async function requireCovered(directory: string, catalog: Catalog, tables: readonly PlatformTable[]): Promise<void> {
  const state = lastState(await readMigrations(directory));
  if (!state) throw new StartupError(`There are no migrations in ${directory}. Make them from the definitions with "objectos migrate dev", and deploy them with the app.`);
  if (hashOf(state) !== hashOf(stateOf(catalog, tables))) {
    throw new StartupError('The definitions ask for changes that no migration makes. Run "objectos migrate dev", and deploy what it writes with the app; "objectos migrate diff" shows the changes.');
  }
}
