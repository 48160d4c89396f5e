import type { JobService } from '../../../kernel/jobs.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { Caller } from '../../../resolvers/caller.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { MutationContext } from '../../../resolvers/write/phase.ts';
import { currentChain } from '../chain.ts';
import { runTable } from '../objects.ts';
import { isRecordAction, type Rule, type RuleEvent, type TimeTrigger } from '../rule.ts';
import type { IncomingMessage } from '../service.ts';
import type { Tools } from '../tools.ts';

/** What a run keeps of its rule, so that later definitions do not change it. */
export interface Definition {
  readonly events: readonly RuleEvent[];
  readonly actions: readonly unknown[];
  /** Of a time trigger: what has to hold when it fires. */
  readonly criteria?: unknown;
  /** It only writes records, so that the runs of many records are carried out together. */
  readonly setWise: boolean;
  /** Its values see the message that started it. */
  readonly incoming?: true;
  /** Instead of actions: a handler of a plugin. */
  readonly handler?: string;
}

export interface NewRun {
  readonly id: string;
  readonly rule: string;
  readonly object: string | undefined;
  readonly record: string | undefined;
  readonly event: RuleEvent | 'time' | 'schedule' | 'webhook';
  readonly runAs: 'system' | 'user';
  readonly user: string | undefined;
  readonly trigger: { readonly record: unknown; readonly previous: unknown; readonly organizationId: string | null; readonly message?: IncomingMessage };
  readonly definition: Definition;
  readonly timer?: { readonly id: string; readonly dueAt: Date } | undefined;
}

export interface Occasion {
  readonly event: NewRun['event'];
  readonly record: string | undefined;
  readonly image: unknown;
  readonly previous: unknown;
  readonly message?: IncomingMessage;
  readonly caller: Pick<Caller, 'userId' | 'organizationId'>;
}

export function newRun(rule: Rule, { event, record, image, previous, message, caller }: Occasion, timer?: { readonly trigger: TimeTrigger; readonly dueAt: Date }): NewRun {
  const { actions, written } = timer?.trigger ?? rule;
  const [only] = actions;
  return {
    id: newId(),
    rule: rule.name,
    object: rule.object?.name,
    record,
    event,
    runAs: rule.runAs,
    user: caller.userId,
    trigger: { record: image ?? null, previous: previous ?? null, organizationId: caller.organizationId ?? null, ...(message && { message }) },
    definition: {
      events: [...rule.events],
      actions: written,
      setWise: !rule.incoming && actions.every(isRecordAction),
      ...(timer && rule.writtenCriteria !== undefined && { criteria: rule.writtenCriteria }),
      ...(rule.incoming && { incoming: true }),
      ...(only?.type === 'handler' && { handler: only.handler }),
    },
    timer: timer && { id: timer.trigger.id, dueAt: timer.dueAt },
  };
}

/** Adds runs and the jobs that carry them out in the open transaction. */
export async function createRuns(runs: readonly NewRun[], context: RequestContext & Partial<Pick<MutationContext, 'depth' | 'chain'>>, { runtime, jobs }: Pick<Tools, 'runtime' | 'jobs'>): Promise<void> {
  if (runs.length === 0) return;
  const chain = currentChain();
  const input = runs.map((run) => ({
    id: run.id,
    rule: run.rule,
    object: run.object ?? null,
    record: run.record ?? null,
    event: run.event.toUpperCase(),
    status: run.timer ? 'SCHEDULED' : 'PENDING',
    dueAt: run.timer?.dueAt.toISOString() ?? null,
    timer: run.timer?.id ?? null,
    runAs: run.runAs.toUpperCase(),
    user: run.user ?? null,
    trigger: run.trigger,
    steps: [],
    attempts: 0,
    progress: 0,
    chain,
    definition: run.definition,
  }));
  const system = runtime.systemContext();
  const { depth, chain: writes } = context;
  const writing = { ...system, caller: { ...system.caller, organizationId: context.caller.organizationId }, ...(depth !== undefined && { depth, chain: writes }) };
  for (let start = 0; start < input.length; start += perWrite) await runtime.writer.write({ object: runTable, options: { sole: true }, operation: 'createMany', input: input.slice(start, start + perWrite) }, writing);
  const timed = runs.flatMap(({ id, timer }) => (timer ? [{ data: { run: id }, options: { key: id, after: timer.dueAt } }] : []));
  await jobs.enqueueMany('automation.due', timed);
  await enqueueRuns(runs.flatMap(({ id, rule, timer, definition }) => (timer ? [] : [{ id, rule, setWise: definition.setWise }])), jobs);
}

const perWrite = 1_000;

/** Runs that one job carries out together at most. */
export const mostTogether = 200;

/** Jobs for runs that may begin: runs of one rule that only write records share them. A run with a job of its own has its id as the key. */
export async function enqueueRuns(runs: readonly { readonly id: string; readonly rule: string; readonly setWise: boolean }[], jobs: JobService): Promise<void> {
  const groups = new Map<string, { readonly ids: string[]; readonly setWise: boolean }[]>();
  for (const { id, rule, setWise } of runs) {
    const parts = groups.get(rule) ?? [];
    groups.set(rule, parts);
    const last = parts.at(-1);
    if (setWise && last && last.ids.length < mostTogether) last.ids.push(id);
    else parts.push({ ids: [id], setWise });
  }
  await jobs.enqueueMany('automation.run', [...groups.values()].flat().map(({ ids, setWise }) => ({ data: { runs: ids, together: setWise }, ...(ids.length === 1 && { options: { key: ids[0] ?? '' } }) })));
}
