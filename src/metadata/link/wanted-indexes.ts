import type { Catalog, CatalogIndex, CatalogObject } from '../catalog.ts';
import { indexName, partialIndexName } from '../naming.ts';
import type { MetadataPhase, WantedIndex } from '../phase.ts';

/** The objects of a Catalog, with the indexes that plugins want and no other serves. */
export function withWantedIndexes(catalog: Catalog, plugins: readonly NonNullable<MetadataPhase['indexes']>[]): ReadonlyMap<string, CatalogObject> {
  const objects = new Map(catalog.objects);
  for (const wanted of plugins.flatMap((indexes) => indexes(catalog))) {
    const object = objects.get(wanted.object);
    if (!object) throw new Error(`A plugin wants an index of "${wanted.object}", which is no object.`);
    if (object.view || isServed(object, wanted)) continue;
    const replaced = object.indexes.filter((index) => goesOnFrom(wanted, index));
    objects.set(object.name, { ...object, indexes: [...object.indexes.filter((index) => !replaced.includes(index)), indexOf(object, wanted, replaced)] });
  }
  return objects;
}

/** Whether the wanted index makes another one superfluous. */
function goesOnFrom(wanted: WantedIndex, index: CatalogIndex): boolean {
  return wanted.partial === undefined && isPlain(index) && !index.unique && index.fields.every((field, at) => wanted.fields[at] === field);
}

const isPlain = ({ type, partial }: CatalogIndex): boolean => type === 'btree' && partial === undefined;

function isServed({ indexes }: CatalogObject, { fields, partial }: WantedIndex): boolean {
  return indexes.some((index) => index.type === 'btree' && index.partial === partial && fields.every((field, at) => index.fields[at] === field));
}

/** Keeps a name that the definitions give to what it replaces. */
function indexOf(object: CatalogObject, { fields, partial }: WantedIndex, replaced: readonly CatalogIndex[]): CatalogIndex {
  const given = replaced.find(({ name, fields: before }) => name !== derivedName(object, before));
  return { name: given?.name ?? derivedName(object, fields, partial), fields, unique: false, type: 'btree', partial };
}

function derivedName({ name, table, fields: known }: CatalogObject, fields: readonly string[], partial?: string): string {
  const columns = fields.map((field) => known.get(field)?.column);
  if (columns.length === 0 || !columns.every((column) => column !== undefined)) throw new Error(`A plugin wants an index of ${name} on ${fields.join(', ')}, which are not all stored.`);
  return partial === undefined ? indexName(table, columns, false) : partialIndexName(table, columns, partial);
}
