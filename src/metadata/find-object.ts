import type { Catalog, CatalogObject } from './catalog.ts';

/** The object of a machine name or of a type's name, `account` or `Account`. */
export function findObject({ objects }: Pick<Catalog, 'objects'>, name: string): CatalogObject | undefined {
  return objects.get(name) ?? [...objects.values()].find(({ names }) => names.type === name);
}
