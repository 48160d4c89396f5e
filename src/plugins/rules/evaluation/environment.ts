import type { Catalog } from '../../../metadata/catalog.ts';
import type { ExpressionEnvironment } from '../../../resolvers/expressions/environment.ts';
import { formulaValue } from '../../../resolvers/expressions/formula-value.ts';
import type { Related } from '../../../resolvers/expressions/related.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';

/** A change with what expressions about it see. */
export interface Subject {
  readonly change: Change;
  readonly environment: ExpressionEnvironment;
}

export interface EnvironmentOptions {
  readonly catalog: Catalog;
  readonly timeZone: string;
}

/** The record as it will be, and as it was. */
export function subjectOf(change: Change, { caller, now }: MutationContext, { catalog, timeZone }: EnvironmentOptions, related: Related | undefined): Subject {
  const environment: ExpressionEnvironment = {
    record: change.record,
    previous: change.previous,
    caller,
    now,
    timeZone,
    ...(related && { related }),
    computed: (field, record) => formulaValue(field, catalog, { ...environment, record }),
  };
  return { change, environment };
}
