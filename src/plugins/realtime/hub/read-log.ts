import type { Database } from '../../../database/database.ts';
import { readChanges, type LoggedChange } from '../../../resolvers/write/change-log/read-changes.ts';

export interface LogPart {
  readonly changes: readonly LoggedChange[];
  /** After them. */
  readonly cursor: string;
  /** Some are missing, or there are too many. */
  readonly gap: boolean;
}

const pageSize = 1_000;

/** All changes up to now. In a transaction that sees one snapshot, `now` is the moment that its other reads show. */
export async function readLog(database: Database, after: string, objects: readonly string[], maximum: number): Promise<LogPart> {
  const changes: LoggedChange[] = [];
  for (let cursor = after; ; ) {
    const page = await readChanges(database, { after: cursor, objects, limit: pageSize });
    changes.push(...page.changes);
    ({ cursor } = page);
    if (page.gap || changes.length > maximum) return { changes: [], cursor, gap: true };
    if (!page.more) return { changes, cursor, gap: false };
  }
}
