import { AsyncLocalStorage } from 'node:async_hooks';
import { v7 as newId } from 'uuid';
import { ObjectosError } from '../../errors.ts';
import type { JobService } from '../../kernel/jobs.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import type { Change, MutationContext } from '../../resolvers/write/phase.ts';
import { environmentOf, eventOf, fires, type Surroundings } from './fires.ts';
import { runObject } from './objects.ts';
import type { Rule } from './rule.ts';

/** Rules whose runs led to what is being done, outermost first. */
export const chains = new AsyncLocalStorage<readonly string[]>();

export interface StartTools {
  readonly runtime: Runtime;
  readonly jobs: JobService;
  readonly surroundings: Surroundings;
  readonly maxChain: number;
}

/** Runs of the rules that these changes start, in the transaction of the write: with them their jobs, or neither. */
export async function startRuns(rules: readonly Rule[], changes: readonly Change[], context: MutationContext, { runtime, jobs, surroundings, maxChain }: StartTools): Promise<void> {
  const chain = chains.getStore() ?? [];
  const runs = changes.flatMap((change) => {
    const environment = environmentOf(change, context, surroundings);
    return rules.filter((rule) => rule.object.name === change.object && fires(rule, change, environment)).map((rule) => ({ rule, change, id: newId() }));
  });
  const [first] = runs;
  if (!first) return;
  if (chain.length >= maxChain) {
    const whole = [...chain, first.rule.name];
    throw new ObjectosError('RECURSION_LIMIT', `Automations started each other more than ${maxChain} times: ${whole.join(' → ')}.`, { extensions: { chain: whole } });
  }
  const input = runs.map(({ rule, change, id }) => ({
    id,
    rule: rule.name,
    object: change.object,
    record: change.id,
    event: String(eventOf(change)).toUpperCase(),
    status: 'PENDING',
    runAs: rule.runAs.toUpperCase(),
    user: context.caller.userId ?? null,
    trigger: { record: change.kind === 'delete' ? change.previous : change.record, previous: change.kind === 'update' ? change.previous : null, organizationId: context.caller.organizationId ?? null },
    steps: [],
    attempts: 0,
    chain,
    definition: { events: [...rule.events], actions: rule.written },
  }));
  const system = { ...runtime.systemContext(), depth: context.depth, chain: context.chain };
  await context.writer.write({ object: String(runObject['name']), options: {}, operation: 'createMany', input }, system);
  await jobs.enqueueMany('automation.run', runs.map(({ id }) => ({ data: { run: id } })));
}
