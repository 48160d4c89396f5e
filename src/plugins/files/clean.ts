import type { Database } from '../../database/database.ts';
import type { Storage } from './storage/storage.ts';
import { keyOf } from './storage/storage.ts';
import { expiredFiles, forgetFile } from './store.ts';

declare module '../../kernel/jobs.ts' {
  interface JobTypes {
    'files.clean': Readonly<Record<string, never>>;
  }
}

const atATime = 100;

/** Removes the contents of files that nobody took or that records gave up, then what is known of them. What fails is tried again by the next run. */
export async function removeExpired(database: Database, storage: Storage, signal: AbortSignal): Promise<{ readonly removed: number }> {
  let removed = 0;
  for (;;) {
    const ids = await expiredFiles(database, atATime);
    for (const id of ids) {
      if (signal.aborted) return { removed };
      await storage.delete(keyOf(id));
      await forgetFile(id, database);
      removed += 1;
    }
    if (ids.length < atATime) return { removed };
  }
}
