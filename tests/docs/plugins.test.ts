import { afterEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { openEmpty } from '../support/database.ts';
import { startPlatform } from '../support/platform.ts';
import type { StartPlatformOptions, TestPlatform } from '../support/platform.ts';
import { loadBlock } from './load-block.ts';

const offer = { name: 'offer', fields: { title: 'text', price: { type: 'currency' }, margin: { type: 'currency' }, owner: { type: 'user' } } };
const users = [{ object: 'sys_user', records: [{ id: '0197f3c0-0000-7000-8000-0000000000a1', name: 'Ada', email: 'ada@example.com' }, { id: '0197f3c0-0000-7000-8000-0000000000b2', name: 'Bob', email: 'bob@example.com' }] }];
const [ada, bob] = ['0197f3c0-0000-7000-8000-0000000000a1', '0197f3c0-0000-7000-8000-0000000000b2'] as const;

const opened: { readonly app: TestPlatform; readonly database: Database }[] = [];
afterEach(async () => {
  for (const { app, database } of opened.splice(0)) {
    await app.close();
    await database.close();
  }
});

async function start(options: StartPlatformOptions): Promise<TestPlatform> {
  const database = await openEmpty();
  const app = await startPlatform({ ...options, database });
  opened.push({ app, database });
  return app;
}

interface Rates {
  inDollars(codes: readonly string[]): Promise<readonly number[]>;
}

describe('docs/plugins.md', () => {
  it('shows a field that is batched, a service and an event', async () => {
    const asked: (readonly string[])[] = [];
    const source: Rates = { inDollars: (codes) => Promise.resolve((asked.push(codes), codes.map((code) => (code === 'EUR' ? 1.25 : 2)))) };
    const make = loadBlock('docs/plugins.md', 'export function rates')['rates'] as (source: Rates) => Plugin;
    const app = await start({ objects: [offer], plugins: [make(source)] });
    const create = await app.query('mutation { createOffers(input: [{ title: "A", price: 10 }, { title: "B", price: "10.00", currency: "GBP" }, { title: "C", price: 4 }]) { count } }');
    expect(create).toEqual({ data: { createOffers: { count: 3 } } });
    const { data } = await app.query('{ offers { nodes { title dollars } } }');
    expect(data).toEqual({ offers: { nodes: [{ title: 'A', dollars: 12.5 }, { title: 'B', dollars: 20 }, { title: 'C', dollars: 5 }] } });
    expect(asked).toEqual([['EUR', 'GBP']]);

    const { services, events, health } = app.platform.kernel;
    const heard: unknown[] = [];
    events.on('rates.**', ({ payload }) => void heard.push(payload));
    await (services.get('rates' as never, 'the test') as unknown as Rates).inDollars(['USD']);
    expect(heard).toEqual([{ codes: ['USD'] }]);
    expect((await health.report()).components).toContainEqual(expect.objectContaining({ name: 'rates', status: 'healthy' }));
  });

  it('shows a part of the write path, and of its statements', async () => {
    const entry = { name: 'entry', fields: { title: { type: 'text', required: true }, search_key: 'text' } };
    const app = await start({ objects: [entry, offer], plugins: [loadBlock('docs/plugins.md', "name: 'search-key'")['plugin'] as Plugin] });
    const id = '0197f3c0-0000-7000-8000-000000000001';
    const { data } = await app.query(`mutation { createEntries(input: [{ id: "${id}", title: " Ada " }, { title: "b", searchKey: "own" }]) { records { searchKey } } createOffer(input: { title: "x" }) { record { title } } }`);
    expect(data).toEqual({ createEntries: { records: [{ searchKey: 'ADA' }, { searchKey: 'own' }] }, createOffer: { record: { title: 'x' } } });
    const { errors } = await app.query(`mutation { updateEntry(id: "${id}", input: { title: null, searchKey: "x" }) { record { id } } }`);
    expect(errors?.[0]?.extensions?.['problems']).toMatchObject([{ path: ['input', 'title'], code: 'REQUIRED' }, { path: ['input', 'searchKey'], code: 'READ_ONLY' }]);
    await app.query(`mutation { deleteEntry(id: "${id}") { record { id } } }`);
    const { rows } = await app.platform.database.query({ text: 'SELECT kind, kept FROM objectos_change_log WHERE object = $1 ORDER BY position', values: ['entry'] });
    expect(rows).toContainEqual({ kind: 'create', kept: true });
  });

  it('shows an access provider and authentication', async () => {
    const app = await start({ objects: [offer], data: users, plugins: [loadBlock('docs/plugins.md', "name: 'own-records'")['plugin'] as Plugin], open: false });
    const { url } = await app.platform.start();
    const ask = async (query: string, token?: string): Promise<unknown> => {
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: token }) }, body: JSON.stringify({ query }) });
      return response.json();
    };
    const create = `mutation { createOffer(input: { id: "0197f3c0-0000-7000-8000-000000000001", title: "A", margin: 3, ownerId: "${ada}" }) { record { title margin } } }`;
    const update = 'mutation { updateOffer(id: "0197f3c0-0000-7000-8000-000000000001", input: { title: "Z" }) { record { title } } }';
    const forbidden = { errors: [{ extensions: { code: 'FORBIDDEN' } }] };

    expect(await ask(create)).toMatchObject(forbidden);
    expect(await ask(create, `Bearer user:${bob}`)).toMatchObject(forbidden);
    expect(await ask(create, `Bearer user:${ada}`)).toEqual({ data: { createOffer: { record: { title: 'A', margin: '3.00' } } } });
    expect(await ask('{ offers { nodes { title margin } } }', `Bearer user:${bob}`)).toMatchObject({ data: { offers: { nodes: [{ title: 'A', margin: null }] } } });
    expect(await ask(update, `Bearer user:${bob}`)).toMatchObject(forbidden);
    expect(await ask(update, `Bearer user:${ada}`)).toEqual({ data: { updateOffer: { record: { title: 'Z' } } } });
    expect(await ask('{ offers { nodes { title } } }', 'Bearer nobody')).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(await (await fetch(`${url}/hello`)).text()).toBe('hello');
  });
});

