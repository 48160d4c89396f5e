import type { Database } from '../../database/database.ts';

/** At most one NOTIFY of a queue in this many milliseconds. */
const interval = 5;

/** Wakes workers: those of this process at once, those of others through NOTIFY. */
export interface Waker {
  /** After the commit of the open transaction, if any. */
  wake(queue: string): void;
  on(wake: (queue: string | undefined) => void): void;
  listen(): Promise<void>;
  stop(): Promise<void>;
}

export function createWaker(database: Database, channel: string): Waker {
  const pending = new Map<string, NodeJS.Timeout>();
  const last = new Map<string, number>();
  let local: (queue: string | undefined) => void = () => undefined;
  let stopListening: (() => Promise<void>) | undefined;

  const notify = (queue: string): void => {
    last.set(queue, performance.now());
    // Not inside of the transaction, which would make those of others wait. Should this process end in between, polling makes up for it.
    database.query({ name: 'objectos_jobs_notify', text: 'SELECT pg_notify($1, $2)', values: [channel, queue] }).catch(() => undefined);
  };
  const tellOthers = (queue: string): void => {
    if (database.kind === 'pglite' || pending.has(queue)) return;
    const wait = (last.get(queue) ?? -interval) + interval - performance.now();
    if (wait <= 0) {
      notify(queue);
      return;
    }
    const timer = setTimeout(() => {
      pending.delete(queue);
      notify(queue);
    }, wait).unref();
    pending.set(queue, timer);
  };

  return {
    wake(queue) {
      database.afterCommit(() => {
        local(queue);
        tellOthers(queue);
      });
    },
    on(wake) {
      local = wake;
    },
    async listen() {
      // PGlite has one process.
      if (database.kind === 'postgres') stopListening = await database.listen(channel, (queue) => local(queue === '' ? undefined : queue));
    },
    async stop() {
      for (const timer of pending.values()) clearTimeout(timer);
      await stopListening?.();
    },
  };
}
