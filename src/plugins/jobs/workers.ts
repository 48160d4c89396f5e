import type { RunTools } from './run-job.ts';
import type { JobsSettings } from './settings.ts';
import type { Waker } from './wake.ts';
import { Worker } from './worker.ts';

export interface WorkersOptions extends RunTools {
  readonly settings: JobsSettings;
  readonly waker: Waker;
}

export interface Workers {
  start(): Promise<void>;
  /** Once; later calls wait for the first. */
  stop(): Promise<void>;
  /** A job is no longer to be run here. */
  lose(id: string): void;
}

/** The workers of all queues of this process, their leases, and the upkeep of schedules and of what died elsewhere. */
export function createWorkers(options: WorkersOptions): Workers {
  const { settings, store, registry, schedules, waker, log } = options;
  const workers = new Map<string, Worker>();
  const timers: NodeJS.Timeout[] = [];
  let stopping: Promise<void> | undefined;
  let upkeep: Promise<void> = Promise.resolve();

  const every = (milliseconds: number, what: string, work: () => Promise<void>): void => {
    const guarded = () => work().catch((error: unknown) => log.error({ err: error }, `${what} failed; it is tried again.`));
    timers.push(setInterval(() => (upkeep = upkeep.then(guarded)), milliseconds).unref());
  };
  const wakeAll = (): void => {
    for (const worker of workers.values()) worker.wake();
  };
  const renew = async (): Promise<void> => {
    const held = [...workers.values()].flatMap((worker) => worker.held);
    const kept = await store.renew(held);
    for (const { queue, id } of held) if (!kept.has(id)) workers.get(queue)?.lose(id);
  };
  const expire = async (): Promise<void> => {
    await store.expire();
    await schedules.plan();
    wakeAll();
  };

  return {
    async start() {
      for (const queue of registry.queues) {
        const concurrency = settings.queues[queue] ?? settings.concurrency;
        workers.set(queue, new Worker({ ...options, queue, concurrency, poll: settings.pollSeconds * 1000 }));
      }
      waker.on((queue) => (queue === undefined ? wakeAll() : workers.get(queue)?.wake()));
      await waker.listen();
      await schedules.plan();
      const lease = settings.leaseSeconds * 1000;
      every(lease / 3, 'The renewal of leases', renew);
      every(lease / 2, 'The upkeep of jobs', expire);
      wakeAll();
    },
    stop() {
      stopping ??= (async () => {
        for (const timer of timers) clearInterval(timer);
        await upkeep;
        await Promise.all([...workers.values()].map((worker) => worker.stop(settings.stopSeconds * 1000)));
      })();
      return stopping;
    },
    lose(id) {
      for (const worker of workers.values()) worker.lose(id);
    },
  };
}
