/** Has a place in one queue at most, and may stand there once. */
export interface TakesTurns<T> {
  /** Who waits behind it. */
  behind: T | undefined;
  waits: boolean;
}

/** Who waits for a turn, in the order in which they came. They are tied to each other, so that waiting takes no memory. */
export class Turns<T extends TakesTurns<T>> {
  #first: T | undefined;
  #last: T | undefined;

  /** Whose turn it is. */
  get first(): T | undefined {
    return this.#first;
  }

  /** Lines up behind the others, unless it waits already. */
  add(item: T): void {
    if (item.waits) return;
    item.waits = true;
    if (this.#last) this.#last.behind = item;
    else this.#first = item;
    this.#last = item;
  }

  /** Takes the first one out. */
  shift(): T | undefined {
    const item = this.#first;
    if (!item) return undefined;
    this.#first = item.behind;
    if (!this.#first) this.#last = undefined;
    item.behind = undefined;
    item.waits = false;
    return item;
  }
}
