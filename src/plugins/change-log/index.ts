import type { Logger } from '../../kernel/log.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import type { Database } from '../../database/database.ts';
import { adoptChanges, pruneChanges } from '../../resolvers/write/change-log/prune-changes.ts';
import { pruneIdempotency } from '../../resolvers/write/idempotency.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    'change-log': true;
  }
}

export interface ChangeLogOptions {
  /** Days for which changes are kept; 0 keeps them for ever. */
  readonly retentionDays: number;
  /** Days for which a repeated idempotency key gets the first answer; 1 by default. */
  readonly idempotencyDays?: number;
  /** Milliseconds between clean-ups; an hour by default. With the plugin jobs they are a job at 11 minutes past the hour. */
  readonly interval?: number;
}

const day = 86_400_000;

/** Keeps the change log and the remembered answers of idempotency keys from growing for ever. Several processes may clean up at once. */
export function changeLog({ retentionDays, idempotencyDays = 1, interval = 3_600_000 }: ChangeLogOptions): Plugin {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  return {
    name: 'change-log',
    version: '1.0.0',
    description: 'Takes old changes and remembered idempotency keys out of the database.',
    after: ['jobs'],
    lifecycle: {
      init({ services, log }) {
        const { database } = services.get('runtime');
        services.find('jobs')?.register('change-log.clean', { schedule: { cron: '11 * * * *' }, priority: 'background', handler: () => cleanUp(database, retentionDays, idempotencyDays, log) });
      },
      async start({ services, log }) {
        const { database } = services.get('runtime');
        await adoptChanges(database);
        if (services.find('jobs')) return;
        const clean = (): void => {
          running = running.then(() => cleanUp(database, retentionDays, idempotencyDays, log)).catch((error: unknown) => log.error({ err: error }, 'The clean-up of the change log failed; it is tried again later.'));
        };
        clean();
        timer = setInterval(clean, interval).unref();
      },
      async stop() {
        clearInterval(timer);
        await running;
      },
    },
  };
}

async function cleanUp(database: Database, retentionDays: number, idempotencyDays: number, log: Logger): Promise<void> {
  const before = (days: number): Date => new Date(Date.now() - days * day);
  const changes = retentionDays === 0 ? 0 : await pruneChanges(database, { olderThan: before(retentionDays) });
  const keys = await pruneIdempotency(database, { olderThan: before(idempotencyDays) });
  if (changes + keys > 0) log.info({ changes, keys }, `Removed ${changes} old changes and ${keys} idempotency keys.`);
}
