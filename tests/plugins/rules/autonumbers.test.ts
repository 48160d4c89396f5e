import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { openSales } from './sales.ts';

const yaml = `
name: ticket
fields:
  title: { type: text, unique: true }
  region: { type: select, options: [{ value: North }, { value: South }] }
  code: { type: text }
  number: { type: autonumber, autonumberFormat: "T-{0000}", startNumber: 8 }
  local: { type: autonumber, autonumberFormat: "{region}/{YYYY}-{000}-x" }
  bare: { type: autonumber }
  order: { type: summary, summaryOperations: { object: note, function: count } }
---
name: note
fields:
  ticket: { type: lookup, reference: ticket }
  code: { type: text, required: true }
  number: { type: autonumber, autonumberFormat: "{code}{0}" }
`;

const year = new Date().getUTCFullYear();

describeEachDatabase('autonumbers', (open) => {
  const openTickets = async (pool?: number) => openSales(await open(pool === undefined ? {} : { pool }), { yaml });

  it('number new records by format, with a counter for each text before it', async () => {
    const app = await openTickets();
    const create = 'mutation($region: TicketRegion!) { createTicket(input: { region: $region }) { record { number local bare } } }';
    expect(await app.ask(create, { region: 'NORTH' })).toEqual({ createTicket: { record: { number: 'T-0008', local: `North/${year}-001-x`, bare: '1' } } });
    expect(await app.ask(create, { region: 'SOUTH' })).toEqual({ createTicket: { record: { number: 'T-0009', local: `South/${year}-001-x`, bare: '2' } } });
    expect(await app.ask(create, { region: 'NORTH' })).toEqual({ createTicket: { record: { number: 'T-0010', local: `North/${year}-002-x`, bare: '3' } } });
    expect(await app.ask('{ tickets(where: { number: { eq: "T-0009" } }) { nodes { region } } ticket(by: { number: "T-0010" }) { bare } }')).toEqual({ tickets: { nodes: [{ region: 'SOUTH' }] }, ticket: { bare: '3' } });
    await app.platform.database.query({ text: `UPDATE objectos_counter SET value = 9999 WHERE name = 'ticket.number'`, values: [] });
    expect(await app.ask(create, { region: 'NORTH' })).toMatchObject({ createTicket: { record: { number: 'T-10000' } } });
  });

  it('number a bulk write in the order of its rows', async () => {
    const app = await openTickets();
    const input = Array.from({ length: 120 }, (_, index) => ({ title: `${index}`, region: index % 3 === 0 ? 'NORTH' : 'SOUTH' }));
    await app.ask('mutation($input: [TicketCreateInput!]!) { createTickets(input: $input) { count } }', { input });
    const { rows } = await app.platform.database.query<{ title: string; number: string; local: string }>({ text: 'SELECT title, number, local FROM ticket ORDER BY number', values: [] });
    expect(rows.map(({ title }) => title)).toEqual(input.map(({ title }) => title));
    expect(rows[0]?.number).toBe('T-0008');
    expect(rows.at(-1)?.number).toBe('T-0127');
    expect(rows.filter(({ local }) => local.startsWith('North')).map(({ local }) => local)).toEqual(Array.from({ length: 40 }, (_, index) => `North/${year}-${String(index + 1).padStart(3, '0')}-x`));
  });

  it('leave no gap where a write fails, is refused, or is only tried', async () => {
    const app = await openTickets();
    const create = (title: string, more = '') => app.query(`mutation { createTicket(input: { title: "${title}", region: NORTH }${more}) { record { number } } }`);
    await create('a');
    expect((await create('a')).errors).toHaveLength(1);
    expect((await create('b', ', dryRun: true')).data).toEqual({ createTicket: { record: { number: 'T-0009' } } });
    const partial = await app.ask('mutation { createTickets(mode: PARTIAL, input: [{ title: "c", region: NORTH }, { title: "a", region: NORTH }, { title: "d", region: NORTH }]) { rows { record { number } } } }');
    expect(partial).toEqual({ createTickets: { rows: [{ record: { number: 'T-0009' } }, { record: null }, { record: { number: 'T-0010' } }] } });
    expect((await create('e')).data).toEqual({ createTicket: { record: { number: 'T-0011' } } });
  });

  it('need the fields that they are made from', async () => {
    const app = await openTickets();
    const { errors } = await app.query('mutation { createTicket(input: { title: "x" }) { record { id } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', problems: [{ path: ['input', 'region'], code: 'REQUIRED', message: 'Region is required, since Local is made from it.' }] });
    expect((await app.query('mutation { createTicket(input: { region: NORTH, number: "T-1" }) { record { id } } }')).errors).toHaveLength(1);
  });

  it('go on after numbers that are imported, and step over those that were there before', async () => {
    const app = await openTickets();
    await app.create('ticket', { region: 'NORTH', number: 'T-0100', local: `North/${year - 1}-007-x`, bare: 'free text' });
    expect(await app.ask('mutation { createTicket(input: { region: NORTH }) { record { number local bare } } }')).toEqual({ createTicket: { record: { number: 'T-0101', local: `North/${year}-001-x`, bare: '1' } } });
    await app.create('ticket', { region: 'NORTH', number: 'T-0050' });
    const forget = (): Promise<unknown> => app.platform.database.query({ text: `UPDATE objectos_counter SET value = 99 WHERE name = 'ticket.number'`, values: [] });
    await forget();
    expect(await app.ask('mutation { createTickets(input: [{ region: NORTH }, { region: NORTH }]) { records { number } } }')).toEqual({ createTickets: { records: [{ number: 'T-0102' }, { number: 'T-0103' }] } });
    await forget();
    expect(await app.ask('mutation { createTicket(input: { region: SOUTH }) { record { number } } }')).toEqual({ createTicket: { record: { number: 'T-0104' } } });
  });

  it('stay unique where two texts before the counter run into each other', async () => {
    const app = await openTickets();
    for (let index = 0; index < 12; index += 1) await app.create('note', { code: '1' });
    for (let index = 0; index < 3; index += 1) await app.create('note', { code: '11' });
    const { rows } = await app.platform.database.query<{ number: string }>({ text: 'SELECT number FROM note', values: [] });
    expect(new Set(rows.map(({ number }) => number)).size).toBe(15);
  });

  it('have neither duplicates nor gaps under concurrent writers', async () => {
    const app = await openTickets(10);
    const writer = async (region: string): Promise<void> => {
      for (let step = 0; step < 10; step += 1) {
        if (step % 3 === 0) await app.ask('mutation($input: [TicketCreateInput!]!) { createTickets(input: $input) { count } }', { input: [{ region }, { region: 'NORTH' }, { region: 'SOUTH' }] });
        else await app.create('ticket', { region });
        if (step % 4 === 0) await app.query('mutation($region: TicketRegion!) { createTicket(input: { region: $region, title: "taken" }) { record { id } } }', { region });
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => writer(index % 2 === 0 ? 'NORTH' : 'SOUTH')));
    const { rows } = await app.platform.database.query<{ bare: string; number: string }>({ text: 'SELECT bare, number FROM ticket ORDER BY bare::int', values: [] });
    expect(rows.map(({ bare }) => Number(bare))).toEqual(rows.map((_, index) => index + 1));
    expect(rows.map(({ number }) => number).sort()).toEqual(rows.map((_, index) => `T-${String(index + 8).padStart(4, '0')}`));
  });
});
