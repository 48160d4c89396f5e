import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/database.ts';

export interface JobState {
  readonly id: string;
  readonly status: string;
  readonly progress: number | null;
  readonly message: string | null;
}

/** Milliseconds between looks: other processes work on jobs too, and say nothing of their progress. */
const interval = 250;
const ended: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

/** The state of a job now, and each time that it is another, until the job is over. Ends at once when there is no such job. */
export async function* followJob(id: string, database: Database): AsyncGenerator<JobState> {
  for (let last = ''; ; await sleep(interval)) {
    const { rows } = await database.query<JobState>({ name: 'jobs_follow', text: 'SELECT id, status, progress, progress_message AS message FROM sys_job WHERE id = $1', values: [id] });
    const [state] = rows;
    if (!state) return;
    const text = JSON.stringify(state);
    if (text !== last) yield state;
    if (ended.has(state.status)) return;
    last = text;
  }
}
