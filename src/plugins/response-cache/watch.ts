import type { Database } from '../../database/database.ts';
import { changedObjects, latestCursor } from '../../resolvers/write/change-log/read-changes.ts';

/** Milliseconds without a look after which everything counts as changed: the log of a long time is not worth reading. */
const longest = 600_000;

/**
 * Knows which objects changed, from looks into the change log. A look shows whatever was committed before it was asked for,
 * by whichever process; requests that arrive while one is under way share the next.
 */
export class Watch {
  readonly #database: () => Database;
  readonly #changedAt = new Map<string, number>();
  #everythingAt = 0;
  #moment = 0;
  #place: { readonly cursor: string; readonly at: number } | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(database: () => Database) {
    this.#database = database;
  }

  /** Of the last look: what is read from now on has all that it showed. */
  get moment(): number {
    return this.#moment;
  }

  /** Whether any of the objects has changed since a moment, as far as the last look shows. */
  changedSince(objects: readonly string[], moment: number): boolean {
    return moment < this.#everythingAt || objects.some((name) => (this.#changedAt.get(name) ?? 0) > moment);
  }

  /** Everything counts as changed. */
  forget(): void {
    this.#moment += 1;
    this.#everythingAt = this.#moment;
  }

  /** Resolves after a look that began when this was called, or later. */
  look(): Promise<void> {
    if (!this.#running) return this.#begin();
    this.#next ??= this.#running.catch(() => undefined).then(() => this.#begin());
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    const look = this.#look().finally(() => {
      if (this.#running === look) this.#running = undefined;
    });
    this.#running = look;
    return look;
  }

  async #look(): Promise<void> {
    const at = performance.now();
    const place = this.#place && at - this.#place.at < longest ? this.#place : undefined;
    const seen = place ? await changedObjects(this.#database(), place.cursor) : { cursor: await latestCursor(this.#database()), objects: [], gap: true };
    this.#moment += 1;
    if (seen.gap) this.#everythingAt = this.#moment;
    for (const name of seen.objects) this.#changedAt.set(name, this.#moment);
    this.#place = { cursor: seen.cursor, at };
  }
}
