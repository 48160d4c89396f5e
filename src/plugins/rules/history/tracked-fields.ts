import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';

/** Fields whose changes are kept as history. What is computed when it is read never changes by a write. */
export function trackedFields({ fields }: CatalogObject): readonly CatalogField[] {
  return [...fields.values()].filter((field) => field.trackHistory && !field.internal && isWritten(field));
}

export function trackedNames(object: CatalogObject): readonly string[] {
  return trackedFields(object).map(({ name }) => name);
}

/** Stored in a column, or in the table of a multiple lookup. */
export function isWritten({ column, reference, multiple }: CatalogField): boolean {
  return column !== undefined || (reference !== undefined && multiple);
}
