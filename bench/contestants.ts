import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { wireRequest } from './loader.ts';
import type { WireRequest } from './loader.ts';
import { startServer } from './processes.ts';
import type { ServerProcess } from './processes.ts';
import type { Workload } from './workloads.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

export interface Contestant {
  readonly name: 'limit' | 'handwritten' | 'objectos' | 'guarded';
  start(databaseUrl: string): Promise<ServerProcess>;
  /** Whether it answers a workload; by default all do. */
  answers?(workload: Workload): boolean;
  /** The i-th request of a workload. */
  request(workload: Workload, i: number): WireRequest;
}

const graphql = (query: string, variables: unknown) => wireRequest('POST', '/graphql', { query, variables });
const typename = graphql('{ __typename }', {});

export const limit: Contestant = {
  name: 'limit',
  start: (databaseUrl) => startServer({ name: 'the limit', args: ['--import', 'tsx', `${root}bench/limit/server.ts`], env: { DATABASE_URL: databaseUrl }, probe: wireRequest('GET', '/aggregate') }),
  request: ({ name, v }, i) => wireRequest('GET', `/${name}?${new URLSearchParams(Object.entries(v(i)).map(([key, value]) => [key, String(value)])).toString()}`),
};

export const handwritten: Contestant = {
  name: 'handwritten',
  start: (databaseUrl) => startServer({ name: 'the hand-written server', args: ['--import', 'tsx', `${root}bench/handwritten/server.ts`], env: { DATABASE_URL: databaseUrl }, probe: typename }),
  answers: ({ handwritten: query }) => query !== undefined,
  request: ({ handwritten: query, v }, i) => graphql(query ?? '', v(i)),
};

/** Starts ObjectOS as it runs in production: compiled, through its command line. */
export function startObjectos(directory: string, databaseUrl: string, probe = typename): Promise<ServerProcess> {
  return startServer({ name: 'ObjectOS', args: [`${root}dist/cli/main.js`, 'start', '-C', directory], env: { DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn', HOST: '127.0.0.1' }, probe });
}

/** Writes the migrations of the app and makes the tables, as a developer does before going to production. */
export async function migrateObjectos(directory: string, databaseUrl: string): Promise<void> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn', NODE_ENV: 'development' };
  await run(process.execPath, [`${root}dist/cli/main.js`, 'migrate', 'dev', '-C', directory], { env }).catch((error: unknown) => {
    throw new Error(`The migrations of ${directory} could not be made:\n${error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)}`);
  });
}

/** `guarded`: with permissions on, asked by somebody who sees every record through roles and sharing. */
export function objectos(directory: string, name: 'objectos' | 'guarded' = 'objectos'): Contestant {
  return {
    name,
    start: (databaseUrl) => startObjectos(directory, databaseUrl),
    request: ({ platform: query, v }, i) => graphql(query, v(i)),
  };
}

export async function compileObjectos(): Promise<void> {
  await run(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', 'tsconfig.build.json'], { cwd: root }).catch((error: unknown) => {
    throw new Error(`ObjectOS does not compile:\n${error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error)}`);
  });
}

/** Compiles ObjectOS and generates the Prisma client of the hand-written server. */
export async function prepare(): Promise<void> {
  await compileObjectos();
  // Generating needs no schema engine; any file in its place keeps Prisma from downloading one.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  await run(process.execPath, [`${root}node_modules/prisma/build/index.js`, 'generate', '--schema', 'bench/handwritten/schema.prisma'], { cwd: root, env });
}
