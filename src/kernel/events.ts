import { randomUUID } from 'node:crypto';
import { compilePattern } from './event-pattern.ts';

/** Names and payloads of events known to the compiler; added by declaration merging. Other names carry `unknown`. */
export interface Events {
  'kernel:before-init': KernelEvent;
  'kernel:after-init': KernelEvent;
  'kernel:ready': KernelEvent;
  'kernel:shutdown': KernelEvent;
  'plugin:registered': PluginEvent;
  'plugin:before-init': PluginEvent;
  'plugin:after-init': PluginEvent;
  'plugin:before-start': PluginEvent;
  'plugin:started': PluginEvent;
  'plugin:before-destroy': PluginEvent;
  'plugin:destroyed': PluginEvent;
  'plugin:error': PluginEvent & { readonly error: unknown };
  'service:registered': ServiceEvent;
  'service:unregistered': ServiceEvent;
}
export interface KernelEvent {
  readonly instanceId: string;
}
export interface PluginEvent {
  readonly plugin: string;
}
export interface ServiceEvent {
  readonly service: string;
  readonly owner: string;
}

export type PayloadOf<N extends string> = N extends keyof Events ? Events[N] : unknown;

export interface BusEvent<P = unknown> {
  readonly id: string;
  /** Dotted: `invoice.paid`. */
  readonly name: string;
  readonly payload: P;
  readonly metadata: EventMetadata;
}

export interface EventMetadata {
  /** Plugin or room that emitted the event. */
  readonly source: string;
  readonly timestamp: Date;
  readonly userId?: string;
  readonly organizationId?: string;
  /** Request that the event belongs to. */
  readonly correlationId?: string;
  /** Id of the event that led to this one. */
  readonly causationId?: string;
}

export type EventHandler<P = unknown> = (event: BusEvent<P>) => void | Promise<void>;
export type EmitOptions = Partial<Omit<EventMetadata, 'timestamp'>>;

/**
 * Events inside one process, lost when it ends: for what plugins tell each other. Changes of records are in the change log.
 * A handler that throws is reported and keeps no other handler from running; it never fails the emitter.
 */
export interface EventBus {
  /**
   * `pattern` is a name, or holds wildcards: `*` for one part, `**` for any number (`invoice.*`, `plugin:**`).
   * Handlers run in order of `priority` (higher first, 0 by default), then of subscription. Returns a function that ends it.
   */
  on<N extends string>(pattern: N, handler: EventHandler<PayloadOf<N>>, options?: { readonly priority?: number; readonly once?: boolean }): () => void;
  /** Starts all handlers and returns at once. */
  emit<N extends string>(name: N, payload: PayloadOf<N>, options?: EmitOptions): void;
  /** As `emit`, and waits until every handler has ended; handlers run one after the other. */
  emitAndWait<N extends string>(name: N, payload: PayloadOf<N>, options?: EmitOptions): Promise<void>;
}

interface Subscription {
  readonly matches: (name: string) => boolean;
  readonly handler: EventHandler<never>;
  readonly priority: number;
  readonly once: boolean;
}

/** `report` is told of every handler that throws. */
export function createEvents(report: (error: unknown, event: BusEvent) => void): EventBus {
  let subscriptions: readonly Subscription[] = [];
  const remove = (gone: Subscription): void => {
    subscriptions = subscriptions.filter((subscription) => subscription !== gone);
  };
  const create = (name: string, payload: unknown, { source = 'platform', ...rest }: EmitOptions = {}): BusEvent => {
    if (name === '' || name.includes('*')) throw new TypeError(`"${name}" is not the name of an event: wildcards belong into the pattern of a handler.`);
    return { id: randomUUID(), name, payload, metadata: { source, timestamp: new Date(), ...rest } };
  };
  const run = async (subscription: Subscription, event: BusEvent): Promise<void> => {
    if (subscription.once) remove(subscription);
    try {
      await (subscription.handler as EventHandler)(event);
    } catch (error) {
      report(error, event);
    }
  };
  const matching = (name: string): readonly Subscription[] => subscriptions.filter((subscription) => subscription.matches(name));

  return {
    on(pattern, handler, { priority = 0, once = false } = {}) {
      const subscription: Subscription = { matches: compilePattern(pattern), handler, priority, once };
      subscriptions = [...subscriptions, subscription].sort((a, b) => b.priority - a.priority);
      return () => remove(subscription);
    },
    emit(name, payload, options) {
      const event = create(name, payload, options);
      for (const subscription of matching(name)) void run(subscription, event);
    },
    async emitAndWait(name, payload, options) {
      const event = create(name, payload, options);
      for (const subscription of matching(name)) await run(subscription, event);
    },
  };
}
