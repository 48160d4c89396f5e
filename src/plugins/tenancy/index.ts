import { StartupError } from '../../errors.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import { checkTenancy } from './check.ts';
import { organizationOf, tenancyKey } from './definition.ts';
import { limitToOrganization } from './limit-access.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    tenancy: true;
  }
}

/** Keeps the records of organizations apart, whoever decides what callers may do within theirs. */
export function tenancy(): Plugin {
  return {
    name: 'tenancy',
    version: '1.0.0',
    description: 'Keeps the records of organizations apart: callers act in one at a time, and nothing crosses.',
    requires: ['identity'],
    after: ['open-access', 'permissions'],
    metadata: {
      objectKeys: { tenancy: tenancyKey.optional().describe('Records belong to organizations, which do not see those of each other.') },
      organizationOf,
      check: checkTenancy,
    },
    lifecycle: {
      init({ services }) {
        const access = services.find('access');
        if (!access) throw new StartupError('Nothing decides yet who may do what: list the plugin that offers the service "access" before "tenancy".');
        const runtime = services.get('runtime');
        services.replace('access', limitToOrganization(access, () => runtime.catalog));
      },
    },
  };
}
