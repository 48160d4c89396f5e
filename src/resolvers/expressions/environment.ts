import type { CatalogField } from '../../metadata/catalog.ts';
import type { FindRecord } from '../../metadata/expressions/checked.ts';
import type { Caller } from '../caller.ts';
import type { StoredRecord } from '../filter/to-predicate.ts';

/** What an expression sees when memory evaluates it. */
export interface ExpressionEnvironment {
  /** Values in stored form under machine names. */
  readonly record?: StoredRecord | null | undefined;
  /** The image before the write; absent for a new record. */
  readonly previous?: StoredRecord | null | undefined;
  readonly caller: Caller;
  readonly now: Date;
  /** Of days and clocks; UTC by default. */
  readonly timeZone?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** What `os.env` shows. */
  readonly env?: Readonly<Record<string, unknown>> | undefined;
  /** The record of `object` that a lookup leads to, or null when there is none that may be seen. Needed by paths. */
  related?(object: string, id: string): StoredRecord | null | undefined;
  /** The record that has these values in the fields of a key, as `record` sees it. Needed by LOOKUP(). */
  found?(find: FindRecord, values: readonly unknown[], record: StoredRecord | null | undefined): StoredRecord | null | undefined;
  /** The value of a field that no column holds, where `record` lacks it: formulas. */
  computed?(field: CatalogField, record: StoredRecord): unknown;
}
