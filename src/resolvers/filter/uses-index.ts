import type { CatalogObject } from '../../metadata/catalog.ts';
import type { Filter, FilterOperator } from './filter.ts';

const indexable: ReadonlySet<FilterOperator> = new Set<FilterOperator>(['eq', 'in', 'gt', 'gte', 'lt', 'lte', 'between', 'startsWith', 'within', 'withinLast', 'withinNext']);

/** Whether an index of the object finds the rows of a filter. */
export function usesIndex(filter: Filter, object: CatalogObject): boolean {
  switch (filter.kind) {
    case 'and': return filter.filters.some((part) => usesIndex(part, object));
    case 'or': return filter.filters.length > 0 && filter.filters.every((part) => usesIndex(part, object));
    case 'compare': return indexable.has(filter.operator) && leadsIndex(filter.field, object);
    default: return false;
  }
}

function leadsIndex(field: string, { keys, indexes }: CatalogObject): boolean {
  return field === 'id' || keys.some(({ fields }) => fields[0] === field) || indexes.some(({ fields, type, partial }) => type === 'btree' && partial === undefined && fields[0] === field);
}
