import { AsyncResource } from 'node:async_hooks';
import type { SocketOutput } from './socket-output.ts';
import { TextFrames } from './text-frames.ts';
import { Turns } from './turns.ts';

/** Milliseconds of writing after which the event loop turns: requests and the database are served in between. */
const slice = 2;

/**
 * Writes what waits for sockets, in turn. Right away while there is little; while sockets wait for their turn, what comes for one of them
 * meanwhile goes out with the rest, in one system call, so that a process that is behind needs fewer of them.
 */
export class Outbox {
  /** In which all sockets put their messages together. */
  readonly frames = new TextFrames();
  readonly #due = new Turns<SocketOutput>();
  #running = false;
  /** Not in the transaction of whoever has news. */
  readonly #run = AsyncResource.bind(() => this.#writeOut());

  /** Something waits for this socket. */
  add(output: SocketOutput): void {
    this.#due.add(output);
    if (this.#running) return;
    this.#running = true;
    // After all that the same piece of news has for others.
    queueMicrotask(this.#run);
  }

  #writeOut(): void {
    const until = performance.now() + slice;
    for (let output = this.#due.shift(); output; output = this.#due.shift()) {
      if (output.write()) this.#due.add(output);
      if (performance.now() > until) {
        setImmediate(this.#run);
        return;
      }
    }
    this.#running = false;
  }
}
