import { LRUCache } from 'lru-cache';

/** Answers that are kept, and for how many milliseconds: until all who heard of the same change have asked. */
const kept = 200;
const keeping = 5_000;

/** Answers of the database that several ask for after the same change. Keys say the change, the question and the rights of who asks. */
export class SharedReads {
  readonly #answers = new LRUCache<string, Promise<unknown>>({ max: kept, ttl: keeping });

  /** Asks once for all. */
  ask<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    if (known) return known as Promise<T>;
    const answer = read();
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
    return answer;
  }
}
