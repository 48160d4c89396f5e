import { ObjectosError } from '../../errors.ts';
import type { JobRun, JobService } from '../../kernel/jobs.ts';
import type { PluginServices } from '../../kernel/lifecycle.ts';
import type { ExpressionEnvironment } from '../../resolvers/expressions/environment.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import type { Input } from '../../resolvers/write/writer.ts';
import { readActions } from './definitions/read-actions.ts';
import { call, write, type Told } from './do-action.ts';
import type { Surroundings } from './fires.ts';
import { runObject } from './objects.ts';
import type { Action, RuleEvent } from './rule.ts';
import type { AutomationSettings } from './settings.ts';
import { chains } from './start-runs.ts';

export interface RunTools {
  readonly runtime: Runtime;
  readonly services: PluginServices;
  readonly jobs: JobService;
  readonly settings: AutomationSettings;
  readonly surroundings: Surroundings;
}

interface Step {
  readonly name: string;
  readonly type: string;
  readonly startedAt: string;
  readonly duration: number;
  readonly output: Told;
}

interface Run {
  readonly id: string;
  readonly rule: string;
  readonly object: string;
  readonly record: string;
  readonly event: RuleEvent;
  readonly run_as: 'system' | 'user';
  readonly user: string | null;
  readonly trigger: { readonly record: Readonly<Record<string, unknown>>; readonly previous: Readonly<Record<string, unknown>> | null; readonly organizationId: string | null };
  readonly steps: readonly Step[] | null;
  readonly status: string;
  readonly job: string | null;
  readonly attempts: number;
  readonly chain: readonly string[];
  readonly definition: { readonly events: readonly RuleEvent[]; readonly actions: readonly unknown[] };
}

const table = String(runObject['name']);
const open = `('pending', 'running', 'retrying')`;

