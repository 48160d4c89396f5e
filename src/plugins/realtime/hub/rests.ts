/** Rests between the parts of some work, unless somebody waits for its end. */
export class Rests {
  #hurried = 0;
  #end: () => void = () => undefined;

  /** Ends the rest that is under way; until `work` is done nobody rests. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    this.#hurried += 1;
    this.#end();
    try {
      return await work();
    } finally {
      this.#hurried -= 1;
    }
  }

  rest(milliseconds: number): Promise<void> {
    if (this.#hurried > 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
