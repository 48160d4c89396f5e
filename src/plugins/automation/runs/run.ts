import { ObjectosError } from '../../../errors.ts';
import type { JobRun } from '../../../kernel/jobs.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Input } from '../../../resolvers/write/writer.ts';
import { doAction } from '../actions/do-action.ts';
import type { Told } from '../actions/write-records.ts';
import { withChain } from '../chain.ts';
import { valuesOf, type Action } from '../rule.ts';
import { sightOf } from '../sight.ts';
import type { Tools } from '../tools.ts';
import { actionsOf, contextOf, objectOf } from './context.ts';
import { besideCourse } from './beside.ts';
import { togetherRunner } from './set-wise.ts';
import { createRunStore, type Run, type RunStore, type Step } from './store.ts';

/** Carries out runs, those of one record one after the other. */
export function runner(tools: Tools): (job: JobRun<'automation.run'>) => Promise<unknown> {
  const store = createRunStore(tools);
  const runTogether = togetherRunner(store, tools);
  return async (job) => {
    const { runs, way = 'alone' } = job.data;
    if (way === 'set-wise') return runTogether(job);
    const began = new Date();
    const begun = await tools.runtime.database.transaction(() => begin(runs, job.id, began, store));
    const course = way === 'beside' ? besideCourse(job, began, store, tools) : aloneCourse(job, began, store);
    const results = await Promise.allSettled(begun.map((run) => runOne(run, course, job, store, tools)));
    for (const result of results) if (result.status === 'rejected' && !(way === 'beside' && result.reason instanceof Superseded)) throw result.reason;
    return { runs: begun.map(({ id }) => id) };
  };
}

/** How a job ends the runs that it carries out. */
export interface Course {
  /** Together with what `work` does, or nothing of it counts. Throws `Superseded` when the run is no longer the job's. */
  end(run: Run, work: Work): Promise<unknown>;
  /** Another attempt shall follow this one, which failed. */
  again(run: Run, failed: Pick<Ending, 'steps' | 'error'>, cause: unknown): Promise<unknown>;
}

export interface Ending {
  readonly status: 'COMPLETED' | 'FAILED';
  readonly error?: string;
  readonly steps: readonly Step[];
}

/** What ends with the run; just the end where there is nothing else to do. */
export type Work = Ending | (() => Promise<Ending>);

/** What is kept of a run that ends. */
export function endOf({ status, error, steps }: Ending, began: Date): Input {
  return { status, error: error ?? null, steps, ...(status === 'COMPLETED' && { progress: 100 }), ...timesOf(began) };
}

/** The job of one run: it ends, and is tried again, with it. */
function aloneCourse(job: JobRun, began: Date, store: RunStore): Course {
  return {
    async end(run, work) {
      let held = false;
      try {
        return await job.complete(async () => {
          held = true;
          await store.lockRecords([run.id]);
          if ((await store.hold([run])).length === 0) throw new Superseded();
          const ending = typeof work === 'function' ? await work() : work;
          await store.change([{ id: run.id, input: endOf(ending, began) }]);
          await store.startNext([run]);
          return { runs: [run.id] };
        });
      } catch (error) {
        throw held ? error : new Superseded();
      }
    },
    async again(run, { steps, error }, cause) {
      await store.change([{ id: run.id, input: { status: 'RETRYING', error, steps, duration: Date.now() - began.getTime() } }]);
      throw cause;
    },
  };
}

async function runOne(run: Run, course: Course, job: JobRun<'automation.run'>, store: RunStore, tools: Tools): Promise<unknown> {
  let ended = false;
  const end = async (work: Work): Promise<unknown> => {
    const answer = await course.end(run, work);
    ended = true;
    return answer;
  };
  let steps: readonly Step[] = (run.steps ?? []).filter(({ status }) => status === 'success');
  try {
    return await carryOut(run, steps, (step) => (steps = [...steps, step]), end, job, store, tools);
  } catch (error) {
    // What is over stays so, whatever a handler does after it.
    if (ended || error instanceof Superseded || job.signal.aborted) throw error;
    const failure = error instanceof FailedStep ? error : undefined;
    const cause: unknown = failure ? failure.cause : error;
    const message = (cause instanceof Error ? cause.message : String(cause)).slice(0, 2000);
    const told = failure ? [...steps, { ...failure.step, error: message }] : steps;
    if (run.attempts < tools.settings.attempts && !isFinal(cause)) return course.again(run, { steps: told, error: message }, cause);
    job.log.error({ err: cause, rule: run.rule, run: run.id }, `The rule ${run.rule} failed for good.`);
    return end({ status: 'FAILED', error: message, steps: told });
  }
}

