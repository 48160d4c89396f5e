import type { JobStep } from '../../kernel/jobs.ts';

/** What pg-boss keeps as the data of a job. */
export interface Envelope {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly key?: string | undefined;
  readonly then?: readonly JobStep[] | undefined;
  readonly previous?: unknown;
  /** Of a job that runs by schedule: for which time, and by which rule. */
  readonly scheduled?: { readonly at: string; readonly rule: string } | undefined;
}

export interface FetchedJob {
  readonly id: string;
  readonly data: Envelope;
  readonly retryCount: number;
  readonly retryLimit: number;
}

/** Keys of different jobs do not meet; a job without one has its own. */
export const singletonKey = (name: string, key: string | undefined, id: string): string => `${name}:${key ?? `#${id}`}`;
