import { StartupError } from '../errors.ts';
import { checkPlugins } from './check-plugins.ts';
import type { Plugin } from './plugin.ts';

/**
 * Plugins in the order in which their hooks run: each after those that it requires or names in `after`, otherwise as
 * listed. Throws a StartupError that holds every problem at once: bad names and versions, missing plugins, circles.
 */
export function orderPlugins(plugins: readonly Plugin[]): readonly Plugin[] {
  const problems = checkPlugins(plugins);
  if (problems.length > 0) throw new StartupError(`The plugins do not fit together:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  const byName = new Map<string, Plugin>(plugins.map((plugin) => [plugin.name, plugin]));
  const ordered = new Set<Plugin>();
  const path: string[] = [];

  const place = (plugin: Plugin): void => {
    if (ordered.has(plugin)) return;
    const start = path.indexOf(plugin.name);
    if (start >= 0) {
      const circle = [...path.slice(start), plugin.name].map((name) => `"${name}"`).join(' -> ');
      throw new StartupError(`Plugins wait for each other in a circle: ${circle}. Remove one of these entries of "requires" or "after".`);
    }
    path.push(plugin.name);
    for (const name of predecessors(plugin)) {
      const earlier = byName.get(name);
      if (earlier) place(earlier);
    }
    path.pop();
    ordered.add(plugin);
  };

  for (const plugin of plugins) place(plugin);
  return [...ordered];
}

const predecessors = (plugin: Plugin): readonly string[] => [...(plugin.requires ?? []), ...(plugin.after ?? [])];
