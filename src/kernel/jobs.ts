import type { Logger } from './log.ts';

declare module './plugin.ts' {
  interface Services {
    /** Durable work, offered by the plugin jobs. */
    jobs: JobService;
  }
}

/** Names of jobs with what they are given; added by declaration merging. Other names take any object. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface JobTypes {}

export type JobName = keyof JobTypes | (string & {});
export type JobData<N extends string> = N extends keyof JobTypes ? JobTypes[N] : Readonly<Record<string, unknown>>;

export const jobPriorities = ['background', 'low', 'normal', 'high', 'critical'] as const;
export type JobPriority = (typeof jobPriorities)[number];

/** A job that is being run. A throw of its handler is a failed attempt. */
export interface JobRun<N extends string = string> {
  readonly id: string;
  readonly name: N;
  readonly data: JobData<N>;
  /** 1 for the first. */
  readonly attempt: number;
  readonly attempts: number;
  /** What the job before it in a chain answered. */
  readonly previous: unknown;
  /** Aborted when the time is over, when the job was cancelled or taken away, and when the process stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Shown while the job runs. */
  progress(percent: number, message?: string): Promise<void>;
  /**
   * Runs `work` in a transaction that also marks the job as done with what `work` answers: both happen or neither does,
   * so that effects in the database happen once however often the job is attempted. Nothing may follow it.
   */
  complete<T>(work: () => Promise<T>): Promise<T>;
}

export interface JobSchedule {
  /** Five fields, or six with seconds first: `0 3 * * *`. */
  readonly cron: string;
  /** `UTC` by default. */
  readonly timeZone?: string;
  /** What happens to times that passed while no process ran: `once` (the default) makes up for all of them at once, `skip` waits for the next. */
  readonly misfire?: 'once' | 'skip';
}

export interface JobDefinition<N extends string = string> {
  /** May be called again for the same job, after a failure or when a process died. Its answer is kept as the job's output. */
  handler(job: JobRun<N>): unknown;
  /** Queues have a concurrency each; `default` by default. */
  readonly queue?: string;
  /** How often it is tried in all; 4 by default. */
  readonly attempts?: number;
  /** Seconds before the second attempt; doubled for each further one, with jitter. 1 by default; 0 tries again at once. */
  readonly retryDelay?: number;
  /** Milliseconds that one attempt may take; five minutes by default. */
  readonly timeout?: number;
  readonly priority?: JobPriority;
  /** Runs by itself at these times, once however many processes there are. */
  readonly schedule?: JobSchedule;
}

export interface EnqueueOptions {
  /** While a job of this name and key waits, another is not added. */
  readonly key?: string;
  /** With `key`: takes the place of the one that waits. */
  readonly replace?: boolean;
  readonly priority?: JobPriority;
  /** Not before this moment, or not before so many milliseconds have passed. */
  readonly after?: Date | number;
  /** Jobs that follow one after the other, each when the one before it is done. */
  readonly then?: readonly JobStep[];
}

export interface JobStep {
  readonly name: JobName;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface JobService {
  /** In `init`. A name that is taken stops the start. */
  register<N extends JobName>(name: N, definition: JobDefinition<N>): void;
  /** Joins the open transaction, so that the job is there when what it follows from is. Answers its id; undefined when one with its key waits already. */
  enqueue<N extends JobName>(name: N, data: JobData<N>, options?: EnqueueOptions): Promise<string | undefined>;
  /** Many of one kind in one statement. Without chains; of keys only those count that wait already. */
  enqueueMany<N extends JobName>(name: N, jobs: readonly { readonly data: JobData<N>; readonly options?: Omit<EnqueueOptions, 'then' | 'replace'> }[]): Promise<void>;
  /** Takes back the waiting jobs with these keys, in the open transaction. Answers how many. */
  cancel(name: JobName, keys: readonly string[]): Promise<number>;
  /** Marks the waiting jobs with these keys as done, in the open transaction: another job did their work along with its own. Answers how many. */
  finish(name: JobName, keys: readonly string[]): Promise<number>;
}
