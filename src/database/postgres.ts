import pg from 'pg';
import type { Database } from './database.ts';
import { Listener } from './listener.ts';
import { PoolDatabase } from './pool-database.ts';
import { valueTypes } from './value-types.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; parameters such as `sslmode` work as with psql. */
  readonly url: string;
  /** Connections at most; default 10. */
  readonly pool?: number | undefined;
  /** Schema of all tables (the search path); created when it does not exist. */
  readonly schema?: string | undefined;
  /** Milliseconds a statement may run; 0 is no limit. */
  readonly statementTimeout: number;
  readonly transactionTimeout: number;
  /** Milliseconds to wait for a connection. */
  readonly connectTimeout: number;
  readonly onError: (error: unknown) => void;
}

/** A PostgreSQL server. Nothing is connected until the first query. */
export function openPostgres({ url, pool: max = 10, schema, statementTimeout, transactionTimeout, connectTimeout, onError }: PostgresOptions): Database {
  const config: pg.PoolConfig = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeout,
    options: ['-c TimeZone=UTC', ...(schema === undefined ? [] : [`-c search_path="${schema}"`])].join(' '),
    application_name: 'objectos',
    keepAlive: true,
    types: valueTypes,
    ...(statementTimeout > 0 && { statement_timeout: statementTimeout }),
  };
  const pool = new pg.Pool({ ...config, max });
  // An idle connection that the server closes leaves the pool by itself.
  pool.on('error', () => undefined);
  const { statement_timeout: _, ...listening } = config;
  return new PoolDatabase({
    kind: 'postgres',
    pool,
    schema,
    listening: new Listener({ connect: () => new pg.Client(listening), onError }),
    transactionTimeout,
    onError,
    close: () => Promise.resolve(),
  });
}
