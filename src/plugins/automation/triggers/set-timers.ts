import type { ExpressionEnvironment } from '../../../resolvers/expressions/environment.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import { checkChain, currentChain } from '../chain.ts';
import { heldBefore, holds, isAboutChange, subjectOf } from '../fires.ts';
import { runTable } from '../objects.ts';
import type { Rule, TimeTrigger } from '../rule.ts';
import { createRuns, newRun, type NewRun } from '../runs/new-runs.ts';
import type { EnvironmentOf } from '../sight.ts';
import { startedTopic } from '../started.ts';
import type { Tools } from '../tools.ts';
import { dueAt } from './due-at.ts';

/** A run of a time trigger that waits, or that has fired. */
interface Known {
  readonly id: string;
  readonly rule: string;
  readonly timer: string;
  readonly record: string;
  readonly dueAt: Date;
  readonly waits: boolean;
}

/** What a change means for one time trigger of its record. */
type Decision = 'leave' | 'cancel' | Date;

/** Sets, moves and takes back the time triggers of changed records, in the transaction of the write. */
export async function setTimers(rules: readonly Rule[], changes: readonly Change[], environmentOf: EnvironmentOf, context: MutationContext, tools: Tools): Promise<void> {
  const known = await knownTimers(changes, context);
  const created: NewRun[] = [];
  const moved: { readonly id: string; readonly dueAt: Date }[] = [];
  const cancelled: string[] = [];
  for (const change of changes) {
    const environment = environmentOf(subjectOf(change));
    for (const rule of rules) {
      for (const trigger of rule.timers) {
        const own = known.get(`${rule.name} ${trigger.id} ${change.id}`) ?? [];
        const waiting = own.find(({ waits }) => waits);
        const decision = decide(rule, trigger, change, environment, own, tools);
        if (decision === 'cancel' && waiting) cancelled.push(waiting.id);
        if (!(decision instanceof Date)) continue;
        if (waiting) moved.push({ id: waiting.id, dueAt: decision });
        else created.push(newRun(rule, { event: 'time', record: change.id, image: change.record, previous: undefined, caller: context.caller }, { trigger, dueAt: decision }));
      }
    }
  }
  const [first] = created;
  if (first) checkChain(currentChain(), first.rule, tools.settings.maxChain);
  await createRuns(created, tools);
  await change(moved.map(({ id, dueAt: at }) => ({ id, input: { dueAt: at.toISOString() } })), context, tools);
  await change(cancelled.map((id) => ({ id, input: { status: 'CANCELLED', finishedAt: context.now.toISOString(), error: 'The criteria do not hold any more.' } })), context, tools);
  await tools.jobs.cancel('automation.due', [...cancelled, ...moved.map(({ id }) => id)]);
  await tools.jobs.enqueueMany('automation.due', moved.map(({ id, dueAt: at }) => ({ data: { run: id }, options: { key: id, after: at } })));
  for (const { id, rule } of created) context.tell(startedTopic, { rule, status: 'SCHEDULED', run: id });
}

function decide(rule: Rule, trigger: TimeTrigger, { kind, record }: Change, environment: ExpressionEnvironment, own: readonly Known[], { surroundings, settings }: Tools): Decision {
  const waiting = own.find(({ waits }) => waits);
  if (kind === 'delete') return 'cancel';
  // Of criteria about the change, that they held once is enough.
  if (!holds(rule, environment)) return isAboutChange(rule) ? 'leave' : 'cancel';
  const starts = rule.events.has(kind === 'create' ? 'create' : 'update');
  const begins = kind !== 'update' || rule.everyTime || isAboutChange(rule) || (rule.criteria !== undefined && !heldBefore(rule, environment));
  if (!trigger.from) {
    const due = starts && begins ? dueAt(trigger, environment.now, surroundings.timeZone) : undefined;
    return due ?? 'leave';
  }
  const due = dueAt(trigger, record[trigger.from.name], surroundings.timeZone);
  if (!due) return 'cancel';
  // It has fired for this moment, or waits for it.
  if (own.some(({ dueAt: at }) => at.getTime() === due.getTime())) return 'leave';
  if (waiting) return due;
  // What passed long ago is not made up for: by then, runs that fired for it may be gone.
  const tooLate = due.getTime() < environment.now.getTime() - settings.keepDays * 86_400_000;
  return starts && !tooLate ? due : 'leave';
}

async function knownTimers(changes: readonly Change[], { database }: MutationContext): Promise<ReadonlyMap<string, readonly Known[]>> {
  const found = new Map<string, Known[]>();
  const ids = changes.flatMap(({ kind, id }) => (kind === 'create' ? [] : [id]));
  if (ids.length === 0) return found;
  const { rows } = await database.query<{ id: string; rule: string; timer: string; record: string; due_at: Date | string; status: string }>({
    name: 'automation_timers',
    text: `SELECT id, rule, timer, record, due_at, status FROM ${runTable} WHERE record = ANY($1::text[]) AND timer IS NOT NULL AND status <> 'cancelled' ORDER BY id FOR UPDATE`,
    values: [ids],
  });
  for (const { id, rule, timer, record, due_at: at, status } of rows) {
    const key = `${rule} ${timer} ${record}`;
    found.set(key, [...(found.get(key) ?? []), { id, rule, timer, record, dueAt: new Date(at), waits: status === 'scheduled' }]);
  }
  return found;
}

async function change(rows: readonly { readonly id: string; readonly input: Readonly<Record<string, unknown>> }[], { depth, chain }: MutationContext, { runtime }: Tools): Promise<void> {
  if (rows.length === 0) return;
  const context = { ...runtime.systemContext(), depth, chain };
  await runtime.writer.write({ object: runTable, options: {}, operation: 'updateMany', rows }, context);
}
