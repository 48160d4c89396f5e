import type { FieldType } from '../field-type.ts';

/** The type of a value that gateways bring along with the record, or that is made of one: not stored, not written, and shown only. */
export function external({ searchText: _searchText, ...type }: FieldType): FieldType {
  return Object.freeze({ ...type, computed: true, sortable: false, groupable: false, aggregates: [], column: () => undefined, filters: () => undefined, external: type.filters });
}
