/** The server's end of a subscription: values are taken when their turn comes. */
export abstract class Stream<T> implements AsyncIterableIterator<T> {
  readonly #onEnd: () => void;
  #wake: (() => void) | undefined;
  #ended = false;
  #error: unknown;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** The next value that waits. */
  protected abstract take(): T | undefined;

  get ended(): boolean {
    return this.#ended;
  }

  /** Ends the stream, with an error when one is given. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.notify();
    this.#onEnd();
  }

  async next(): Promise<IteratorResult<T>> {
    for (;;) {
      if (this.#ended) {
        const error = this.#error;
        this.#error = undefined;
        if (error !== undefined) throw error;
        return { done: true, value: undefined };
      }
      const value = this.take();
      if (value !== undefined) return { done: false, value };
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
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
