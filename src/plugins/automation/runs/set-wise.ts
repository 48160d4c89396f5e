import type { JobRun } from '../../../kernel/jobs.ts';
import { writeRecords, type Told } from '../actions/write-records.ts';
import { withChain } from '../chain.ts';
import { isRecordAction, valuesOf } from '../rule.ts';
import { sightOf } from '../sight.ts';
import type { Tools } from '../tools.ts';
import { actionsOf, contextOf, objectOf } from './context.ts';
import { enqueueAlone, mostTogether } from './new-runs.ts';
import { timesOf } from './run.ts';
import type { Run, RunStore, Step } from './store.ts';

/** Milliseconds for which the runs of a rule take no others along after that failed: one of those that wait would make each attempt fail. */
const pause = 30_000;

/**
 * Carries out runs that only write records with few statements: those of the job, and along with them others of the rule that wait.
 * All of them in one transaction with the job. When one cannot be carried out, none is; those of the job then get a job each, which says what is wrong.
 */
export function togetherRunner(store: RunStore, tools: Tools): (job: JobRun<'automation.run'>) => Promise<unknown> {
  /** Until when rules go alone. */
  const alone = new Map<string, number>();
  const attempt = (job: JobRun<'automation.run'>, took: (rule: string) => void) =>
    job.complete(async () => {
      const began = new Date();
      const { runs: ids } = job.data;
      await store.lockRecords(ids);
      const own = (await store.ready(ids, job.id)).filter(({ status }) => status === 'pending');
      const others = await othersOf(own, job, took);
      const runs = [...own, ...others];
      for (const group of groupsOf(runs)) await carryOut(group, began, job, store, tools);
      await store.startNext(runs);
      await tools.jobs.finish('automation.run', others.map(({ id }) => id));
      return { runs: runs.length };
    });
  const othersOf = async (own: readonly Run[], job: JobRun, took: (rule: string) => void): Promise<readonly Run[]> => {
    const [first] = own;
    if (!first || own.length === mostTogether || (alone.get(first.rule) ?? 0) > Date.now()) return [];
    const ids = await store.takeAlong(first.rule, own.map(({ id }) => id), mostTogether - own.length);
    if (ids.length === 0) return [];
    took(first.rule);
    return store.ready(ids, job.id);
  };

  return async (job) => {
    let along: string | undefined;
    try {
      try {
        return await attempt(job, (rule) => (along = rule));
      } catch (error) {
        if (along === undefined || job.signal.aborted) throw error;
        alone.set(along, Date.now() + pause);
        return await attempt(job, () => undefined);
      }
    } catch (error) {
      if (job.signal.aborted) throw error;
      job.log.warn({ err: error }, 'Runs that were to be carried out together are carried out one by one.');
      return job.complete(async () => {
        await enqueueAlone(job.data.runs, tools.jobs);
        return { separated: job.data.runs.length };
      });
    }
  };
}

/** Runs that do the same as the same caller. */
function groupsOf(runs: readonly Run[]): Iterable<readonly Run[]> {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.object, run.rule, run.definition, run.chain, run.run_as, run.user, run.trigger.organizationId]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return groups.values();
}

async function carryOut(runs: readonly Run[], began: Date, job: JobRun, store: RunStore, tools: Tools): Promise<void> {
  const [first] = runs;
  if (!first) return;
  const { writer, catalog } = tools.runtime;
  const object = objectOf(first, tools);
  const actions = actionsOf(first, tools);
  const context = await contextOf(first, tools);
  const subjects = runs.map(({ trigger }) => ({ record: trigger.record ?? {}, previous: trigger.previous ?? undefined }));
  const steps = new Map<Run, Step[]>(runs.map((run) => [run, []]));
  for (const action of actions) {
    if (!isRecordAction(action)) throw new Error(`The action "${action.name}" is not for many records at once.`);
    const startedAt = new Date();
    const environmentOf = await sightOf(valuesOf(action).flatMap(({ expressions }) => expressions), catalog, tools.surroundings).load(subjects, context);
    const told: readonly Told[] = await withChain([...first.chain, first.rule], () =>
      writeRecords(action, runs.map(({ record }, index) => ({ id: record ?? undefined, environment: environmentOf(subjects[index] ?? { record: {}, previous: undefined }) })), object, writer, context),
    );
    const duration = Date.now() - startedAt.getTime();
    for (const [index, run] of runs.entries()) steps.get(run)?.push({ name: action.name, type: action.type, status: 'success', startedAt: startedAt.toISOString(), duration, attempt: 1, ...told[index] });
  }
  const times = timesOf(began);
  await store.change(runs.map((run) => ({ id: run.id, input: { status: 'COMPLETED', job: job.id, attempts: run.attempts + 1, startedAt: began.toISOString(), steps: steps.get(run), progress: 100, ...times } })));
}
