import type { Logger } from '../../kernel/log.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Writer } from '../../resolvers/write/writer.ts';

declare module '../../kernel/plugin.ts' {
  interface Services {
    /** Durable reactions to changes, offered by the plugin automation. */
    automation: AutomationService;
  }
}

export const handledEvents = { created: 'create', updated: 'update', deleted: 'delete' } as const;
export type HandledEvent = keyof typeof handledEvents;

type Image = Readonly<Record<string, unknown>>;

/** A change as its handler sees it, after the commit. */
export interface HandledChange {
  /** Of the run: the same in every attempt, so that others can tell repeats. */
  readonly id: string;
  readonly object: string;
  readonly event: HandledEvent;
  readonly recordId: string;
  /** The record as it was written, of a deleted one its last image. Stored values by machine name. */
  readonly record: Image;
  /** As it was before an update. */
  readonly previous: Image | undefined;
  /** Machine names of fields that an update changed. */
  readonly changedFields: readonly string[];
  /** 1 for the first. */
  readonly attempt: number;
  readonly log: Logger;
  /** Aborted when the time is over and when the process stops. */
  readonly signal: AbortSignal;
  /** The rights of the run. */
  readonly context: RequestContext;
  /**
   * Runs `work` in a transaction that also marks the change as handled: both happen or neither does, so that effects in the
   * database happen once however often the handler is called. Nothing may follow it.
   */
  complete<T>(work: (writer: Writer, context: RequestContext) => Promise<T>): Promise<T>;
}

/** May be called again for the same change, after a failure or when a process died. A throw is a failed attempt. */
export type Handler = (change: HandledChange) => unknown;

export interface HandlerOptions {
  /** Expression as the criteria of rules are, also on the change: `ISCHANGED(total)`. Called for changes that meet it; without, for all. */
  readonly criteria?: string;
  /** Names the handler in its runs, over restarts; `opportunity.updated` by default. */
  readonly name?: string;
  /** Whose rights `context` has; `system` by default. */
  readonly runAs?: 'system' | 'user';
}

export interface ConnectorCall {
  /** The input of the action, filled. */
  readonly input: unknown;
  /** The same for every attempt. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Another system that rules call by `connector_action`. */
export interface Connector {
  /** By id. What an action answers is kept with the run, as JSON. A throw is a failed attempt. */
  readonly actions: Readonly<Record<string, (call: ConnectorCall) => unknown>>;
}

/** What somebody else has sent. */
export interface IncomingMessage {
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
}

export interface AutomationService {
  /** In `init`. Calls the handler for each change of an object, after its commit: at least once, in order for each record, tried again when it fails. */
  on(object: string, event: HandledEvent, handler: Handler, options?: HandlerOptions): void;
  /** Starts a rule with `triggerType: webhook`, in the open transaction. Answers the id of its run. */
  start(rule: string, message: IncomingMessage): Promise<string>;
  /** In `init`. Makes the actions of a connector known to rules. */
  connector(id: string, connector: Connector): void;
}
