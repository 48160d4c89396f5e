import { StartupError } from '../errors.ts';
import type { Plugin } from '../kernel/plugin.ts';
import type { Route } from './phase.ts';

export interface RouteTable {
  /** The route that serves this path; undefined when none does, `method` when one does for other methods only. */
  find(method: string, path: string): Route | 'method' | undefined;
}

/** Routes of all plugins. Throws when two parties serve the same path, naming both. */
export function createRoutes(plugins: readonly Plugin[], reserved: readonly string[]): RouteTable {
  const owners = new Map<string, string>(reserved.map((path) => [`* ${path}`, 'the server']));
  const routes: Route[] = [];
  for (const plugin of plugins) {
    for (const route of plugin.server?.routes ?? []) {
      if (!/^\/[^*?#]*\*?$/.test(route.path) || (route.path.endsWith('*') && !route.path.endsWith('/*'))) {
        throw new StartupError(`Plugin "${plugin.name}" has the route "${route.path}"; a path such as "/hooks" or "/hooks/*" is expected.`);
      }
      for (const method of ['*', route.method ?? '*']) {
        const owner = owners.get(`${method} ${route.path}`);
        if (owner !== undefined) throw new StartupError(`The path "${route.path}" is served by both ${owner} and plugin "${plugin.name}".`);
      }
      owners.set(`${route.method ?? '*'} ${route.path}`, `plugin "${plugin.name}"`);
      routes.push(route);
    }
  }
  const longestFirst = routes.sort((a, b) => b.path.length - a.path.length);

  return {
    find(method, path) {
      let other = false;
      for (const route of longestFirst) {
        if (!fits(route.path, path)) continue;
        if (route.method === undefined || route.method === method) return route;
        other = true;
      }
      return other ? 'method' : undefined;
    },
  };
}

const fits = (pattern: string, path: string): boolean => (pattern.endsWith('/*') ? path === pattern.slice(0, -2) || path.startsWith(pattern.slice(0, -1)) : path === pattern);
