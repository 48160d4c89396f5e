import { type ChildProcess, fork } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { runnable } from '../../support/compiled.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { eventually } from '../jobs/support.ts';
import { startCounting } from './counting.ts';
import { ask } from './support.ts';

const { path, execArgv } = runnable(new URL('child.ts', import.meta.url));
const items = 60;
/** Milliseconds; what a killed process held is free after a while only. */
const patience = 90_000;

describeEachDatabase('automations of several processes', (open, kind) => {
  if (kind === 'pglite') {
    it.skip('share nothing there: PGlite belongs to one process');
    return;
  }
  const children = new Set<ChildProcess>();
  const start = async (schema: string): Promise<ChildProcess> => {
    const child = fork(path, [schema], { execArgv });
    children.add(child);
    await new Promise((ready, failed) => child.once('message', ready).once('exit', () => failed(new Error('The process ended.'))));
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    children.delete(child);
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  };
  afterEach(() => Promise.all([...children].map(kill)));

  it('lose nothing and do nothing twice when processes are killed at work', async () => {
    const database = await open();
    const { rows } = await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] });
    const schema = rows[0]?.name ?? '';
    const app = await startCounting(database, { run: false });
    const completed = async (): Promise<number> => ((await ask(app, '{ automationRunsAggregate(where: { status: { eq: COMPLETED } }) { count } }'))['automationRunsAggregate'] as { count: number }).count;

    await ask(app, 'mutation ($input: [ItemCreateInput!]!) { createItems(input: $input) { count } }', { input: Array.from({ length: items / 2 }, () => ({})) });
    for (let n = 0; n < items / 2; n += 1) await ask(app, 'mutation { createItem(input: {}) { record { id } } }');
    for (let n = 1; n <= 3; n += 1) await ask(app, 'mutation ($n: Float!) { updateItems(where: {}, input: { n: $n }) { count } }', { n });
    // By rule: created, due, changed three times, scripted once.
    const all = items * 6;
    // The process that wrote makes no runs, as if it had ended right after its commits.
    expect((await database.query({ text: `SELECT rule, count(*)::int AS times FROM sys_automation_run GROUP BY rule`, values: [] })).rows).toEqual([{ rule: 'due', times: items }]);
    // Two at a time, each killed in the midst of its work.
    for (const share of [0.05, 0.4]) {
      const two = await Promise.all([start(schema), start(schema)]);
      await eventually(async () => expect(await completed()).toBeGreaterThan(all * share), patience);
      await Promise.all(two.map(kill));
    }
    await start(schema);
    await eventually(async () => expect(await completed()).toBe(all), patience);

    const { rows: counted } = await database.query<{ rule: string; times: number; items: number }>({
      text: `SELECT rule, count(*)::int AS times, count(DISTINCT (item_id, n))::int AS items FROM entry GROUP BY rule ORDER BY rule`, values: [],
    });
    expect(counted).toEqual([
      { rule: 'changed', times: items * 3, items: items * 3 }, { rule: 'created', times: items, items }, { rule: 'due', times: items, items }, { rule: 'scripted', times: items, items },
    ]);
    const { rows: wrong } = await database.query({ text: 'SELECT id FROM item WHERE done <> 1 OR scripts <> 1', values: [] });
    expect(wrong).toEqual([]);
    // In the order of the changes of each record.
    const { rows: disorder } = await database.query({ text: `SELECT 1 FROM entry a JOIN entry b ON a.item_id = b.item_id AND a.rule = 'changed' AND b.rule = 'changed' AND a.n < b.n AND a.id > b.id`, values: [] });
    expect(disorder).toEqual([]);
    await app.close();
  }, 300_000);
});
