import type { Plugin } from '../../kernel/plugin.ts';
import { createCallers } from './callers.ts';
import { user } from './objects.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    users: true;
  }
}

/** Brings the people: the object that lookups of type `user` and the stamps of records point at. */
export function users(): Plugin {
  return {
    name: 'users',
    version: '1.0.0',
    description: 'Brings the object sys_user, which owners and stamps of records point at.',
    metadata: { objects: [user] },
    lifecycle: {
      init({ services }) {
        services.register('callers', createCallers(services.get('runtime').database));
      },
    },
  };
}
