import type { EventBus } from './events.ts';
import { LifecycleError, type PluginContext, type PluginStartResult, type StartReport } from './lifecycle.ts';
import type { Logger } from './log.ts';
import type { Plugin } from './plugin.ts';
import type { ServiceRegistry } from './services.ts';
import { withTimeout } from './with-timeout.ts';

interface StarterOptions {
  readonly plugins: readonly Plugin[];
  readonly contextOf: (plugin: Plugin, signal: AbortSignal) => PluginContext;
  readonly timeout: number;
  readonly events: EventBus;
  readonly services: ServiceRegistry;
  readonly log: Logger;
}

/** Runs the lifecycle hooks and remembers what has to be stopped. */
export interface Starter {
  init(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  report(): StartReport;
}

export function createStarter({ plugins, contextOf, timeout, events, services, log }: StarterOptions): Starter {
  const durations = new Map<Plugin, number>();
  /** Plugins with a hook that ended well, in that order. */
  const active = new Set<Plugin>();
  let failure: { readonly plugin: Plugin; readonly error: unknown } | undefined;

  const report = (): StartReport => {
    const results = plugins
      .filter((plugin) => durations.has(plugin))
      .map((plugin): PluginStartResult => {
        const duration = Math.round(durations.get(plugin) ?? 0);
        return failure?.plugin === plugin ? { plugin: plugin.name, success: false, duration, error: failure.error } : { plugin: plugin.name, success: true, duration };
      });
    return { success: failure === undefined, duration: results.reduce((sum, { duration }) => sum + duration, 0), plugins: results };
  };

  const run = async (phase: 'init' | 'start', plugin: Plugin): Promise<void> => {
    const hook = plugin.lifecycle?.[phase]?.bind(plugin.lifecycle);
    const began = performance.now();
    try {
      if (hook) await withTimeout(async (signal) => hook(contextOf(plugin, signal)), timeout, `"${phase}" of the plugin "${plugin.name}"`);
      active.add(plugin);
    } finally {
      durations.set(plugin, (durations.get(plugin) ?? 0) + performance.now() - began);
    }
  };

  const runAll = async (phase: 'init' | 'start'): Promise<void> => {
    for (const plugin of plugins) {
      try {
        events.emit(`plugin:before-${phase}`, { plugin: plugin.name });
        await run(phase, plugin);
        events.emit(phase === 'init' ? 'plugin:after-init' : 'plugin:started', { plugin: plugin.name });
      } catch (error) {
        failure = { plugin, error };
        events.emit('plugin:error', { plugin: plugin.name, error });
        services.unregister(plugin.name);
        await stop();
        const reason = error instanceof Error ? error.message : String(error);
        throw new LifecycleError(`The plugin "${plugin.name}" could not ${phase === 'init' ? 'be initialised' : 'start'}: ${reason}`, report(), error);
      }
    }
  };

  const stop = async (): Promise<void> => {
    for (const plugin of [...active].reverse()) {
      active.delete(plugin);
      const hook = plugin.lifecycle?.stop?.bind(plugin.lifecycle);
      events.emit('plugin:before-destroy', { plugin: plugin.name });
      try {
        if (hook) await withTimeout(async () => hook(), timeout, `"stop" of the plugin "${plugin.name}"`);
      } catch (error) {
        log.error({ err: error, plugin: plugin.name }, 'A plugin failed to stop.');
      }
      services.unregister(plugin.name);
      events.emit('plugin:destroyed', { plugin: plugin.name });
    }
  };

  return { init: () => runAll('init'), start: () => runAll('start'), stop, report };
}
