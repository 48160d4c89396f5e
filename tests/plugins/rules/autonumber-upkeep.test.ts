import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { identity } from '../../../src/plugins/identity/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { tenancy } from '../../../src/plugins/tenancy/index.ts';
import { readChanges } from '../../../src/resolvers/write/change-log/read-changes.ts';
import { problems } from '../../metadata/support/compile.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { members, organizations } from '../tenancy/support.ts';

const ticket = (more: Readonly<Record<string, unknown>> = {}): DefinitionInput => ({ name: 'ticket', fields: { title: 'text', region: { type: 'select', options: [{ value: 'north' }, { value: 'south' }] }, ...more } });

async function ask(app: TestPlatform, document: string): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await app.query(document);
  expect(errors ?? []).toEqual([]);
  return data as Readonly<Record<string, unknown>>;
}

describeEachDatabase('autonumbers of an app that lives', (open) => {
  /** Tickets from before they had numbers: the first is the oldest, and the last of a year in Berlin. */
  const openOld = async (): Promise<Database> => {
    const database = await open();
    const app = await startPlatform({ objects: [ticket()], plugins: [rules()], database });
    await ask(app, 'mutation { createTickets(input: [{ title: "d", region: SOUTH }, { title: "c", region: NORTH }, { title: "b" }, { title: "a", region: NORTH }]) { count } }');
    await database.query({ text: `UPDATE ticket SET created_at = CASE title WHEN 'a' THEN '2024-12-31T22:30:00Z' WHEN 'b' THEN '2024-12-31T23:30:00Z' WHEN 'c' THEN '2025-06-01T00:00:00Z' ELSE '2025-07-01T00:00:00Z' END::timestamptz`, values: [] });
    return database;
  };
  const numbersOf = async (database: Database, column = 'number'): Promise<unknown> =>
    (await database.query<Record<string, unknown>>({ text: `SELECT title, ${column} AS number FROM ticket ORDER BY title`, values: [] })).rows.map(({ title, number }) => [title, number]);

  it('number the records from before a field was defined, in the order and by the day of their making', async () => {
    const database = await openOld();
    const fields = { number: { type: 'autonumber', autonumberFormat: 'T-{YYYY}-{000}' } };
    const app = await startPlatform({ objects: [ticket(fields)], plugins: [rules({ timeZone: 'Europe/Berlin' })], database });
    expect(await numbersOf(database)).toEqual([['a', 'T-2024-001'], ['b', 'T-2025-001'], ['c', 'T-2025-002'], ['d', 'T-2025-003']]);
    const { changes } = await readChanges(database, { limit: 100 });
    expect(changes.flatMap(({ kind, changes: fields }) => (kind === 'update' ? [fields] : []))).toContainEqual({ number: [null, 'T-2025-002'] });
    expect(await ask(app, '{ tickets(where: { version: { gt: 1 } }) { nodes { title } } }')).toEqual({ tickets: { nodes: [] } });
    await startPlatform({ objects: [ticket(fields)], plugins: [rules({ timeZone: 'Europe/Berlin' })], database });
    expect((await readChanges(database, { limit: 100 })).changes).toHaveLength(changes.length);
  });

  it('leave those without a number whose number cannot be made, until it can', async () => {
    const database = await openOld();
    const fields = { number: { type: 'autonumber', autonumberFormat: '{region}-{0}' } };
    const start = () => startPlatform({ objects: [ticket(fields)], plugins: [rules()], database });
    const app = await start();
    expect(await numbersOf(database)).toEqual([['a', 'north-1'], ['b', null], ['c', 'north-2'], ['d', 'south-1']]);
    await ask(app, 'mutation { updateTickets(where: { title: { eq: "b" } }, input: { region: SOUTH }) { count } }');
    await ask(app, 'mutation { createTicket(input: { title: "e", region: SOUTH }) { record { id } } }');
    await start();
    expect(await numbersOf(database)).toEqual([['a', 'north-1'], ['b', 'south-3'], ['c', 'north-2'], ['d', 'south-1'], ['e', 'south-2']]);
  });

  it('go on behind numbers that are stored, also where one text before the counter runs into another', async () => {
    const database = await openOld();
    const start = (fields: Readonly<Record<string, unknown>>) => startPlatform({ objects: [ticket(fields)], plugins: [rules()], database });
    await start({ number: { type: 'text' } });
    await database.query({ text: `UPDATE ticket SET number = CASE title WHEN 'a' THEN '17' END, title = CASE WHEN title IN ('a', 'b') THEN '1' ELSE '11' END`, values: [] });
    await start({ number: { type: 'autonumber', autonumberFormat: '{title}{0}' } });
    const { rows } = await database.query<{ number: string }>({ text: 'SELECT number FROM ticket ORDER BY title, number', values: [] });
    expect(rows).toEqual([{ number: '17' }, { number: '18' }, { number: '111' }, { number: '112' }]);
  });

  it('number by the day in the time zone of the rules', async () => {
    const year = (zone: string): string => new Intl.DateTimeFormat('sv', { timeZone: zone }).format(new Date()).replaceAll('-', '');
    for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      const app = await startPlatform({ objects: [ticket({ number: { type: 'autonumber', autonumberFormat: '{YYYYMMDD}/{0}' } })], plugins: [rules({ timeZone })], database: await open() });
      const before = year(timeZone);
      const { createTicket } = await ask(app, 'mutation { createTicket(input: { title: "x" }) { record { number } } }') as { createTicket: { record: { number: string } } };
      expect([`${before}/1`, `${year(timeZone)}/1`]).toContain(createTicket.record.number);
    }
  });

  it('count by organization, unless they are unique among all', async () => {
    const database = await open();
    const start = (fields: Readonly<Record<string, unknown>>) =>
      startPlatform({ database, objects: [{ name: 'order', tenancy: { enabled: true }, fields: { title: 'text', ...fields } }], plugins: [rules(), identity({ mode: 'test' }), tenancy()], data: members });
    const first = await start({ number: { type: 'autonumber', autonumberFormat: 'O-{000}' }, global: { type: 'autonumber', unique: 'global' } });
    const create = (app: TestPlatform, organization: keyof typeof organizations, more = '') =>
      ask(app.as({ organizationId: organizations[organization], roles: [] }), `mutation { createOrders(input: [{ title: "x" }${more}]) { records { number global } } }`);
    expect(await create(first, 'alpha', ', { title: "y" }')).toEqual({ createOrders: { records: [{ number: 'O-001', global: '1' }, { number: 'O-002', global: '2' }] } });
    expect(await create(first, 'beta')).toEqual({ createOrders: { records: [{ number: 'O-001', global: '3' }] } });
    expect(await create(first, 'alpha')).toEqual({ createOrders: { records: [{ number: 'O-003', global: '4' }] } });
    // Counters that are lost, as after a restore of the records alone.
    await database.query({ text: 'DELETE FROM objectos_counter', values: [] });
    expect(await create(first, 'beta')).toEqual({ createOrders: { records: [{ number: 'O-002', global: '5' }] } });
    const second = await start({ number: { type: 'autonumber', autonumberFormat: 'O-{000}' }, global: { type: 'autonumber', unique: 'global' }, later: { type: 'autonumber' } });
    const { rows } = await database.query({ text: 'SELECT count(*)::int AS "count", later FROM "order" GROUP BY later ORDER BY later', values: [] });
    expect(rows).toEqual([{ count: 2, later: '1' }, { count: 2, later: '2' }, { count: 1, later: '3' }]);
    expect(await ask(second.as({ organizationId: organizations.beta, roles: [] }), 'mutation { createOrder(input: { title: "z" }) { record { later number } } }')).toEqual({ createOrder: { record: { later: '3', number: 'O-003' } } });
  });

  it('title the records of an object that says so', async () => {
    const app = await startPlatform({
      objects: [{ name: 'case', recordName: { type: 'autonumber', displayFormat: 'C-{000}', startNumber: 7 }, fields: {} }, { name: 'person', recordName: { type: 'text' }, fields: { name: { type: 'text', label: 'Full name' } } }],
      plugins: [rules()],
      database: await open(),
    });
    expect(await ask(app, 'mutation { createCase(input: {}) { record { name } } }')).toEqual({ createCase: { record: { name: 'C-007' } } });
    expect((await app.query('mutation { createPerson(input: { name: "" }) { record { name } } }')).errors?.[0]?.extensions).toMatchObject({ problems: [{ path: ['input', 'name'], code: 'REQUIRED', message: 'Full name is required.' }] });
  });
});

