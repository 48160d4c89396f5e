import type { EventStream } from '../resolvers/execute/event-stream.ts';
import type { PrintedEvents } from './subscribe.ts';
import type { TakesTurns } from './turns.ts';

/** Events of one subscription on their way to its socket. As the result that graphql-ws runs it yields nothing, and ends when all is sent. */
export class OutgoingEvents implements AsyncGenerator<never, undefined>, TakesTurns<OutgoingEvents> {
  /** What its messages begin with, up to the answer. */
  readonly head: Buffer;
  behind: OutgoingEvents | undefined;
  waits = false;
  readonly #events: EventStream<unknown>;
  readonly #print: PrintedEvents['print'];
  readonly #onReady: (self: OutgoingEvents) => void;
  readonly #sent: Promise<void>;
  #end: () => void = () => undefined;
  /** Of the event that is next; a promise while it is made. */
  #answer: Buffer | Promise<void> | undefined;

  /** `onReady` is called when `take` may have something. */
  constructor(id: string, { events, print }: PrintedEvents, onReady: (self: OutgoingEvents) => void) {
    this.head = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    this.#events = events;
    this.#print = print;
    this.#onReady = onReady;
    this.#sent = new Promise((resolve) => (this.#end = resolve));
  }

  /** What comes after the head of the next message. */
  take(): Buffer | undefined {
    if (this.#answer instanceof Promise) return undefined;
    const waiting = this.#answer;
    this.#answer = undefined;
    const answer = waiting ?? this.#next();
    if (!(answer instanceof Promise)) return answer;
    this.#answer = answer.then(
      (bytes) => {
        this.#answer = bytes;
        this.#onReady(this);
      },
      (error: unknown) => {
        this.#answer = undefined;
        this.#events.end(error);
      },
    );
    return undefined;
  }

  #next(): Buffer | Promise<Buffer> | undefined {
    try {
      const event = this.#events.poll();
      if (event !== undefined) return this.#print(event);
    } catch (error) {
      // An answer that cannot be printed is this subscription's matter alone.
      this.#events.end(error);
    }
    if (this.#events.ended) this.#end();
    return undefined;
  }

  async next(): Promise<IteratorResult<never, undefined>> {
    this.#events.onReady(() => {
      // What waits is void, but what was taken is still told.
      if (this.#events.ended && this.#answer === undefined) this.#end();
      else this.#onReady(this);
    });
    await this.#sent;
    const { error } = this.#events;
    if (error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<never, undefined>> {
    this.#events.end();
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<never, undefined>> {
    this.#events.end(error);
    this.#end();
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
