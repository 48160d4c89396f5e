import { ObjectosError } from '../../../errors.ts';
import type { JobService } from '../../../kernel/jobs.ts';
import type { Logger } from '../../../kernel/log.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import type { Told } from '../../../resolvers/write/writer.ts';
import { createRuns } from '../runs/new-runs.ts';
import { namedIn, runsOf, type Noted } from './note.ts';
import { createRuleVersions, type RuleVersions } from './rule-versions.ts';
import { outboxTable } from './table.ts';

/** Notes of which the runs are made together. */
const together = 500;
/** Milliseconds between looks when nothing woke it: a process may have died between the commit and its look. */
const polling = 1_000;

/** What `add` sets: the rest is given by the database, or by the statements that bring notes along. */
const added = [['record_id', 'uuid'], ['note', 'text'], ['user', 'text'], ['organization', 'text'], ['at', 'timestamptz'], ['before', 'jsonb'], ['after', 'jsonb']] as const;
const names = added.map(([name]) => `"${name}"`).join(', ');
const adding = `INSERT INTO ${outboxTable} (${names}) SELECT ${names} FROM json_to_recordset($1::json) AS k(${added.map(([name, type]) => `"${name}" ${type}`).join(', ')})`;

/** Makes runs, with their jobs, of what committed writes have started. */
export interface Outbox {
  readonly versions: RuleVersions;
  /** In the open transaction: notes with the records as they are known. */
  add(notes: readonly Noted[]): Promise<void>;
  /** There is something new in it. */
  wake(this: void): void;
  /** The runs that these items of payloads name are there when it is done. */
  ready(this: void, items: readonly Told['item'][]): Promise<void>;
  /** The same for a run by its id. */
  readyRun(id: string): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export function createOutbox(tools: { readonly runtime: Runtime; readonly jobs: JobService }, log: Logger): Outbox {
  const { database } = tools.runtime;
  const versions = createRuleVersions(database, log);
  const query = async (name: string, text: string, values: readonly unknown[]) => (await database.query<Noted & { readonly position: string }>({ name: `automation_outbox_${name}`, text, values })).rows;
  let started = false;
  let woken = false;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  /** Takes the oldest notes, after whoever is at them: the runs of a record are made in the order of its changes. Answers how many. */
  const take = (name: string, which = 'true', values: readonly unknown[] = []): Promise<number> =>
    database.transaction(async () => {
      const rows = await query(name, `DELETE FROM ${outboxTable} WHERE position = ANY(ARRAY(SELECT position FROM ${outboxTable} WHERE ${which} ORDER BY position LIMIT ${together} FOR UPDATE)) RETURNING *`, values);
      const inOrder = rows.toSorted((one, next) => (BigInt(one.position) < BigInt(next.position) ? -1 : 1));
      await createRuns(await runsOf(inOrder, versions, tools.runtime.catalog), tools);
      return rows.length;
    });
  /** One of which no runs can be made must not keep the others. */
  const takeOneByOne = async (): Promise<void> => {
    const rows = await query('oldest', `SELECT * FROM ${outboxTable} ORDER BY position LIMIT ${together}`, []);
    for (const row of rows) {
      const { position } = row;
      try {
        await take('take_one', 'position = $1', [position]);
      } catch (error) {
        if (!(error instanceof ObjectosError) || error.status >= 500 || error.code === 'CONFLICT') throw error;
        log.error({ err: error, runs: namedIn(row) }, 'Runs that a write started cannot be made, and are given up.');
        await query('drop', `DELETE FROM ${outboxTable} WHERE position = $1`, [position]);
      }
    }
  };
  const takeSome = async (): Promise<boolean> => {
    try {
      return (await take('take')) === together;
    } catch (error) {
      log.warn({ err: error }, 'Runs that were to be made together are made one by one.');
      await takeOneByOne();
      return true;
    }
  };
  const takeRecords = async (records: readonly string[]): Promise<void> => {
    while ((await take('take_records', 'record_id = ANY($1::uuid[])', [records])) === together);
  };
  const look = async (): Promise<void> => {
    clearTimeout(timer);
    try {
      while (woken && started) {
        woken = false;
        woken = (await takeSome()) || woken;
      }
    } catch (error) {
      log.error({ err: error }, 'The runs that writes started could not be made; it is tried again.');
    }
    rest();
  };
  const wake = (): void => {
    if (!started) return;
    woken = true;
    looking ??= look().finally(() => {
      looking = undefined;
      if (woken) wake();
    });
  };
  const poll = async (): Promise<void> => {
    const { rows } = await database.query({ name: 'automation_outbox_any', text: `SELECT 1 FROM ${outboxTable} LIMIT 1`, values: [] }).catch(() => ({ rows: [true] }));
    if (rows.length > 0) wake();
    else if (!looking) rest();
  };
  const rest = (): void => {
    clearTimeout(timer);
    if (started) timer = setTimeout(() => void poll(), polling).unref();
  };

  return {
    versions,
    async add(notes) {
      if (notes.length === 0) return;
      await query('add', adding, [JSON.stringify(notes)]);
      database.afterCommit(wake);
    },
    wake,
    async readyRun(id) {
      const { rows } = await database.query<{ record_id: string }>({ text: `SELECT record_id FROM ${outboxTable} WHERE EXISTS (SELECT FROM json_array_elements(note::json -> 'runs') AS run WHERE run ->> 'id' = $1)`, values: [id] });
      if (rows.length > 0) await takeRecords(rows.map(({ record_id: record }) => record));
    },
    async ready(items) {
      await takeRecords([...new Set(items.map(({ record }) => String(record)))]);
    },
    start() {
      started = true;
      wake();
    },
    async stop() {
      started = false;
      clearTimeout(timer);
      await looking;
      await versions.settled();
    },
  };
}
