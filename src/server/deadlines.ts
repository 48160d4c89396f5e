import type { OperationContext } from './context.ts';
import { timedOut } from './admit.ts';

/** Ends operations that take too long. One timer serves them all, so a deadline costs an entry in a set. */
export interface Deadlines {
  /** Settles as `work` does, or rejects with TIMEOUT once the time is over; the context is aborted then. */
  limit<T>(context: OperationContext, work: Promise<T>): Promise<T>;
  close(): void;
}

interface Entry {
  readonly until: number;
  expire(): void;
}

export function createDeadlines(milliseconds: number): Deadlines {
  const entries = new Set<Entry>();
  const sweep = (): void => {
    const now = performance.now();
    for (const entry of entries) {
      if (entry.until > now) return; // in order of time
      entry.expire();
    }
  };
  const timer = setInterval(sweep, Math.min(250, Math.max(10, milliseconds / 4)));
  timer.unref();

  return {
    limit: (context, work) =>
      new Promise((resolve, reject) => {
        const entry: Entry = {
          until: performance.now() + milliseconds,
          expire() {
            entries.delete(entry);
            const error = timedOut(milliseconds);
            reject(error);
            context.abort(error);
          },
        };
        entries.add(entry);
        work.then(
          (value) => {
            entries.delete(entry);
            resolve(value);
          },
          (error: unknown) => {
            entries.delete(entry);
            reject(error as Error);
          },
        );
      }),
    close: () => clearInterval(timer),
  };
}
