import type { CatalogObject } from '../metadata/catalog.ts';

const weights = ['A', 'B', 'C', 'D'];

/**
 * The text search vector of a row, fields weighted by their order. The full-text index is on this very expression, so a query
 * that uses it is served by the index. `alias` is empty for the index itself.
 */
export function searchVector(object: CatalogObject, alias = ''): string {
  const parts = object.searchFields.map((name, index) => {
    const field = object.fields.get(name);
    const column = `${alias === '' ? '' : `${alias}.`}"${field?.column ?? name}"`;
    const text = (field && field.type.searchText?.(column, field)) ?? `${column}::text`;
    const weight = weights[Math.min(index, weights.length - 1)] as string;
    return `setweight(to_tsvector('${object.searchLanguage}'::regconfig, coalesce(${text}, '')), '${weight}')`;
  });
  return `(${parts.join(' || ')})`;
}
