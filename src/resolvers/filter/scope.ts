import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import type { Access } from '../access.ts';
import type { BindList } from '../sql/binds.ts';
import type { Rows } from './rows.ts';

/** Where a piece of SQL stands: the object whose row `alias` is, and what the whole statement shares. */
export interface SqlScope {
  readonly object: CatalogObject;
  readonly alias: string;
  readonly catalog: Catalog;
  readonly access: Access;
  readonly binds: BindList;
  /** The row is one that `visibleRows` lets through, out of the trash. */
  readonly visible?: boolean;
  /** What the row is known to meet, so that no predicate has to look again. */
  readonly known?: Rows;
  /** What the row's record of a relation is known to meet. */
  readonly met?: { readonly relation: string; readonly rows: Rows };
  /** SQL of the value of an external field, where who asks has brought it along with the record. Undefined elsewhere, where it is null. */
  readonly given?: (field: CatalogField) => string;
  /** The statement reads all rows that the conditions leave, and none but the caller's rights may narrow them: an index on owners helps. */
  readonly whole?: boolean;
  /**
   * The rows are brought along by the statement. The planner does not know how few they are, and would read all records of another object that a
   * condition asks about to look these up among them.
   */
  readonly brought?: boolean;
}

/** Ends the subquery of an EXISTS: where the rows are brought along, it is run for each of them, by an index. */
export const existsEnd = ({ brought = false }: Pick<SqlScope, 'brought'>): string => (brought ? ' OFFSET 0)' : ')');

/** The same statement, at a row of another object. */
export function scopeAt({ catalog, access, binds }: SqlScope, objectName: string, alias = binds.alias()): SqlScope {
  return { object: objectNamed(catalog, objectName), alias, catalog, access, binds };
}

export function objectNamed(catalog: Catalog, name: string): CatalogObject {
  const object = catalog.objects.get(name);
  if (!object) throw new Error(`The Catalog has no object "${name}".`);
  return object;
}
