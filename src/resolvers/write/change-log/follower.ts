import type { Database } from '../../../database/database.ts';
import type { PlatformTable } from '../../../database/phase.ts';
import type { Logger } from '../../../kernel/log.ts';
import { latestCursor, readChanges, type LoggedChange } from './read-changes.ts';
import { onChanges } from './signal.ts';

export interface FollowerOptions {
  readonly database: Database;
  /** Made with `positionTable`. */
  readonly table: string;
  /** Objects of which changes are wanted; asked before each look at the log. */
  objects(): Promise<readonly string[]>;
  /** In the transaction that also keeps the place: its writes are there once for each change. */
  handle(changes: readonly LoggedChange[]): Promise<void>;
  readonly log: Logger;
}

/** Holds the place of a follower in the change log. */
export const positionTable = (name: string, model: string): PlatformTable => ({
  name,
  model: `
/// How far the change log was followed.
model ${model} {
  id     Int      @id
  cursor String
  at     DateTime @db.Timestamptz(3)

  @@map("${name}")
}
`,
});

/** Milliseconds between looks when nothing woke it, before another try after a failure, and after which a place without news is kept. */
const polling = 1_000;
const retrying = 1_000;
const keeping = 60_000;

/** Follows the change log durably: every change is handled once in effect, however many processes follow and whenever one ends. */
export class ChangeFollower {
  readonly #options: FollowerOptions;
  /** Beyond what is stored there was nothing of interest up to `cursor`. */
  #seen: { readonly stored: string; readonly cursor: string } | undefined;
  #stopped = false;
  #woken = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { database, table } = this.#options;
    await database.query({ text: `INSERT INTO "${table}" ("id", "cursor", "at") VALUES (1, $1, now()) ON CONFLICT ("id") DO NOTHING`, values: [await latestCursor(database)] });
    this.#stopListening = await onChanges(database, () => this.#awake());
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#awake();
    await this.#running;
    await this.#stopListening?.();
  }

  #awake(): void {
    this.#woken = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      let pause = polling;
      try {
        if (await this.#step()) continue;
      } catch (error) {
        this.#options.log.error({ err: error }, 'The change log could not be followed; it is tried again.');
        pause = retrying;
      }
      await this.#rest(pause);
    }
  }

  /** True when there is more at once. */
  #step(): Promise<boolean> {
    const { database, table, log } = this.#options;
    return database.transaction(async () => {
      // Another process is at it otherwise, and is woken by the same changes.
      const { rows } = await database.query<{ cursor: string; at: Date | string }>({ name: `objectos_follow_${table}`, text: `SELECT "cursor", "at" FROM "${table}" WHERE "id" = 1 FOR UPDATE SKIP LOCKED`, values: [] });
      const [place] = rows;
      if (!place) return false;
      const after = place.cursor === this.#seen?.stored ? this.#seen.cursor : place.cursor;
      const wanted = await this.#options.objects();
      const { changes, cursor, more, gap } = wanted.length === 0 ? { changes: [], cursor: await latestCursor(database), more: false, gap: false } : await readChanges(database, { after, objects: wanted, limit: 200 });
      if (gap) log.warn({ after }, 'Changes were removed from the change log before they could be followed; they are left out.');
      if (changes.length > 0) await this.#options.handle(changes);
      const keep = changes.length > 0 || gap || Date.now() - new Date(place.at).getTime() > keeping;
      if (keep) await database.query({ text: `UPDATE "${table}" SET "cursor" = $1, "at" = now() WHERE "id" = 1`, values: [cursor] });
      database.afterCommit(() => (this.#seen = { stored: keep ? cursor : place.cursor, cursor }));
      return more;
    });
  }

  async #rest(milliseconds: number): Promise<void> {
    if (this.#woken || this.#stopped) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, milliseconds).unref();
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
