import type { Database } from '../../../database/database.ts';
import { changesChannel } from './table.ts';

/** At most one NOTIFY in this many milliseconds. */
const interval = 5;

/**
 * Tells listeners that there is something to read. It is sent after the commit and not inside of it, because a transaction
 * that notifies makes all others that do wait for its commit. Should the process end in between, the next signal or the
 * readers' own polling makes up for it.
 */
export class ChangeSignal {
  #due: NodeJS.Timeout | undefined;
  #last = 0;

  send(database: Database): void {
    if (this.#due) return;
    const wait = this.#last + interval - performance.now();
    if (wait <= 0) {
      this.#notify(database);
      return;
    }
    this.#due = setTimeout(() => {
      this.#due = undefined;
      this.#notify(database);
    }, wait);
    this.#due.unref();
  }

  #notify(database: Database): void {
    this.#last = performance.now();
    // A database that is going away has no listeners left to wake.
    database.query({ name: 'objectos_notify', text: `SELECT pg_notify($1, '')`, values: [changesChannel] }).catch(() => {});
  }
}
