import { valuesOf, type Rule } from '../rule.ts';

/** Rules by what a change that starts them needs. */
export interface SortedRules {
  /** Done as a part of the write. */
  readonly within: readonly Rule[];
  /** Started by it. */
  readonly afterwards: readonly Rule[];
  readonly timed: readonly Rule[];
}

export const sortRules = (rules: readonly Rule[]): SortedRules => ({
  within: rules.filter(({ runIn, actions }) => runIn === 'transaction' && actions.length > 0),
  afterwards: rules.filter(({ runIn, actions }) => runIn === 'commit' && actions.length > 0),
  timed: rules.filter(({ timers }) => timers.length > 0),
});

/** What rules read while the write goes on: criteria, and values of what they do at once. */
export function expressionsOf(rules: readonly Rule[], withValues: boolean) {
  return rules.flatMap(({ criteria, actions }) => [...(criteria ? [criteria] : []), ...(withValues ? actions.flatMap(valuesOf).flatMap(({ expressions }) => expressions) : [])]);
}
