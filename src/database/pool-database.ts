import type pg from 'pg';
import type { Database, Rows, Statement, TransactionOptions } from './database.ts';
import { databaseError, isStalePlan } from './errors.ts';
import { KeptPlans } from './kept-plans.ts';
import { StatementQuery } from './statement-query.ts';
import { type Connection, Transactions } from './transactions.ts';

/** The connection of a channel's listener: on a server one of its own, on PGlite the only one there is. */
export interface Listening {
  listen(channel: string, callback: (payload: string) => void, onLost?: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface PoolDatabaseOptions {
  readonly kind: Database['kind'];
  readonly pool: pg.Pool;
  /** Of all tables, when it is not the server's default. */
  readonly schema: string | undefined;
  readonly listening: Listening;
  readonly transactionTimeout: number;
  /** Told about errors that no caller can be told about. */
  readonly onError: (error: unknown) => void;
  /** Frees what lies below the pool. */
  readonly close: () => Promise<void>;
}

class PooledConnection implements Connection {
  readonly client: pg.PoolClient;
  readonly #onError = (): void => undefined;

  constructor(client: pg.PoolClient) {
    this.client = client;
    // A connection lost between two statements emits an error; the next statement reports it.
    client.on('error', this.#onError);
  }

  async run(text: string): Promise<{ readonly command: string }> {
    const result = (await this.client.query(text)) as pg.QueryResult | pg.QueryResult[];
    const last = Array.isArray(result) ? result.at(-1) : result;
    return { command: last?.command ?? '' };
  }

  release(error?: Error): void {
    this.client.off('error', this.#onError);
    this.client.release(error);
  }
}

/** PostgreSQL through a pg pool. PGlite speaks the same protocol over a stream, so both engines share this class. */
export class PoolDatabase implements Database {
  readonly kind: Database['kind'];
  /** For libraries that want the pool itself. Queries on it are outside of this database's transactions. */
  readonly pool: pg.Pool;
  readonly schema: string | undefined;
  readonly #options: PoolDatabaseOptions;
  readonly #transactions: Transactions<PooledConnection>;
  /** Counts changes of tables below prepared statements: part of their names from the first change on. */
  #epoch = 0;
  readonly #keptPlans = new KeptPlans();
  #closing: Promise<void> | undefined;

  constructor(options: PoolDatabaseOptions) {
    this.kind = options.kind;
    this.pool = options.pool;
    this.schema = options.schema;
    this.#options = options;
    this.#transactions = new Transactions({
      acquire: () =>
        options.pool.connect().then(
          (client) => new PooledConnection(client),
          (error: unknown) => {
            throw databaseError(error);
          },
        ),
      timeout: options.transactionTimeout,
      attempts: 6,
      onCallbackError: options.onError,
      onStalePlan: () => (this.#epoch += 1),
    });
  }

  get inTransaction(): boolean {
    return this.#transactions.active;
  }

  query<R = Record<string, unknown>>(statement: Statement): Promise<Rows<R>> {
    try {
      const level = this.#transactions.current;
      if (level === undefined) return this.#single<R>(statement, true);
      return this.#transactions.statement(level, ({ client }) => this.#send<R>(client, statement)).catch((error: unknown) => {
        throw databaseError(error);
      });
    } catch (error) {
      return Promise.reject(databaseError(error) as Error);
    }
  }

  async exec(sql: string): Promise<void> {
    const level = this.#transactions.current;
    try {
      if (level) await this.#transactions.statement(level, ({ client }) => client.query(sql));
      else await this.#single({ text: sql, values: [] }, false);
    } catch (error) {
      throw databaseError(error);
    }
  }

  async transaction<T>(work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#transactions.run(work, options);
  }

  beforehand<T>(keys: readonly string[], ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>): Promise<ReadonlyMap<string, T>> {
    return this.#transactions.beforehand(keys, ask);
  }

  afterCommit(callback: () => void): void {
    this.#transactions.afterCommit(callback);
  }

  /** Runs `work` outside of the transaction of the async context, if any; for loops and timers that outlive it. */
  outside<T>(work: () => T): T {
    return this.#transactions.outside(work);
  }

  async listen(channel: string, callback: (payload: string) => void, onLost?: () => void): Promise<() => Promise<void>> {
    if (this.inTransaction) throw new Error('listen() must be called outside of transactions.');
    try {
      return await this.#transactions.outside(() => this.#options.listening.listen(channel, callback, onLost));
    } catch (error) {
      throw databaseError(error);
    }
  }

  async ping(): Promise<void> {
    await this.#transactions.outside(() => this.query({ text: 'select 1', values: [] }));
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#options.listening.close();
      await this.pool.end();
      await this.#options.close();
    })();
    return this.#closing;
  }

  /** As `pool.query`, except that an ordinary error does not cost the connection. */
  #single<R>(statement: Statement, again: boolean): Promise<Rows<R>> {
    return new Promise((resolve, reject) => {
      this.pool.connect((failure, client, release) => {
        if (failure !== undefined || client === undefined) {
          reject(databaseError(failure) as Error);
          return;
        }
        let onError: ((error: Error) => void) | undefined = (error) => {
          onError = undefined;
          release(error);
          reject(databaseError(error) as Error);
        };
        client.once('error', onError);
        const current = this.#current(statement);
        const query = new StatementQuery<R>(current, (error, rows) => {
          if (onError === undefined) return;
          client.removeListener('error', onError);
          if (!error) {
            if (this.#keptPlans.isDue(current.name)) this.#comparePlans(new PooledConnection(client), current);
            else release();
            resolve(rows);
            return;
          }
          release(isFatal(error) ? error : undefined);
          if (again && isStalePlan(error)) {
            this.#epoch += 1;
            this.#single<R>(statement, false).then(resolve, reject);
          } else reject(databaseError(error) as Error);
        }, this.#keptPlans.serves(current.name));
        client.query(query);
      });
    });
  }

  #comparePlans(connection: PooledConnection, statement: Statement): void {
    void this.#keptPlans.compare(connection.client, statement).finally(() => {
      connection.release();
    });
  }

  #send<R>(client: pg.PoolClient, statement: Statement): Promise<Rows<R>> {
    return new Promise((resolve, reject) => {
      client.query(new StatementQuery<R>(this.#current(statement), (error, rows) => (error ? reject(error) : resolve(rows))));
    });
  }

  /** Under a name that no statement had before the tables changed. */
  #current(statement: Statement): Statement {
    if (this.#epoch === 0 || statement.name === undefined) return statement;
    return { ...statement, name: `${statement.name}~${this.#epoch}` };
  }
}

/** The server ended the session, or the socket is gone. */
function isFatal(error: Error): boolean {
  const severity = (error as { severity?: string }).severity;
  return severity !== 'ERROR';
}
