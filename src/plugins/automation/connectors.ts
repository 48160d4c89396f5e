import { StartupError } from '../../errors.ts';
import { suggest } from '../../metadata/nearest.ts';
import type { Connector, ConnectorCall } from './service.ts';
import type { Rule } from './rule.ts';

/** Connectors that plugins registered, by id. */
export interface Connectors {
  add(id: string, connector: Connector): void;
  call(id: string, action: string, call: ConnectorCall): Promise<unknown>;
  /** Throws when rules name what is not there. */
  check(rules: readonly Rule[]): void;
}

export function createConnectors(): Connectors {
  const connectors = new Map<string, Connector>();
  const find = (id: string, action: string) => {
    const actions = connectors.get(id)?.actions;
    return actions && Object.hasOwn(actions, action) ? actions[action] : undefined;
  };
  return {
    add(id, connector) {
      if (connectors.has(id)) throw new StartupError(`There are two connectors "${id}". Rename one of them.`);
      connectors.set(id, connector);
    },
    async call(id, action, call) {
      const run = find(id, action);
      if (!run) throw new Error(`There is no action "${action}" of a connector "${id}" any more.`);
      return run(call);
    },
    check(rules) {
      for (const { name, actions, timers } of rules) {
        for (const each of [...actions, ...timers.flatMap((timer) => timer.actions)]) {
          if (each.type !== 'connector_action' || find(each.connector, each.action)) continue;
          const known = connectors.get(each.connector);
          const hint = known ? suggest(each.action, Object.keys(known.actions)) : suggest(each.connector, [...connectors.keys()]);
          throw new StartupError(`The rule "${name}" names the action "${each.action}" of the connector "${each.connector}", which no plugin registered. ${hint ?? 'Register it: automation.connector(id, { actions }).'}`);
        }
      }
    },
  };
}
