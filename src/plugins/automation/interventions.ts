import { validate as isUuid } from 'uuid';
import type { JobService } from '../../kernel/jobs.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { runObject } from './objects.ts';

export interface Interventions {
  /** Begins a failed or cancelled run again, after the steps that were done. False when there is none. */
  retry(id: string): Promise<boolean>;
  cancel(id: string): Promise<boolean>;
}

export function createInterventions(runtime: Runtime, jobs: JobService): Interventions {
  const table = String(runObject['name']);
  const change = (id: string, from: string, input: Readonly<Record<string, unknown>>): Promise<boolean> =>
    runtime.database.transaction(async () => {
      if (!isUuid(id)) return false;
      const { rows } = await runtime.database.query<{ record: string }>({ text: `SELECT record FROM ${table} WHERE id = $1 AND status IN ${from} FOR UPDATE`, values: [id] });
      const [run] = rows;
      if (!run) return false;
      await runtime.writer.write({ object: table, options: {}, operation: 'update', id, input }, runtime.systemContext());
      // Of a cancelled run, those that waited for it: the first of them begins.
      const { rows: waiting } = await runtime.database.query<{ id: string }>({ text: `SELECT id FROM ${table} WHERE record = $1 AND status = 'pending' ORDER BY id LIMIT 1`, values: [run.record] });
      for (const next of waiting) await jobs.enqueue('automation.run', { run: next.id });
      return true;
    });
  return {
    retry: (id) => change(id, `('failed', 'cancelled')`, { status: 'PENDING', attempts: 0, error: null, finishedAt: null }),
    cancel: (id) => change(id, `('pending', 'running', 'retrying')`, { status: 'CANCELLED', finishedAt: new Date().toISOString() }),
  };
}