/** None of runs that are over, or wait for the one before them, whose end starts them. */
async function begin(ids: readonly string[], job: string, began: Date, store: RunStore): Promise<readonly Run[]> {
  await store.lockRecords(ids);
  const runs = (await store.ready(ids, job)).map((run) => ({ ...run, attempts: run.attempts + 1 }));
  await store.change(runs.map(({ id, attempts }) => ({ id, input: { status: 'RUNNING', job, attempts, startedAt: began.toISOString(), finishedAt: null, error: null } })));
  return runs;
}

/** All steps after those that were done; each is kept as done together with what it wrote, the last one together with the end of the run. */
async function carryOut(run: Run, before: readonly Step[], done: (step: Step) => void, end: (work: Work) => Promise<unknown>, job: JobRun, store: RunStore, tools: Tools): Promise<unknown> {
  const { database, catalog } = tools.runtime;
  const object = objectOf(run, tools);
  const actions = actionsOf(run, tools);
  const context = await contextOf(run, tools);
  const steps = [...before];
  if (steps.length >= actions.length) return end({ status: 'COMPLETED', steps });
  let answer: unknown;
  for (const action of actions.slice(steps.length)) {
    job.signal.throwIfAborted();
    const began = new Date();
    const stepOf = (status: Step['status'], told: Told): Step => ({ name: action.name, type: action.type, status, startedAt: began.toISOString(), duration: Date.now() - began.getTime(), attempt: run.attempts, ...told });
    /** Whatever `work` writes counts with the step, or not at all. */
    const together = async (work?: () => Promise<Told>): Promise<void> => {
      const make = async (): Promise<Step> => stepOf('success', work ? await withChain([...run.chain, run.rule], work) : {});
      if (action === actions.at(-1)) {
        const ending = (step: Step): Ending => ({ status: 'COMPLETED', steps: [...steps, step] });
        answer = await end(work ? async () => ending(await make()) : ending(await make()));
        return;
      }
      const step = await database.transaction(async () => {
        if ((await store.hold([run])).length === 0) throw new Superseded();
        const made = await make();
        await store.change([{ id: run.id, input: { steps: [...steps, made], progress: Math.round(((steps.length + 1) / actions.length) * 100) } }]);
        return made;
      });
      steps.push(step);
      done(step);
    };
    try {
      const environment = await environmentOf(action, run, steps, context);
      await doAction(action, { run, object, environment, context, job, together }, tools);
    } catch (error) {
      if (error instanceof Superseded || job.signal.aborted) throw error;
      throw new FailedStep(stepOf('failure', {}), error);
    }
  }
  return answer;

  async function environmentOf(action: Action, { trigger }: Run, made: readonly Step[], looking: RequestContext) {
    const subject = { record: trigger.record ?? {}, previous: trigger.previous ?? undefined };
    const sight = sightOf(valuesOf(action).flatMap(({ expressions }) => expressions), catalog, tools.surroundings);
    const result = made.findLast(({ type }) => type === 'custom_script')?.output?.['result'];
    return { ...(await sight.load([subject], looking))(subject), ...(object === undefined && { record: undefined }), variables: { ...trigger.message, SCRIPT_RESULT: result } };
  }
}

export function timesOf(began: Date): { readonly finishedAt: string; readonly duration: number } {
  const now = Date.now();
  return { finishedAt: new Date(now).toISOString(), duration: now - began.getTime() };
}

/** Nothing of this attempt counts any more. */
export class Superseded extends Error {
  constructor() {
    super('Another attempt carries out the run, or it was cancelled.');
  }
}

class FailedStep extends Error {
  readonly step: Step;
  constructor(step: Step, cause: unknown) {
    super('A step failed.', { cause });
    this.step = step;
  }
}

/** Trying again would end the same way. */
function isFinal(error: unknown): boolean {
  return error instanceof ObjectosError && error.status < 500 && error.code !== 'CONFLICT' && error.code !== 'RATE_LIMITED';
}
