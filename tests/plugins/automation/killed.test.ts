import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { runnable } from '../../support/compiled.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startEndpoint } from '../../support/endpoint.ts';
import { startSmtp } from '../../support/smtp.ts';
import { eventually } from '../jobs/support.ts';

const { path, execArgv } = runnable(new URL('killed-server.ts', import.meta.url));

/** Mutations of the test: one creates an item, three change it. `OBJECTOS_TEST_KILLED_MUTATIONS=2000` for the whole proof. */
const mutations = Number(process.env['OBJECTOS_TEST_KILLED_MUTATIONS'] ?? 120);
const changes = 3;
const items = Math.round(mutations / (changes + 1));
const atOnce = 8;

/** How often the server is killed while clients are at work; once more when they are done. */
const kills = Math.max(2, Math.round(mutations / 80));

/** Every statement of the proof as one query that finds what speaks against it. */
const contradictions: Readonly<Record<string, string>> = {
  'an item without exactly one entry of its creation': `SELECT i.id FROM item i LEFT JOIN entry e ON e.item_id = i.id AND e.rule = 'created' GROUP BY i.id HAVING count(e.id) <> 1`,
  'an item that was not counted once': 'SELECT id FROM item WHERE done <> 1',
  'a change without exactly one entry of each rule': `SELECT i.id, r.rule, n.n FROM item i CROSS JOIN (VALUES ('changed'), ('called')) r (rule) CROSS JOIN generate_series(1, ${changes}) n (n) LEFT JOIN entry e ON e.item_id = i.id AND e.rule = r.rule AND e.n = n.n GROUP BY 1, 2, 3 HAVING count(e.id) <> 1`,
  'entries of an item out of order': `SELECT a.id FROM entry a JOIN entry b ON a.item_id = b.item_id AND a.rule = b.rule AND a.n < b.n AND a.id > b.id`,
  'a run that is not completed': `SELECT id, status, error FROM sys_automation_run WHERE status <> 'completed'`,
  'a mail that is not sent once': `SELECT i.id FROM item i LEFT JOIN sys_notification_delivery d ON d.recipient = i.address AND d.status = 'sent' GROUP BY i.id HAVING count(d.id) <> 1`,
  'a message that is not delivered': `SELECT id, status, error FROM sys_webhook_delivery WHERE status <> 'delivered'`,
};

