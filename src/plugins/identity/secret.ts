import { randomBytes } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { keyTable } from './tables.ts';

/** The key of the settings, or the one kept in the database, made when it is first needed. */
export function createSecret(database: Database, given: string | undefined): () => Promise<string> {
  let known: Promise<string> | undefined = given === undefined ? undefined : Promise.resolve(given);
  return () => {
    known ??= load(database).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function load(database: Database): Promise<string> {
  const { rows } = await database.query<{ secret: string }>({
    text: `INSERT INTO ${keyTable} AS k (id, secret) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET secret = k.secret RETURNING secret`,
    values: [randomBytes(32).toString('base64url')],
  });
  const [row] = rows;
  if (!row) throw new TypeError(`The table ${keyTable} gave back no key.`);
  return row.secret;
}
