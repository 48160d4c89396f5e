import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { openDatabase, type OpenDatabaseOptions } from '../../src/database/open-database.ts';
import { bossSchema } from '../../src/plugins/jobs/boss.ts';
import { openEmpty } from './embedded.ts';

export { openEmpty } from './embedded.ts';

type Kind = Database['kind'];

/** Opens an empty database that belongs to the running test (or, in `beforeAll`, to the suite) and is closed with it. */
export type Open = (options?: Pick<OpenDatabaseOptions, 'pool' | 'schema' | 'statementTimeout' | 'transactionTimeout' | 'connectTimeout' | 'onError'>) => Promise<Database>;

interface Opened {
  readonly schema: string;
  free(keep: boolean): Promise<void>;
}

export const serverUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const serverAnswers = await answers(serverUrl);

/**
 * Runs the suite on PGlite and, when one answers, on a PostgreSQL server (`DATABASE_URL`, or the local one). Every test
 * owns a PostgreSQL schema, which is dropped when the test passes and kept, with its name printed, when it fails.
 */
export function describeEachDatabase(name: string, suite: (open: Open, kind: Kind) => void): void {
  for (const kind of ['pglite', 'postgres'] as const) {
    describe.skipIf(kind === 'postgres' && !serverAnswers)(`${name} on ${kind}`, () => {
      const ofSuite: Opened[] = [];
      const ofTest: Opened[] = [];
      let inTest = false;
      const free = async (list: Opened[], keep: boolean): Promise<void> => {
        for (const opened of list.splice(0)) await opened.free(keep);
      };
      beforeEach(() => {
        inTest = true;
      });
      afterEach(async ({ task }) => {
        inTest = false;
        const failed = task.result?.state === 'fail';
        if (failed && kind === 'postgres') for (const { schema } of ofTest) console.error(`kept the schema ${schema} of "${task.name}"`);
        await free(ofTest, failed);
      });
      afterAll(() => free(ofSuite, false));
      suite(async (options = {}) => {
        const schema = options.schema ?? schemaName();
        const { database, opened } = kind === 'pglite' ? await openEmbedded(schema, options) : await openServer(schema, options);
        (inTest ? ofTest : ofSuite).push(opened);
        return database;
      }, kind);
    });
  }
}

let counter = 0;

/** From file and title of the test, so that a kept schema can be told. */
function schemaName(): string {
  const { testPath = '', currentTestName = '' } = expect.getState();
  const title = `${basename(testPath, '.test.ts')}_${currentTestName.split(' > ').at(-1) ?? ''}`.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const unique = createHash('sha256').update(`${testPath}${currentTestName}${process.pid}${(counter += 1)}`).digest('hex').slice(0, 8);
  return `t_${title.slice(0, 48).replace(/_$/, '')}_${unique}`;
}

async function openServer(schema: string, options: OpenDatabaseOptions): Promise<{ database: Database; opened: Opened }> {
  const database = await openDatabase({ pool: 5, ...options, url: serverUrl, schema });
  return {
    database,
    opened: {
      schema,
      async free(keep) {
        await database.close();
        if (!keep) await onServer((client) => client.query(`drop schema if exists "${schema}", "${bossSchema(schema)}" cascade`));
      },
    },
  };
}

async function openEmbedded(schema: string, { transactionTimeout, onError }: OpenDatabaseOptions): Promise<{ database: Database; opened: Opened }> {
  const database = await openEmpty({ schema, transactionTimeout, onError });
  return { database, opened: { schema, free: () => database.close() } };
}

export async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_500 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
