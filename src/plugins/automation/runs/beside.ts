import type { JobRun } from '../../../kernel/jobs.ts';
import type { Tools } from '../tools.ts';
import { enqueueRuns } from './new-runs.ts';
import { endOf, Superseded, type Course, type Ending } from './run.ts';
import type { Run, RunStore } from './store.ts';

interface Waiting {
  readonly run: Run;
  readonly ending: Ending;
  done(held: boolean): void;
  failed(error: unknown): void;
}

/** The job of several runs at once, each of which ends for itself: those that end at about the same time, with few statements. */
export function besideCourse(job: JobRun, began: Date, store: RunStore, { runtime: { database }, jobs }: Tools): Course {
  const endAll = (runs: readonly Run[], endingsOf: () => Promise<ReadonlyMap<string, Ending>>): Promise<ReadonlySet<string>> =>
    database.transaction(async () => {
      await store.lockRecords(runs.map(({ id }) => id));
      const held = new Set(await store.hold(runs));
      if (held.size === 0) return held;
      const endings = await endingsOf();
      await store.change([...endings].flatMap(([id, ending]) => (held.has(id) ? [{ id, input: endOf(ending, began) }] : [])));
      await store.startNext(runs.filter(({ id }) => held.has(id)));
      return held;
    });
  let waiting: Waiting[] = [];
  let ending: Promise<void> | undefined;
  const endWaiting = async (): Promise<void> => {
    // What ends in the same turn goes along.
    await new Promise((turn) => setImmediate(turn));
    while (waiting.length > 0) {
      const these = waiting;
      waiting = [];
      try {
        const held = await endAll(these.map(({ run }) => run), () => Promise.resolve(new Map(these.map((one) => [one.run.id, one.ending]))));
        for (const { run, done } of these) done(held.has(run.id));
      } catch (error) {
        for (const { failed } of these) failed(error);
      }
    }
  };

  return {
    async end(run, work) {
      const held = typeof work === 'function'
        ? (await endAll([run], async () => new Map([[run.id, await work()]]))).has(run.id)
        : await new Promise<boolean>((done, failed) => {
            waiting.push({ run, ending: work, done, failed });
            ending ??= endWaiting().finally(() => (ending = undefined));
          });
      if (!held) throw new Superseded();
      return run.id;
    },
    async again(run, { steps, error }, cause) {
      job.log.warn({ err: cause, rule: run.rule, run: run.id }, `The rule ${run.rule} failed; it is tried again.`);
      await database.transaction(async () => {
        if ((await store.hold([run])).length === 0) throw new Superseded();
        await store.change([{ id: run.id, input: { status: 'RETRYING', job: null, error, steps, duration: Date.now() - began.getTime() } }]);
        await enqueueRuns([run], jobs, pauseAfter(run.attempts));
      });
      return run.id;
    },
  };
}

/** Milliseconds: twice as long after each attempt, and not the same for all. */
const pauseAfter = (attempts: number): number => 1_000 * 2 ** (attempts - 1) * (0.5 + Math.random() / 2);
