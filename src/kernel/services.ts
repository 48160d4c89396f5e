import { StartupError } from '../errors.ts';
import type { Services } from './plugin.ts';

export type ServiceName = keyof Services;

/** Services by name, typed by the `Services` interface. `owner` and `askedBy` are names of plugins or rooms. */
export interface ServiceRegistry {
  /** Throws when the name is taken, naming both owners. */
  register<N extends ServiceName>(name: N, service: Services[N], owner: string): void;
  /** Puts a service in the place of another and returns the former, which the new one may wrap. Throws when there is none. */
  replace<N extends ServiceName>(name: N, service: Services[N], owner: string): Services[N];
  /** Throws when nothing offers the service, naming who asked. */
  get<N extends ServiceName>(name: N, askedBy: string): Services[N];
  find<N extends ServiceName>(name: N): Services[N] | undefined;
  has(name: ServiceName): boolean;
  /** Removes all services of one owner. */
  unregister(owner: string): void;
  list(): readonly { readonly name: string; readonly owner: string }[];
}

export type ServiceListener = (event: 'registered' | 'unregistered', name: string, owner: string) => void;

export function createServices(listener: ServiceListener = () => undefined): ServiceRegistry {
  const entries = new Map<ServiceName, { service: unknown; owner: string }>();
  const find = <N extends ServiceName>(name: N): Services[N] | undefined => entries.get(name)?.service as Services[N] | undefined;

  return {
    register(name, service, owner) {
      const taken = entries.get(name);
      if (taken) throw new StartupError(`The service "${name}" is offered by both "${taken.owner}" and "${owner}". Remove one of them, or let the second use replace.`);
      entries.set(name, { service, owner });
      listener('registered', name, owner);
    },
    replace(name, service, owner) {
      const former = entries.get(name);
      if (!former) throw new StartupError(`"${owner}" replaces the service "${name}", but nothing offers it. Put "${owner}" after its provider, or register the service.`);
      entries.set(name, { service, owner });
      listener('registered', name, owner);
      return former.service as never;
    },
    get(name, askedBy) {
      const entry = entries.get(name);
      if (!entry) {
        const known = [...entries.keys()].map((key) => `"${key}"`).join(', ') || 'none';
        throw new StartupError(`"${askedBy}" needs the service "${name}", which no plugin offers. Add a plugin that does. Services: ${known}.`);
      }
      return entry.service as never;
    },
    find,
    has: (name) => entries.has(name),
    unregister(owner) {
      for (const [name, entry] of entries) {
        if (entry.owner !== owner) continue;
        entries.delete(name);
        listener('unregistered', name, owner);
      }
    },
    list: () => [...entries].map(([name, { owner }]) => ({ name, owner })),
  };
}
