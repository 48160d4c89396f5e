import { newId } from '../../kernel/new-id.ts';
import type { Catalog, CatalogField, CatalogObject, SourceLocation } from '../../metadata/catalog.ts';
import type { SeedMode, SeedSet } from '../../metadata/seed.ts';
import type { SeedProblems } from './problems.ts';

/** A record of the data files with the id under which it is, or will be, stored. Several files may add to one record. */
export interface SeedRecord {
  readonly id: string;
  /** The record is in the database already. */
  readonly exists: boolean;
  readonly mode: SeedMode;
  /** As authored. */
  readonly values: Map<CatalogField, unknown>;
  readonly source: SourceLocation | undefined;
}

export interface SeedObject {
  readonly object: CatalogObject;
  readonly records: SeedRecord[];
  /** A set of mode `replace` empties the object before anything is written. */
  replace: boolean;
}

/** The ids of stored records of an object by the text of a field. */
export type FindStored = (object: CatalogObject, field: CatalogField, values: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;

/** Gives every record its id: the one it is stored under, the one it names, or a new one. Records with the same key become one. */
export async function prepareSets(catalog: Catalog, sets: readonly SeedSet[], find: FindStored, problems: SeedProblems): Promise<ReadonlyMap<string, SeedObject>> {
  const objects = new Map<string, SeedObject>();
  for (const set of sets) {
    const object = catalog.objects.get(set.object);
    if (!object) {
      problems.add(set.locate([]), `There is no object "${set.object}".`);
      continue;
    }
    const entry = objects.get(object.name) ?? { object, records: [], replace: false };
    entry.replace ||= set.mode === 'replace';
    objects.set(object.name, entry);
    await prepareSet(set, entry, find, problems);
  }
  return objects;
}

async function prepareSet(set: SeedSet, { object, records }: SeedObject, find: FindStored, problems: SeedProblems): Promise<void> {
  const key = object.fields.get(set.externalId) ?? object.fields.get(object.nameField);
  if (key === undefined) return;
  const read = set.records.map((record, index) => {
    const values = readRecord(object, record, (field) => set.locate([index, field]), problems);
    return { values, key: keyText(values.get(key)), source: set.locate([index]) };
  });
  const stored = set.mode === 'replace' ? new Map<string, readonly string[]>() : await find(object, key, [...new Set(read.flatMap((record) => record.key ?? []))]);
  const earlier = new Map(records.map((record) => [keyText(record.values.get(key)), record]));
  const seen = new Set<string>();
  for (const { values, key: text, source } of read) {
    if (text === undefined && set.mode !== 'insert' && set.mode !== 'replace') problems.add(source, `The record has no ${key.name}, by which it could be recognised. Give it one, or set externalId to another field.`);
    if (text !== undefined && seen.has(text)) problems.add(source, `Two records of ${set.file} have the ${key.name} "${text}".`);
    if (text !== undefined) seen.add(text);
    const known = text === undefined ? undefined : earlier.get(text);
    if (known) {
      addTo(known, values, set, source, problems);
      continue;
    }
    const [found, ...others] = (text === undefined ? undefined : stored.get(text)) ?? [];
    if (others.length > 0) problems.add(source, `${others.length + 1} records of ${object.name} have the ${key.name} "${text ?? ''}". Set externalId to a field that is unique.`);
    const given = [...values].find(([field]) => field.name === 'id')?.[1];
    records.push({ id: found ?? (typeof given === 'string' ? given : newId()), exists: found !== undefined, mode: set.mode, values, source });
  }
}

function addTo(record: SeedRecord, values: ReadonlyMap<CatalogField, unknown>, { mode }: SeedSet, source: SourceLocation | undefined, problems: SeedProblems): void {
  if (mode === 'ignore') return;
  if (mode === 'insert') problems.add(source, 'Another file has a record with this key already. Use mode upsert or update to add to it.');
  for (const [field, value] of values) record.values.set(field, value);
}

function readRecord(object: CatalogObject, record: Readonly<Record<string, unknown>>, locate: (field: string) => SourceLocation | undefined, problems: SeedProblems): Map<CatalogField, unknown> {
  const values = new Map<CatalogField, unknown>();
  for (const [name, value] of Object.entries(record)) {
    const field = object.fields.get(name) ?? [...object.fields.values()].find(({ graphqlName }) => graphqlName === name);
    if (field) values.set(field, value);
    else problems.add(locate(name), `${object.name} has no field "${name}".`);
  }
  return values;
}

/** The text under which a key value is stored; undefined when there is nothing to recognise a record by. */
export function keyText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
