import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { RollUpFilter } from './read-filter.ts';

export type RollUpFunction = 'count' | 'sum' | 'min' | 'max' | 'avg';

/** A number on `parent` over the records of `child` that refer to it. */
export interface RollUp {
  /** `account.contact_count` */
  readonly name: string;
  readonly parent: CatalogObject;
  readonly field: CatalogField;
  readonly child: CatalogObject;
  /** Lookup of the child. */
  readonly relation: CatalogField;
  readonly function: RollUpFunction;
  /** What is summarised, stored or a formula; undefined for a count of records. */
  readonly of: CatalogField | undefined;
  readonly filter: RollUpFilter | undefined;
  /** Decimals that it shows where its own column does not fix them; undefined: as many as it needs. */
  readonly decimals: number | undefined;
  /** Fields of the child whose change may change the number. */
  readonly depends: ReadonlySet<string>;
  /** Expressions that the number is made with, beside those of its own definition. */
  readonly formulas: readonly string[];
  /**
   * `delta`: adding and subtracting is exact. `quotient`: of two such numbers beside it. `extremum`: exact until the extremum leaves.
   * `recompute`: read anew from the records.
   */
  readonly way: 'delta' | 'quotient' | 'extremum' | 'recompute';
}

/** All roll-ups of a Catalog, those that others are taken of first. */
export interface RollUps {
  readonly all: readonly RollUp[];
  /** By object whose records are summarised. */
  readonly ofChild: ReadonlyMap<string, readonly RollUp[]>;
  /** Objects that hold roll-ups, children before their parents. */
  readonly order: ReadonlyMap<string, number>;
}
