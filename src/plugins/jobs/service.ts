import type PgBoss from 'pg-boss';
import type { Database } from '../../database/database.ts';
import type { EnqueueOptions, JobService, JobStep } from '../../kernel/jobs.ts';
import { newId } from '../../kernel/new-id.ts';
import { singletonKey, type Envelope } from './envelope.ts';
import { priorityOf, type Job, type Registry } from './registry.ts';
import type { Store } from './store.ts';
import type { Waker } from './wake.ts';

export interface ServiceOptions {
  readonly database: Database;
  readonly boss: PgBoss;
  readonly store: Store;
  readonly registry: Registry;
  readonly waker: Waker;
}

export interface InnerService extends JobService {
  /** The next of a chain, with what the one before answered. */
  follow(steps: readonly JobStep[], previous: unknown): Promise<void>;
  /** A firing of a schedule; the same id stands for the same moment, so that it is there once. */
  fire(job: Job, id: string, at: Date, rule: string): Promise<void>;
}

export function createService({ database, boss, store, registry, waker }: ServiceOptions): InnerService {
  const rowOf = (job: Job, envelope: Envelope, { priority, after }: EnqueueOptions, id: string) => ({
    id,
    priority: priority === undefined ? job.priority : priorityOf(priority),
    ...(after !== undefined && { startAfter: (typeof after === 'number' ? new Date(Date.now() + after) : after).toISOString() }),
    singletonKey: singletonKey(envelope.name, envelope.key, id),
    retryLimit: job.attempts - 1,
    retryDelay: job.retryDelay,
    retryBackoff: job.retryDelay > 0,
  });
  /** Undefined when one with its key is there. */
  const send = async (envelope: Envelope, options: EnqueueOptions, id: string = newId()): Promise<string | undefined> => {
    const job = registry.need(envelope.name);
    const added = await boss.send(job.queue, envelope, rowOf(job, envelope, options, id));
    if (added !== null) waker.wake(job.queue);
    return added ?? undefined;
  };
  const endWaiting = (name: string, keys: readonly string[], state: 'cancelled' | 'completed'): Promise<number> =>
    keys.length === 0 ? Promise.resolve(0) : store.endWaiting(registry.need(name).queue, keys.map((key) => singletonKey(name, key, '')), state);
  const check = (steps: readonly JobStep[]): void => {
    for (const { name } of steps) registry.need(name);
  };

  return {
    register: (name, definition) => registry.add(name, definition),
    async enqueue(name, data, options = {}) {
      const { key, replace = false, then = [] } = options;
      check(then);
      const envelope: Envelope = { name, data, ...(key !== undefined && { key }), ...(then.length > 0 && { then }) };
      if (!replace || key === undefined) return send(envelope, options);
      return database.transaction(async () => {
        await store.endWaiting(registry.need(name).queue, [singletonKey(name, key, '')], 'cancelled');
        return send(envelope, options);
      });
    },
    async enqueueMany(name, jobs) {
      if (jobs.length === 0) return;
      const job = registry.need(name);
      await boss.insert(
        jobs.map(({ data, options = {} }) => {
          const envelope: Envelope = { name, data, ...(options.key !== undefined && { key: options.key }) };
          return { name: job.queue, data: envelope, ...rowOf(job, envelope, options, newId()) };
        }),
      );
      waker.wake(job.queue);
    },
    cancel: (name, keys) => endWaiting(name, keys, 'cancelled'),
    finish: (name, keys) => endWaiting(name, keys, 'completed'),
    async follow([next, ...rest], previous) {
      if (next) await send({ name: next.name, data: next.data, ...(rest.length > 0 && { then: rest }), previous }, {});
    },
    async fire(job, id, at, rule) {
      await send({ name: job.name, data: {}, key: `${rule} ${at.toISOString()}`, scheduled: { at: at.toISOString(), rule } }, { after: at }, id);
    },
  };
}
