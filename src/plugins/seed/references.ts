import { validate as isId } from 'uuid';
import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import { keyText } from './prepare.ts';
import type { FindStored, SeedObject, SeedRecord } from './prepare.ts';
import type { SeedProblems } from './problems.ts';

/** The id that an authored lookup value stands for; undefined when there is none, which is reported. */
export type ResolveReference = (field: CatalogField, value: unknown, record: SeedRecord) => string | undefined;

/** Fields by which people name a record in a data file: external ids, the name, other unique fields. */
function naming(object: CatalogObject): readonly CatalogField[] {
  const fields = [...object.fields.values()].filter((field) => field.column !== undefined && field.reference === undefined && field.name !== 'id');
  const rank = (field: CatalogField): number => (field.externalId ? 0 : field.name === object.nameField ? 1 : 2);
  return fields.filter((field) => field.externalId || field.unique || field.name === object.nameField).sort((a, b) => rank(a) - rank(b));
}

/**
 * Lookups across files by external id, name or another unique field of the target, records of this run first, then those that are stored.
 * All values of one target are looked up in one statement per field.
 */
export async function resolveReferences(catalog: Catalog, objects: ReadonlyMap<string, SeedObject>, find: FindStored, problems: SeedProblems): Promise<ResolveReference> {
  const ids = new Map<string, Map<string, readonly string[]>>();
  const wanted = new Map<string, Set<string>>();
  for (const { records } of objects.values()) {
    for (const { values } of records) {
      for (const [field, value] of values) {
        if (!field.reference) continue;
        const texts = wanted.get(field.reference.object) ?? new Set<string>();
        for (const text of listOf(value)) if (!isId(text)) texts.add(text);
        wanted.set(field.reference.object, texts);
      }
    }
  }
  for (const [name, texts] of wanted) {
    const target = catalog.objects.get(name);
    if (target) ids.set(name, await lookUp(target, texts, objects.get(name)?.records ?? [], find));
  }

  return (field, value, record) => {
    const [text] = listOf(value);
    const target = field.reference?.object ?? '';
    if (text === undefined) {
      problems.add(record.source, `${field.object}.${field.name}: the id, external id or name of one ${target} is expected.`);
      return undefined;
    }
    if (isId(text)) return text;
    const found = ids.get(target)?.get(text) ?? [];
    if (found.length === 1) return found[0];
    problems.add(record.source, found.length === 0
      ? `${field.object}.${field.name}: no ${target} has the external id or name "${text}", neither in the data files nor in the database.`
      : `${field.object}.${field.name}: ${found.length} records of ${target} are named "${text}". Use an external id that only one of them has.`);
    return undefined;
  };
}

async function lookUp(target: CatalogObject, texts: ReadonlySet<string>, records: readonly SeedRecord[], find: FindStored): Promise<Map<string, readonly string[]>> {
  const result = new Map<string, readonly string[]>();
  for (const field of naming(target)) {
    const missing = new Set([...texts].filter((text) => !result.has(text)));
    if (missing.size === 0) break;
    for (const { id, values } of records) {
      const text = keyText(values.get(field));
      if (text !== undefined && missing.has(text)) result.set(text, [...new Set([...(result.get(text) ?? []), id])]);
    }
    const unknown = [...missing].filter((text) => !result.has(text));
    if (unknown.length > 0) for (const [text, stored] of await find(target, field, unknown)) result.set(text, stored);
  }
  return result;
}

/** `Acme`, `[Acme, Globex]`, `{ name: Acme }` → texts. */
function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(listOf);
  if (typeof value === 'object' && value !== null) return Object.values(value).slice(0, 1).flatMap(listOf);
  const text = keyText(value);
  return text === undefined ? [] : [text];
}
