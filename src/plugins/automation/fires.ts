import type { ExpressionEnvironment } from '../../resolvers/expressions/environment.ts';
import { testExpression } from '../../resolvers/expressions/evaluate.ts';
import type { Change } from '../../resolvers/write/phase.ts';
import type { Rule, RuleEvent } from './rule.ts';
import type { Subject } from './sight.ts';

export function eventOf({ kind }: Pick<Change, 'kind'>): RuleEvent | undefined {
  return kind === 'restore' ? undefined : kind;
}

/** What rules see of a change: of a deleted record its last image. */
export function subjectOf({ kind, record, previous }: Change): Subject {
  return kind === 'delete' ? { record: previous ?? record, previous: undefined } : { record, previous: kind === 'update' ? previous : undefined };
}

/** Criteria about the change itself, of which a later change says nothing. */
export function isAboutChange({ criteria }: Pick<Rule, 'criteria'>): boolean {
  return criteria?.reads.some(({ root }) => root === 'previous') ?? false;
}

/** Whether the criteria hold. */
export function holds({ criteria }: Pick<Rule, 'criteria'>, environment: ExpressionEnvironment): boolean {
  return !criteria || testExpression(criteria, environment);
}

/** Whether they held before the update already. */
export function heldBefore(rule: Pick<Rule, 'criteria'>, { previous, ...environment }: ExpressionEnvironment): boolean {
  return previous !== undefined && !isAboutChange(rule) && holds(rule, { ...environment, record: previous });
}

/** Whether a change starts the rule: criteria about the change are met by it, of those about the record it counts that they begin to hold. */
export function fires(rule: Rule, change: Pick<Change, 'kind'>, environment: ExpressionEnvironment): boolean {
  const event = eventOf(change);
  if (event === undefined || !rule.events.has(event) || !holds(rule, environment)) return false;
  return event !== 'update' || rule.everyTime || !rule.criteria || !heldBefore(rule, environment);
}
