import type { Database } from '../database/database.ts';
import { extraSql } from '../database/extra-sql.ts';
import { planMigration, statementsOf } from '../database/migrations/plan-migration.ts';
import type { PlatformTable } from '../database/phase.ts';
import { printPrismaSchema } from '../database/prisma/print-schema.ts';
import type { Logger } from '../kernel/log.ts';
import type { Plugin } from '../kernel/plugin.ts';
import type { Catalog } from '../metadata/catalog.ts';
import { writeTables } from '../resolvers/write/tables.ts';
import type { App } from './load-app.ts';

export type MigrateMode = 'auto' | 'deploy' | 'none';

/** Tables beside those of the objects: the write path's, and those that plugins bring. */
export function platformTables(plugins: readonly Plugin[]): readonly PlatformTable[] {
  return [...writeTables, ...plugins.flatMap(({ database }) => database?.tables ?? [])];
}

export async function migrate(app: App, catalog: Catalog, database: Database, { mode, log }: { readonly mode: MigrateMode | undefined; readonly log: Logger }): Promise<void> {
  const tables = platformTables(app.plugins);
  const plan = await planMigration(undefined, { prisma: printPrismaSchema(catalog, tables), extras: extraSql(catalog, tables) });
  await database.exec(statementsOf(plan).map((statement) => `${statement};`).join('\n'));
  log.info({ mode }, 'made the tables');
}
