import { satisfies, valid, validRange } from 'semver';
import * as z from 'zod';
import { pluginManifest } from './manifest.ts';
import type { Plugin } from './plugin.ts';

const pluginName = /^[a-z][a-z0-9]*([-_.:/@]?[a-z0-9]+)*$/i;

/** Every reason why these plugins cannot run together, each naming both parties. */
export function checkPlugins(plugins: readonly Plugin[]): readonly string[] {
  const byName = new Map<string, Plugin>();
  const problems: string[] = [];
  for (const plugin of plugins) {
    if (!pluginName.test(plugin.name)) problems.push(`"${plugin.name}" is not a plugin name: use letters, digits and single dashes.`);
    if (valid(plugin.version) === null) problems.push(`Plugin "${plugin.name}" has the version "${plugin.version}"; a semantic version such as "1.0.0" is expected.`);
    const twin = byName.get(plugin.name);
    if (twin) problems.push(`Two plugins are named "${plugin.name}" (versions ${twin.version} and ${plugin.version}); list one of them.`);
    byName.set(plugin.name, plugin);
  }
  for (const plugin of plugins) problems.push(...missing(plugin, byName), ...unfitVersions(plugin, byName));
  return [...problems, ...manifestProblems(plugins)];
}

function missing(plugin: Plugin, byName: ReadonlyMap<string, Plugin>): string[] {
  return (plugin.requires ?? [])
    .filter((name) => !byName.has(name))
    .map((name) => `Plugin "${plugin.name}" requires the plugin "${name}", which is not listed. Add it, or remove "${plugin.name}".`);
}

function unfitVersions(plugin: Plugin, byName: ReadonlyMap<string, Plugin>): string[] {
  return Object.entries(plugin.versions ?? {}).flatMap(([name, range]) => {
    if (range === undefined) return [];
    if (validRange(range) === null) return [`Plugin "${plugin.name}" asks for "${name}" in the range "${range}", which is not a semver range.`];
    const other = byName.get(name);
    if (!other || valid(other.version) === null || satisfies(other.version, range)) return [];
    return [`Plugin "${plugin.name}" ${plugin.version} works with "${name}" ${range}, but ${other.version} is listed.`];
  });
}

function manifestProblems(plugins: readonly Plugin[]): string[] {
  const problems: string[] = [];
  const owners = new Map<string, string>();
  for (const { name, manifest } of plugins) {
    if (!manifest) continue;
    const parsed = pluginManifest.safeParse(manifest);
    if (!parsed.success) problems.push(`The manifest of plugin "${name}" is not valid: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
    for (const key of ['id', 'namespace'] as const) {
      const value = manifest[key];
      if (value === undefined) continue;
      const owner = owners.get(`${key} ${value}`);
      if (owner !== undefined) problems.push(`Plugins "${owner}" and "${name}" both have the ${key} "${value}".`);
      owners.set(`${key} ${value}`, name);
    }
  }
  return problems;
}
