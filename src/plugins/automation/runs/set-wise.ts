import type { JobRun } from '../../../kernel/jobs.ts';
import { writeRecords, type Told } from '../actions/write-records.ts';
import { withChain } from '../chain.ts';
import { isRecordAction, valuesOf } from '../rule.ts';
import { sightOf } from '../sight.ts';
import type { Tools } from '../tools.ts';
import { actionsOf, contextOf, objectOf } from './context.ts';
import { timesOf } from './run.ts';
import type { Run, RunStore, Step } from './store.ts';

/**
 * Carries out the runs of a rule on many records together, with few statements: all of them in one transaction, with the job.
 * When one cannot be carried out, none is, and each gets a job of its own, which says what is wrong with it.
 */
export async function runTogether(ids: readonly string[], job: JobRun<'automation.run'>, store: RunStore, tools: Tools): Promise<unknown> {
  try {
    return await job.complete(async () => {
      const began = new Date();
      await store.lockRecords(ids);
      const runs = (await store.ready(ids, job.id)).filter(({ status }) => status === 'pending');
      for (const group of groupsOf(runs)) await carryOut(group, began, job, store, tools);
      await store.startNext(runs);
      return { runs: runs.length };
    });
  } catch (error) {
    if (job.signal.aborted) throw error;
    job.log.warn({ err: error }, 'Runs that were to be carried out together are carried out one by one.');
    return job.complete(async () => {
      await tools.jobs.enqueueMany('automation.run', ids.map((id) => ({ data: { runs: [id] } })));
      return { separated: ids.length };
    });
  }
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
