import type { Plugin } from '../../kernel/plugin.ts';
import { firstStart } from './first-start.ts';
import { identityObjects } from './objects.ts';
import { identityRoutes } from './routes.ts';
import { identityFields } from './schema/fields.ts';
import { identityTypes } from './schema/types.ts';
import { limitAccess } from './scopes.ts';
import { createIdentity, type Identity } from './service.ts';
import { identitySettings, type IdentitySettingsInput } from './settings.ts';
import { identityTables } from './tables.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    identity: true;
  }
}

export interface IdentityPluginOptions {
  readonly mode: 'development' | 'production' | 'test';
  readonly identity?: IdentitySettingsInput | undefined;
}

/** Milliseconds between looks at sockets whose session ended without anybody ending it. */
const sweepInterval = 15_000;

/** Sign-in, sessions, organizations and API keys: says who asks. What callers may do is said by the access provider. */
export function identity({ mode, identity: given }: IdentityPluginOptions): Plugin {
  const settings = identitySettings.parse(given ?? {});
  let made: Identity | undefined;
  let sweeper: NodeJS.Timeout | undefined;
  const current = (): Identity => {
    if (!made) throw new TypeError('The plugin identity was not started.');
    return made;
  };

  return {
    name: 'identity',
    version: '1.0.0',
    description: 'Signs people in, and keeps their sessions, organizations and API keys.',
    requires: ['users'],
    after: ['seed', 'open-access', 'permissions'],
    metadata: { objects: identityObjects },
    database: { tables: identityTables },
    schema: {
      extend(schema) {
        for (const [name, type] of Object.entries(identityTypes(current))) schema.addType(name, type);
        const { query, mutation } = identityFields(current);
        schema.addFields('Query', query);
        schema.addFields('Mutation', mutation);
      },
    },
    mutation: {
      objects: ['sys_user'],
      before(changes) {
        // Nobody has shown yet that the new address is theirs.
        for (const { kind, values, previous } of changes) if (kind === 'update' && 'email' in values && values['email'] !== previous?.['email']) values['email_verified'] = false;
      },
      async after(changes) {
        const touched = changes.filter(({ kind, values }) => kind !== 'create' && (kind !== 'update' || 'active' in values));
        for (const { id, kind, record } of touched) if (kind === 'delete' || record['active'] === false) await current().sessions.end(id, {});
        await current().sessions.usersChanged(touched.map(({ id }) => id));
      },
    },
    server: {
      authenticate: (request) => current().authenticate(request),
      routes: identityRoutes(current),
      start: ({ url }) => current().setUrl(url),
    },
    lifecycle: {
      init(context) {
        made = createIdentity({ settings, production: mode === 'production', context });
        const { services } = context;
        const access = services.find('access');
        if (access) services.replace('access', limitAccess(access));
      },
      async start({ services, log }) {
        const { sessions } = current();
        await sessions.listen();
        await firstStart({ identity: current(), log, seeds: services.get('runtime').seeds, sample: mode !== 'production' });
        const sweep = async (): Promise<void> => {
          const sockets = services.find('sockets');
          for (const { attributes } of sockets?.callers() ?? []) {
            const { sessionId, expiresAt } = attributes;
            const ended = typeof sessionId === 'string' ? !(await sessions.isValid(sessionId)) : typeof expiresAt === 'number' && expiresAt * 1000 < Date.now();
            if (ended) sockets?.close((caller) => caller.attributes === attributes, 4401, 'The session has ended');
          }
        };
        sweeper = setInterval(() => void sweep().catch((error: unknown) => log.error({ err: error }, 'Sockets could not be checked.')), sweepInterval).unref();
      },
      async stop() {
        clearInterval(sweeper);
        await made?.sessions.stop();
      },
    },
  };
}
