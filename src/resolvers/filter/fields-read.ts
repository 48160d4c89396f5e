import type { CatalogObject } from '../../metadata/catalog.ts';
import type { Rows } from './rows.ts';

/** Stored fields of the record whose change may change whether it matches; undefined where that cannot be told from the record alone. */
export function fieldsRead(rows: Rows, object: CatalogObject): readonly string[] | undefined {
  if (typeof rows === 'boolean') return [];
  switch (rows.kind) {
    case 'always': return [];
    case 'and':
    case 'or': return together(rows.filters.map((filter) => fieldsRead(filter, object)));
    case 'not': return fieldsRead(rows.filter, object);
    case 'compare': return stored([rows.field], object);
    case 'compareFields': return stored([rows.field, rows.other], object);
    case 'one': {
      const relation = object.relations.get(rows.relation);
      return relation?.kind === 'one' ? stored([relation.field], object) : undefined;
    }
    default: return undefined;
  }
}

function stored(names: readonly string[], { fields }: CatalogObject): readonly string[] | undefined {
  return names.every((name) => fields.get(name)?.column !== undefined) ? names : undefined;
}

function together(parts: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
}
