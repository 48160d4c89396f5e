import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { fold, repeats, soon, startLive, type Message } from './support.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const objects = [{
  name: 'item',
  fields: {
    name: { type: 'text' }, stage: { type: 'select', options: ['open', 'won', 'lost'] }, count: { type: 'number' }, price: { type: 'currency' }, share: { type: 'percent' },
    due: { type: 'date' }, seen: { type: 'datetime' }, note: { type: 'text' }, done: { type: 'boolean' },
  },
}];

/** Filters whose values lie on and beside those of the records. */
const filters = [
  ...[0, 3, 7].flatMap((n) => ['eq', 'ne', 'gt', 'gte', 'lt', 'lte'].map((operator) => `{ count: { ${operator}: ${n} } }`)),
  ...['1.10', '1.1', '2.345', '99999999999999.99'].flatMap((price) => ['eq', 'gte', 'lt'].map((operator) => `{ price: { ${operator}: "${price}" } }`)),
  '{ price: { between: ["1.1", "2.00"] } }', '{ count: { in: [1, 4, 9] } }', '{ count: { notIn: [1, 4, 9] } }', '{ count: { between: [6, 2] } }',
  ...['2026-03-03', '2026-03-09'].flatMap((due) => ['eq', 'gt', 'gte', 'lt', 'lte'].map((operator) => `{ due: { ${operator}: "${due}" } }`)),
  '{ seen: { gte: "2026-03-03T12:00:00.500Z" } }', '{ seen: { between: ["2026-03-02T00:00:00Z", "2026-03-04T12:00:00Z"] } }',
  '{ stage: { eq: WON } }', '{ stage: { in: [OPEN, LOST] }, count: { lt: 5 } }', '{ name: { eq: "Item 4" } }', '{ name: { ne: "item 4" }, count: { gte: 2 } }',
  '{ count: { gte: 2 }, and: [{ count: { lt: 6 } }, { price: { gt: "1" } }] }', '{ or: [{ count: { lt: 2 } }, { price: { gte: "3" } }, { stage: { eq: LOST } }] }',
  '{ not: { count: { gte: 4 } } }', '{ count: { isNull: true } }', '{ or: [{ due: { isNull: true } }, { due: { gt: "2026-03-05" } }] }', '{ done: { eq: true }, share: { lte: 40 } }',
];

const valuesOf = (n: number): Record<string, unknown> => ({
  name: n % 3 === 0 ? `item ${n}` : `Item ${n}`, stage: ['OPEN', 'WON', 'LOST'][n % 3], count: n === 8 ? null : n % 10, price: n === 9 ? '99999999999999.99' : n === 5 ? null : (n * 1.1).toFixed(2), share: n * 10,
  due: n === 6 ? null : `2026-03-0${1 + (n % 7)}`, seen: `2026-03-0${1 + (n % 7)}T12:00:00.500Z`, done: n % 2 === 0,
});

describeEachDatabase('subscriptions of many different filters', (open) => {
  it('are told of their rows alone, in answers of their own form and with cursors that resume them', { timeout: 120_000 }, async () => {
    const app = await startLive({ database: await open(), objects });
    const create = (n: number) => app.system('mutation($input: ItemCreateInput!) { createItem(input: $input) { record { id } } }', { input: { id: id(n), ...valuesOf(n) } });
    const update = (n: number, input: Record<string, unknown>) => app.system('mutation($id: ID!, $input: ItemUpdateInput!) { updateItem(id: $id, input: $input) { record { id } } }', { id: id(n), input });
    for (let n = 0; n < 5; n += 1) await create(n);
    const client = app.client();
    const selections = ['cursor kind recordId changedFields at record { id name count price due }', 'kind cursor recordId changedFields at record { id name label: name count price due } again: cursor'];
    const listeners = filters.flatMap((where, index) => [0, ...(index % 4 === 0 ? [1] : [])].map((form) => {
      const ask = (after?: string): string => `subscription { itemChanges(where: ${where}, ${after === undefined ? 'snapshot: true' : `after: "${after}"`}) { ${selections[form]} } }`;
      return { where, ask, form, stream: app.follow(ask(), undefined, undefined, client) };
    }));
    for (const { where, stream } of listeners) await expect.poll(() => [stream.errors, stream.kinds.at(-1)], { ...soon, message: where }).toEqual([[], 'READY']);
    for (let n = 5; n < 12; n += 1) await create(n);
    for (let n = 0; n < 10; n += 1) await update(n, { count: (n * 7) % 10, price: (n * 0.37).toFixed(2) });
    for (let n = 0; n < 10; n += 1) await update(n, n % 2 === 0 ? { ...valuesOf(n + 1), name: `renamed ${n}` } : { note: 'seen' });
    for (const n of [1, 6]) await app.system('mutation($id: ID!) { deleteItem(id: $id) { clientMutationId } }', { id: id(n) });

    for (const { where, form, stream } of listeners) {
      const { data, errors } = await app.as({ userId: id(1) }).query(`{ items(first: 50, where: ${where}) { nodes { id name ${form === 1 ? 'label: name' : ''} count price due } } }`);
      expect(errors).toBeUndefined();
      const rows = (data?.['items'] as { nodes: { id: string }[] }).nodes;
      await expect.poll(() => Object.fromEntries(fold(stream.messages)), { ...soon, message: where }).toEqual(Object.fromEntries(rows.map((row) => [row.id, row])));
      expect(repeats(stream.messages), where).toEqual([]);
      if (form === 1) expect(stream.messages.map(({ cursor }) => cursor)).toEqual(stream.messages.map((message) => (message as Message & { again: string }).again));
    }
    for (const { where, ask, stream } of listeners) {
      const half = stream.messages[stream.kinds.indexOf('READY') + Math.floor((stream.messages.length - stream.kinds.indexOf('READY')) / 2)];
      const resumed = app.follow(ask(half?.cursor), undefined, undefined, client);
      await expect.poll(() => [resumed.errors, resumed.kinds.at(-1)], { ...soon, message: where }).toEqual([[], 'READY']);
      expect(resumed.kinds, where).not.toContain('RESYNC');
      resumed.close();
    }
  });
});
