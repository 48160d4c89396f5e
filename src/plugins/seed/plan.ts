import type { Catalog, CatalogField, CatalogObject, SourceLocation } from '../../metadata/catalog.ts';
import type { SeedSet } from '../../metadata/seed.ts';
import type { Input } from '../../resolvers/write/writer.ts';
import { layerRecords, orderObjects } from './order.ts';
import { prepareSets } from './prepare.ts';
import type { FindStored, SeedRecord } from './prepare.ts';
import type { SeedProblems } from './problems.ts';
import { resolveReferences } from './references.ts';
import type { ResolveReference } from './references.ts';
import { toInputValue } from '../../resolvers/write/authored-values.ts';

/** A record as the write path takes it. */
export interface SeedInput {
  readonly id: string;
  readonly input: Input;
  readonly source: SourceLocation | undefined;
}

/** What is to be written of one object. */
export interface SeedStep {
  readonly object: CatalogObject;
  /** Everything that is there goes first. */
  readonly replace: boolean;
  /** Layer by layer: records of a layer point at none of the same or a later one. */
  readonly create: readonly (readonly SeedInput[])[];
  readonly update: readonly SeedInput[];
  /** Lookups that can be set only once all objects are written. */
  readonly later: readonly SeedInput[];
  readonly skipped: number;
}

/** Everything to be written, in order, before anything is; what cannot be is added to `problems`. */
export async function planSeeds(catalog: Catalog, sets: readonly SeedSet[], find: FindStored, problems: SeedProblems): Promise<readonly SeedStep[]> {
  const prepared = await prepareSets(catalog, sets, find, problems);
  const resolve = await resolveReferences(catalog, prepared, find, problems);
  const { objects, postponed } = orderObjects(catalog, prepared.keys());
  return objects.map((object) => {
    const { records, replace } = prepared.get(object.name) ?? { records: [], replace: false };
    const waiting = new Set(postponed.flatMap((entry) => (entry.object === object.name ? [entry.field] : [])));
    return planObject(object, records, replace, waiting, resolve, problems);
  });
}

function planObject(object: CatalogObject, records: readonly SeedRecord[], replace: boolean, waiting: Set<string>, resolve: ResolveReference, problems: SeedProblems): SeedStep {
  const created = records.filter((record) => !record.exists && record.mode !== 'update');
  const updated = records.filter((record) => record.exists && (record.mode === 'update' || record.mode === 'upsert'));
  for (const { exists, mode, source } of records) {
    if (exists && mode === 'insert') problems.add(source, `This ${object.name} exists already, and the mode of its file is insert. Use upsert to change it, or ignore to leave it.`);
  }
  const inputs = new Map([...created, ...updated].map((record) => [record, readInput(record, resolve, problems)]));
  const part = (record: SeedRecord, later: boolean): SeedInput => {
    const entries = [...(inputs.get(record) ?? [])].filter(([field]) => waiting.has(field.name) === later);
    return { id: record.id, source: record.source, input: Object.fromEntries(entries.map(([field, value]) => [field.graphqlName, value])) };
  };
  const own = [...object.fields.values()].filter(({ reference }) => reference?.object === object.name);
  const layers = layerRecords(created, (record) => own.flatMap((field) => idsOf(inputs.get(record)?.get(field))));
  // Records that point at each other in a circle are made first and linked afterwards.
  if (!layers) for (const { name } of own) waiting.add(name);
  return {
    object,
    replace,
    create: (layers ?? [created]).map((layer) => layer.map((record) => part(record, false)).map((record) => ({ ...record, input: { id: record.id, ...record.input } }))),
    update: updated.map((record) => part(record, false)),
    later: [...inputs.keys()].map((record) => part(record, true)).filter(({ input }) => Object.keys(input).length > 0),
    skipped: records.length - created.length - updated.length,
  };
}

function readInput(record: SeedRecord, resolve: ResolveReference, problems: SeedProblems): ReadonlyMap<CatalogField, unknown> {
  const report = (message: string): void => problems.add(record.source, message);
  const values = new Map<CatalogField, unknown>();
  for (const [field, value] of record.values) {
    if (field.name === 'id') continue;
    if (field.reference === undefined || value === null) values.set(field, toInputValue(value, field, report));
    else if (field.multiple) values.set(field, (Array.isArray(value) ? value : [value]).flatMap((one) => resolve(field, one, record) ?? []));
    else values.set(field, resolve(field, value, record));
  }
  return values;
}

function idsOf(value: unknown): string[] {
  return [value].flat().filter((id): id is string => typeof id === 'string');
}
