import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectosError } from '../errors.ts';
import type { TransactionOptions } from './database.ts';
import { databaseError, isConflict, isStalePlan, sqlState } from './errors.ts';

/** One connection, taken out of the pool for a transaction. Errors are the driver's own. */
export interface Connection {
  run(text: string): Promise<{ readonly command: string }>;
  /** Gives the connection back; with an error it is closed instead. */
  release(error?: Error): void;
}

/** What all levels of one transaction share. */
interface Root<C extends Connection> {
  readonly connection: C;
  savepoints: number;
  /** First failure of a statement that no savepoint undid: the transaction can only roll back. */
  failure: unknown;
  /** Why the transaction was ended from outside. */
  ended: Error | undefined;
  /** What was asked for before this attempt. */
  readonly answers: Map<string, unknown>;
  /** Whether the work may begin anew for an answer. */
  readonly mayRepeat: boolean;
}

/** The work wants something first that takes its time: it begins anew once that is there. */
class BeginAnew extends Error {
  override readonly name = 'BeginAnew';
  readonly ask: () => Promise<ReadonlyMap<string, unknown>>;

  constructor(ask: () => Promise<ReadonlyMap<string, unknown>>) {
    super('The transaction begins anew.');
    this.ask = ask;
  }
}

/** How often the work of a transaction begins anew at most for answers; what it asks then is asked inside. */
const maxRounds = 10;

/** The transaction itself, or a savepoint in it. */
interface Level<C extends Connection> {
  readonly root: Root<C>;
  readonly parent: Level<C> | undefined;
  open: boolean;
  /** End of the queue: one statement, or one inner level, at a time. */
  tail: Promise<unknown>;
  readonly callbacks: (() => void)[];
}

export interface TransactionSettings<C extends Connection> {
  readonly acquire: () => Promise<C>;
  /** Milliseconds after which an unfinished transaction is rolled back. */
  readonly timeout: number;
  /** How often the work is run at most when it meets deadlocks and serialization failures. */
  readonly attempts: number;
  /** Told about failed callbacks of `afterCommit`; these cannot fail the caller, whose change is committed. */
  readonly onCallbackError: (error: unknown) => void;
  /** A statement was prepared before tables changed. */
  readonly onStalePlan: () => void;
}

/** Transactions carried by the async context: who queries inside one uses its connection without being handed it. */
export class Transactions<C extends Connection> {
  readonly #storage = new AsyncLocalStorage<Level<C> | undefined>();
  readonly #settings: TransactionSettings<C>;

  constructor(settings: TransactionSettings<C>) {
    this.#settings = settings;
  }

  get active(): boolean {
    return this.#storage.getStore()?.open === true;
  }

  /** The current level, or undefined outside of transactions. A level that has ended refuses. */
  get current(): Level<C> | undefined {
    const level = this.#storage.getStore();
    if (level === undefined || level.open) return level;
    throw level.root.ended ?? new Error('A query was started after its transaction had ended: await every query inside the transaction.');
  }

  /** Runs one statement on the connection of `level`, after those before it. */
  statement<T>(level: Level<C>, run: (connection: C) => Promise<T>): Promise<T> {
    return enqueue(level, async () => {
      if (level.root.ended) throw level.root.ended;
      try {
        return await run(level.root.connection);
      } catch (error) {
        if (sqlState(error) === '25P02' && level.root.failure !== undefined) throw level.root.failure;
        level.root.failure ??= error;
        throw level.root.ended ?? error;
      }
    });
  }

  afterCommit(callback: () => void): void {
    const level = this.current;
    if (level) level.callbacks.push(callback);
    else this.#call(callback);
  }

  /** Runs `work` outside of any transaction: for what outlives the caller's. */
  outside<T>(work: () => T): T {
    return this.#storage.run(undefined, work);
  }

  /** See `Database.beforehand`. */
  async beforehand<T>(keys: readonly string[], ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>): Promise<ReadonlyMap<string, T>> {
    const root = this.current?.root;
    if (!root) return ask(keys);
    const missing = keys.filter((key) => !root.answers.has(key));
    if (missing.length > 0 && root.mayRepeat) {
      root.failure ??= new BeginAnew(() => ask(missing));
      throw root.failure;
    }
    if (missing.length > 0) for (const [key, answer] of await ask(missing)) root.answers.set(key, answer);
    return new Map(keys.map((key) => [key, root.answers.get(key) as T]));
  }

