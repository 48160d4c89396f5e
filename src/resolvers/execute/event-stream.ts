import { SubscriptionEvent } from './subscription-event.ts';

/** The server's end of a subscription: values are taken when their turn comes. */
export abstract class EventStream<T> implements AsyncIterableIterator<T> {
  readonly #onEnd: () => void;
  #wake: () => void = () => undefined;
  /** The reader knows that there is something. */
  #told = false;
  #ended = false;
  #error: unknown;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** The next value that waits. Undefined also while it is being made; `notify` follows then. */
  protected abstract take(): T | undefined;

  get ended(): boolean {
    return this.#ended;
  }

  /** What it ended with, where that is an error. */
  get error(): unknown {
    return this.#error;
  }

  /** Ends the stream, with an error when one is given. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
    this.#onEnd();
  }

  /** For a reader that asks `poll` instead of awaiting each value: called whenever there may be one, and at the end. */
  onReady(call: () => void): void {
    this.#wake = call;
    call();
  }

  /** The next value, where one waits; none after the end. */
  poll(): T | undefined {
    this.#told = false;
    return this.#ended ? undefined : this.take();
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      const value = this.poll();
      if (value !== undefined) return { done: false, value };
      if (this.#ended) {
        const error = this.#error;
        this.#error = undefined;
        if (error !== undefined) throw error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  return(): Promise<IteratorResult<T>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** There may be something to take. */
  protected notify(): void {
    if (this.#told) return;
    this.#told = true;
    this.#wake();
  }
}

/** Values of any other source, each asked for once the one before was taken. */
export class PumpedStream extends EventStream<SubscriptionEvent> {
  readonly #source: AsyncIterator<unknown>;
  #event: SubscriptionEvent | undefined;
  #asking = false;
  #done = false;

  constructor(source: AsyncIterable<unknown>) {
    const iterator = source[Symbol.asyncIterator]();
    super(() => {
      // One that is done, or failed, is left alone.
      if (!this.#done) iterator.return?.().catch(() => undefined);
    });
    this.#source = iterator;
  }

  protected override take(): SubscriptionEvent | undefined {
    const event = this.#event;
    this.#event = undefined;
    if (!this.#asking) void this.#ask();
    return event;
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      const { done, value } = await this.#source.next();
      this.#done = done === true;
      if (!this.#done) this.#event = value instanceof SubscriptionEvent ? value : new SubscriptionEvent(value);
    } catch (error) {
      this.#done = true;
      return this.end(error);
    } finally {
      this.#asking = false;
    }
    if (this.#done) this.end();
    else this.notify();
  }
}
