import type { Plugin } from '../kernel/plugin.ts';
import type { Catalog, CatalogField } from '../metadata/catalog.ts';
import type { ReadField } from '../metadata/expressions/checked.ts';
import type { SqlScope } from './filter/scope.ts';
import type { StoredRecord } from './filter/to-predicate.ts';
import type { RequestContext } from './request.ts';

/** What a computed field reads: a field of the same record, or one of a record that lookups lead to. */
export type FieldInput = Pick<ReadField, 'steps' | 'field'>;

/** A field without a column whose value is made when it is read. */
export interface ComputedField {
  readonly inputs: readonly FieldInput[];
  /** Fields of records that it finds by keys: those of the keys, and the values that it takes. */
  readonly found: readonly CatalogField[];
  /**
   * The value at the row `scope.alias`, in the stored form of the field's type. It goes into whatever statement asks for the field:
   * selected, filtered, ordered and aggregated by. Inputs that the scope's access hides read as null.
   */
  sql(scope: SqlScope): string;
  /** The same value of a record in memory that holds its columns; undefined when other records are needed for it. */
  readonly value?: ((record: StoredRecord, request: Moment) => unknown) | undefined;
  /** It changes with the time. */
  readonly usesNow: boolean;
  /** It differs between callers. */
  readonly usesCaller: boolean;
}

/** Who asks, and when. */
export type Moment = Pick<RequestContext, 'caller' | 'now'>;

/** What a plugin adds to the read path. */
export interface ReadPhase {
  /** The value of a field of a type that the plugin `computes`; undefined when the field is not its own. */
  computed(field: CatalogField, catalog: Catalog): ComputedField | undefined;
}

declare module '../kernel/plugin.ts' {
  interface Phases {
    readonly read: ReadPhase;
  }
}

const computedFields = new WeakMap<CatalogField, ComputedField>();

/** Asks the plugins for the fields of a Catalog that no column holds. Once, before anything reads. */
export function linkComputed(catalog: Catalog, plugins: readonly Plugin[]): void {
  for (const { fields } of catalog.objects.values()) {
    for (const field of fields.values()) {
      if (field.column !== undefined || !field.type.computed) continue;
      const found = plugins.flatMap(({ read }) => read?.computed(field, catalog) ?? []);
      if (found[0]) computedFields.set(field, found[0]);
    }
  }
}

export function computedField(field: CatalogField): ComputedField | undefined {
  return computedFields.get(field);
}

/** One value on the row, from a column or computed; other fields without a column are links to several records. */
export function hasValue(field: CatalogField): boolean {
  return field.column !== undefined || computedFields.has(field);
}
