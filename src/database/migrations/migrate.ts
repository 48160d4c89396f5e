import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from '../../metadata/catalog.ts';
import type { Database } from '../database.ts';
import type { PlatformTable } from '../phase.ts';
import { MigrationError, migrating, runStatements, runSteps } from './apply.ts';
import { type DataLoss, refuseLosses } from './data-loss.ts';
import { type Drift, findDrift } from './drift.ts';
import { lastState, type MigrationFile, migrationName, readMigrations, writeMigration } from './migration-files.ts';
import { planMigration, type SchemaState, statementsOf } from './plan-migration.ts';
import { type AppliedMigration, hashOf, readApplied, readState, stateOf, writeApplied, writeState } from './schema-state.ts';
import { splitSql } from './split-sql.ts';

export interface MigrateOptions {
  /** `prisma/migrations` */
  readonly directory: string;
  readonly database: Database;
  readonly catalog: Catalog;
  readonly tables?: readonly PlatformTable[] | undefined;
}

export interface MigrateDevOptions extends MigrateOptions {
  /** Names the migration: `add invoices`. */
  readonly name?: string | undefined;
  readonly acceptDataLoss?: DataLoss | undefined;
}

export interface MigrateResult {
  /** Migrations that this call applied, in order. */
  readonly applied: readonly string[];
  /** The migration that this call wrote, when the definitions had changed. */
  readonly written: string | undefined;
}

/**
 * Applies what is pending, then writes and applies a migration for what changed in the definitions. A migration that is
 * refused or fails is not written.
 */
export async function migrateDev({ directory, database, catalog, tables, name, acceptDataLoss }: MigrateDevOptions): Promise<MigrateResult> {
  const to = stateOf(catalog, tables);
  let created: string | undefined;
  try {
    return await migrating(database, async () => {
      let files = await readMigrations(directory);
      files = [...files, ...(await baseline(directory, database, files))];
      const applied = await applyPending(database, files);
      const from = lastState(files);
      if (from && hashOf(from) === hashOf(to)) return { applied, written: undefined };
      const plan = await planMigration(from, to, catalog);
      const statements = statementsOf(plan);
      refuseLosses(plan, acceptDataLoss);
      created = migrationName(name ?? (from ? 'change' : 'init'), files);
      await runSteps(database, plan.steps, `The migration ${created}`);
      const file = await writeMigration(directory, created, statements, to);
      await writeApplied(database, file);
      await writeState(database, to);
      return { applied: [...applied, created], written: created };
    });
  } catch (error) {
    if (created !== undefined) await rm(join(directory, created), { recursive: true, force: true });
    throw error;
  }
}

/** Applies the migrations that the database does not have. Several processes may call this at once. */
export async function migrateDeploy({ directory, database }: Pick<MigrateOptions, 'directory' | 'database'>): Promise<MigrateResult> {
  const files = await readMigrations(directory);
  const known = await readApplied(database);
  if (known.length > 0) {
    compareHistory(files, known);
    if (known.length === files.length) return { applied: [], written: undefined };
  }
  return migrating(database, async () => {
    await adopt(database, files);
    return { applied: await applyPending(database, files), written: undefined };
  });
}

export interface MigrateStatus {
  readonly applied: readonly string[];
  /** In the folder, not yet in the database. */
  readonly pending: readonly string[];
  /** Applied, and changed in the folder since. */
  readonly edited: readonly string[];
  /** Applied, and not in the folder. */
  readonly missing: readonly string[];
  /** What the definitions ask for beyond the migrations, as SQL; empty when they agree. */
  readonly changes: readonly string[];
  /** Where the database differs from what its migrations made. */
  readonly drift: readonly Drift[];
}

export async function migrateStatus({ directory, database, catalog, tables }: MigrateOptions): Promise<MigrateStatus> {
  const files = await readMigrations(directory);
  const known = await readApplied(database);
  const state = await readState(database);
  const byName = new Map(files.map((file) => [file.name, file]));
  const names = new Set(known.map((one) => one.name));
  return {
    applied: known.map((one) => one.name),
    pending: files.filter((file) => !names.has(file.name)).map((file) => file.name),
    edited: known.filter((one) => byName.has(one.name) && byName.get(one.name)?.checksum !== one.checksum).map((one) => one.name),
    missing: known.filter((one) => !byName.has(one.name)).map((one) => one.name),
    changes: statementsOf(await planMigration(lastState(files) ?? state, stateOf(catalog, tables), catalog)),
    drift: state ? await findDrift(database, state) : [],
  };
}

/** The SQL that the definitions ask for beyond the migrations (beyond the database's state, when there are none). */
export async function migrateDiff({ directory, database, catalog, tables }: Omit<MigrateOptions, 'database'> & { readonly database?: Database | undefined }): Promise<string> {
  const from = lastState(await readMigrations(directory)) ?? (database && (await readState(database)));
  const plan = await planMigration(from, stateOf(catalog, tables), catalog);
  const statements = statementsOf(plan);
  if (statements.length === 0) return '';
  return [...plan.destructive.map((line) => `-- ${line}`), ...statements.map((statement) => `${statement};`)].join('\n\n').concat('\n');
}

async function applyPending(database: Database, files: readonly MigrationFile[]): Promise<string[]> {
  const known = await readApplied(database);
  compareHistory(files, known);
  const names = new Set(known.map(({ name }) => name));
  const applied: string[] = [];
  for (const file of files) {
    if (names.has(file.name)) continue;
    await runStatements(database, splitSql(file.sql), `The migration ${file.name}`);
    await writeApplied(database, file);
    if (file.state) await writeState(database, file.state);
    applied.push(file.name);
  }
  return applied;
}

function compareHistory(files: readonly MigrationFile[], known: readonly AppliedMigration[]): void {
  const byName = new Map(files.map((file) => [file.name, file]));
  const missing = known.filter(({ name }) => !byName.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new MigrationError(`The database has migrations that the folder does not: ${missing.join(', ')}. Fetch them from where they were made, or use another database.`);
  }
  const edited = known.filter(({ name, checksum }) => byName.get(name)?.checksum !== checksum).map(({ name }) => name);
  if (edited.length > 0) {
    throw new MigrationError(`Migrations were changed after the database applied them: ${edited.join(', ')}. Put their text back, and make the change in a new migration.`);
  }
}

/** An app that lived without migration files gets a first one for what its database already is. */
async function baseline(directory: string, database: Database, files: readonly MigrationFile[]): Promise<readonly MigrationFile[]> {
  const state = files.length === 0 ? await readState(database) : undefined;
  if (!state) {
    await adopt(database, files);
    return [];
  }
  if ((await readApplied(database)).length > 0) return [];
  const statements = statementsOf(await planMigration(undefined, state));
  const file = await writeMigration(directory, migrationName('init', files), statements, state);
  await writeApplied(database, file);
  return [file];
}

/** A database made without migration files takes over those that lead to its state. */
async function adopt(database: Database, files: readonly MigrationFile[]): Promise<void> {
  const state: SchemaState | undefined = await readState(database);
  if (!state || files.length === 0 || (await readApplied(database)).length > 0) return;
  const hash = hashOf(state);
  const last = files.findLastIndex((file) => file.state !== undefined && hashOf(file.state) === hash);
  if (last < 0) {
    throw new MigrationError('The database was made without migrations, and none of the migrations leads to its state. Start with an empty database, or with the definitions it was made from.');
  }
  for (const file of files.slice(0, last + 1)) await writeApplied(database, file);
}
