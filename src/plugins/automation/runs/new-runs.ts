import type { JobService } from '../../../kernel/jobs.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { Caller } from '../../../resolvers/caller.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import type { Input } from '../../../resolvers/write/writer.ts';
import { currentChain } from '../chain.ts';
import { runTable } from '../objects.ts';
import { nextPlace } from '../outbox/table.ts';
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
  /** Rules whose runs led to it. */
  readonly chain: readonly string[];
  readonly definition: Definition;
  /** Among the runs of the record; without, after those there are. */
  readonly place?: string | undefined;
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
  return {
    id: newId(),
    rule: rule.name,
    object: rule.object?.name,
    record,
    event,
    runAs: rule.runAs,
    user: caller.userId,
    trigger: { record: image ?? null, previous: previous ?? null, organizationId: caller.organizationId ?? null, ...(message && { message }) },
    chain: currentChain(),
    definition: definitionOf(rule, timer?.trigger),
    timer: timer && { id: timer.trigger.id, dueAt: timer.dueAt },
  };
}

/** What a run keeps of its rule. */
export function definitionOf(rule: Rule, timer?: TimeTrigger): Definition {
  const { actions, written } = timer ?? rule;
  const [only] = actions;
  return {
    events: [...rule.events],
    actions: written,
    setWise: !rule.incoming && actions.every(isRecordAction),
    ...(timer && rule.writtenCriteria !== undefined && { criteria: rule.writtenCriteria }),
    ...(rule.incoming && { incoming: true }),
    ...(only?.type === 'handler' && { handler: only.handler }),
  };
}

/** Adds runs and the jobs that carry them out in the open transaction. */
export async function createRuns(runs: readonly NewRun[], { runtime, jobs }: Pick<Tools, 'runtime' | 'jobs'>): Promise<void> {
  if (runs.length === 0) return;
  const system = runtime.systemContext();
  // What waits for its time gets one when that has come.
  const last = runs.some(({ place, record, timer }) => place === undefined && record !== undefined && !timer) ? await nextPlace(runtime.database) : undefined;
  // Each belongs to the organization in which the change was made.
  for (const [organization, own] of groupBy(runs, ({ trigger: { organizationId } }) => organizationId)) {
    const input = own.map((run) => inputOf(run, run.place ?? last));
    const context = { ...system, caller: { ...system.caller, organizationId: organization ?? undefined } };
    for (let start = 0; start < input.length; start += perWrite) await runtime.writer.write({ object: runTable, options: { sole: true }, operation: 'createMany', input: input.slice(start, start + perWrite) }, context);
  }
  const timed = runs.flatMap(({ id, timer }) => (timer ? [{ data: { run: id }, options: { key: id, after: timer.dueAt } }] : []));
  await jobs.enqueueMany('automation.due', timed);
  await enqueueRuns(runs.flatMap(({ id, rule, timer, definition }) => (timer ? [] : [{ id, rule, definition }])), jobs);
}

function inputOf(run: NewRun, place: string | undefined): Input {
  return {
    id: run.id,
    rule: run.rule,
    object: run.object ?? null,
    record: run.record ?? null,
    event: run.event.toUpperCase(),
    place: (run.timer ? undefined : place) ?? null,
    status: run.timer ? 'SCHEDULED' : 'PENDING',
    dueAt: run.timer?.dueAt.toISOString() ?? null,
    timer: run.timer?.id ?? null,
    runAs: run.runAs.toUpperCase(),
    user: run.user ?? null,
    trigger: run.trigger,
    steps: [],
    attempts: 0,
    progress: 0,
    chain: run.chain,
    definition: run.definition,
  };
}

const perWrite = 1_000;

/** Runs that one job carries out together, and beside each other, at most. */
export const mostTogether = 200;
const mostBeside = 20;

/** How a job carries out its runs: each alone, handlers beside each other, those that only write records set-wise and with others of the rule. */
export type Way = 'alone' | 'beside' | 'set-wise';

const wayOf = ({ setWise, handler }: Definition): Way => (setWise ? 'set-wise' : handler === undefined ? 'alone' : 'beside');
const most: Readonly<Record<Way, number>> = { alone: 1, beside: mostBeside, 'set-wise': mostTogether };

/** Jobs for runs that may begin, after a pause of so many milliseconds; some share them with others of their rule. A run with a job of its own has its id as the key. */
export async function enqueueRuns(runs: readonly { readonly id: string; readonly rule: string; readonly definition: Definition }[], jobs: JobService, after?: number): Promise<void> {
  const groups = [...groupBy(runs, ({ rule, definition }) => `${wayOf(definition)} ${rule}`).values()].flatMap((group) => {
    const way = wayOf((group[0] as (typeof runs)[number]).definition);
    const ids = group.map(({ id }) => id);
    return Array.from({ length: Math.ceil(ids.length / most[way]) }, (_, part) => ({ way, ids: ids.slice(part * most[way], (part + 1) * most[way]) }));
  });
  await enqueueJobs(groups, jobs, after);
}

/** A job for each run, whatever others of its rule do. */
export const enqueueAlone = (ids: readonly string[], jobs: JobService): Promise<void> => enqueueJobs(ids.map((id) => ({ way: 'alone', ids: [id] })), jobs);

async function enqueueJobs(groups: readonly { readonly way: Way; readonly ids: readonly string[] }[], jobs: JobService, after?: number): Promise<void> {
  await jobs.enqueueMany('automation.run', groups.map(({ way, ids }) => ({ data: { runs: ids, way }, options: { ...(ids.length === 1 && { key: ids[0] ?? '' }), ...(after !== undefined && { after }) } })));
}
