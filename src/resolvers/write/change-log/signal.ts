import { randomUUID } from 'node:crypto';
import type { Database } from '../../../database/database.ts';
import { entryOf } from '../../../kernel/entry-of.ts';
import { changesChannel } from './table.ts';

/** Others are told at most once in this many milliseconds. */
const interval = 5;

interface Hearers {
  /** In notifications: whoever sent one need not be woken by it. */
  readonly self: string;
  readonly readers: Set<() => void>;
  readonly carriers: Set<() => void>;
}
const hearers = new WeakMap<Database, Hearers>();
const hearersOf = (database: Database): Hearers => entryOf(hearers, database, () => ({ self: randomUUID(), readers: new Set(), carriers: new Set() }));

function add(set: Set<() => void>, call: () => void): () => void {
  // The same function may be given twice.
  const own = (): void => call();
  set.add(own);
  return () => void set.delete(own);
}

/** Wakes readers of the change log in this process: something may have been committed elsewhere. */
export function wakeReaders(database: Database): void {
  for (const wake of hearersOf(database).readers) wake();
}

/** Calls `wake` after each commit of changes: of this process at once, of others when PostgreSQL or who calls `wakeReaders` tells of it. */
export async function onChanges(database: Database, wake: () => void): Promise<() => Promise<void>> {
  const { self, readers } = hearersOf(database);
  const forget = add(readers, wake);
  const stop = await database.listen(changesChannel, (payload) => {
    if (payload !== self) wake();
  });
  return async () => {
    forget();
    await stop();
  };
}

/** Calls `tell` soon after commits of this process, to tell other processes of them by another way than PostgreSQL. */
export const onOwnChanges = (database: Database, tell: () => void): (() => void) => add(hearersOf(database).carriers, tell);

/**
 * Tells readers of the change log that there is something to read. Those of other processes are told by NOTIFY, sent after the commit and not
 * inside of it, because a transaction that notifies makes all others that do wait for its commit. Should the process end in between, the
 * next signal or the readers' own polling makes up for it.
 */
export class ChangeSignal {
  #due: NodeJS.Timeout | undefined;
  #last = 0;

  send(database: Database): void {
    wakeReaders(database);
    if (this.#due) return;
    const wait = this.#last + interval - performance.now();
    if (wait <= 0) {
      this.#tellOthers(database);
      return;
    }
    this.#due = setTimeout(() => {
      this.#due = undefined;
      this.#tellOthers(database);
    }, wait);
    this.#due.unref();
  }

  #tellOthers(database: Database): void {
    this.#last = performance.now();
    const { self, carriers } = hearersOf(database);
    for (const tell of carriers) tell();
    // A database that is going away has no listeners left to wake.
    database.query({ name: 'objectos_notify', text: `SELECT pg_notify($1, $2)`, values: [changesChannel, self] }).catch(() => {});
  }
}
