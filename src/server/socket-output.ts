import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Outbox } from './outbox.ts';
import { OutgoingEvents } from './outgoing-events.ts';
import type { PrintedEvents } from './subscribe.ts';
import { Turns, type TakesTurns } from './turns.ts';

/** Bytes that are written at a time; then it is another socket's turn. */
const most = 65_536;

/**
 * What the subscriptions of one socket have to tell. Their messages go to the connection itself, several in one piece: for each that `ws` sends it makes
 * a header, looks for compression and writes twice. Whole frames may be written between those of `ws`, since nothing is compressed or fragmented.
 */
export class SocketOutput implements TakesTurns<SocketOutput> {
  behind: SocketOutput | undefined;
  waits = false;
  readonly #socket: WebSocket;
  readonly #connection: Duplex;
  readonly #outbox: Outbox;
  /** Those of which something may wait. */
  readonly #ready = new Turns<OutgoingEvents>();
  readonly #onReady = (outgoing: OutgoingEvents): void => {
    this.#ready.add(outgoing);
    if (!this.#full) this.#outbox.add(this);
  };
  #full = false;

  constructor(socket: WebSocket, connection: Duplex, outbox: Outbox) {
    this.#socket = socket;
    this.#connection = connection;
    this.#outbox = outbox;
  }

  /** Sends the events of a subscription as they come. */
  send(id: string, events: PrintedEvents): OutgoingEvents {
    return new OutgoingEvents(id, events, this.#onReady);
  }

  /** Writes what waits, within bounds; true when there is more. */
  write(): boolean {
    const frames = this.#outbox.frames.begin();
    for (let outgoing = this.#ready.first; outgoing; outgoing = this.#ready.first) {
      for (let tail = outgoing.take(); tail; tail = outgoing.take()) {
        frames.add(outgoing.head, tail);
        if (frames.size >= most) break;
      }
      if (frames.size >= most) break;
      this.#ready.shift();
    }
    if (frames.size > 0) this.#put(frames.take());
    return this.#ready.first !== undefined && !this.#full;
  }

  #put(bytes: Buffer): void {
    // Nobody reads on a socket that closes.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (!this.#connection.write(bytes)) this.#wait();
    // The connection keeps what the kernel did not take at once.
    if (this.#connection.writableLength > 0) this.#outbox.frames.leave();
  }

  #wait(): void {
    this.#full = true;
    this.#connection.once('drain', () => {
      this.#full = false;
      if (this.#ready.first) this.#outbox.add(this);
    });
  }
}
