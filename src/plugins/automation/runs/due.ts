import { ObjectosError } from '../../../errors.ts';
import type { JobRun } from '../../../kernel/jobs.ts';
import { readCriteria } from '../definitions/read-criteria.ts';
import { holds } from '../fires.ts';
import { sightOf } from '../sight.ts';
import { runTable } from '../objects.ts';
import { nextPlace } from '../outbox/table.ts';
import type { Tools } from '../tools.ts';
import { contextOf, objectOf } from './context.ts';
import { imageOf } from './images.ts';
import { enqueueRuns } from './new-runs.ts';
import { createRunStore, type Run } from './store.ts';

/** A time trigger whose moment has come: its run begins when the criteria still hold for the record as it is now. Once, however often the job is tried. */
export function dueRunner(tools: Tools): (job: JobRun<'automation.due'>) => Promise<unknown> {
  const { runtime, jobs, surroundings } = tools;
  const store = createRunStore(tools);
  const decide = async (run: Run): Promise<{ readonly image: unknown } | { readonly reason: string; readonly status: 'CANCELLED' }> => {
    const object = objectOf(run, tools);
    const image = object && run.record !== null ? await imageOf(object, run.record, runtime.database) : undefined;
    if (!object || !image) return { reason: 'The record is gone.', status: 'CANCELLED' };
    const criteria = run.definition.criteria === undefined ? undefined : readCriteria(run.definition.criteria, { object, catalog: runtime.catalog }, (message) => {
      throw new ObjectosError('VALIDATION_FAILED', `The definitions changed since the run began, and it cannot go on: ${message}.`);
    });
    // Of criteria about the change, that they held once is enough.
    if (!criteria || criteria.reads.some(({ root }) => root === 'previous')) return { image };
    const subject = { record: image, previous: undefined };
    const environment = (await sightOf([criteria], runtime.catalog, surroundings).load([subject], await contextOf({ ...run, run_as: 'system' }, tools)))(subject);
    return holds({ criteria }, environment) ? { image } : { reason: 'The criteria do not hold any more.', status: 'CANCELLED' };
  };

  return (job) =>
    job.complete(async () => {
      const { run: id } = job.data;
      await store.lockRecords([id]);
      const { rows } = await runtime.database.query<Run & { due_at: Date | string }>({ name: 'automation_due', text: `SELECT * FROM ${runTable} WHERE id = $1 AND status = 'scheduled' FOR UPDATE`, values: [id] });
      const [run] = rows;
      if (!run) return undefined;
      const due = new Date(run.due_at);
      if (due.getTime() > Date.now()) {
        await jobs.enqueue('automation.due', { run: id }, { key: id, after: due });
        return { later: due.toISOString() };
      }
      const decision = await decide(run).catch((error: unknown) => {
        if (error instanceof ObjectosError) return { reason: error.message, status: 'FAILED' as const };
        throw error;
      });
      if ('reason' in decision) {
        await store.change([{ id, input: { status: decision.status, error: decision.reason, finishedAt: new Date().toISOString() } }]);
        return { run: id, reason: decision.reason };
      }
      await store.change([{ id, input: { status: 'PENDING', place: await nextPlace(runtime.database), trigger: { ...run.trigger, record: decision.image } } }]);
      await enqueueRuns([run], jobs);
      return { run: id };
    });
}
