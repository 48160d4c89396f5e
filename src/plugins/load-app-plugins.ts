import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StartupError } from '../errors.ts';
import type { Plugin } from '../kernel/plugin.ts';
import { suggest } from '../metadata/nearest.ts';
import { optionalPlugins, type PlatformPluginOptions } from './index.ts';

/**
 * The plugins that settings name: one of the platform's, or a module of the app (`./plugins/loyalty.ts`, or a package) that exports
 * `plugin`, a Plugin or a function that makes one.
 */
export async function loadAppPlugins(names: readonly string[], directory: string, options: PlatformPluginOptions): Promise<readonly Plugin[]> {
  return Promise.all(names.map((name) => optionalPlugins[name]?.(options, directory) ?? importPlugin(name, directory)));
}

async function importPlugin(name: string, directory: string): Promise<Plugin> {
  const isFile = /^\.{0,2}\//.test(name);
  if (!isFile && !name.includes('/') && !name.startsWith('objectos-')) {
    throw new StartupError(`There is no plugin "${name}". ${suggest(name, Object.keys(optionalPlugins)) ?? ''} A file of the app starts with "./".`);
  }
  const specifier = isFile ? pathToFileURL(resolve(directory, name)).href : name;
  let module: unknown;
  try {
    module = await import(specifier);
  } catch (error) {
    throw new StartupError(`The plugin ${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const exported = (module as { readonly plugin?: unknown }).plugin;
  const made: unknown = typeof exported === 'function' ? (exported as () => unknown)() : exported;
  if (!isPlugin(made)) throw new StartupError(`${name} exports no plugin. Export one by name: export const plugin: Plugin = { name, version, description, … }.`);
  return made;
}

function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && 'name' in value && 'version' in value && 'description' in value;
}
