import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { makeDataFolder } from './data-folder.ts';
import type { Database } from './database.ts';
import { lockFolder } from './folder-lock.ts';
import { quoteName } from './listener.ts';
import { PgliteStream } from './pglite-stream.ts';
import { type Listening, PoolDatabase } from './pool-database.ts';
import { valueTypes } from './value-types.ts';

export interface PgliteOptions {
  /** Folder of the data, or `memory://`. */
  readonly dataDirectory: string;
  readonly schema?: string | undefined;
  readonly transactionTimeout: number;
  readonly onError: (error: unknown) => void;
  /** One that runs already. */
  readonly engine?: PgliteEngine | undefined;
}

export interface PgliteEngine {
  readonly engine: PGlite;
  /** Called when the database is closed. */
  free(): Promise<void>;
}

/**
 * PostgreSQL inside the process. It has one connection: a pool of one client queues the queries, and a transaction holds
 * that client until it ends. Statements run on the JavaScript thread, so a statement timeout cannot interrupt one.
 */
export async function openPglite({ dataDirectory, schema, transactionTimeout, onError, engine: given }: PgliteOptions): Promise<Database> {
  const { engine, free } = given ?? (await startEngine(dataDirectory));
  const listening = new OnlyClientListening(onError);
  const pool = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    types: valueTypes,
    stream: () => new PgliteStream(engine),
    // The session outlives the client, and with it a transaction left open and statements that a new client does not know.
    onConnect: async (client) => {
      await client.query('rollback');
      await client.query('discard all');
      await client.query(`set timezone = 'UTC'${schema === undefined ? '' : `; set search_path = ${quoteName(schema)}`}`);
      await listening.attach(client);
    },
  });
  pool.on('error', () => undefined);
  listening.use(pool);
  return new PoolDatabase({ kind: 'pglite', pool, schema, listening, transactionTimeout, onError, close: free });
}

async function startEngine(dataDirectory: string): Promise<PgliteEngine> {
  if (dataDirectory.startsWith('memory://')) {
    const engine = await PGlite.create('memory://');
    return { engine, free: () => engine.close() };
  }
  const folder = resolve(dataDirectory);
  await makeDataFolder(folder);
  const unlock = await lockFolder(folder);
  try {
    const engine = await PGlite.create(join(folder, 'pgdata'));
    return {
      engine,
      free: async () => {
        await engine.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

class OnlyClientListening implements Listening {
  readonly #callbacks = new Map<string, Set<(payload: string) => void>>();
  readonly #onError: (error: unknown) => void;
  #pool: pg.Pool | undefined;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  use(pool: pg.Pool): void {
    this.#pool = pool;
  }

  async attach(client: pg.ClientBase): Promise<void> {
    client.on('notification', ({ channel, payload }) => {
      for (const callback of [...(this.#callbacks.get(channel) ?? [])]) {
        try {
          callback(payload ?? '');
        } catch (error) {
          this.#onError(error);
        }
      }
    });
    for (const channel of this.#callbacks.keys()) await client.query(`listen ${quoteName(channel)}`);
  }

  async listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>> {
    const callbacks = this.#callbacks.get(channel) ?? new Set();
    this.#callbacks.set(channel, callbacks);
    callbacks.add(callback);
    await this.#pool?.query(`listen ${quoteName(channel)}`);
    return async () => {
      if (!callbacks.delete(callback) || callbacks.size > 0) return;
      this.#callbacks.delete(channel);
      await this.#pool?.query(`unlisten ${quoteName(channel)}`);
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
