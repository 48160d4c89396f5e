import { v7 as createId } from 'uuid';
import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import type { SeedMode, SeedSet } from '../../metadata/seed.ts';
import type { SourceLocation } from '../../metadata/catalog.ts';
import type { SeedProblems } from './problems.ts';

/** A record of a data file with the id under which it is, or will be, stored. */
export interface SeedRecord {
  readonly id: string;
  /** The record is in the database already. */
  readonly exists: boolean;
  readonly mode: SeedMode;
  /** As authored, by machine name. */
  readonly values: ReadonlyMap<CatalogField, unknown>;
  readonly source: SourceLocation | undefined;
}

export interface SeedObject {
  readonly object: CatalogObject;
  readonly records: SeedRecord[];
  /** A set of mode `replace` empties the object before anything is written. */
  readonly replace: boolean;
}

/** The ids of stored records of an object by the text of a field. */
export type FindStored = (object: CatalogObject, field: CatalogField, values: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;

/** Gives every record its id: the one it is stored under, the one it names, or a new one. */
export async function prepareSets(catalog: Catalog, sets: readonly SeedSet[], find: FindStored, problems: SeedProblems): Promise<ReadonlyMap<string, SeedObject>> {
  const objects = new Map<string, SeedObject>();
  for (const set of sets) {
    const object = catalog.objects.get(set.object);
    if (!object) {
      problems.add(set.locate([]), `There is no object "${set.object}".`);
      continue;
    }
    const key = object.fields.get(set.externalId) ?? object.fields.get(object.nameField);
    const read = set.records.map((record, index) => ({ values: readRecord(object, record, (field) => set.locate(['records', index, field]), problems), source: set.locate(['records', index]) }));
    const keyed = read.map(({ values }) => keyText(key && values.get(key)));
    const wanted = [...new Set(keyed.flatMap((text) => text ?? []))];
    const stored = set.mode === 'replace' || key?.column === undefined ? new Map<string, readonly string[]>() : await find(object, key, wanted);
    const idField = object.fields.get('id');
    const seen = new Map<string, number>();
    const entry = objects.get(object.name) ?? { object, records: [], replace: set.mode === 'replace' };
    objects.set(object.name, { ...entry, replace: entry.replace || set.mode === 'replace' });
    read.forEach(({ values, source }, index) => {
      const text = keyed[index];
      const earlier = text === undefined ? undefined : seen.get(text);
      if (text !== undefined && earlier !== undefined) problems.add(source, `Records ${earlier + 1} and ${index + 1} of ${set.object} have the same ${key?.name ?? 'key'} "${text}".`);
      if (text !== undefined) seen.set(text, index);
      if (text === undefined && set.mode !== 'insert' && set.mode !== 'replace') problems.add(source, `The record has no ${key?.name ?? set.externalId}, by which it could be recognised. Give it one, or set externalId to another field.`);
      const [found] = (text === undefined ? undefined : stored.get(text)) ?? [];
      const given = idField && values.get(idField);
      entry.records.push({ id: found ?? (typeof given === 'string' ? given : createId()), exists: found !== undefined, mode: set.mode, values, source });
    });
  }
  return objects;
}

function readRecord(object: CatalogObject, record: Readonly<Record<string, unknown>>, locate: (field: string) => SourceLocation | undefined, problems: SeedProblems): ReadonlyMap<CatalogField, unknown> {
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
