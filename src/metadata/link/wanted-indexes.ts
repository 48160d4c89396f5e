import type { Catalog, CatalogIndex, CatalogObject } from '../catalog.ts';
import { indexName } from '../naming.ts';
import type { MetadataPhase, WantedIndex } from '../phase.ts';

/** The objects of a Catalog, with the indexes that plugins want and no other serves. */
export function withWantedIndexes(catalog: Catalog, plugins: readonly NonNullable<MetadataPhase['indexes']>[]): ReadonlyMap<string, CatalogObject> {
  const objects = new Map(catalog.objects);
  for (const wanted of plugins.flatMap((indexes) => indexes(catalog))) {
    const object = objects.get(wanted.object);
    if (!object) throw new Error(`A plugin wants an index of "${wanted.object}", which is no object.`);
    if (!object.view && !isServed(object, wanted)) objects.set(object.name, { ...object, indexes: [...object.indexes, indexOf(object, wanted)] });
  }
  return objects;
}

function isServed({ indexes }: CatalogObject, { fields }: WantedIndex): boolean {
  return indexes.some((index) => index.type === 'btree' && index.partial === undefined && fields.every((field, at) => index.fields[at] === field));
}

function indexOf({ name, table, fields: known }: CatalogObject, { fields }: WantedIndex): CatalogIndex {
  const columns = fields.map((field) => known.get(field)?.column);
  if (columns.length === 0 || !columns.every((column) => column !== undefined)) throw new Error(`A plugin wants an index of ${name} on ${fields.join(', ')}, which are not all stored.`);
  return { name: indexName(table, columns, false), fields, unique: false, type: 'btree', partial: undefined };
}
