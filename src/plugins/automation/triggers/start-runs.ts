import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import { checkChain, currentChain } from '../chain.ts';
import { eventOf, fires, subjectOf } from '../fires.ts';
import type { Rule } from '../rule.ts';
import { createRuns, newRun } from '../runs/new-runs.ts';
import type { EnvironmentOf } from '../sight.ts';
import { startedTopic } from '../started.ts';
import type { Tools } from '../tools.ts';

/** Runs of the rules that these changes start, in the transaction of the write: with them their jobs, or neither. */
export async function startRuns(rules: readonly Rule[], changes: readonly Change[], environmentOf: EnvironmentOf, context: MutationContext, tools: Tools): Promise<void> {
  const runs = changes.flatMap((change) => {
    const environment = environmentOf(subjectOf(change));
    return rules.flatMap((rule) => {
      if (rule.actions.length === 0 || !fires(rule, change, environment)) return [];
      const { record, previous } = subjectOf(change);
      return [newRun(rule, { event: eventOf(change) ?? 'update', record: change.id, image: record, previous, caller: context.caller })];
    });
  });
  const [first] = runs;
  if (!first) return;
  checkChain(currentChain(), first.rule, tools.settings.maxChain);
  await createRuns(runs, context, tools);
  for (const { id, rule } of runs) context.tell(startedTopic, { rule, status: 'PENDING', run: id });
}
