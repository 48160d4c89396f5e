import { Command } from 'commander';
import type { Database } from '../../database/database.ts';
import { migrateDeploy, migrateDev, migrateDiff } from '../../database/migrations/migrate.ts';
import type { MigrateOptions } from '../../database/migrations/migrate.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { loadCatalog } from '../../metadata/load-catalog.ts';
import { loadApp } from '../../platform/load-app.ts';
import type { App } from '../../platform/load-app.ts';
import { migrationsDirectory, platformTables } from '../../platform/migrate.ts';
import { openAppDatabase } from '../../platform/open-app-database.ts';
import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand } from '../command.ts';
import type { Io } from '../io.ts';
import { describeStatus, isCurrent, readStatus } from '../migration-status.ts';
import { commandLog } from '../terminal-log.ts';

interface MigrateCommandOptions extends CommonOptions {
  readonly json?: boolean;
}

export const migrate: CommandFactory = (io, done) =>
  new Command('migrate')
    .description('bring the tables to what the definitions ask for')
    .addCommand(
      appCommand('dev', 'apply pending migrations, then write and apply one for what changed in the definitions')
        .option('-n, --name <title>', 'what the migration is about, such as "add invoices"')
        .option('--accept-data-loss <names...>', 'tables and columns that may go, such as contact.fax')
        .action(async ({ directory, name, acceptDataLoss }: MigrateCommandOptions & { readonly name?: string; readonly acceptDataLoss?: readonly string[] }) => {
          await withDatabase(io, directory, async (options) => {
            const { applied, written } = await migrateDev({ ...options, name, acceptDataLoss });
            for (const one of applied) io.out(`${io.style('green', one === written ? 'wrote and applied' : 'applied')} ${one}`);
            if (applied.length === 0) io.out('Nothing to do: definitions, migrations and database agree.');
          });
          done(0);
        }),
    )
    .addCommand(
      appCommand('deploy', 'apply pending migrations; several processes may do so at once').action(async ({ directory }: MigrateCommandOptions) => {
        await withDatabase(io, directory, async (options) => {
          const { applied } = await migrateDeploy(options);
          for (const one of applied) io.out(`${io.style('green', 'applied')} ${one}`);
          if (applied.length === 0) io.out('Nothing to do: the database has all migrations.');
        });
        done(0);
      }),
    )
    .addCommand(
      appCommand('status', 'compare definitions, migrations and database; fails when they differ')
        .option('--json', 'for scripts')
        .action(async ({ directory, json }: MigrateCommandOptions) => {
          const status = await withDatabase(io, directory, ({ catalog, database }, app) => readStatus(app, catalog, database));
          if (json === true) io.out(JSON.stringify(status, null, 2));
          else for (const line of describeStatus(status)) io.out(line);
          done(isCurrent(status) ? 0 : 1);
        }),
    )
    .addCommand(
      appCommand('diff', 'print the SQL that the definitions ask for beyond the migrations').action(async ({ directory }: MigrateCommandOptions) => {
        const sql = await withDatabase(io, directory, (options) => migrateDiff(options));
        if (sql === '') io.error('No difference: the migrations make what the definitions ask for.');
        else io.out(sql.trimEnd());
        done(0);
      }),
    );

async function withDatabase<T>(io: Io, directory: string, work: (options: MigrateOptions & { readonly database: Database }, app: App) => Promise<T>): Promise<T> {
  const app = await loadApp({ directory, env: io.env });
  const { plugins } = createKernel({ plugins: app.plugins });
  const { catalog } = await loadCatalog({ directory: app.definitionsDirectory, plugins });
  const database = await openAppDatabase(app, commandLog(app.settings));
  try {
    return await work({ directory: migrationsDirectory(app), database, catalog, tables: platformTables(plugins) }, app);
  } finally {
    await database.close();
  }
}