/** Carries out runs, those of one record one after the other. */
export function runner(tools: RunTools): (job: JobRun<'automation.run'>) => Promise<unknown> {
  const { runtime, jobs, settings } = tools;
  const { database } = runtime;
  const query = async <R>(text: string, values: readonly unknown[]) => (await database.query<R>({ text, values })).rows;
  const change = (id: string, input: Input) => runtime.writer.write({ object: table, options: {}, operation: 'update', id, input }, runtime.systemContext());
  /** Whoever begins a run and whoever ends one must not miss each other. */
  const lockRecord = (record: string) => query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`automation ${record}`]);
  const startNext = async ({ id, record }: Pick<Run, 'id' | 'record'>): Promise<void> => {
    const [next] = await query<{ id: string }>(`SELECT id FROM ${table} WHERE record = $1 AND id <> $2 AND status = 'pending' ORDER BY id LIMIT 1`, [record, id]);
    if (next) await jobs.enqueue('automation.run', { run: next.id });
  };

  /** Undefined when there is nothing to do: the run is over, or it waits for the one before it, whose end starts it. */
  const begin = (id: string, job: string): Promise<Run | undefined> =>
    database.transaction(async () => {
      const [known] = await query<{ record: string }>(`SELECT record FROM ${table} WHERE id = $1`, [id]);
      if (!known) return undefined;
      await lockRecord(known.record);
      const [run] = await query<Run>(`SELECT * FROM ${table} WHERE id = $1 AND status IN ${open} FOR UPDATE`, [id]);
      // What another job has begun is that one's, also to be tried again.
      if (!run || (run.status !== 'pending' && run.job !== job)) return undefined;
      const earlier = await query(`SELECT 1 FROM ${table} WHERE record = $1 AND id < $2 AND status IN ${open} LIMIT 1`, [run.record, id]);
      if (earlier.length > 0) return undefined;
      await change(id, { status: 'RUNNING', job, attempts: run.attempts + 1, startedAt: new Date().toISOString(), error: null });
      return { ...run, attempts: run.attempts + 1 };
    });

  /** In a transaction: nothing counts of an attempt that another has followed. */
  const hold = async ({ id, attempts }: Run): Promise<void> => {
    const rows = await query(`SELECT 1 FROM ${table} WHERE id = $1 AND attempts = $2 AND status = 'running' FOR UPDATE`, [id, attempts]);
    if (rows.length === 0) throw new Superseded();
  };

  const carryOut = async (run: Run, signal: AbortSignal): Promise<void> => {
    const object = runtime.catalog.objects.get(run.object);
    if (!object) throw new ObjectosError('NOT_FOUND', `There is no object "${run.object}" any more.`);
    const actions = actionsOf(run, tools);
    const context = await contextOf(run, tools);
    const environment: ExpressionEnvironment = { record: run.trigger.record, previous: run.trigger.previous ?? undefined, caller: context.caller, now: context.now, ...tools.surroundings };
    let steps = run.steps ?? [];
    for (const action of actions.slice(steps.length)) {
      signal.throwIfAborted();
      const startedAt = new Date();
      const keep = async (output: Told): Promise<void> => {
        steps = [...steps, { name: action.name, type: action.type, startedAt: startedAt.toISOString(), duration: Date.now() - startedAt.getTime(), output }];
        await change(run.id, { steps });
      };
      if (action.type === 'http_call') {
        const output = await call(action, run.id, environment, settings.allowPrivateAddresses);
        await database.transaction(async () => {
          await hold(run);
          await keep(output);
        });
      } else {
        const before = steps;
        await database.transaction(async () => {
          steps = before;
          await hold(run);
          await keep(await chains.run([...run.chain, run.rule], () => write(action, run.record, object, environment, runtime.writer, context)));
        });
      }
    }
  };

  return async (job) => {
    const run = await begin(job.data.run, job.id);
    if (!run) return undefined;
    const end = (status: 'COMPLETED' | 'FAILED', error: string | null) =>
      job.complete(async () => {
        await lockRecord(run.record);
        await hold(run);
        await change(run.id, { status, error, finishedAt: new Date().toISOString() });
        await startNext(run);
        return { run: run.id, status };
      });
    try {
      await carryOut(run, job.signal);
    } catch (error) {
      if (error instanceof Superseded || job.signal.aborted) throw error;
      const message = (error instanceof Error ? error.message : String(error)).slice(0, 2000);
      if (run.attempts >= settings.attempts || isFinal(error)) {
        job.log.error({ err: error, rule: run.rule, run: run.id }, `The rule ${run.rule} failed for good.`);
        return end('FAILED', message);
      }
      await change(run.id, { status: 'RETRYING', error: message });
      throw error;
    }
    return end('COMPLETED', null);
  };
}

class Superseded extends Error {
  constructor() {
    super('Another attempt carries out the run, or it was cancelled.');
  }
}

/** Trying again would end the same way. */
function isFinal(error: unknown): boolean {
  return error instanceof ObjectosError && error.status < 500 && error.code !== 'CONFLICT' && error.code !== 'RATE_LIMITED';
}

/** The actions as they were when the run began. */
function actionsOf(run: Run, { runtime: { catalog } }: RunTools): readonly Action[] {
  const object = catalog.objects.get(run.object);
  if (!object) return [];
  const report = (_severity: unknown, _path: unknown, _subject: unknown, message: string): never => {
    throw new ObjectosError('VALIDATION_FAILED', `The definitions changed since the run began, and it cannot go on: ${message}.`);
  };
  return readActions(run.definition.actions, { object, catalog, events: run.definition.events, path: [], subject: run.rule, report });
}

async function contextOf({ run_as: runAs, user, trigger }: Run, { runtime, services }: RunTools): Promise<RequestContext> {
  const system = runtime.systemContext();
  if (runAs === 'system') return { ...system, caller: { ...system.caller, userId: user ?? undefined, organizationId: trigger.organizationId ?? undefined } };
  const caller = user === null ? undefined : await services.get('callers').of(user, { ...system.caller, organizationId: trigger.organizationId ?? undefined });
  if (!caller) throw new ObjectosError('FORBIDDEN', 'The user as whom the rule runs is not there any more, or may not sign in.');
  return { ...system, caller, access: await services.get('access').accessOf(caller) };
}
