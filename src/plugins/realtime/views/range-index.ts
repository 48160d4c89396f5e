/** Which of many ranges hold a number. */
export class RangeIndex<T> {
  readonly #ranges = new Set<Range<T>>();
  /** By their lower ends, made when it is next asked. */
  #sorted: readonly Range<T>[] | undefined;
  /** At the middle of each part of the sorted ranges: the highest end in that part. */
  #highest: number[] = [];

  get size(): number {
    return this.#ranges.size;
  }

  /** The answer takes it out again. */
  add(of: T, low: number, high: number): () => void {
    const range = { of, low, high };
    this.#ranges.add(range);
    this.#sorted = undefined;
    return () => {
      this.#ranges.delete(range);
      this.#sorted = undefined;
    };
  }

  /** All of them for what is no number. */
  *around(value: number): Iterable<T> {
    if (Number.isNaN(value)) {
      for (const { of } of this.#ranges) yield of;
      return;
    }
    const sorted = this.#sorted ?? this.#sort();
    yield* this.#within(sorted, value, 0, sorted.length);
  }

  *#within(sorted: readonly Range<T>[], value: number, from: number, to: number): Iterable<T> {
    const middle = (from + to) >> 1;
    const range = sorted[middle];
    if (from === to || !range || (this.#highest[middle] ?? value) < value) return;
    yield* this.#within(sorted, value, from, middle);
    if (range.low > value) return;
    if (range.high >= value) yield range.of;
    yield* this.#within(sorted, value, middle + 1, to);
  }

  #sort(): readonly Range<T>[] {
    const sorted = [...this.#ranges].sort((a, b) => a.low - b.low || a.high - b.high);
    this.#sorted = sorted;
    this.#highest = [];
    const measure = (from: number, to: number): number => {
      const middle = (from + to) >> 1;
      const range = sorted[middle];
      return from === to || !range ? -Infinity : (this.#highest[middle] = Math.max(range.high, measure(from, middle), measure(middle + 1, to)));
    };
    measure(0, sorted.length);
    return sorted;
  }
}

interface Range<T> {
  readonly of: T;
  readonly low: number;
  readonly high: number;
}
