import { StartupError } from '../../errors.ts';
import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import { readCriteria } from './definitions/read-criteria.ts';
import type { Rule, RuleEvent } from './rule.ts';
import type { Handler, HandlerOptions } from './service.ts';

export interface RegisteredHandler extends Required<Pick<HandlerOptions, 'name' | 'runAs'>> {
  readonly criteria: string | undefined;
  readonly object: string;
  readonly event: RuleEvent;
  readonly handler: Handler;
}

/** Handlers that plugins registered, by name. */
export interface Handlers {
  add(handler: RegisteredHandler): void;
  get(name: string): RegisteredHandler | undefined;
  /** As rules of the object. Throws when criteria do not fit it. */
  rulesOf(object: CatalogObject, catalog: Catalog): readonly Rule[];
}

export function createHandlers(): Handlers {
  const handlers = new Map<string, RegisteredHandler>();
  return {
    add(handler) {
      if (handlers.has(handler.name)) throw new StartupError(`There are two handlers "${handler.name}". Give one of them another name: automation.on(…, …, handler, { name }).`);
      handlers.set(handler.name, handler);
    },
    get: (name) => handlers.get(name),
    rulesOf: (object, catalog) => [...handlers.values()].filter((handler) => handler.object === object.name).map((handler) => ruleOf(handler, object, catalog)),
  };
}

function ruleOf({ name, event, runAs, criteria: written }: RegisteredHandler, object: CatalogObject, catalog: Catalog): Rule {
  const criteria = written === undefined ? undefined : readCriteria(written, { object, catalog }, (message, hint) => {
    throw new StartupError([`The criteria of the handler "${name}": ${message}.`, ...(hint === undefined ? [] : [hint])].join(' '));
  });
  return {
    name, object, events: new Set([event]), schedule: undefined, incoming: false, criteria, writtenCriteria: undefined, everyTime: true, runIn: 'commit', runAs, order: 100,
    actions: [{ name: 'handler', type: 'handler', handler: name }], written: [], timers: [],
  };
}
