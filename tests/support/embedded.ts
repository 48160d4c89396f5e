import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import type { Database } from '../../src/database/database.ts';
import type { OpenDatabaseOptions } from '../../src/database/open-database.ts';
import { openPglite } from '../../src/database/pglite.ts';
import { bossSchema } from '../../src/plugins/jobs/boss.ts';

/** Engines that no test uses at the moment: one takes far longer to start than to empty, and its memory does not come back before it is closed. */
const idle: PGlite[] = [];

let counter = 0;

/** An embedded database without a table, for a test that needs one engine only; whoever opens it closes it. */
export async function openEmpty({ schema = `t_${(counter += 1)}`, transactionTimeout = 60_000, onError = (error) => console.error(error) }: Pick<OpenDatabaseOptions, 'schema' | 'transactionTimeout' | 'onError'> = {}): Promise<Database> {
  const engine = idle.pop() ?? (await startPglite());
  const free = async (): Promise<void> => {
    await engine.exec(`rollback; drop schema if exists "${schema}", "${bossSchema(schema)}" cascade`);
    idle.push(engine);
  };
  await engine.exec(`create schema if not exists "${schema}"`);
  return openPglite({ dataDirectory: 'memory://', engine: { engine, free }, schema, transactionTimeout, onError });
}

/** Starts something on `database`, or with `ownDatabase` on an embedded one of its own, which `close` closes; where neither is given, it opens what its settings name. */
export async function startOn<T>(database: Database | undefined, ownDatabase: boolean, start: (database: Database | undefined) => Promise<T>): Promise<{ readonly started: T; close(): Promise<void> }> {
  const own = database || !ownDatabase ? undefined : await openEmpty();
  const close = async (): Promise<void> => own?.close();
  try {
    return { started: await start(database ?? own), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A data folder as the first start makes it, which saves that start most of its time; whoever asks for it removes it. */
export async function makeDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'objectos-data-'));
  await mkdir(join(folder, 'pgdata'));
  await promisify(execFile)('tar', ['-xf', await initialized(), '-C', join(folder, 'pgdata')]);
  return folder;
}

async function startPglite(): Promise<PGlite> {
  return PGlite.create({ loadDataDir: new Blob([await readFile(await initialized())]) });
}

/** An archive of an initialized data directory, kept in the temporary folder: initdb runs once. */
async function initialized(): Promise<string> {
  const { version } = JSON.parse(readFileSync(new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url), 'utf8')) as { version: string };
  const path = join(tmpdir(), `objectos-pglite-${version}.tar`);
  if (existsSync(path)) return path;
  const engine = await PGlite.create('memory://');
  const dump = await engine.dumpDataDir('none');
  await engine.close();
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, Buffer.from(await dump.arrayBuffer()));
  await rename(partial, path);
  return path;
}
