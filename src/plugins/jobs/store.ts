import type { Database, Statement } from '../../database/database.ts';
import type { Boss } from './boss.ts';
import type { Envelope, FetchedJob } from './envelope.ts';

/** A job in the hands of a worker. */
export interface Held {
  readonly id: string;
  readonly queue: string;
  readonly retryCount: number;
}

/** What pg-boss does with jobs, and what it has no function for. */
export interface Store {
  createQueues(names: readonly string[]): Promise<void>;
  fetch(queue: string, count: number): Promise<readonly FetchedJob[]>;
  /** False when the job was taken away meanwhile. */
  complete(job: Held, result: unknown): Promise<boolean>;
  /** Locks a job that is still in these hands; false when it is not. */
  hold(job: Held): Promise<boolean>;
  fail(job: Held, error: unknown): Promise<void>;
  /** Puts jobs back as if they had not been begun. */
  giveBack(jobs: readonly Held[]): Promise<void>;
  /** Lengthens the leases; answers the ids that are still held. */
  renew(jobs: readonly Held[]): Promise<ReadonlySet<string>>;
  progress(job: Held, percent: number, message: string | undefined): Promise<void>;
  /** Milliseconds until the next job of the queue is due; undefined without one. */
  nextDue(queue: string): Promise<number | undefined>;
  /** Ends waiting jobs by their singleton keys. */
  endWaiting(queue: string, keys: readonly string[], state: 'cancelled' | 'completed'): Promise<number>;
  /** Fails attempts of processes that no longer answer. */
  expire(): Promise<void>;
  /** Throws away what was kept long enough. */
  clean(): Promise<void>;
}

export function createStore(database: Database, { boss, schema }: Boss, leaseSeconds: number): Store {
  const table = `${schema}.job`;
  const run = async <R = Record<string, unknown>>(name: string, text: string, values: Statement['values']) => (await database.query<R>({ name: `jobs_${name}`, text, values })).rows;

  const renew: Store['renew'] = async (jobs) => {
    if (jobs.length === 0) return new Set();
    const rows = await run<{ id: string }>(
      'renew',
      `UPDATE ${table} j SET expire_in = now() - j.started_on + make_interval(secs => $4) FROM unnest($1::text[], $2::uuid[], $3::int[]) AS h (queue, id, retry_count)
        WHERE j.name = h.queue AND j.id = h.id AND j.state = 'active' AND j.retry_count = h.retry_count RETURNING j.id`,
      [jobs.map(({ queue }) => queue), jobs.map(({ id }) => id), jobs.map(({ retryCount }) => retryCount), leaseSeconds],
    );
    return new Set(rows.map(({ id }) => id));
  };

  return {
    async createQueues(names) {
      for (const name of names) await boss.createQueue(name, { name, policy: 'short' });
      // On the parent, so that queues of later have them too.
      await database.exec(`CREATE INDEX IF NOT EXISTS job_active_idx ON ${table} (started_on) WHERE state = 'active'; CREATE INDEX IF NOT EXISTS job_id_idx ON ${table} (id)`);
    },
    async fetch(queue, batchSize) {
      const jobs = await boss.fetch<Envelope>(queue, { batchSize, includeMetadata: true });
      // Whoever added it may have another lease, and an earlier attempt may have lengthened it.
      const other = jobs.filter(({ expireInSeconds }) => Number(expireInSeconds) !== leaseSeconds);
      await renew(other.map(({ id, retryCount }) => ({ id, queue, retryCount })));
      // An UPDATE answers in any order.
      return jobs.sort((one, next) => next.priority - one.priority || (one.id < next.id ? -1 : 1));
    },
    async complete({ queue, id }, result) {
      const answer: unknown = await boss.complete(queue, id, { result });
      return affectedBy(answer) === 1;
    },
    async hold({ queue, id, retryCount }) {
      return (await run('hold', `SELECT 1 FROM ${table} WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3 FOR UPDATE`, [queue, id, retryCount])).length === 1;
    },
    async fail({ queue, id }, error) {
      await boss.fail(queue, id, error instanceof Error ? error : { message: String(error) });
    },
    async giveBack(jobs) {
      for (const { queue, id, retryCount } of jobs) {
        await run('give_back', `UPDATE ${table} SET state = 'retry', started_on = NULL, start_after = now(), output = NULL WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3`, [queue, id, retryCount]);
      }
    },
    renew,
    async progress({ queue, id, retryCount }, percent, message) {
      await run('progress', `UPDATE ${table} SET output = jsonb_build_object('progress', jsonb_build_object('percent', $4::int, 'message', $5::text)) WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3`, [
        queue, id, retryCount, Math.round(Math.min(100, Math.max(0, percent))), message ?? null,
      ]);
    },
    async nextDue(queue) {
      const [row] = await run<{ wait: number | null }>('next', `SELECT (extract(epoch FROM min(start_after) - now()) * 1000)::float8 AS wait FROM ${table} WHERE name = $1 AND state < 'active'`, [queue]);
      return row?.wait ?? undefined;
    },
    async endWaiting(queue, keys, state) {
      const rows = await run(
        `end_waiting_${state}`,
        `UPDATE ${table} SET state = '${state}', completed_on = now() WHERE name = $1 AND state = 'created' AND policy = 'short' AND COALESCE(singleton_key, '') = ANY($2) RETURNING id`,
        [queue, keys],
      );
      return rows.length;
    },
    async expire() {
      await boss.expire();
    },
    async clean() {
      await boss.maintain();
    },
  };
}

/** The typings leave out what pg-boss answers. */
function affectedBy(answer: unknown): number {
  return typeof answer === 'object' && answer !== null && 'affected' in answer && typeof answer.affected === 'number' ? answer.affected : 0;
}
