import { StartupError } from '../../../errors.ts';
import type { HookDefinition } from '../../../resolvers/write/hooks.ts';
import type { Hook } from './hook.ts';

export type HookHandler = HookDefinition['handler'];

/** The service `hookHandlers`: functions that hooks of definitions name by `handler`. Register them in `init`. */
export interface HookHandlers {
  register(name: string, handler: HookHandler): void;
  find(name: string): HookHandler | undefined;
  readonly names: readonly string[];
}

export function createHookHandlers(): HookHandlers {
  const handlers = new Map<string, HookHandler>();
  return {
    register(name, handler) {
      if (handlers.has(name)) throw new Error(`The hook handler "${name}" is registered already.`);
      handlers.set(name, handler);
    },
    find: (name) => handlers.get(name),
    get names() { return [...handlers.keys()].sort(); },
  };
}

/** Every function that a hook names is there. */
export function requireHandlers(hooks: ReadonlyMap<string, readonly Hook[]>, handlers: HookHandlers): void {
  for (const { name, handler } of [...hooks.values()].flat()) {
    if (handler === undefined || handlers.find(handler)) continue;
    throw new StartupError(`The hook ${name} names the handler "${handler}", which no plugin registers with the service hookHandlers. Registered: ${handlers.names.join(', ') || 'none'}.`);
  }
}
