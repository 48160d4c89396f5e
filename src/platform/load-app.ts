import { join, resolve } from 'node:path';
import type { Plugin } from '../kernel/plugin.ts';
import { parseSealingKey, setSealingKey } from '../metadata/sealing.ts';
import { loadAppPlugins } from '../plugins/load-app-plugins.ts';
import { platformPlugins } from '../plugins/index.ts';
import { loadSettings } from './settings/load-settings.ts';
import type { LoadedSettings } from './settings/load-settings.ts';
import type { Settings, SettingsInput } from './settings/schema.ts';

/** What an app is before anything is started: its settings, its plugins and where its files stand. */
export interface App extends LoadedSettings {
  readonly directory: string;
  /** `schema/` */
  readonly definitionsDirectory: string;
  /** Always on, then those that the settings name, then those given in code; not ordered yet. */
  readonly plugins: readonly Plugin[];
}

export interface LoadAppOptions {
  readonly directory: string;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly settings?: SettingsInput | undefined;
  readonly plugins?: readonly Plugin[] | undefined;
}

export async function loadApp({ directory, env = process.env, settings: overrides, plugins = [] }: LoadAppOptions): Promise<App> {
  const folder = resolve(directory);
  const loaded = await loadSettings({ directory: folder, env, overrides });
  useSealingKeys(loaded.settings);
  const named = await loadAppPlugins(loaded.settings.plugins, folder, loaded.settings);
  return {
    ...loaded,
    directory: folder,
    definitionsDirectory: join(folder, 'schema'),
    plugins: [...platformPlugins(loaded.settings), ...named, ...plugins],
  };
}

/** Keys belong to the process: an app without any leaves those of another as they are. */
function useSealingKeys({ encryption: { key, olderKeys } }: Settings): void {
  if (key !== undefined) setSealingKey(parseSealingKey(key), olderKeys.map(parseSealingKey));
}
