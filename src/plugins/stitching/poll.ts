import type { Catalog } from '../../metadata/catalog.ts';
import type { Database } from '../../database/database.ts';
import type { Source, Sources } from './sources.ts';

export interface PollOptions {
  readonly sources: Sources;
  readonly catalog: () => Catalog;
  readonly database: Database;
  readonly rebuild: () => Promise<void>;
}

/** Looks now and then whether services have other schemas. */
export class Poll {
  readonly #options: PollOptions;
  #timers: NodeJS.Timeout[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: PollOptions) {
    this.#options = options;
  }

  /** For the definitions that are in place now. */
  start(): void {
    this.#clear();
    if (this.#stopped) return;
    const { sources, catalog } = this.#options;
    for (const source of sources.of(catalog())) {
      const { pollSeconds, sdl } = source.remote;
      if (pollSeconds > 0 && sdl === undefined) this.#timers.push(setInterval(() => void this.look(source), pollSeconds * 1_000).unref());
    }
  }

  /** One look after the other. */
  look(source: Source): Promise<void> {
    const { database, rebuild } = this.#options;
    const done = this.#running.then(() => (this.#stopped ? undefined : source.refresh(database, rebuild)));
    this.#running = done.catch(() => undefined);
    return done;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#clear();
    await this.#running;
  }

  #clear(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
  }
}
