import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SchemaState } from './plan-migration.ts';

/** A folder of `prisma/migrations`: `migration.sql`, and beside it the state that it leads to. */
export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  /** As Prisma computes it: SHA-256 of `migration.sql`. */
  readonly checksum: string;
  /** Undefined for a migration written by hand or by Prisma: it leaves the described state as it was. */
  readonly state: SchemaState | undefined;
}

const missing = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
};

export async function readMigrations(directory: string): Promise<readonly MigrationFile[]> {
  const entries = (await readdir(directory, { withFileTypes: true }).catch(missing)) ?? [];
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  const files: MigrationFile[] = [];
  for (const name of names) {
    const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8').catch(missing);
    if (sql === undefined) continue;
    const state = await readFile(join(directory, name, 'state.json'), 'utf8').catch(missing);
    files.push({ name, sql, checksum: checksum(sql), state: state === undefined ? undefined : (JSON.parse(state) as SchemaState) });
  }
  return files;
}

/** The state that the migrations lead to. */
export function lastState(files: readonly MigrationFile[]): SchemaState | undefined {
  return files.findLast(({ state }) => state !== undefined)?.state;
}

export async function writeMigration(directory: string, name: string, statements: readonly string[], state: SchemaState): Promise<MigrationFile> {
  // Names of Prisma's own may change without the tables; deployments still compare with the state beside.
  const sql = statements.length === 0 ? '-- The tables stay as they are.\n' : `${statements.join(';\n\n')};\n`;
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), sql);
  await writeFile(join(directory, name, 'state.json'), `${JSON.stringify(state, undefined, 2)}\n`);
  await writeFile(join(directory, 'migration_lock.toml'), '# Prisma reads which database the migrations are for.\nprovider = "postgresql"\n');
  return { name, sql, checksum: checksum(sql), state };
}

/** `20260131120000_add_invoices`, later than all there are. */
export function migrationName(title: string, files: readonly MigrationFile[], now = new Date()): string {
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 60) || 'change';
  const stamp = (date: Date): string => date.toISOString().replace(/\D/g, '').slice(0, 14);
  let time = now;
  while (files.some(({ name }) => name >= stamp(time))) time = new Date(time.getTime() + 1_000);
  return `${stamp(time)}_${slug}`;
}

function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}
