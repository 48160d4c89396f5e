import { createKernel } from '../kernel/kernel.ts';
import type { Plugin } from '../kernel/plugin.ts';
import { loadCatalog, type LoadedCatalog } from '../metadata/load-catalog.ts';
import { compile, prepare, type Generation } from '../platform/compile.ts';
import { loadApp, type App } from '../platform/load-app.ts';
import { serverSettingsOf } from '../platform/settings/server-settings.ts';
import { createLog } from '../server/log.ts';

/** What an app's definitions make, without any database. */
export interface CompiledApp {
  readonly app: App;
  readonly plugins: readonly Plugin[];
  readonly loaded: LoadedCatalog;
  readonly generation: Generation;
}

export async function compileApp(directory: string, env: Readonly<Record<string, string | undefined>>): Promise<CompiledApp> {
  const app = await loadApp({ directory, env });
  const { plugins } = createKernel({ plugins: app.plugins });
  const loaded = await loadCatalog({ directory: app.definitionsDirectory, plugins });
  await prepare(loaded, { plugins, directory: app.definitionsDirectory, log: createLog({ level: 'warn', destination: process.stderr }) });
  const generation = compile(loaded, { settings: app.settings, serverSettings: serverSettingsOf(app.settings), plugins, log: createLog({ level: 'silent' }) });
  return { app, plugins, loaded, generation };
}