describe('recordName', () => {
  it('is refused where it contradicts the field, or says what cannot be', () => {
    const found = (text: string): readonly string[] => problems({ 'case.object.yml': `name: case\n${text}` }, [rules()]);
    expect(found('recordName: { type: autonumber, displayFormat: "C-{0}" }\nfields:\n  name: { type: text }\n')).toEqual(['case.object.yml:4:11 error case.name: "type" is "text", and recordName makes it "autonumber" | Keep one of them. Without the field, recordName defines it.']);
    expect(found('recordName: { type: text }\nfields:\n  name: { type: text, required: false }\n')).toEqual(['case.object.yml:4:23 error case.name: "required" is false, and recordName makes it true | Keep one of them. Without the field, recordName defines it.']);
    expect(found('recordName: { type: autonumber, displayFormat: "C-{0" }\nfields: {}\n')).toEqual(['case.object.yml:2:33 error case.name: C-{0 has an unmatched brace']);
    expect(found('recordName: { type: number }\nfields: { title: text }\n')).toEqual([expect.stringContaining('case.object.yml:2:15 error case: "recordName.type" is "number"')]);
    expect(found('nameField: code\nrecordName: { type: text, displayFormat: "C-{0}" }\nfields: {}\n')).toEqual([expect.stringContaining('warning case.code: unknown key "displayFormat"')]);
  });
});
