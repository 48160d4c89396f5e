import type { CatalogField } from './catalog.ts';
import type { FieldType } from './field-type.ts';

/** A field of which nothing is known but its type. */
export function emptyField(type: FieldType): CatalogField {
  return {
    object: '', name: '', graphqlName: '', type, label: '',
    description: undefined, column: undefined, required: false, unique: false, multiple: false, defaultValue: undefined, options: [], reference: undefined,
    searchable: false, sortable: false, externalId: false, hidden: false, readonly: false, internal: false, system: false, trackHistory: false,
    renamedFrom: undefined, deprecated: undefined, aliases: [], subfields: new Map(), source: undefined, definition: { type: type.name },
  };
}
