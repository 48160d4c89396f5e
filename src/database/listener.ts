import type pg from 'pg';
import type { Listening } from './pool-database.ts';

interface Callback {
  readonly deliver: (payload: string) => void;
  readonly lost: (() => void) | undefined;
}

export interface ListenerOptions {
  readonly connect: () => pg.Client;
  readonly onError: (error: unknown) => void;
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** LISTEN for all channels on one connection of its own, restored when it is lost. */
export class Listener implements Listening {
  readonly #options: ListenerOptions;
  readonly #callbacks = new Map<string, Set<Callback>>();
  #client: Promise<pg.Client> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  async listen(channel: string, deliver: (payload: string) => void, lost?: () => void): Promise<() => Promise<void>> {
    const callback: Callback = { deliver, lost };
    const callbacks = this.#callbacks.get(channel) ?? new Set();
    this.#callbacks.set(channel, callbacks);
    callbacks.add(callback);
    try {
      const client = await this.#connected();
      await client.query(`listen ${quoteName(channel)}`);
    } catch (error) {
      this.#forget(channel, callback);
      throw error;
    }
    return async () => {
      if (!this.#forget(channel, callback)) return;
      const client = await this.#client?.catch(() => undefined);
      await client?.query(`unlisten ${quoteName(channel)}`).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  /** True when nobody listens on the channel any more. */
  #forget(channel: string, callback: Callback): boolean {
    const callbacks = this.#callbacks.get(channel);
    if (!callbacks?.delete(callback) || callbacks.size > 0) return false;
    return this.#callbacks.delete(channel);
  }

  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = this.#options.connect();
    client.on('notification', ({ channel, payload }) => this.#deliver(channel, payload ?? ''));
    client.on('error', () => undefined);
    client.on('end', () => this.#lost());
    try {
      await client.connect();
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
    return client;
  }

  #lost(): void {
    this.#client = undefined;
    if (this.#closed || this.#callbacks.size === 0) return;
    for (const callback of [...this.#callbacks.values()].flatMap((callbacks) => [...callbacks])) this.#call(() => callback.lost?.());
    this.#restore(100);
  }

  #restore(delay: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#connected()
        .then(async (client) => {
          for (const channel of this.#callbacks.keys()) await client.query(`listen ${quoteName(channel)}`);
          for (const channel of this.#callbacks.keys()) this.#deliver(channel, '');
        })
        .catch(() => {
          if (!this.#closed) this.#restore(Math.min(delay * 2, 5_000));
        });
    }, delay);
    this.#retry.unref();
  }

  #deliver(channel: string, payload: string): void {
    for (const callback of [...(this.#callbacks.get(channel) ?? [])]) this.#call(() => callback.deliver(payload));
  }

  #call(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
