/** SQL text with `$1…` placeholders and the values in their order. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Prepare once per connection under this name. Use it for texts that come back often. */
  readonly name?: string | undefined;
}

export interface Rows<R> {
  readonly rows: readonly R[];
  /** Rows affected. */
  readonly count: number;
}

export interface TransactionOptions {
  /** Default `read committed`. */
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Roll back at the end whatever happened (`dryRun`). */
  readonly rollback?: boolean;
  /** Milliseconds after which an unfinished transaction is rolled back and fails with TIMEOUT. Outermost level only; default of `openDatabase`. */
  readonly timeout?: number;
}

/**
 * PostgreSQL behind one small interface; PGlite and a server meet here. Session time zone is UTC.
 *
 * Inside `transaction` every `query` of the same async context runs on that transaction (AsyncLocalStorage), so a nested
 * acquire, which would hang PGlite's only connection, cannot happen. A nested `transaction` is a savepoint.
 */
export interface Database {
  readonly kind: 'postgres' | 'pglite';
  /** Driver errors come out as ObjectosError where a client can act on them (see `errors.ts` of this room). */
  query<R = Record<string, unknown>>(statement: Statement): Promise<Rows<R>>;
  /** Several statements without parameters, for migrations. */
  exec(sql: string): Promise<void>;
  /** Runs `work`, commits, and retries the whole of it on deadlock or serialization failure (outermost level only). */
  transaction<T>(work: () => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** True inside `transaction`. */
  readonly inTransaction: boolean;
  /**
   * For what takes its time, such as a call: asks while no transaction holds its locks and its connection for it. One that is open is rolled
   * back, `ask` runs, and the work of the outermost level begins anew; then the answers are there at once, by their keys. Keys say all
   * that an answer depends on, and are the same when the work begins anew.
   */
  beforehand<T>(keys: readonly string[], ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>): Promise<ReadonlyMap<string, T>>;
  /** Calls back after the outermost transaction of this async context committed; at once when there is none. Never after a rollback. */
  afterCommit(callback: () => void): void;
  /**
   * LISTEN on a channel; the returned function stops it. After a lost connection was restored the callback gets an empty
   * payload: notifications may be missing, look again. `onLost` is called when the connection is lost: until `callback` gets
   * that payload nothing is heard. Not inside a transaction.
   */
  listen(channel: string, callback: (payload: string) => void, onLost?: () => void): Promise<() => Promise<void>>;
  /** Answers one trivial query; used by readiness. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
