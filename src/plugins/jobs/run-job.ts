import type { Database } from '../../database/database.ts';
import type { EventBus } from '../../kernel/events.ts';
import type { JobRun } from '../../kernel/jobs.ts';
import type { Logger } from '../../kernel/log.ts';
import type { FetchedJob } from './envelope.ts';
import type { Registry } from './registry.ts';
import type { Schedules } from './schedules.ts';
import type { InnerService } from './service.ts';
import type { Held, Store } from './store.ts';

declare module '../../kernel/events.ts' {
  interface Events {
    'job.completed': JobEvent;
    /** An attempt failed; `final` when it was the last. */
    'job.failed': JobEvent & { readonly error: unknown; readonly final: boolean };
  }
}

export interface JobEvent {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
}

export interface RunTools {
  readonly database: Database;
  readonly store: Store;
  readonly registry: Registry;
  readonly service: InnerService;
  readonly schedules: Schedules;
  readonly events: EventBus;
  readonly log: Logger;
}

/** Somebody else has the job by now: nothing of this attempt may count. */
class TakenAway extends Error {
  constructor() {
    super('The job was taken away from this attempt.');
  }
}

/** Runs one attempt and settles it, whatever happens. */
export async function runJob({ id, data: envelope, retryCount, retryLimit }: FetchedJob, held: Held, control: AbortController, tools: RunTools): Promise<void> {
  const { database, store, registry, service, schedules, events } = tools;
  const { name, then = [] } = envelope;
  const attempt = retryCount + 1;
  const log = tools.log.child({ job: name, jobId: id, attempt });
  let settled = false;

  const finish = async (result: unknown): Promise<void> => {
    if (!(await store.complete(held, result))) throw new TakenAway();
    if (then.length > 0) await service.follow(then, result);
  };
  const run: JobRun = {
    id, name, data: envelope.data, attempt, attempts: retryLimit + 1, previous: envelope.previous, signal: control.signal, log,
    progress: (percent, message) => store.progress(held, percent, message),
    async complete(work) {
      const result = await database.transaction(async () => {
        if (!(await store.hold(held))) throw new TakenAway();
        const answer = await work();
        await finish(answer);
        return answer;
      });
      settled = true;
      return result;
    },
  };

  try {
    const job = registry.get(name);
    // Another process may know it: this one is of an older or newer version.
    if (!job) throw new Error(`This process has no job "${name}".`);
    const result = (await schedules.begin(job, envelope)) ? await within(job.timeout, control, () => job.handler(run)) : undefined;
    if (!settled) await (then.length > 0 ? database.transaction(() => finish(result)) : finish(result));
    events.emit('job.completed', { id, name, attempt });
  } catch (error) {
    if (settled || error instanceof TakenAway || control.signal.reason instanceof Returned) return;
    const final = retryCount >= retryLimit;
    log[final ? 'error' : 'warn']({ err: error }, final ? `The job ${name} failed for good.` : `The job ${name} failed; it is tried again.`);
    try {
      await store.fail(held, error);
    } catch (problem) {
      log.error({ err: problem }, `The failure of the job ${name} could not be kept; its lease will end.`);
    }
    events.emit('job.failed', { id, name, attempt, error, final });
  }
}

/** Why the signal of a job is aborted when the process stops or lost the job. */
export class Returned extends Error {}

async function within(timeout: number, control: AbortController, work: () => unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    control.signal.addEventListener('abort', () => reject(control.signal.reason as Error), { once: true });
    timer = setTimeout(() => control.abort(new Error(`The job did not end within ${timeout} ms.`)), timeout);
  });
  ended.catch(() => undefined);
  try {
    return await Promise.race([Promise.resolve().then(work), ended]);
  } finally {
    clearTimeout(timer);
  }
}
