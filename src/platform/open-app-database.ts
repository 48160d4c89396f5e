import { resolve } from 'node:path';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open-database.ts';
import type { Logger } from '../kernel/log.ts';
import type { App } from './load-app.ts';

/** The database that the settings name: a PostgreSQL server, or the embedded one in a folder of the app. */
export function openAppDatabase({ directory, settings: { database } }: App, log: Logger): Promise<Database> {
  const memory = database.dataDirectory.startsWith('memory://');
  return openDatabase({
    url: database.url,
    dataDirectory: memory ? database.dataDirectory : resolve(directory, database.dataDirectory),
    schema: database.schema,
    pool: database.poolSize,
    statementTimeout: database.statementTimeout,
    onError: (error) => log.error({ err: error }, 'The database reported an error that no request waits for.'),
  });
}