describe('docs/writes.md', () => {
  it('shows hooks for one record by event', async () => {
    const yaml = `name: account
fields: { name: text, last_note: text }
---
name: note
fields: { title: text, account: { type: lookup, reference: account } }`;
    const app = await start({ yaml, plugins: [loadBlock('docs/writes.md', 'hookPhase([')['plugin'] as Plugin] });
    expect(await app.query('mutation { createNote(input: { title: "  Call  ", account: { create: { name: "A" } } }) { record { title account { lastNote } } } }')).toEqual({ data: { createNote: { record: { title: 'Call', account: { lastNote: 'Call' } } } } });
    expect(await app.query('mutation { createNote(input: {}) { record { title } } }')).toEqual({ data: { createNote: { record: { title: 'Untitled' } } } });
    expect(await app.query('mutation { createNote(input: { title: " " }) { record { title } } }')).toMatchObject({ errors: [{ message: 'A note needs a title.', extensions: { code: 'VALIDATION_FAILED' } }] });
  });

  it('shows hooks that change, refuse and write more', async () => {
    const yaml = `name: account
fields: { name: text }
---
name: note
fields: { title: text, account: { type: lookup, reference: account } }
---
name: task
fields:
  subject: text
  status: { type: select, options: [open, in_progress, completed], defaultValue: open }
  due_date: date
  reminder_at: datetime
  completed_at: datetime
  account: { type: lookup, reference: account }`;
    const app = await start({ yaml, plugins: [loadBlock('docs/writes.md', "name: 'task-rules'")['plugin'] as Plugin] });
    const id = '0197f3c0-0000-7000-8000-000000000001';

    expect(await app.query(`mutation { createTask(input: { id: "${id}", subject: "Call", status: IN_PROGRESS, account: { create: { name: "A" } } }) { record { completedAt } } }`)).toEqual({ data: { createTask: { record: { completedAt: null } } } });
    expect(await app.query(`mutation { deleteTask(id: "${id}") { record { id } } }`)).toMatchObject({ errors: [{ message: 'A task in progress is not deleted.', extensions: { code: 'FORBIDDEN' } }] });
    expect(await app.query('mutation { createTask(input: { subject: "X", dueDate: "2026-01-01", reminderAt: "2026-01-02T08:00:00Z" }) { record { id } } }')).toMatchObject({
      errors: [{ extensions: { code: 'VALIDATION_FAILED', problems: [{ path: ['input', 'reminderAt'], code: 'TOO_LATE' }] } }],
    });
    expect(await app.query(`mutation { updateTask(id: "${id}", input: { status: COMPLETED }) { record { completedAt } } }`)).toEqual({ data: { updateTask: { record: { completedAt: expect.any(String) as string } } } });
    expect(await app.query('{ notes { nodes { title account { name } } } }')).toEqual({ data: { notes: { nodes: [{ title: 'Done: Call', account: { name: 'A' } }] } } });
  });
});