describeEachDatabase('effects of mutations', (open, kind) => {
  if (kind === 'pglite') {
    it.skip('share nothing there: PGlite belongs to one process');
    return;
  }
  let server: ChildProcess | undefined;
  afterEach(() => kill(server));

  it('are there once although the server is killed at random moments', async () => {
    const database = await open();
    const { rows: [named] } = await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] });
    const receiver = await startEndpoint();
    const smtp = await startSmtp();
    let url = Promise.resolve('');
    const start = (): void => {
      const child = fork(path, [named?.name ?? '', receiver.url, smtp.url], { execArgv });
      server = child;
      url = new Promise((ready) => child.once('message', ready));
    };
    start();
    await url;

    /** Mutations that were answered. */
    let answered = 0;
    const killing = (async () => {
      for (const share of Array.from({ length: kills }, () => Math.random()).sort()) {
        while (answered < Math.floor(share * items * (changes + 1))) await sleep(5);
        await url;
        await sleep(Math.random() * 200);
        await kill(server);
        start();
      }
    })();
    /** As a client that does not know whether its request arrived: again with the same key. */
    const mutate = async (key: string, field: string, input: Readonly<Record<string, unknown>>): Promise<string> => {
      const query = `mutation ($input: Item${field === 'createItem' ? 'Create' : 'Update'}Input!) { done: ${field}${field === 'createItem' ? '(' : `(id: "${key.slice(0, 36)}", `}input: $input, idempotencyKey: "${key}") { record { id } } }`;
      for (;;) {
        const answer = await fetch(`${await url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables: { input } }), signal: AbortSignal.timeout(10_000) })
          .then((response) => response.json() as Promise<{ readonly data?: { readonly done: { readonly record: { readonly id: string } } }; readonly errors?: readonly { readonly extensions: { readonly code: string } }[] }>)
          .catch(() => undefined);
        if (answer?.data) {
          answered += 1;
          return answer.data.done.record.id;
        }
        if (answer?.errors?.some(({ extensions: { code } }) => code !== 'UNAVAILABLE' && code !== 'CONFLICT') === true) throw new Error(JSON.stringify(answer.errors));
        await sleep(50);
      }
    };
    let begun = 0;
    const client = async (): Promise<void> => {
      while (begun < items) {
        const number = (begun += 1);
        const id = await mutate(`item ${number}`, 'createItem', { address: `item${number}@example.com` });
        for (let n = 1; n <= changes; n += 1) await mutate(`${id} ${n}`, 'updateItem', { n });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, client));
    await killing;
    // What the last one left behind is carried out too.
    await kill(server);
    start();
    await url;

    // One for the creation, one for each change, and one for the count that the rule keeps.
    const told = items * (changes + 2);
    await eventually(async () => {
      const { rows } = await database.query<{ runs: number; told: number; mails: number }>({
        text: `SELECT (SELECT count(*)::int FROM sys_automation_run WHERE status = 'completed') AS runs, (SELECT count(*)::int FROM sys_webhook_delivery WHERE status = 'delivered') AS told, (SELECT count(*)::int FROM sys_notification_delivery WHERE status = 'sent') AS mails`,
        values: [],
      });
      expect(rows).toEqual([{ runs: items * (1 + changes * 2), told, mails: items }]);
    }, Math.max(60_000, items * 4_000));
    for (const [what, text] of Object.entries(contradictions)) expect((await database.query({ text, values: [] })).rows, what).toEqual([]);

    // Whatever went out more than once says that it is the same.
    const calls = firstOf(receiver.on('/called'), ({ headers }) => String(headers['idempotency-key']));
    expect(calls.size).toBe(items * changes);
    const called = [...calls.values()].map(({ body }) => JSON.parse(body) as { item: string; n: string });
    for (const [item, numbers] of groupBy(called, ({ item }) => item)) expect(numbers.map(({ n }) => Number(n)), item).toEqual([1, 2, 3]);
    const messages = firstOf(receiver.on('/told'), ({ headers }) => String(headers['webhook-id']));
    expect(messages.size).toBe(told);
    // In the order of the change log, which is that in which the changes of a record were made.
    const { rows: logged } = await database.query<{ id: string; record: string }>({ text: 'SELECT id, record FROM sys_webhook_delivery ORDER BY position::numeric', values: [] });
    const arrived = groupBy([...messages], ([, { body }]) => (JSON.parse(body) as { data: { recordId: string } }).data.recordId);
    for (const [item, list] of groupBy(logged, ({ record }) => record)) expect(arrived.get(item)?.map(([id]) => id), item).toEqual(list.map(({ id }) => id));
    expect(new Set(smtp.mails.map(({ raw }) => /^message-id: *(\S+)/im.exec(raw)?.[1])).size).toBe(items);
    if (process.env['OBJECTOS_TEST_KILLED_MUTATIONS'] !== undefined) {
      console.log(`${items * (changes + 1)} mutations, ${kills + 1} kills; ${items * (1 + changes * 2)} runs; ${calls.size} calls went out ${receiver.on('/called').length} times, ${messages.size} messages ${receiver.on('/told').length} times, ${items} mails ${smtp.mails.length} times`);
    }
    await kill(server);
    await Promise.all([receiver.close(), smtp.close()]);
  }, Math.max(180_000, items * 6_000));
});

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

/** The first of each key, in the order in which they came. */
function firstOf<T>(list: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const item of list) if (!found.has(keyOf(item))) found.set(keyOf(item), item);
  return found;
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
