import type { CatalogField } from '../../metadata/catalog.ts';
import type { SqlScope } from '../filter/scope.ts';
import type { Args } from './arguments.ts';
import type { PlanContext } from './plan-context.ts';
import type { SelectedField } from './selection.ts';

/** Where a planned field is selected. */
export interface PlannedField {
  readonly plan: PlanContext;
  /** The record, under the caller's rights. */
  readonly scope: SqlScope;
  readonly selected: SelectedField;
  readonly args: Args;
  /** Response keys from the root. */
  readonly path: readonly string[];
}

/** SQL of a part of the embedded value `stored`, the jsonb of an object of `field`, which the caller may read. */
export type EmbeddedPartSql = (stored: string, field: CatalogField, plan: PlanContext) => string;

/** SQL of the JSON of a field at the row `scope.alias`. It shows what the caller may see, and nothing else. */
export type PlannedSql = (field: PlannedField) => string;
