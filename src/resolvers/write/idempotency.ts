import { ObjectosError } from '../../errors.ts';
import type { Database } from '../../database/database.ts';
import type { Caller } from '../caller.ts';
import type { RequestContext } from '../request.ts';

export const idempotencyTable = 'objectos_idempotency';
/** How long an answer is kept for a repeat. */
export const idempotencyHours = 24;
const maxKeyLength = 255;

/**
 * Runs `work` once per caller and key: a repeat gets the first answer, also while the first still runs (it waits). What fails
 * leaves no trace, so that it may be tried again. `requestHash` tells a repeat from another request under the same key.
 */
export async function withIdempotency(context: RequestContext, key: string, requestHash: string, work: () => Promise<string>): Promise<string> {
  const { database, caller } = context;
  if (key === '' || key.length > maxKeyLength) {
    throw new ObjectosError('BAD_REQUEST', `An idempotencyKey has 1 to ${maxKeyLength} characters.`);
  }
  const owner = callerIdentity(caller);
  return database.transaction(async () => {
    const claimed = await database.query({
      name: 'objectos_idempotency_claim',
      text:
        `INSERT INTO "${idempotencyTable}" AS k ("owner", "key", "request_hash", "created_at") VALUES ($1, $2, $3, now()) ` +
        `ON CONFLICT ("owner", "key") DO UPDATE SET "request_hash" = excluded."request_hash", "answer" = NULL, "created_at" = excluded."created_at" ` +
        `WHERE k."created_at" < now() - make_interval(hours => $4::int) RETURNING 1`,
      values: [owner, key, requestHash, idempotencyHours],
    });
    if (claimed.rows.length === 0) return storedAnswer(database, owner, key, requestHash);
    const answer = await work();
    await database.query({
      name: 'objectos_idempotency_answer',
      text: `UPDATE "${idempotencyTable}" SET "answer" = $3 WHERE "owner" = $1 AND "key" = $2`,
      values: [owner, key, answer],
    });
    return answer;
  });
}

async function storedAnswer(database: Database, owner: string, key: string, requestHash: string): Promise<string> {
  const { rows } = await database.query<{ request_hash: string; answer: string | null }>({
    name: 'objectos_idempotency_read',
    text: `SELECT "request_hash", "answer" FROM "${idempotencyTable}" WHERE "owner" = $1 AND "key" = $2`,
    values: [owner, key],
  });
  const [stored] = rows;
  if (!stored || stored.request_hash !== requestHash) {
    throw new ObjectosError('CONFLICT', 'This idempotencyKey was used for another request. Use a new key for every new request.');
  }
  if (stored.answer === null) throw new ObjectosError('CONFLICT', 'This idempotencyKey is in use by the running operation.');
  return stored.answer;
}

/** Two callers never share keys. Callers without an identity share the one of their kind. */
function callerIdentity({ kind, userId, organizationId }: Caller): string {
  return JSON.stringify([kind, userId ?? null, organizationId ?? null]);
}

/** Forgets answers that are too old to be repeated; answers how many. */
export async function pruneIdempotency(database: Database, { olderThan, batch = 5_000 }: { readonly olderThan: Date; readonly batch?: number }): Promise<number> {
  for (let gone = 0; ; ) {
    const { count } = await database.query({
      text: `DELETE FROM "${idempotencyTable}" WHERE ctid = ANY(ARRAY(SELECT ctid FROM "${idempotencyTable}" WHERE "created_at" < $1::timestamptz LIMIT $2))`,
      values: [olderThan.toISOString(), batch],
    });
    gone += count;
    if (count < batch) return gone;
  }
}
