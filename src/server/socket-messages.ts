import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { tooLarge } from './params.ts';
import { toGraphqlError } from './request-errors.ts';

/** The `error` message for an operation whose message is too large; undefined when it cannot be told whose it is. */
export function refuseMessage(text: string, limit: number): string | undefined {
  try {
    const { id, type } = JSON.parse(text) as { id?: unknown; type?: unknown };
    if (type !== 'subscribe' || typeof id !== 'string') return undefined;
    return JSON.stringify({ id, type: 'error', payload: [toGraphqlError(tooLarge(limit)).toJSON()] });
  } catch {
    return undefined;
  }
}

/** Id of a `complete` message, which are short. */
export function completedId(text: string): string | undefined {
  if (text.length > 500 || !text.includes('"complete"')) return undefined;
  try {
    const { id, type } = JSON.parse(text) as { id?: unknown; type?: unknown };
    return type === 'complete' && typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

/** A whole frame of its own. `ws` would make it anew for each socket, and write twice. */
const ping = Buffer.from([0x89, 0]);

/** Pings a socket as often as those who watch it want; one that does not answer within an interval is cut off. */
export class KeepAlive {
  readonly #socket: WebSocket;
  readonly #connection: Duplex;
  readonly #intervals: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  #every = 0;
  #alive = true;

  constructor(socket: WebSocket, connection: Duplex) {
    this.#socket = socket;
    this.#connection = connection;
    socket.on('pong', () => (this.#alive = true));
    socket.once('close', () => clearInterval(this.#timer));
  }

  /** `interval` is in milliseconds and counts until the returned function is called. */
  watch(interval: number): () => void {
    this.#intervals.push(interval);
    this.#adjust();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#intervals.splice(this.#intervals.indexOf(interval), 1);
      this.#adjust();
    };
  }

  #adjust(): void {
    const every = Math.min(...this.#intervals);
    if (every === this.#every || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#every = every;
    clearInterval(this.#timer);
    this.#alive = true;
    this.#timer = every === Infinity ? undefined : setInterval(() => this.#ping(), every).unref();
  }

  #ping(): void {
    if (!this.#alive) return this.#socket.terminate();
    this.#alive = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#connection.write(ping);
  }
}
