import type { Catalog } from '../../metadata/catalog.ts';
import type { CheckedExpression } from '../../metadata/expressions/checked.ts';
import type { ExpressionEnvironment } from '../../resolvers/expressions/environment.ts';
import { formulaValue } from '../../resolvers/expressions/formula-value.ts';
import { behindLoader, seeing, type Behind } from '../../resolvers/expressions/behind.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { MutationContext } from '../../resolvers/write/phase.ts';

export interface Surroundings {
  readonly timeZone: string;
  readonly env: Readonly<Record<string, unknown>>;
}

type Image = Readonly<Record<string, unknown>>;

/** What expressions look at: a record as it is, or was when it was deleted, and as it was before an update. */
export interface Subject {
  readonly record: Image;
  readonly previous: Image | undefined;
}

export type Looking = RequestContext & Partial<Pick<MutationContext, 'underway' | 'changing'>>;
export type EnvironmentOf = (subject: Subject) => ExpressionEnvironment;

/** What expressions see of their records, with formulas and with the records that lookups lead to. */
export interface Sight {
  /** Nothing has to be read from the database. */
  readonly pure: boolean;
  at(context: Looking): EnvironmentOf;
  /** Reads what stands behind the lookups of these records, in one statement, and what keys find, in another. */
  load(subjects: readonly Subject[], context: Looking): Promise<EnvironmentOf>;
}

export function sightOf(expressions: readonly CheckedExpression[], catalog: Catalog, { timeZone, env }: Surroundings): Sight {
  const environmentOf = ({ caller, now }: Looking, behind: Behind | undefined): EnvironmentOf => ({ record, previous }) => {
    const environment: ExpressionEnvironment = {
      record, previous, caller, now, timeZone, env,
      ...(behind && seeing(behind)),
      computed: (field, of) => formulaValue(field, catalog, { ...environment, record: of }),
    };
    return environment;
  };
  const load = behindLoader(expressions, catalog, (subject: Subject, context: Looking, behind) => environmentOf(context, behind)(subject));
  return {
    pure: load === undefined,
    at: (context) => environmentOf(context, undefined),
    load: async (subjects, context) => environmentOf(context, load && (await load(subjects, context))),
  };
}
