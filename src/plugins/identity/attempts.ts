import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import { networkOf } from '../../kernel/network-of.ts';
import { hashToken } from './hash-token.ts';
import { attemptTable } from './tables.ts';

export interface Attempt {
  readonly kind: string;
  readonly name: string;
  /** Network address. */
  readonly address: string | undefined;
  /** So many times more than of sign-ins may fail. */
  readonly factor?: number | undefined;
}

export interface Attempts {
  /**
   * Counts an attempt before it is made, so that attempts at the same time count too. Throws RATE_LIMITED when too many failed. The
   * returned function takes the attempt back once it succeeded.
   */
  begin(subject: Attempt): Promise<() => Promise<void>>;
  /** Lifts a lock. */
  forget(kind: string, name: string): Promise<void>;
}

/** Guesses from one network address are many people behind one router at first: it gets more of them. */
const addressFactor = 10;

const keyOf = (kind: string, name: string): string => hashToken(`${kind}:${name.trim().toLowerCase()}`);

export function createAttempts(database: Database, { maxFailures, window }: { readonly maxFailures: number; readonly window: number }): Attempts {
  const count = async (key: string, most: number): Promise<void> => {
    const { rows } = await database.query<{ failures: number; seconds: number }>({
      text: `INSERT INTO ${attemptTable} AS a (key, failures, expires_at) VALUES ($1, 1, now() + make_interval(secs => $2))
        ON CONFLICT (key) DO UPDATE SET
          failures = CASE WHEN a.expires_at < now() THEN 1 ELSE a.failures + 1 END,
          expires_at = CASE WHEN a.expires_at < now() THEN EXCLUDED.expires_at ELSE a.expires_at END
        RETURNING failures, ceil(extract(epoch FROM expires_at - now()))::int AS seconds`,
      values: [key, window],
    });
    const [{ failures, seconds } = { failures: 1, seconds: 0 }] = rows;
    if (failures > most) throw new ObjectosError('RATE_LIMITED', `Too many attempts. Try again in ${seconds} seconds.`, { extensions: { retryAfter: seconds } });
  };

  return {
    async forget(kind, name) {
      await database.query({ text: `DELETE FROM ${attemptTable} WHERE key = $1`, values: [keyOf(kind, name)] });
    },
    async begin({ kind, name, address, factor = 1 }) {
      const own = keyOf(kind, name);
      const shared = address === undefined ? undefined : hashToken(`${kind}@${networkOf(address)}`);
      await count(own, maxFailures * factor);
      if (shared !== undefined) await count(shared, maxFailures * factor * addressFactor);
      return async () => {
        await database.query({ text: `DELETE FROM ${attemptTable} WHERE key = $1 OR expires_at < now()`, values: [own] });
        if (shared !== undefined) await database.query({ text: `UPDATE ${attemptTable} SET failures = greatest(failures - 1, 0) WHERE key = $1`, values: [shared] });
      };
    },
  };
}
