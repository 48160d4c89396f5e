import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import type { SeedSet } from '../../metadata/seed.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { identifier } from '../../resolvers/sql/identifier.ts';
import type { Input, Writer } from '../../resolvers/write/writer.ts';

import { orderObjects, orderRecords } from './order.ts';
import type { Postponed } from './order.ts';
import { prepareSets } from './prepare.ts';
import type { FindStored, SeedRecord } from './prepare.ts';
import { createSeedProblems } from './problems.ts';
import type { SeedProblems } from './problems.ts';
import { resolveReferences } from './references.ts';
import { toInputValue } from './values.ts';

export interface SeedCount {
  readonly object: string;
  readonly created: number;
  readonly updated: number;
  /** Left as they are: `ignore` on records that exist, `update` on records that do not. */
  readonly skipped: number;
}

export interface SeedReport {
  readonly objects: readonly SeedCount[];
  readonly duration: number;
}

/** Any number that no other part of the platform locks by. */
const seedLock = 4_217_006_511;

/**
 * Writes the records of all sets through the write path, in one transaction: all or nothing. `onlyWhenEmpty` does nothing, and returns
 * undefined, when one of the objects has a record already; of several processes that start at once, one seeds and the others see it.
 */
export async function loadSeeds(sets: readonly SeedSet[], writer: Writer, context: RequestContext, { onlyWhenEmpty = false } = {}): Promise<SeedReport | undefined> {
  const { catalog, database } = context;
  const began = performance.now();
  return database.transaction(async () => {
    await database.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [seedLock] });
    if (onlyWhenEmpty && !(await isEmpty(catalog, sets, database))) return undefined;
    const problems = createSeedProblems();
    const objects = await writeAll(catalog, sets, writer, context, problems);
    return { objects, duration: Math.round(performance.now() - began) };
  });
}

async function writeAll(catalog: Catalog, sets: readonly SeedSet[], writer: Writer, context: RequestContext, problems: SeedProblems): Promise<SeedCount[]> {
  const find = findStored(context.database);
  const prepared = await prepareSets(catalog, sets, find, problems);
  const resolve = await resolveReferences(catalog, prepared, find, problems);
  const { objects, postponed } = orderObjects(catalog, prepared.keys());
  const toInput = (record: SeedRecord, only: (field: CatalogField) => boolean): Record<string, unknown> => {
    const input: Record<string, unknown> = {};
    for (const [field, value] of record.values) {
      if (field.name === 'id' || !only(field)) continue;
      const report = (message: string): void => problems.add(record.source, message);
      if (field.reference === undefined || value === null) input[field.graphqlName] = toInputValue(value, field, report);
      else if (field.multiple) input[field.graphqlName] = (Array.isArray(value) ? value : [value]).flatMap((one) => resolve(field, one, record) ?? []);
      else input[field.graphqlName] = resolve(field, value, record);
    }
    return input;
  };

  const steps = objects.map((object) => {
    const { records, replace } = prepared.get(object.name) ?? { records: [], replace: false };
    const waits = (field: CatalogField): boolean => isPostponed(postponed, field);
    const created = records.filter((record) => !record.exists && record.mode !== 'update');
    const updated = records.filter((record) => record.exists && (record.mode === 'update' || record.mode === 'upsert'));
    for (const record of records) if (record.exists && record.mode === 'insert') problems.add(record.source, `This ${object.name} exists already, and the mode of its file is insert. Use upsert to change it, or ignore to leave it.`);
    const inputs = created.map((record) => ({ id: record.id, source: record.source, input: { id: record.id, ...toInput(record, (field) => !waits(field)) } as Input }));
    return {
      object,
      replace,
      create: orderRecords(inputs, ({ input }) => selfReferences(object, input)),
      update: updated.map((record) => ({ id: record.id, input: toInput(record, (field) => !waits(field)) })),
      later: [...created, ...updated].map((record) => ({ id: record.id, input: toInput(record, waits) })).filter(({ input }) => Object.keys(input).length > 0),
      skipped: records.length - created.length - updated.length,
    };
  });
  problems.throwIfAny();

  for (const { object, replace } of [...steps].reverse()) {
    if (replace) await writer.write({ object: object.name, options: {}, operation: 'deleteMany', where: { kind: 'always', value: true }, purge: object.softDelete !== undefined }, context);
  }
  for (const { object, create, update } of steps) {
    if (create.length > 0) await named(object, create.map(({ source }) => source), problems, () => writer.write({ object: object.name, options: {}, operation: 'createMany', input: create.map(({ input }) => input) }, context));
    if (update.length > 0) await writer.write({ object: object.name, options: {}, operation: 'updateMany', rows: update }, context);
  }
  for (const { object, later } of steps) {
    if (later.length > 0) await writer.write({ object: object.name, options: {}, operation: 'updateMany', rows: later }, context);
  }
  return steps.map(({ object, create, update, skipped }) => ({ object: object.name, created: create.length, updated: update.length, skipped }));
}

/** Refused values point at the record's place in its file instead of at the row of a mutation. */
async function named(object: CatalogObject, sources: readonly SeedRecord['source'][], problems: SeedProblems, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ObjectosError) || error.problems === undefined) throw error;
    for (const { path, message } of error.problems) {
      const row = path.find((step) => typeof step === 'number');
      problems.add(typeof row === 'number' ? sources[row] : undefined, `${[object.name, ...path.slice(2)].join('.')}: ${message}`);
    }
    problems.throwIfAny();
    throw error;
  }
}

function isPostponed(postponed: readonly Postponed[], field: CatalogField): boolean {
  return postponed.some((entry) => entry.object === field.object && entry.field === field.name);
}

function selfReferences(object: CatalogObject, input: Input): string[] {
  const own = [...object.fields.values()].filter(({ reference }) => reference?.object === object.name);
  return own.flatMap(({ graphqlName }) => [input[graphqlName]].flat()).filter((id): id is string => typeof id === 'string');
}

async function isEmpty(catalog: Catalog, sets: readonly SeedSet[], database: Database): Promise<boolean> {
  const tables = [...new Set(sets.flatMap(({ object }) => catalog.objects.get(object)?.table ?? []))];
  if (tables.length === 0) return true;
  const { rows } = await database.query<{ filled: boolean }>({ text: `SELECT ${tables.map((table) => `EXISTS (SELECT 1 FROM ${identifier(table)})`).join(' OR ')} AS "filled"`, values: [] });
  return rows[0]?.filled === false;
}

function findStored(database: Database): FindStored {
  return async (object, field, values) => {
    const found = new Map<string, string[]>();
    if (values.length === 0 || field.column === undefined) return found;
    const column = identifier(field.column);
    const text = `SELECT "id"::text AS "id", ${column}::text AS "key" FROM ${identifier(object.table)} WHERE ${column}::text = ANY($1::text[])`;
    const { rows } = await database.query<{ id: string; key: string }>({ text, values: [values] });
    for (const { id, key } of rows) found.set(key, [...(found.get(key) ?? []), id]);
    return found;
  };
}

