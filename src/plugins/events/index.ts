import type { Plugin } from '../../kernel/plugin.ts';
import type { Filter } from '../../resolvers/filter/filter.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { createEventStore, jobPrefix, type EventStore } from './event-store.ts';
import { createForwarding, type Forwarding } from './forwarding/forward.ts';
import { eventObject } from './objects.ts';
import { extendWithEvents } from './schema.ts';
import { eventsSettings, type EventsSettingsInput } from './settings.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    events: true;
  }
}

/** Keeps events, hands them to subscribers until these are done with them, and forwards them. */
export function events(given: EventsSettingsInput = {}): Plugin {
  const settings = eventsSettings.parse(given);
  let store: EventStore | undefined;
  let forwarding: Forwarding | undefined;
  return {
    name: 'events',
    version: '1.0.0',
    description: 'Keeps events, hands them to subscribers with retries, and forwards them to webhooks and message queues.',
    requires: ['jobs'],
    metadata: { objects: [eventObject] },
    schema: {
      extend: (schema) =>
        extendWithEvents(schema, () => {
          if (!store) throw new Error('The plugin events is not initialised.');
          return store;
        }),
    },
    lifecycle: {
      async init({ services, events: bus, log }) {
        const runtime = services.get('runtime');
        const jobs = services.get('jobs');
        const made = createEventStore({ runtime, jobs, events: bus });
        store = made;
        services.register('eventLog', made);
        forwarding = await createForwarding(settings);
        for (const subscription of forwarding.subscriptions) made.subscribe(subscription);
        for (const pattern of settings.keep) {
          bus.on(pattern, async ({ name, payload, metadata: { timestamp: _, ...metadata } }) => {
            if (made.telling || isOwn(name, payload)) return;
            await made.publish(name, asJson(payload), metadata).catch((error: unknown) => log.error({ err: error, event: name }, `The event ${name} could not be kept.`));
          });
        }
        jobs.register('events.clean', { schedule: { cron: '53 * * * *' }, attempts: 1, priority: 'background', handler: () => clean(runtime, settings.retentionDays) });
      },
      stop: () => forwarding?.close(),
    },
  };
}

/** That an event was handed over is no news: it would lead to the next. */
const isOwn = (name: string, payload: unknown): boolean => name.startsWith('job.') && String((payload as { readonly name?: unknown } | null)?.name).startsWith(jobPrefix);

/** Events of the process may carry what JSON does not know. */
const asJson = (payload: unknown): unknown => JSON.parse(JSON.stringify(payload ?? null, (_, value: unknown) => (value instanceof Error ? { name: value.name, message: value.message } : value)));

async function clean({ writer, systemContext }: Runtime, days: number): Promise<void> {
  const before = new Date(Date.now() - days * 86_400_000).toISOString();
  const where: Filter = { kind: 'compare', field: 'happened_at', operator: 'lt', operand: { value: () => before } };
  await writer.write({ object: String(eventObject['name']), options: {}, operation: 'deleteMany', where }, systemContext());
}
