import { validate as isUuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import type { Registry } from './registry.ts';
import type { Waker } from './wake.ts';

/** What people do to jobs. Each answers the status of the job, or undefined when there is none of which it can be done. */
export interface Interventions {
  retry(id: string): Promise<string | undefined>;
  redrive(id: string): Promise<string | undefined>;
  cancel(id: string): Promise<string | undefined>;
}

export function createInterventions(database: Database, schema: string, registry: Registry, waker: Waker, lose: (id: string) => void): Interventions {
  const change = async (id: string, set: string, where: string, values: readonly unknown[] = []): Promise<boolean> => {
    if (!isUuid(id)) return false;
    const { rows } = await database.query<{ queue: string }>({
      text: `UPDATE ${schema}.job SET ${set} WHERE id = $1 AND state ${where} RETURNING name AS queue`,
      values: [id, ...values],
    });
    for (const { queue } of rows) waker.wake(queue);
    return rows.length > 0;
  };
  const ended = "IN ('failed', 'cancelled')";
  return {
    async retry(id) {
      return (await change(id, `state = 'retry', retry_limit = retry_count + 1, start_after = now(), completed_on = NULL`, ended)) ? 'retrying' : undefined;
    },
    async redrive(id) {
      if (!isUuid(id)) return undefined;
      const { rows } = await database.query<{ name: string | null }>({ text: `SELECT data->>'name' AS name FROM ${schema}.job WHERE id = $1`, values: [id] });
      const attempts = registry.get(rows[0]?.name ?? '')?.attempts ?? 1;
      const begun = await change(id, `state = 'retry', retry_count = 0, retry_limit = $2, started_on = NULL, start_after = now(), completed_on = NULL, output = NULL`, ended, [attempts - 1]);
      return begun ? 'retrying' : undefined;
    },
    async cancel(id) {
      if (!(await change(id, `state = 'cancelled', completed_on = now()`, "IN ('created', 'retry', 'active')"))) return undefined;
      database.afterCommit(() => lose(id));
      return 'cancelled';
    },
  };
}
