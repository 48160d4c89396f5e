import type { RequestContext } from '../../resolvers/request.ts';
import type { ExpressionEnvironment } from '../../resolvers/expressions/environment.ts';
import { testExpression } from '../../resolvers/expressions/evaluate.ts';
import type { Change } from '../../resolvers/write/phase.ts';
import type { Rule, RuleEvent } from './rule.ts';

export interface Surroundings {
  readonly timeZone: string;
  readonly env: Readonly<Record<string, unknown>>;
}

export function eventOf({ kind }: Pick<Change, 'kind'>): RuleEvent | undefined {
  return kind === 'restore' ? undefined : kind;
}

/** What rules see of a change: of a deleted record its last image. */
export function environmentOf({ kind, record, previous }: Pick<Change, 'kind' | 'record' | 'previous'>, { caller, now }: Pick<RequestContext, 'caller' | 'now'>, { timeZone, env }: Surroundings): ExpressionEnvironment {
  return { record: kind === 'delete' ? previous : record, previous: kind === 'update' ? previous : undefined, caller, now, timeZone, env };
}

/** Whether a change starts the rule. */
export function fires({ events, criteria, everyTime }: Rule, change: Change, environment: ExpressionEnvironment): boolean {
  const event = eventOf(change);
  if (event === undefined || !events.has(event)) return false;
  if (!criteria) return true;
  if (!testExpression(criteria, environment)) return false;
  // A condition about the change itself is met by this change; of one about the record, that it begins to hold counts.
  if (event !== 'update' || everyTime || criteria.reads.some(({ root }) => root === 'previous')) return true;
  return !testExpression(criteria, { ...environment, record: change.previous, previous: undefined });
}
