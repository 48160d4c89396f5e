import type { CatalogField } from '../catalog.ts';
import type { ExpressionFunction } from './functions.ts';
import type { ExpressionType } from './types.ts';

/**
 * A checked expression: names are resolved, functions chosen, conversions written out. Memory and SQL both read this and nothing
 * else, so that they cannot disagree about what an expression means.
 */
export type Checked = { readonly type: ExpressionType } & (
  /** Decimal digits, text, `YYYY-MM-DD`, ISO 8601 or true and false, by the type. */
  | { readonly kind: 'constant'; readonly value: string | boolean | null }
  | ReadField
  | FindRecord
  /** A value that the environment knows: `current_user.email`, a variable. */
  | { readonly kind: 'value'; readonly root: ValueRoot; readonly name: string }
  | { readonly kind: 'call'; readonly function: ExpressionFunction; readonly args: readonly Checked[]; readonly zone: string | undefined }
  | { readonly kind: 'convert'; readonly conversion: Conversion; readonly value: Checked; readonly zone?: string }
  /** Booleans that are not null: null counts as false. */
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Checked[] }
  | { readonly kind: 'not'; readonly value: Checked }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Checked; readonly right: Checked }
  | { readonly kind: 'isNull'; readonly value: Checked }
  /** Without a previous image: the record is new. */
  | { readonly kind: 'isNew' }
  | { readonly kind: 'in'; readonly value: Checked; readonly list: Checked }
  | { readonly kind: 'arithmetic'; readonly operator: Arithmetic; readonly left: Checked; readonly right: Checked }
  | { readonly kind: 'conditional'; readonly condition: Checked; readonly then: Checked; readonly otherwise: Checked }
  | { readonly kind: 'list'; readonly items: readonly Checked[] }
  /** `tags.exists(t, …)`; `variable` is unique within the expression. */
  | { readonly kind: 'quantifier'; readonly quantifier: 'exists' | 'all'; readonly list: Checked; readonly variable: number; readonly test: Checked }
  | { readonly kind: 'variable'; readonly variable: number }
);

/** A field of the record, of its former image, or of a record that lookups lead to from there. */
export interface ReadField {
  readonly kind: 'field';
  readonly root: 'record' | 'previous';
  /** Lookups on the way, each a field of the object before. */
  readonly steps: readonly CatalogField[];
  readonly field: CatalogField;
}

/** A field of the record that a unique key finds: of one at most. */
export interface FindRecord {
  readonly kind: 'find';
  readonly object: string;
  readonly keys: readonly FindKey[];
  /** Lookups to the organization, of the record that is found and of the one that the expression is about: both belong to the same. */
  readonly organization: { readonly found: CatalogField; readonly own: CatalogField } | undefined;
  readonly field: CatalogField;
}

export interface FindKey {
  readonly field: CatalogField;
  readonly value: Checked;
}

export type ValueRoot = 'user' | 'org' | 'env' | 'variable';
export type Comparison = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte';
/** `addDays` and `addTime` take a number of days; `daysBetween` and `timeBetween` give one. */
export type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide' | 'remainder' | 'concat' | 'addDays' | 'addTime' | 'daysBetween' | 'timeBetween';
/** `toText` of any plain value; `toDatetime` the beginning of a day, `toDate` the day of an instant, both in the time zone. */
export type Conversion = 'toText' | 'toDatetime' | 'toDate';

/** An expression that passed its checks. */
export interface CheckedExpression {
  readonly source: string;
  readonly type: ExpressionType;
  readonly root: Checked;
  /** Every field that it reads, once each. */
  readonly reads: readonly ReadField[];
  /** The records that it finds by a key. */
  readonly finds: readonly (Checked & FindRecord)[];
  /** Size of the tree. */
  readonly nodes: number;
  /** What it gives changes with the time. */
  readonly usesNow: boolean;
  /** What it gives differs between callers. */
  readonly usesCaller: boolean;
}
