import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import type { Access } from '../access.ts';
import type { BindList } from '../sql/binds.ts';

/** Where a piece of SQL stands: the object whose row `alias` is, and what the whole statement shares. */
export interface SqlScope {
  readonly object: CatalogObject;
  readonly alias: string;
  readonly catalog: Catalog;
  readonly access: Access;
  readonly binds: BindList;
}

/** The same statement, at a row of another object. */
export function scopeAt(scope: SqlScope, objectName: string, alias = scope.binds.alias()): SqlScope {
  return { ...scope, object: objectNamed(scope.catalog, objectName), alias };
}

export function objectNamed(catalog: Catalog, name: string): CatalogObject {
  const object = catalog.objects.get(name);
  if (!object) throw new Error(`The Catalog has no object "${name}".`);
  return object;
}
