import type { Catalog } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import { behindLoader, seeing, type Behind, type LoadBehind } from '../../../resolvers/expressions/behind.ts';
import type { ExpressionEnvironment } from '../../../resolvers/expressions/environment.ts';
import { formulaValue } from '../../../resolvers/expressions/formula-value.ts';
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

/** Reads what these expressions need of other records; undefined when they need none. */
export function loaderOf(expressions: readonly CheckedExpression[], options: EnvironmentOptions): LoadBehind<Change, MutationContext> | undefined {
  return behindLoader(expressions, options.catalog, (change: Change, context: MutationContext, behind) => subjectOf(change, context, options, behind).environment);
}

/** The record as it will be, and as it was. */
export function subjectOf(change: Change, { caller, now }: MutationContext, { catalog, timeZone }: EnvironmentOptions, behind: Behind | undefined): Subject {
  const environment: ExpressionEnvironment = {
    record: change.record,
    previous: change.previous,
    caller,
    now,
    timeZone,
    ...(behind && seeing(behind)),
    computed: (field, record) => formulaValue(field, catalog, { ...environment, record }),
  };
  return { change, environment };
}

/**
 * Sets values of a record by expressions that see each other's results: what they set may lead to records that were not read yet. They
 * then start again from the values that there were before.
 */
export async function setValues<T>({ values }: Change, behind: Behind | undefined, set: () => T): Promise<T> {
  const before = { ...values };
  for (;;) {
    const result = set();
    if (!behind || !(await behind.read())) return result;
    restoreValues(values, before);
  }
}

export function restoreValues(values: Record<string, unknown>, before: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(values)) if (!(name in before)) Reflect.deleteProperty(values, name);
  Object.assign(values, before);
}
