import { createHash } from 'node:crypto';
import type { Catalog } from '../../metadata/catalog.ts';
import type { Database } from '../database.ts';
import { extraSql } from '../extra-sql.ts';
import type { PlatformTable } from '../phase.ts';
import { printPrismaSchema } from '../prisma/print-schema.ts';
import type { SchemaState } from './plan-migration.ts';

/** What the definitions ask for. */
export function stateOf(catalog: Catalog, tables: readonly PlatformTable[] = []): SchemaState {
  return { prisma: printPrismaSchema(catalog, tables), extras: extraSql(catalog, tables) };
}

/** Equal for states that differ in comments only: a new label needs no migration. */
export function hashOf({ prisma, extras }: SchemaState): string {
  const schema = prisma.replace(/^\s*\/\/.*\n/gm, '');
  return createHash('sha256').update(JSON.stringify([schema, extras.map(({ name, table, create, drop, condition }) => [name, table, create, drop, condition])])).digest('hex');
}

/** Tables of the migrations themselves. The first is Prisma's, in Prisma's shape, so that its own commands agree. */
export const bookkeeping = `
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text,
  rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS "_objectos_schema" (
  id integer PRIMARY KEY DEFAULT 1 CHECK (id = 1), hash text NOT NULL, prisma text NOT NULL, extras jsonb NOT NULL, changed_at timestamptz NOT NULL DEFAULT now());`;

export const bookkeepingTables: ReadonlySet<string> = new Set(['_prisma_migrations', '_objectos_schema']);

async function hasTable(database: Database, name: string): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>({ text: 'SELECT to_regclass($1) IS NOT NULL AS found', values: [`"${name}"`] });
  return rows[0]?.found === true;
}

/** Hash of the state that the database is in; undefined for a database without one. */
export async function readHash(database: Database): Promise<string | undefined> {
  if (!(await hasTable(database, '_objectos_schema'))) return undefined;
  const { rows } = await database.query<{ hash: string }>({ text: 'SELECT hash FROM "_objectos_schema"', values: [] });
  return rows[0]?.hash;
}

export async function readState(database: Database): Promise<SchemaState | undefined> {
  if (!(await hasTable(database, '_objectos_schema'))) return undefined;
  const { rows } = await database.query<{ prisma: string; extras: SchemaState['extras'] }>({ text: 'SELECT prisma, extras FROM "_objectos_schema"', values: [] });
  return rows[0] && { prisma: rows[0].prisma, extras: rows[0].extras };
}

export async function writeState(database: Database, state: SchemaState): Promise<void> {
  await database.query({
    text: `INSERT INTO "_objectos_schema" (hash, prisma, extras) VALUES ($1, $2, $3::jsonb)
      ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, prisma = excluded.prisma, extras = excluded.extras, changed_at = now()`,
    values: [hashOf(state), state.prisma, JSON.stringify(state.extras)],
  });
}

export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** Migrations that the database has, as Prisma counts: finished and not rolled back. */
export async function readApplied(database: Database): Promise<readonly AppliedMigration[]> {
  if (!(await hasTable(database, '_prisma_migrations'))) return [];
  const { rows } = await database.query<AppliedMigration>({
    text: 'SELECT migration_name AS name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at, migration_name',
    values: [],
  });
  return rows;
}

export async function writeApplied(database: Database, { name, checksum }: AppliedMigration): Promise<void> {
  await database.query({
    text: `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
      VALUES (gen_random_uuid()::text, $1, clock_timestamp(), $2, clock_timestamp(), 1)`,
    values: [checksum, name],
  });
}
