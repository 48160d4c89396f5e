import { ObjectosError } from '../../../errors.ts';
import type { JobRun } from '../../../kernel/jobs.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { doAction } from '../actions/do-action.ts';
import type { Told } from '../actions/write-records.ts';
import { withChain } from '../chain.ts';
import { valuesOf, type Action } from '../rule.ts';
import { sightOf } from '../sight.ts';
import type { Tools } from '../tools.ts';
import { actionsOf, contextOf, objectOf } from './context.ts';
import { togetherRunner } from './set-wise.ts';
import { createRunStore, type Run, type RunStore, type Step } from './store.ts';

/** Carries out runs, those of one record one after the other. */
export function runner(tools: Tools): (job: JobRun<'automation.run'>) => Promise<unknown> {
  const store = createRunStore(tools);
  const runTogether = togetherRunner(store, tools);
  return async (job) => {
    const { runs: [only, more], together = more !== undefined } = job.data;
    if (only === undefined) return undefined;
    return together ? runTogether(job) : runOne(only, job, store, tools);
  };
}

async function runOne(id: string, job: JobRun<'automation.run'>, store: RunStore, tools: Tools): Promise<unknown> {
  const { runtime: { database }, settings } = tools;
  const began = new Date();
  const run = await database.transaction(() => begin(id, job.id, began, store));
  if (!run) return undefined;
  let ended = false;
  /** Ends the run with the job, together with what `work` does. */
  const end = async (work: () => Promise<Ending>): Promise<unknown> => {
    let held = false;
    try {
      const answer = await job.complete(async () => {
        held = true;
        await store.lockRecords([id]);
        if (!(await store.hold(run))) throw new Superseded();
        const { status, error = null, steps } = await work();
        await store.change([{ id, input: { status, error, steps, ...(status === 'COMPLETED' && { progress: 100 }), ...timesOf(began) } }]);
        await store.startNext([run]);
        return { run: id, status };
      });
      ended = true;
      return answer;
    } catch (error) {
      throw held ? error : new Superseded();
    }
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
    if (run.attempts >= settings.attempts || isFinal(cause)) {
      job.log.error({ err: cause, rule: run.rule, run: run.id }, `The rule ${run.rule} failed for good.`);
      return end(() => Promise.resolve({ status: 'FAILED', error: message, steps: told }));
    }
    await store.change([{ id, input: { status: 'RETRYING', error: message, steps: told, duration: Date.now() - began.getTime() } }]);
    throw cause;
  }
}

interface Ending {
  readonly status: 'COMPLETED' | 'FAILED';
  readonly error?: string;
  readonly steps: readonly Step[];
}

/** Undefined when there is nothing to do: the run is over, or it waits for the one before it, whose end starts it. */
async function begin(id: string, job: string, began: Date, store: RunStore): Promise<Run | undefined> {
  await store.lockRecords([id]);
  const [run] = await store.ready([id], job);
  if (!run) return undefined;
  const attempts = run.attempts + 1;
  await store.change([{ id, input: { status: 'RUNNING', job, attempts, startedAt: began.toISOString(), finishedAt: null, error: null } }]);
  return { ...run, attempts };
}

/** All steps after those that were done; each is kept as done together with what it wrote, the last one together with the end of the run. */
async function carryOut(run: Run, before: readonly Step[], done: (step: Step) => void, end: (work: () => Promise<Ending>) => Promise<unknown>, job: JobRun, store: RunStore, tools: Tools): Promise<unknown> {
  const { database, catalog } = tools.runtime;
  const object = objectOf(run, tools);
  const actions = actionsOf(run, tools);
  const context = await contextOf(run, tools);
  const steps = [...before];
  if (steps.length >= actions.length) return end(() => Promise.resolve({ status: 'COMPLETED', steps }));
  let answer: unknown;
  for (const action of actions.slice(steps.length)) {
    job.signal.throwIfAborted();
    const began = new Date();
    const stepOf = (status: Step['status'], told: Told): Step => ({ name: action.name, type: action.type, status, startedAt: began.toISOString(), duration: Date.now() - began.getTime(), attempt: run.attempts, ...told });
    /** Whatever `work` writes counts with the step, or not at all. */
    const together = async (work: () => Promise<Told>): Promise<void> => {
      const make = async (): Promise<Step> => stepOf('success', await withChain([...run.chain, run.rule], work));
      if (action === actions.at(-1)) {
        answer = await end(async () => ({ status: 'COMPLETED', steps: [...steps, await make()] }));
        return;
      }
      const step = await database.transaction(async () => {
        if (!(await store.hold(run))) throw new Superseded();
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
class Superseded extends Error {
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
