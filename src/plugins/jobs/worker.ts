import { setTimeout as sleep } from 'node:timers/promises';
import { Returned, runJob, type RunTools } from './run-job.ts';
import type { Held } from './store.ts';

export interface WorkerOptions extends RunTools {
  readonly queue: string;
  readonly concurrency: number;
  /** Milliseconds after which the queue is looked at although nothing woke it. */
  readonly poll: number;
}

interface Running {
  readonly held: Held;
  readonly control: AbortController;
  readonly done: Promise<void>;
}

/** Takes the jobs of one queue, as many at a time as it may. */
export class Worker {
  readonly queue: string;
  readonly #options: WorkerOptions;
  readonly #running = new Map<string, Running>();
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  /** There may be more than was taken. */
  #hungry = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    this.queue = options.queue;
    this.#options = options;
  }

  get held(): readonly Held[] {
    return [...this.#running.values()].map(({ held }) => held);
  }

  wake(): void {
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      // Woken between the last look and its end.
      if (this.#again && !this.#stopped) this.wake();
    });
  }

  /** The job is no longer this worker's: what it does counts no more. */
  lose(id: string): void {
    this.#running.get(id)?.control.abort(new Returned('The job was cancelled, or taken away because its lease had ended.'));
  }

  /** Takes no more jobs, waits for those that run, and gives back what does not end in time. */
  async stop(milliseconds: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    const all = Promise.all([...this.#running.values()].map(({ done }) => done));
    const ended = new AbortController();
    await Promise.race([all, sleep(milliseconds, undefined, { signal: ended.signal }).catch(() => undefined)]);
    ended.abort();
    const left = [...this.#running.values()];
    await this.#options.store.giveBack(left.map(({ held }) => held));
    for (const { control } of left) control.abort(new Returned('The process stops.'));
    await Promise.all(left.map(({ done }) => done));
  }

  async #look(): Promise<void> {
    const { concurrency, store, log } = this.#options;
    clearTimeout(this.#timer);
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        const free = concurrency - this.#running.size;
        this.#hungry = true;
        if (free <= 0) return;
        const jobs = await store.fetch(this.queue, free);
        for (const job of jobs) this.#start(job);
        this.#hungry = jobs.length === free;
        this.#again ||= this.#hungry && this.#running.size < concurrency;
      }
      if (!this.#stopped) this.#rest(this.#running.size === 0 ? await store.nextDue(this.queue) : undefined);
    } catch (error) {
      log.error({ err: error, queue: this.queue }, `The queue ${this.queue} could not be read; it is tried again.`);
      this.#rest(undefined);
    }
  }

  #start(job: Parameters<typeof runJob>[0]): void {
    const control = new AbortController();
    const held: Held = { id: job.id, queue: this.queue, retryCount: job.retryCount };
    const done = runJob(job, held, control, this.#options).finally(() => {
      this.#running.delete(job.id);
      const { size } = this.#running;
      // Few looks for many short jobs: when half of the places are free.
      if (!this.#stopped && (size === 0 || (this.#hungry && size <= this.#options.concurrency / 2))) this.wake();
    });
    this.#running.set(job.id, { held, control, done });
  }

  #rest(due: number | undefined): void {
    const { poll } = this.#options;
    // What is due and was not taken is being taken by somebody else.
    const wait = due === undefined ? poll : Math.min(poll, Math.max(due, 20));
    this.#timer = setTimeout(() => this.wake(), wait);
    this.#timer.unref();
  }
}
