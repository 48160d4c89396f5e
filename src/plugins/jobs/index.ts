import type { Plugin } from '../../kernel/plugin.ts';
import { startBoss } from './boss.ts';
import { createInterventions, type Interventions } from './interventions.ts';
import { jobObject } from './objects.ts';
import { createRegistry } from './registry.ts';
import { createSchedules } from './schedules.ts';
import { extendWithJobs } from './schema.ts';
import { createService } from './service.ts';
import { jobsSettings, type JobsSettingsInput } from './settings.ts';
import { createStore } from './store.ts';
import { createJobView } from './view.ts';
import { createWaker } from './wake.ts';
import { createWorkers } from './workers.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    jobs: true;
  }
}

/** Runs durable work: jobs that are added with the change they follow from, wake their workers, and are tried again. */
export function jobs(input: JobsSettingsInput = {}): Plugin {
  const settings = jobsSettings.parse(input);
  let interventions: Interventions | undefined;
  /** The queues of all plugins are there. */
  let ready: Promise<void> | undefined;
  let stop: (() => Promise<void>) | undefined;
  return {
    name: 'jobs',
    version: '1.0.0',
    description: 'Runs work in the background that survives restarts, with retries, schedules and dead letters.',
    metadata: { objects: [jobObject] },
    schema: {
      extend: (schema) =>
        extendWithJobs(schema, () => {
          if (!interventions) throw new Error('The plugin jobs is not initialised.');
          return interventions;
        }),
    },
    lifecycle: {
      async init({ services, events, log }) {
        const { database } = services.get('runtime');
        const { boss, schema } = await startBoss(database, settings);
        boss.on('error', (error) => log.error({ err: error }, 'pg-boss reports an error.'));
        await createJobView(database, schema);
        const registry = createRegistry();
        const store = createStore(database, { boss, schema }, settings.leaseSeconds);
        const waker = createWaker(database, `${schema}_jobs`);
        const service = createService({ database, boss, store, registry, waker });
        const schedules = createSchedules(registry, service, log);
        const workers = createWorkers({ database, store, registry, service, schedules, events, log, settings, waker });
        interventions = createInterventions(database, schema, registry, waker, workers.lose);
        registry.add('jobs.clean', { schedule: { cron: '41 * * * *' }, attempts: 1, priority: 'background', handler: () => store.clean() });
        services.register('jobs', service);
        events.on('kernel:after-init', () => {
          ready = store.createQueues(registry.queues);
          return ready;
        });
        events.on('kernel:ready', () => workers.start());
        events.on('kernel:shutdown', () => workers.stop());
        stop = async () => {
          await workers.stop();
          await waker.stop();
          await boss.stop({ graceful: false, close: false });
        };
      },
      start: () => ready,
      async stop() {
        await stop?.();
      },
    },
  };
}
