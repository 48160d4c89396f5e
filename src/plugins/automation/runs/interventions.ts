import { validate as isUuid } from 'uuid';
import type { Tools } from '../tools.ts';
import { runTable } from '../objects.ts';
import { createRunStore } from './store.ts';
import { enqueueAlone } from './new-runs.ts';

export interface Interventions {
  /** Begins a failed or cancelled run again, after the steps that were done. False when there is none. */
  retry(id: string): Promise<boolean>;
  cancel(id: string): Promise<boolean>;
}

export function createInterventions(tools: Pick<Tools, 'runtime' | 'jobs' | 'outbox'>): Interventions {
  const { runtime, jobs, outbox } = tools;
  const store = createRunStore(tools);
  const change = (id: string, from: string, input: Readonly<Record<string, unknown>>, then: (run: { readonly id: string; readonly record: string | null; readonly rule: string }) => Promise<unknown>): Promise<boolean> =>
    runtime.database.transaction(async () => {
      if (!isUuid(id)) return false;
      await outbox.readyRun(id);
      await store.lockRecords([id]);
      const { rows } = await runtime.database.query<{ id: string; record: string | null; rule: string }>({ text: `SELECT id, record, rule FROM ${runTable} WHERE id = $1 AND status IN ${from} FOR UPDATE`, values: [id] });
      const [run] = rows;
      if (!run) return false;
      await store.change([{ id, input }]);
      await then(run);
      return true;
    });
  return {
    retry: (id) => change(id, `('failed', 'cancelled')`, { status: 'PENDING', attempts: 0, error: null, finishedAt: null }, () => enqueueAlone([id], jobs)),
    cancel: (id) =>
      change(id, `('scheduled', 'pending', 'running', 'retrying')`, { status: 'CANCELLED', finishedAt: new Date().toISOString() }, async (run) => {
        await jobs.cancel('automation.due', [id]);
        // Those that waited for it.
        await store.startNext([run]);
      }),
  };
}
