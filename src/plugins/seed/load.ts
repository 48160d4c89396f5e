import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import type { SeedSet } from '../../metadata/seed.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { identifier } from '../../resolvers/sql/identifier.ts';
import type { Writer, WriteRequest } from '../../resolvers/write/writer.ts';
import { planSeeds } from './plan.ts';
import type { SeedInput, SeedStep } from './plan.ts';
import type { FindStored } from './prepare.ts';
import { createSeedProblems } from './problems.ts';

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

/** Records per call of the write path, well below what it takes at most. */
const chunkSize = 5_000;

/**
 * Writes the records of all sets through the write path, in one transaction: all or nothing. `onlyWhenEmpty` does nothing, and gives
 * undefined, when one of the objects has a record already; of several processes that start at once, one seeds and the others see it.
 */
export async function loadSeeds(sets: readonly SeedSet[], writer: Writer, context: RequestContext, { onlyWhenEmpty = false } = {}): Promise<SeedReport | undefined> {
  const { catalog, database } = context;
  const began = performance.now();
  return database.transaction(async () => {
    await database.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [seedLock] });
    if (onlyWhenEmpty && !(await isEmpty(catalog, sets, database))) return undefined;
    const problems = createSeedProblems();
    const steps = await planSeeds(catalog, sets, findStored(database), problems);
    problems.throwIfAny();
    await writeSteps(steps, writer, context);
    return { objects: steps.map(countStep), duration: Math.round(performance.now() - began) };
  });
}

async function writeSteps(steps: readonly SeedStep[], writer: Writer, context: RequestContext): Promise<void> {
  const write = async (records: readonly SeedInput[], { name }: CatalogObject, toRequest: (chunk: readonly SeedInput[]) => WriteRequest): Promise<void> => {
    for (let start = 0; start < records.length; start += chunkSize) {
      const chunk = records.slice(start, start + chunkSize);
      await writer.write(toRequest(chunk), context).catch((error: unknown) => {
        throw locate(error, name, chunk);
      });
    }
  };
  const update = (records: readonly SeedInput[], object: CatalogObject): Promise<void> =>
    write(records, object, (rows) => ({ object: object.name, options: {}, operation: 'updateMany', rows }));

  for (const { object, replace } of [...steps].reverse()) {
    if (replace) await writer.write({ object: object.name, options: {}, operation: 'deleteMany', where: { kind: 'always', value: true }, purge: object.softDelete !== undefined }, context);
  }
  for (const { object, create, update: changed } of steps) {
    for (const layer of create) await write(layer, object, (rows) => ({ object: object.name, options: {}, operation: 'createMany', input: rows.map(({ input }) => input) }));
    await update(changed, object);
  }
  for (const { object, later } of steps) await update(later, object);
}

/** Refused values point at the record's place in its file instead of at the row of a mutation. */
function locate(error: unknown, object: string, records: readonly SeedInput[]): unknown {
  if (!(error instanceof ObjectosError) || error.problems === undefined) return error;
  const problems = createSeedProblems();
  for (const { path, message } of error.problems) {
    const row = path.find((step) => typeof step === 'number');
    problems.add(row === undefined ? undefined : records[row]?.source, `${[object, ...path.filter((step) => typeof step === 'string').slice(1)].join('.')}: ${message}`);
  }
  return problems.toError() ?? error;
}

function countStep({ object, create, update, skipped }: SeedStep): SeedCount {
  return { object: object.name, created: create.reduce((sum, layer) => sum + layer.length, 0), updated: update.length, skipped };
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
