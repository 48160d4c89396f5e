import type { PluginServices } from '../../kernel/lifecycle.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Caller } from '../../resolvers/caller.ts';
import { accountService } from './accounts.ts';
import { withMembership } from './callers.ts';
import { cleanUp } from './clean-up.ts';
import { firstStart } from './first-start.ts';
import { identityObjects } from './objects.ts';
import { checkPolicies } from './policies.ts';
import { identityRoutes } from './routes.ts';
import { identityFields } from './schema/fields.ts';
import { identityTypes } from './schema/types.ts';
import { limitAccess } from './scopes.ts';
import { closeCodes, createIdentity, type Identity } from './service.ts';
import { identitySettings, type IdentitySettingsInput } from './settings.ts';
import { identityTables } from './tables.ts';
import { watchRecords } from './watch-records.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    identity: true;
  }
}

export interface IdentityPluginOptions {
  readonly mode: 'development' | 'production' | 'test';
  readonly identity?: IdentitySettingsInput | undefined;
  /** Milliseconds between two clean-ups of what has expired; ten minutes by default. */
  readonly cleanUpInterval?: number | undefined;
}

/** Milliseconds between looks at sockets whose credentials have a time at which they end. */
const expiryInterval = 500;
/** Milliseconds between looks at sockets whose session ended without anybody ending it. */
const sweepInterval = 15_000;

/** Sign-in, sessions, organizations and API keys: says who asks. What callers may do is said by the access provider. */
export function identity({ mode, identity: given, cleanUpInterval = 600_000 }: IdentityPluginOptions): Plugin {
  const settings = identitySettings.parse(given ?? {});
  let made: Identity | undefined;
  const timers: NodeJS.Timeout[] = [];
  const current = (): Identity => {
    if (!made) throw new TypeError('The plugin identity was not started.');
    return made;
  };

  const clean = (): Promise<void> => cleanUp(current().database, current().records, current().policies.longest.idleTimeout);

  return {
    name: 'identity',
    version: '1.0.0',
    description: 'Signs people in, and keeps their sessions, organizations and API keys.',
    requires: ['users'],
    after: ['seed', 'open-access', 'permissions', 'jobs'],
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
    mutation: watchRecords(current),
    server: {
      authenticate: (request) => current().authenticate(request),
      routes: identityRoutes(current),
      example: exampleFor(settings.administratorEmail),
      start: ({ url }) => current().setUrl(url),
    },
    lifecycle: {
      init(context) {
        made = createIdentity({ settings, production: mode === 'production', context });
        const { services } = context;
        services.register('accounts', accountService(current));
        services.register('clients', made.clients);
        const access = services.find('access');
        if (access) services.replace('access', limitAccess(access));
        services.find('jobs')?.register('identity.clean', { schedule: { cron: '*/10 * * * *', misfire: 'skip' }, priority: 'background', handler: clean });
        services.replace('callers', withMembership(services.get('callers'), services.get('runtime').database));
      },
      async start({ services, log }) {
        const { sessions } = current();
        checkPolicies(settings, { services, log });
        await sessions.listen();
        await firstStart({ identity: current(), log, sample: mode !== 'production', banner: services.find('banner') });
        const repeat = (work: () => Promise<void> | void, interval: number, failure: string): void => {
          timers.push(setInterval(() => void Promise.resolve().then(work).catch((error: unknown) => log.error({ err: error }, failure)), interval).unref());
        };
        repeat(() => closeExpired(services), expiryInterval, 'Sockets could not be checked.');
        repeat(() => closeEnded(current(), services), sweepInterval, 'Sockets could not be checked.');
        if (!services.find('jobs')) repeat(clean, cleanUpInterval, 'Expired sessions and codes could not be removed.');
      },
      async stop() {
        for (const timer of timers.splice(0)) clearInterval(timer);
        await made?.sessions.stop();
      },
    },
  };
}

const exampleFor = (email: string): string => `# Sign in first; this page then keeps the session in a cookie. Load it again
# afterwards: documentation and completion show what you may use.
mutation SignIn {
  signIn(email: "${email}", password: "…") {
    user { name }
  }
}`;

/** What was signed in with has run out by itself. */
function closeExpired(services: PluginServices): void {
  const now = Date.now() / 1000;
  const isOver = ({ attributes: { expiresAt } }: Caller): boolean => typeof expiresAt === 'number' && expiresAt <= now;
  services.find('sockets')?.close(isOver, closeCodes.ended, 'The session has ended');
}

/** Sessions that ended without anybody saying so: after their idle time, or while news were lost. */
async function closeEnded({ sessions }: Identity, services: PluginServices): Promise<void> {
  const sockets = services.find('sockets');
  const sessionOf = ({ attributes: { sessionId } }: Caller): readonly string[] => (typeof sessionId === 'string' ? [sessionId] : []);
  const open = new Set(sockets?.callers().flatMap(sessionOf));
  const valid = await sessions.validOf([...open]);
  sockets?.close((caller) => sessionOf(caller).some((id) => open.has(id) && !valid.has(id)), closeCodes.ended, 'The session has ended');
}
