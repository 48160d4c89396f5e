import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Outbox } from './outbox.ts';
import { OutgoingEvents } from './outgoing-events.ts';
import type { PrintedEvents } from './subscribe.ts';
import { textFrames } from './text-frames.ts';

/** Bytes that are written at a time; then it is another socket's turn. */
const most = 65_536;

/**
 * What the subscriptions of one socket have to tell. Their messages go to the connection itself, several in one piece: for each that `ws` sends it makes
 * a header, looks for compression and writes twice. Whole frames may be written between those of `ws`, since nothing is compressed or fragmented.
 */
export class SocketOutput {
  readonly #socket: WebSocket;
  readonly #connection: Duplex;
  readonly #outbox: Outbox;
  readonly #ready = new Set<OutgoingEvents>();
  #full = false;

  constructor(socket: WebSocket, connection: Duplex, outbox: Outbox) {
    this.#socket = socket;
    this.#connection = connection;
    this.#outbox = outbox;
  }

  /** Sends the events of a subscription as they come. */
  send(id: string, events: PrintedEvents): OutgoingEvents {
    const outgoing: OutgoingEvents = new OutgoingEvents(id, events, () => {
      this.#ready.add(outgoing);
      if (!this.#full) this.#outbox.add(this);
    });
    return outgoing;
  }

  /** Writes what waits, within bounds; true when there is more. */
  write(): boolean {
    const parts: Buffer[] = [];
    let size = 0;
    for (const outgoing of this.#ready) {
      for (let part = outgoing.take(); part; part = outgoing.take()) {
        parts.push(outgoing.head, part);
        size += outgoing.head.length + part.length;
        if (size >= most) break;
      }
      if (size >= most) break;
      this.#ready.delete(outgoing);
    }
    // Nobody reads on a socket that closes.
    if (size > 0 && this.#socket.readyState === this.#socket.OPEN && !this.#connection.write(textFrames(parts))) this.#wait();
    return this.#ready.size > 0 && !this.#full;
  }

  #wait(): void {
    this.#full = true;
    this.#connection.once('drain', () => {
      this.#full = false;
      if (this.#ready.size > 0) this.#outbox.add(this);
    });
  }
}
