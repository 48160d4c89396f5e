import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import { writeRecords } from '../actions/write-records.ts';
import { checkChain, currentChain, withChain } from '../chain.ts';
import { fires, subjectOf } from '../fires.ts';
import { isRecordAction, type Action, type Rule } from '../rule.ts';
import type { EnvironmentOf } from '../sight.ts';
import { startedTopic } from '../started.ts';
import type { Tools } from '../tools.ts';
import type { Decided } from './set-fields.ts';

/**
 * What rules write as a part of the write, after it: one rule after the other, each for all records at once. `decided` by those whose field updates
 * were a part of its own statement; without, these are writes of their own.
 */
export async function writeWithin(rules: readonly Rule[], changes: readonly Change[], environmentOf: EnvironmentOf, decided: Decided | undefined, context: MutationContext, { runtime, settings }: Tools): Promise<void> {
  for (const rule of rules) {
    const began = decided !== undefined && rule.actions.some(({ type }) => type === 'field_update');
    const concerned = changes.filter((change) => (began ? decided.get(change)?.has(rule) === true : fires(rule, change, environmentOf(subjectOf(change)))));
    if (concerned.length === 0) continue;
    const chain = currentChain();
    checkChain(chain, rule.name, settings.maxChain);
    const subjects = concerned.map((change) => ({ id: change.id, environment: environmentOf(subjectOf(change)) }));
    const { depth, chain: writes, tell } = context;
    const asSystem = { ...runtime.systemContext(), caller: systemFor(context, runtime.systemContext().caller), depth, chain: writes, tell };
    await withChain([...chain, rule.name], async () => {
      for (const action of decided ? rule.actions : together(rule.actions)) {
        if (isRecordAction(action) && !(decided && action.type === 'field_update')) await writeRecords(action, subjects, rule.object, context.writer, rule.runAs === 'user' ? context : asSystem);
      }
    });
    for (const _ of concerned) context.tell(startedTopic, { rule: rule.name, status: 'COMPLETED', run: null });
  }
}

/** Field updates of a rule are one write. */
function together(actions: readonly Action[]): readonly Action[] {
  const updates = actions.filter((action) => action.type === 'field_update');
  const [first] = updates;
  return first ? [{ ...first, values: new Map(updates.flatMap(({ values }) => [...values])) }, ...actions.filter(({ type }) => type !== 'field_update')] : actions;
}

/** The platform itself, where and for whom the change was made. */
export function systemFor({ caller: { userId, organizationId } }: Pick<MutationContext, 'caller'>, system: MutationContext['caller']): MutationContext['caller'] {
  return { ...system, userId, organizationId };
}
