import { AsyncLocalStorage } from 'node:async_hooks';

/** The event that a mutation asks for, while it writes. */
export interface AskedEvent {
  readonly object: string;
  readonly id: string;
  /** Field that holds the state. */
  readonly field: string;
  readonly event: string;
}

const asked = new AsyncLocalStorage<AskedEvent>();

export function askingFor<T>(event: AskedEvent, write: () => Promise<T>): Promise<T> {
  return asked.run(event, write);
}

export function askedEvent(object: string, id: string, field: string): string | undefined {
  const event = asked.getStore();
  return event && event.object === object && event.id.toLowerCase() === id && event.field === field ? event.event : undefined;
}
