import { StartupError } from '../errors.ts';
import { cannotOpen } from './cannot-open.ts';
import type { Database } from './database.ts';
import { ConstraintError } from './errors.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

export interface OpenDatabaseOptions {
  /** `postgres://…` selects a server. */
  readonly url?: string | undefined;
  /** Folder of the embedded database, or `memory://` for one that is not kept. Used when there is no `url`. */
  readonly dataDirectory?: string | undefined;
  /** Connections to the server at most; default 10. The embedded database has one. */
  readonly pool?: number | undefined;
  /** PostgreSQL schema that holds all tables; created when missing. Default: the server's search path. */
  readonly schema?: string | undefined;
  /** Milliseconds a statement may run on a server; default 30,000, 0 for no limit. */
  readonly statementTimeout?: number | undefined;
  /** Milliseconds a transaction may stay open; default 60,000. */
  readonly transactionTimeout?: number | undefined;
  /** Milliseconds to wait for a free or new connection; default 10,000. */
  readonly connectTimeout?: number | undefined;
  /** Errors that no caller can be told about, such as those of `afterCommit` callbacks. Default: a warning of the process. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Opens the database and makes sure that it answers. */
export async function openDatabase({
  url,
  dataDirectory = 'memory://',
  pool,
  schema,
  statementTimeout = 30_000,
  transactionTimeout = 60_000,
  connectTimeout = 10_000,
  onError = (error) => process.emitWarning(error instanceof Error ? error : String(error)),
}: OpenDatabaseOptions = {}): Promise<Database> {
  if (schema !== undefined && !/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(schema)) {
    throw new StartupError(`The schema name "${schema}" must consist of letters, digits and underscores, at most 63.`);
  }
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) {
    throw new StartupError('The database URL must start with postgres://. Leave it out to use the embedded database.');
  }
  const database =
    url === undefined
      ? await openPglite({ dataDirectory, schema, transactionTimeout, onError })
      : openPostgres({ url, pool, schema, statementTimeout, transactionTimeout, connectTimeout, onError });
  try {
    await (schema === undefined ? database.ping() : createSchema(database, schema));
  } catch (error) {
    await database.close();
    throw url === undefined ? error : cannotOpen(error, url);
  }
  return database;
}

async function createSchema(database: Database, schema: string): Promise<void> {
  try {
    await database.exec(`create schema if not exists "${schema}"`);
  } catch (error) {
    // Another process created it at the same moment.
    if (!(error instanceof ConstraintError)) throw error;
  }
}
