import type { Plugin } from '../../kernel/plugin.ts';
import { systemAccess } from '../../resolvers/access.ts';
import type { AccessProvider } from '../../resolvers/access.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    'open-access': true;
  }
}

const provider: AccessProvider = { name: 'open', accessOf: () => systemAccess, version: () => 'open' };

/**
 * Lets everybody do everything, without signing in: for a laptop, a demonstration, or a network that already decides who gets in.
 * Says so at every start.
 */
export function openAccess(): Plugin {
  return {
    name: 'open-access',
    version: '1.0.0',
    description: 'Lets every caller read and write everything; says so loudly at start.',
    lifecycle: {
      init: ({ services }) => services.register('access', provider),
      start: ({ log }) =>
        log.warn({ access: provider.name }, 'OPEN ACCESS: every caller may read and change every record, without signing in. Remove "open-access" from the plugins in objectos.config.yml before real data comes in.'),
    },
  };
}
