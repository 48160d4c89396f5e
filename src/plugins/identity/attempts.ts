import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import { hashToken } from './hash-token.ts';
import { attemptTable } from './tables.ts';

export interface Attempts {
  /**
   * Counts an attempt before it is made, so that attempts at the same time count too. Throws RATE_LIMITED when too many failed. The
   * returned function takes the attempt back once it succeeded.
   */
  begin(subject: { readonly kind: string; readonly name: string; readonly address: string | undefined }): Promise<() => Promise<void>>;
}

/** Guesses from one network address are many people behind one router at first: it gets more of them. */
const addressFactor = 10;

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
    async begin({ kind, name, address }) {
      const own = hashToken(`${kind}:${name.trim().toLowerCase()}`);
      const shared = address === undefined ? undefined : hashToken(`${kind}@${address}`);
      await count(own, maxFailures);
      if (shared !== undefined) await count(shared, maxFailures * addressFactor);
      return async () => {
        await database.query({ text: `DELETE FROM ${attemptTable} WHERE key = $1 OR expires_at < now()`, values: [own] });
        if (shared !== undefined) await database.query({ text: `UPDATE ${attemptTable} SET failures = greatest(failures - 1, 0) WHERE key = $1`, values: [shared] });
      };
    },
  };
}
