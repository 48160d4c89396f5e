import { randomUUID } from 'node:crypto';
import { createEvents, type EventBus } from './events.ts';
import { createHealth, type Health, type HealthOptions } from './health.ts';
import type { PluginContext, StartReport } from './lifecycle.ts';
import { silentLogger, type Logger } from './log.ts';
import { orderPlugins } from './order-plugins.ts';
import type { Plugin, Phases } from './plugin.ts';
import { createServices, type ServiceRegistry } from './services.ts';
import { createStarter } from './start-plugins.ts';

export interface KernelOptions {
  readonly plugins: readonly Plugin[];
  readonly log?: Logger;
  /** Milliseconds that one hook of one plugin may take; 30000 by default. */
  readonly timeout?: number;
  readonly health?: HealthOptions;
}

export type KernelState = 'created' | 'initialised' | 'running' | 'stopped' | 'failed';

/** Runs the plugins: order, services, events, lifecycle, health. It knows nothing of the rooms. */
export interface Kernel {
  readonly instanceId: string;
  readonly state: KernelState;
  /** In the order in which their hooks run. */
  readonly plugins: readonly Plugin[];
  readonly services: ServiceRegistry;
  readonly events: EventBus;
  readonly health: Health;
  /** The given phase of all plugins that have it, in order. */
  phases<N extends keyof Phases>(name: N): readonly { readonly plugin: Plugin; readonly phase: Phases[N] }[];
  /** Runs `lifecycle.init` of all. Throws a LifecycleError after stopping what was initialised. */
  init(): Promise<void>;
  /** Runs `init` when that has not happened, then `lifecycle.start` of all. Throws a LifecycleError after stopping what had started. */
  start(): Promise<StartReport>;
  /** Runs `lifecycle.stop` in reverse order. May be called more than once. */
  stop(): Promise<void>;
}

/** Checks and orders the plugins (throws a StartupError that names every clash); nothing is started yet. */
export function createKernel({ plugins, log = silentLogger, timeout = 30_000, health: healthOptions }: KernelOptions): Kernel {
  const ordered = orderPlugins(plugins);
  const instanceId = randomUUID();
  const events = createEvents((error, event) => log.error({ err: error, event: event.name, eventId: event.id }, 'An event handler failed.'));
  const services = createServices((event, service, owner) => events.emit(`service:${event}`, { service, owner }, { source: owner }));
  const health = createHealth(healthOptions);
  for (const plugin of ordered) if (plugin.health) health.add(plugin.name, plugin.health);

  const contextOf = (plugin: Plugin, signal: AbortSignal): PluginContext => ({
    plugin: plugin.name,
    log: log.child({ plugin: plugin.name }),
    signal,
    services: {
      register: (name, service) => services.register(name, service, plugin.name),
      replace: (name, service) => services.replace(name, service, plugin.name),
      get: (name) => services.get(name, plugin.name),
      find: (name) => services.find(name),
    },
    events: {
      on: (pattern, handler, options) => events.on(pattern, handler, options),
      emit: (name, payload, options) => events.emit(name, payload, { source: plugin.name, ...options }),
      emitAndWait: (name, payload, options) => events.emitAndWait(name, payload, { source: plugin.name, ...options }),
    },
  });
  const starter = createStarter({ plugins: ordered, contextOf, timeout, events, services, log });
  let state: KernelState = 'created';
  let stopping: Promise<void> | undefined;

  const step = async (next: 'initialised' | 'running', work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      state = next;
    } catch (error) {
      state = 'failed';
      throw error;
    }
  };

  const kernel: Kernel = {
    instanceId,
    get state() {
      return state;
    },
    plugins: ordered,
    services,
    events,
    health,
    phases: (name) => ordered.flatMap((plugin) => (plugin[name] === undefined ? [] : [{ plugin, phase: plugin[name] as Phases[typeof name] }])),
    async init() {
      if (state !== 'created') throw new Error(`The kernel is ${state}; it can be initialised once.`);
      await events.emitAndWait('kernel:before-init', { instanceId });
      for (const plugin of ordered) events.emit('plugin:registered', { plugin: plugin.name });
      await step('initialised', () => starter.init());
      await events.emitAndWait('kernel:after-init', { instanceId });
    },
    async start() {
      if (state === 'created') await kernel.init();
      if (state !== 'initialised') throw new Error(`The kernel is ${state}; it can be started once.`);
      await step('running', () => starter.start());
      await events.emitAndWait('kernel:ready', { instanceId });
      return starter.report();
    },
    stop() {
      stopping ??= (async () => {
        await events.emitAndWait('kernel:shutdown', { instanceId });
        await starter.stop();
        state = 'stopped';
      })();
      return stopping;
    },
  };
  return kernel;
}
