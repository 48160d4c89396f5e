import { StartupError } from '../../errors.ts';
import { createKernel } from '../../kernel/kernel.ts';
import { DefinitionError } from '../../metadata/diagnostic.ts';
import { loadCatalog } from '../../metadata/load-catalog.ts';
import { loadApp } from '../../platform/load-app.ts';
import type { App } from '../../platform/load-app.ts';
import { openAppDatabase } from '../../platform/open-app-database.ts';
import { checkSealingKey } from '../../platform/sealing-key.ts';
import { showSettings } from '../../platform/settings/show-settings.ts';
import { describeStatus, isCurrent, readStatus } from '../migration-status.ts';
import { createLog } from '../../server/log.ts';
import type { CommandFactory, CommonOptions } from '../command.ts';
import { appCommand } from '../command.ts';
import { formatTable, plural } from '../io.ts';
import { version } from '../version.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

export const doctor: CommandFactory = (io, done) =>
  appCommand('doctor', 'show all settings with their origin, and check definitions, plugins and database')
    .option('--json', 'for scripts')
    .action(async ({ directory, json }: CommonOptions & { readonly json?: boolean }) => {
      const app = await loadApp({ directory, env: io.env });
      const settings = showSettings(app);
      const checks = await runChecks(app);
      const ok = checks.every((check) => check.ok);
      if (json === true) io.out(JSON.stringify({ ok, version, settings, checks }, null, 2));
      else {
        const rows = settings.map(({ key, value, origin, env }) => [key, value ?? '-', origin, origin === env ? '' : env]);
        io.out(formatTable([['setting', 'value', 'origin', 'variable'], ...rows]));
        io.out('');
        for (const check of checks) io.out(`${check.ok ? io.style('green', 'ok     ') : io.style('red', 'problem')} ${check.name}: ${check.message.replaceAll('\n', '\n          ')}`);
      }
      done(ok ? 0 : 1);
    });

async function runChecks(app: App): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const check = async <T>(name: string, work: () => Promise<readonly [T, string]>): Promise<T | undefined> => {
    try {
      const [result, message] = await work();
      checks.push({ name, ok: true, message });
      return result;
    } catch (error) {
      checks.push({ name, ok: false, message: error instanceof DefinitionError ? `${error.message}\nRun "objectos validate".` : error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  await check('platform', () => Promise.resolve([undefined, `ObjectOS ${version} on Node ${process.versions.node}`] as const));
  const plugins = await check('plugins', () => {
    const { plugins: ordered } = createKernel({ plugins: app.plugins });
    return Promise.resolve([ordered, ordered.map(({ name }) => name).join(', ')] as const);
  });
  const loaded = plugins && (await check('definitions', async () => {
    const result = await loadCatalog({ directory: app.definitionsDirectory, plugins });
    checkSealingKey(app.settings, result.catalog);
    return [result, `${plural(result.catalog.objects.size, 'object')}, ${plural(result.diagnostics.length, 'warning')}`] as const;
  }));
  const log = createLog({ level: 'silent' });
  const database = await check('database', async () => {
    const opened = await openAppDatabase(app, log);
    const { rows } = await opened.query<{ version: string }>({ text: 'SHOW server_version', values: [] });
    return [opened, `${opened.kind === 'pglite' ? 'embedded PostgreSQL' : 'PostgreSQL'} ${Object.values(rows[0] ?? {}).join('')}`] as const;
  });
  if (database) {
    if (loaded) {
      await check('migrations', async () => {
        const status = await readStatus(app, loaded.catalog, database);
        if (!isCurrent(status)) throw new StartupError(describeStatus(status).join('\n'));
        return [undefined, describeStatus(status).join('; ')] as const;
      });
    }
    await database.close();
  }
  return checks;
}
