import { StartupError } from '../errors.ts';
import type { EventBus } from './events.ts';
import type { Logger } from './log.ts';
import type { PluginName, Services } from './plugin.ts';
import type { ServiceName } from './services.ts';

/** What a plugin gets when it is initialised and started; services and events are signed with its name. */
export interface PluginContext {
  readonly plugin: PluginName;
  readonly log: Logger;
  readonly services: PluginServices;
  readonly events: EventBus;
  /** Aborted when the hook took longer than the time limit. */
  readonly signal: AbortSignal;
}

export interface PluginServices {
  register<N extends ServiceName>(name: N, service: Services[N]): void;
  replace<N extends ServiceName>(name: N, service: Services[N]): Services[N];
  get<N extends ServiceName>(name: N): Services[N];
  find<N extends ServiceName>(name: N): Services[N] | undefined;
}

export interface LifecyclePhase {
  /** Before anything starts, in plugin order: register services and event handlers. A throw stops the start. */
  init?(context: PluginContext): void | Promise<void>;
  /** Once all plugins are initialised and the schema is built, in plugin order. A throw stops the start; what was started is stopped again. */
  start?(context: PluginContext): void | Promise<void>;
  /** In reverse order, for every plugin whose `init` or `start` ended well. A throw is logged and stops nobody else. */
  stop?(): void | Promise<void>;
}

declare module './plugin.ts' {
  interface Phases {
    readonly lifecycle: LifecyclePhase;
  }
}

export interface PluginStartResult {
  readonly plugin: string;
  readonly success: boolean;
  /** Milliseconds spent in `init` and `start`. */
  readonly duration: number;
  readonly error?: unknown;
}

export interface StartReport {
  readonly success: boolean;
  readonly duration: number;
  readonly plugins: readonly PluginStartResult[];
}

/** The start failed; everything that had started is stopped again. */
export class LifecycleError extends StartupError {
  readonly report: StartReport;
  constructor(message: string, report: StartReport, cause: unknown) {
    super(message, { cause });
    this.report = report;
  }
}
