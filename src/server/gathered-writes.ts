import type { Duplex } from 'node:stream';

/** Gathers what is written to connections until the event loop turns: however many messages one gets, they are one system call. */
export class GatheredWrites {
  readonly #held = new Set<Duplex>();

  /** Call it before writing. */
  hold(connection: Duplex): void {
    if (this.#held.has(connection)) return;
    if (this.#held.size === 0) setImmediate(() => this.#release());
    this.#held.add(connection);
    connection.cork();
  }

  #release(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const connection of held) connection.uncork();
  }
}
