import type { BusEvent, EmitOptions, PayloadOf } from './events.ts';
import type { Logger } from './log.ts';

declare module './plugin.ts' {
  interface Services {
    /** Events that are kept, offered by the plugin events. */
    eventLog: EventLog;
  }
}

/** An event that was kept. Ids follow the order of publication, to the millisecond. */
export type KeptEvent<P = unknown> = BusEvent<P>;

/** A handler that is being given an event. A throw is a failed attempt. */
export interface EventDelivery<P = unknown> {
  readonly event: KeptEvent<P>;
  /** 1 for the first. */
  readonly attempt: number;
  /** It was given before, and somebody asked for it again. */
  readonly replayed: boolean;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Runs `work` in a transaction that also notes that the handler is done with the event, so that effects in the database happen once. */
  complete<T>(work: () => Promise<T>): Promise<T>;
}

export interface EventSubscription<P = unknown> {
  /** Stands for the subscription across restarts: `crm.invoices`. */
  readonly name: string;
  /** A name, or with wildcards: `*` for one part, `**` for any number. */
  readonly pattern: string;
  /** How often an event is tried in all before it is a dead letter; 4 by default. */
  readonly attempts?: number;
  /** Seconds before the second attempt; doubled for each further one. 1 by default. */
  readonly retryDelay?: number;
  handler(delivery: EventDelivery<P>): unknown;
}

export interface PublishOptions extends EmitOptions {
  /** Stands for this event: another with the same key is not published, and the first one's id is answered. */
  readonly key?: string;
}

export interface EventLog {
  /** Keeps the event in the open transaction: subscribers get it after the commit, at least once, also after a restart. Answers its id. */
  publish<N extends string>(name: N, payload: PayloadOf<N>, options?: PublishOptions): Promise<string>;
  /** In `init`. A name that is taken stops the start. */
  subscribe<P = unknown>(subscription: EventSubscription<P>): void;
}
