import type { Catalog } from '../../../metadata/catalog.ts';
import type { ExpressionEnvironment } from '../../../resolvers/expressions/environment.ts';
import { evaluateExpression } from '../../../resolvers/expressions/evaluate.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import { formulaOf } from '../../../resolvers/expressions/formulas.ts';
import type { Related } from '../../../resolvers/expressions/related.ts';

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
    computed(field, record) {
      const formula = formulaOf(field, catalog);
      return formula ? evaluateExpression(formula, { ...environment, record }) : undefined;
    },
  };
  return { change, environment };
}
