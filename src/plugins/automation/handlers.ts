import { StartupError } from '../../errors.ts';
import type { RuleEvent } from './rule.ts';
import type { Handler, HandlerOptions } from './service.ts';

export interface RegisteredHandler extends Required<Pick<HandlerOptions, 'name' | 'runAs'>> {
  readonly object: string;
  readonly event: RuleEvent;
  readonly handler: Handler;
}

/** Handlers that plugins registered, by name. */
export interface Handlers {
  add(handler: RegisteredHandler): void;
  get(name: string): RegisteredHandler | undefined;
  readonly all: readonly RegisteredHandler[];
}

export function createHandlers(): Handlers {
  const handlers = new Map<string, RegisteredHandler>();
  return {
    add(handler) {
      if (handlers.has(handler.name)) throw new StartupError(`There are two handlers "${handler.name}". Give one of them another name: automation.on(…, …, handler, { name }).`);
      handlers.set(handler.name, handler);
    },
    get: (name) => handlers.get(name),
    get all() {
      return [...handlers.values()];
    },
  };
}