  async run<T>(work: () => Promise<T>, options: TransactionOptions): Promise<T> {
    const level = this.current;
    if (level) return this.#savepoint(level, work, options);
    const answers = new Map<string, unknown>();
    for (let attempt = 1, rounds = 0; ; attempt += 1) {
      const { result, error, callbacks } = await this.#attempt(work, options, { answers, mayRepeat: rounds < maxRounds });
      if (error === undefined) {
        for (const callback of callbacks) this.#call(callback);
        return result as T;
      }
      if (error.reason instanceof BeginAnew) {
        for (const [key, answer] of await error.reason.ask()) answers.set(key, answer);
        rounds += 1;
        attempt -= 1;
        continue;
      }
      if (isStalePlan(error.reason)) this.#settings.onStalePlan();
      else if (!isConflict(error.reason)) throw databaseError(error.reason);
      if (attempt >= this.#settings.attempts) throw databaseError(error.reason);
      await sleep(Math.random() * 5 * 2 ** attempt);
    }
  }

  async #attempt<T>(work: () => Promise<T>, options: TransactionOptions, asking: Pick<Root<C>, 'answers' | 'mayRepeat'>): Promise<{ result?: T; error?: { reason: unknown }; callbacks: readonly (() => void)[] }> {
    const connection = await this.#settings.acquire();
    const root: Root<C> = { connection, savepoints: 0, failure: undefined, ended: undefined, ...asking };
    const level: Level<C> = { root, parent: undefined, open: true, tail: Promise.resolve(), callbacks: [] };
    let end: (error: Error) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => (end = reject));
    ended.catch(() => undefined);
    const watchdog = setTimeout(() => {
      root.ended = new ObjectosError('TIMEOUT', 'The transaction took too long; nothing was changed.');
      end(root.ended);
    }, options.timeout ?? this.#settings.timeout);
    watchdog.unref();
    let broken: Error | undefined;
    try {
      await connection.run(begin(options));
      const result = await Promise.race([this.#storage.run(level, work), ended]);
      await Promise.race([level.tail, ended]);
      level.open = false;
      if (root.failure !== undefined) throw root.failure;
      const { command } = await connection.run(options.rollback ? 'rollback' : 'commit');
      if (command === 'ROLLBACK' && !options.rollback) throw new Error('The transaction was rolled back by the database.');
      return { result, callbacks: options.rollback ? [] : level.callbacks };
    } catch (error) {
      level.open = false;
      // A connection whose statement still runs, or that no longer answers, must not go back to the pool.
      if (root.ended) broken = root.ended;
      else await connection.run('rollback').catch((failure: unknown) => (broken = failure instanceof Error ? failure : new Error('The rollback failed.')));
      return { error: { reason: root.ended ?? (endsAll(root.failure) ? root.failure : error) }, callbacks: [] };
    } finally {
      clearTimeout(watchdog);
      connection.release(broken);
    }
  }

  /** Holds its place in the parent's queue until it is done, so that siblings neither mix with it nor are undone with it. */
  #savepoint<T>(parent: Level<C>, work: () => Promise<T>, options: TransactionOptions): Promise<T> {
    if (options.isolation !== undefined && options.isolation !== 'read committed') {
      throw new Error(`The isolation level "${options.isolation}" must be asked for at the outermost transaction.`);
    }
    return enqueue(parent, async () => {
      const { root } = parent;
      if (root.ended) throw root.ended;
      if (root.failure !== undefined) throw root.failure;
      const name = `s${(root.savepoints += 1)}`;
      const level: Level<C> = { root, parent, open: true, tail: Promise.resolve(), callbacks: [] };
      await root.connection.run(`savepoint ${name}${options.readOnly ? '; set transaction read only' : ''}`);
      try {
        const result = await this.#storage.run(level, work);
        await level.tail;
        level.open = false;
        if (root.failure !== undefined) throw root.failure;
        if (options.rollback) await root.connection.run(`rollback to savepoint ${name}`);
        await root.connection.run(`release savepoint ${name}`);
        if (!options.rollback) parent.callbacks.push(...level.callbacks);
        return result;
      } catch (error) {
        level.open = false;
        if (root.ended) throw root.ended;
        const reason = root.failure ?? error;
        try {
          await root.connection.run(`rollback to savepoint ${name}; release savepoint ${name}`);
          // What a savepoint undoes is mended, except what only running everything again resolves.
          if (!endsAll(reason)) root.failure = undefined;
        } catch (failure) {
          root.failure ??= failure;
        }
        throw databaseError(error);
      }
    });
  }

  #call(callback: () => void): void {
    try {
      this.#storage.run(undefined, callback);
    } catch (error) {
      this.#settings.onCallbackError(error);
    }
  }
}

/** Only running everything again resolves it, whoever catches the error on its way. */
function endsAll(reason: unknown): boolean {
  return isConflict(reason) || isStalePlan(reason) || reason instanceof BeginAnew;
}

function begin({ isolation = 'read committed', readOnly = false }: TransactionOptions): string {
  return `begin isolation level ${isolation}${readOnly ? ' read only' : ''}`;
}

function enqueue<C extends Connection, T>(level: Level<C>, run: () => Promise<T>): Promise<T> {
  const result = level.tail.then(run);
  level.tail = result.catch(() => undefined);
  return result;
}
