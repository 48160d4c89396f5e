import type { Runtime } from '../../../resolvers/runtime.ts';
import type { Input } from '../../../resolvers/write/writer.ts';
import type { JobService } from '../../../kernel/jobs.ts';
import type { Told } from '../actions/write-records.ts';
import { runTable } from '../objects.ts';
import type { IncomingMessage } from '../service.ts';
import { enqueueRuns, type Definition } from './new-runs.ts';

/** An action of a run that was done, or the one that failed last. */
export interface Step extends Told {
  readonly name: string;
  readonly type: string;
  readonly status: 'success' | 'failure';
  readonly startedAt: string;
  /** Milliseconds. */
  readonly duration: number;
  /** The attempt of the run that did it. */
  readonly attempt: number;
  readonly error?: string;
}

/** A row of the runs' table. */
export interface Run {
  readonly id: string;
  readonly rule: string;
  readonly object: string | null;
  readonly record: string | null;
  readonly event: 'create' | 'update' | 'delete' | 'time' | 'schedule' | 'webhook';
  readonly run_as: 'system' | 'user';
  readonly user: string | null;
  readonly trigger: { readonly record: Readonly<Record<string, unknown>> | null; readonly previous: Readonly<Record<string, unknown>> | null; readonly organizationId: string | null; readonly message?: IncomingMessage };
  readonly steps: readonly Step[] | null;
  readonly status: string;
  readonly job: string | null;
  readonly attempts: number;
  readonly chain: readonly string[];
  readonly definition: Definition;
}

const open = `('pending', 'running', 'retrying')`;

/** What keeps the runs of one record in their order: one that is at work, or one before it that waits. */
const blocking = `(e.status IN ('running', 'retrying') OR (e.status = 'pending' AND (e.place, e.id) < (r.place, r.id)))`;

export interface RunStore {
  /** In a transaction: whoever begins a run and whoever ends one must not miss each other. Answers the records of the runs. */
  lockRecords(ids: readonly string[]): Promise<void>;
  /** Runs that may begin: in the open transaction, none that is over or waits for another of its record. */
  ready(ids: readonly string[], job: string): Promise<readonly Run[]>;
  /** In a transaction: locks the records of further runs of a rule that wait and only write records, as far as nobody else has them. Answers their ids. */
  takeAlong(rule: string, except: readonly string[], count: number): Promise<readonly string[]>;
  /** In a transaction: ids of those runs of which nothing followed the attempt, and which nobody cancelled. */
  hold(runs: readonly Pick<Run, 'id' | 'attempts'>[]): Promise<readonly string[]>;
  change(rows: readonly { readonly id: string; readonly input: Input }[]): Promise<void>;
  /** Jobs for the runs that waited for these. */
  startNext(runs: readonly Pick<Run, 'id' | 'record'>[]): Promise<void>;
}

export function createRunStore({ runtime, jobs }: { readonly runtime: Runtime; readonly jobs: JobService }): RunStore {
  const query = async <R>(name: string, text: string, values: readonly unknown[]) => (await runtime.database.query<R>({ name: `automation_${name}`, text, values })).rows;
  return {
    async lockRecords(ids) {
      // In one order, so that two that lock many cannot block each other.
      await query('lock', `SELECT pg_advisory_xact_lock(hashtextextended('automation ' || k.key, 0)) FROM (SELECT DISTINCT coalesce(record, id::text) AS key FROM ${runTable} WHERE id = ANY($1::uuid[]) ORDER BY 1) k`, [ids]);
    },
    ready: (ids, job) =>
      query<Run>(
        'ready',
        // What another job has begun is that one's, also to be tried again.
        `SELECT r.* FROM ${runTable} r WHERE r.id = ANY($1::uuid[]) AND r.status IN ${open} AND (r.status = 'pending' OR r.job = $2 OR r.job IS NULL)
           AND NOT EXISTS (SELECT 1 FROM ${runTable} e WHERE e.record = r.record AND e.id <> r.id AND ${blocking}) ORDER BY r.place, r.id FOR UPDATE OF r`,
        [ids, job],
      ),
    async takeAlong(rule, except, count) {
      const rows = await query<{ id: string }>(
        'take_along',
        `SELECT w.id FROM (
           SELECT id, record FROM ${runTable} WHERE rule = $1 AND status = 'pending' AND (definition->>'setWise')::boolean AND attempts = 0 AND id <> ALL($2::uuid[]) ORDER BY place, id LIMIT $3 OFFSET 0
         ) w WHERE pg_try_advisory_xact_lock(hashtextextended('automation ' || coalesce(w.record, w.id::text), 0))`,
        [rule, except, count],
      );
      return rows.map(({ id }) => id);
    },
    async hold(runs) {
      const rows = await query<{ id: string }>(
        'hold',
        `SELECT r.id FROM ${runTable} r JOIN unnest($1::uuid[], $2::int[]) AS h (id, attempts) ON r.id = h.id AND r.attempts = h.attempts WHERE r.status = 'running' ORDER BY r.id FOR UPDATE OF r`,
        [runs.map(({ id }) => id), runs.map(({ attempts }) => attempts)],
      );
      return rows.map(({ id }) => id);
    },
    async change(rows) {
      const [only, more] = rows;
      if (!only) return;
      const request = { object: runTable, options: { sole: true } };
      await runtime.writer.write(more ? { ...request, operation: 'updateMany', rows } : { ...request, operation: 'update', ...only }, runtime.systemContext());
    },
    async startNext(runs) {
      const records = runs.flatMap(({ record }) => record ?? []);
      if (records.length === 0) return;
      const next = await query<Pick<Run, 'id' | 'rule' | 'definition'>>(
        'next',
        `SELECT DISTINCT ON (record) id, rule, definition FROM ${runTable} WHERE record = ANY($1::text[]) AND id <> ALL($2::uuid[]) AND status = 'pending' ORDER BY record, place, id`,
        [records, runs.map(({ id }) => id)],
      );
      await enqueueRuns(next, jobs);
    },
  };
}
