import { v7 as newId } from 'uuid';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { accessWith, equals, openSales, problemsOf, refusal } from './fixture.ts';

describeEachDatabase('write trees', (open) => {
  it('creates a tree in one go, parents first', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({
      object: 'account', operation: 'create',
      input: { name: 'Ada', parent: { create: { name: 'Holding' } }, contacts: { create: [{ name: 'A', email: 'a@b.c' }, { name: 'B' }] }, purchases: { create: [{ number: '1', lines: { create: [{ sku: 'x' }, { sku: 'y', quantity: 2 }] } }] } },
    });
    expect(await sales.rows('SELECT a.name, p.name AS parent FROM account a LEFT JOIN account p ON p.id = a.parent_id ORDER BY 1')).toEqual([{ name: 'Ada', parent: 'Holding' }, { name: 'Holding', parent: null }]);
    expect(await sales.rows('SELECT name, account_id = $1 AS own FROM contact ORDER BY 1', [id])).toEqual([{ name: 'A', own: true }, { name: 'B', own: true }]);
    expect(await sales.rows('SELECT l.sku, l.quantity::int, p.number FROM line l JOIN purchase p ON p.id = l.purchase_id ORDER BY 1')).toEqual([{ sku: 'x', quantity: 1, number: '1' }, { sku: 'y', quantity: 2, number: '1' }]);
    expect((await sales.log()).map(({ object }) => object)).toEqual(['account', 'account', 'contact', 'contact', 'purchase', 'line', 'line']);
  });

  it('carries out every operation of a to-one relation', async () => {
    const sales = await openSales(await open());
    const child = await sales.id({ object: 'contact', operation: 'create', input: { name: 'C' } });
    const a = await sales.id({ object: 'account', operation: 'create', input: { name: 'A', slug: 'a' } });
    const update = (account: unknown) => sales.write({ object: 'contact', operation: 'update', id: child, input: { account } });
    const state = async () => (await sales.rows<{ name: string | null }>('SELECT a.name FROM contact c LEFT JOIN account a ON a.id = c.account_id'))[0]?.name;
    expect(await problemsOf(update({ update: { name: 'x' } }))).toEqual(['input.account.update NOT_FOUND']);
    await update({ upsert: { name: 'New' } });
    expect(await state()).toBe('New');
    await update({ connect: { slug: 'a' } });
    expect(await state()).toBe('A');
    await update({ upsert: { name: 'A2' } });
    expect(await state()).toBe('A2');
    await update({ update: { name: 'A3' } });
    expect(await state()).toBe('A3');
    await update({ disconnect: true });
    expect(await state()).toBe(null);
    await update({ connect: { id: a } });
    await update({ delete: true });
    expect(await state()).toBe(null);
    expect(await sales.rows('SELECT name FROM account')).toEqual([{ name: 'New' }]);
    expect(await problemsOf(update({ connect: { id: a } }))).toEqual(['input.account.connect NOT_FOUND']);
    expect(await problemsOf(update({ connect: { id: a }, create: { name: 'x' } }))).toEqual(['input.account ONE_OPERATION']);
  });

  it('carries out every operation of a to-many relation', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'account', operation: 'create', input: { name: 'A', contacts: { create: [{ name: 'a', email: 'a@x.y' }, { name: 'b' }, { name: 'c' }] } } });
    const [, b, c] = (await sales.rows<{ id: string }>('SELECT id FROM contact ORDER BY name')).map((row) => row.id) as [string, string, string];
    const free = await sales.id({ object: 'contact', operation: 'create', input: { name: 'free' } });
    const update = (contacts: unknown) => sales.write({ object: 'account', operation: 'update', id, input: { contacts } });
    const state = async () => (await sales.rows<{ name: string }>('SELECT name FROM contact WHERE account_id = $1 ORDER BY name', [id])).map(({ name }) => name).join();
    await update({
      connect: [{ id: free }], disconnect: [{ id: b }], delete: [{ id: c }],
      upsert: [{ by: 'email', input: { email: 'a@x.y', name: 'a2' } }, { by: 'email', input: { email: 'n@x.y', name: 'new' } }],
    });
    expect(await state()).toBe('a2,free,new');
    expect(await problemsOf(update({ update: [{ id: free, input: { name: 'x' } }], disconnect: [{ id: free }] }))).toEqual(['input.contacts.update.0.input DUPLICATE']);
    expect(await problemsOf(update({ update: [{ id: b, input: { name: 'x' } }] }))).toEqual(['input.contacts.update.0.input NOT_FOUND']);
    await update({ set: [{ id: b }, { email: 'a@x.y' }] });
    expect(await state()).toBe('a2,b');
    await update({ update: [{ id: b, ifVersion: 3, input: { name: 'b2' } }] });
    expect(await state()).toBe('a2,b2');
    expect((await refusal(update({ update: [{ id: b, ifVersion: 3, input: { name: 'b3' } }] }))).extensions).toMatchObject({ code: 'CONFLICT', id: b, currentVersion: 4 });
  });

  it('keeps lists of multiple lookups, from both sides', async () => {
    const sales = await openSales(await open());
    const [x, y, z] = (await sales.write({ object: 'topic', operation: 'createMany', input: [{ name: 'x' }, { name: 'y' }, { name: 'z' }] })).rows.map((row) => row.id ?? '') as [string, string, string];
    const id = await sales.id({ object: 'purchase', operation: 'create', input: { number: '1', topicIds: [y, x] } });
    const list = async (of: string) => (await sales.rows<{ name: string }>('SELECT t.name FROM purchase_topics_link l JOIN topic t ON t.id = l.target_id WHERE l.source_id = $1 ORDER BY l.position', [of])).map(({ name }) => name).join();
    expect(await list(id)).toBe('y,x');
    await sales.write({ object: 'purchase', operation: 'update', id, input: { topics: { connect: [{ name: 'z' }], disconnect: [{ id: x }], create: [{ name: 'w' }] } } });
    expect(await list(id)).toBe('y,w,z');
    await sales.write({ object: 'purchase', operation: 'update', id, input: { topicIds: [z, y] } });
    expect(await list(id)).toBe('z,y');
    const log = (await sales.log()).filter(({ object }) => object === 'purchase');
    expect(log.map(({ kind, changes }) => [kind, changes['topics']])).toMatchObject([['create', [null, [y, x]]], ['update', [[y, x], expect.any(Array)]], ['update', [expect.any(Array), [z, y]]]]);
    expect(await sales.rows('SELECT version FROM purchase')).toEqual([{ version: 3 }]);
    await sales.write({ object: 'topic', operation: 'update', id: x, input: { purchases: { connect: [{ id }], create: [{ number: '2' }] } } });
    expect(await list(id)).toBe('z,y,x');
    const [second] = await sales.rows<{ id: string }>(`SELECT id FROM purchase WHERE number = '2'`);
    expect(await list(second?.id ?? '')).toBe('x');
    await sales.write({ object: 'topic', operation: 'update', id: x, input: { purchases: { set: [{ number: '2' }] } } });
    expect(await list(id)).toBe('z,y');
    const upsert = (context = sales.context()) => sales.write({ object: 'topic', operation: 'update', id: x, input: { purchases: { upsert: [{ by: 'number', input: { number: '1' } }, { by: 'number', input: { number: '3', topics: { connect: [{ id: y }] } } }] } } }, context);
    for (const _turn of [1, 2]) {
      await upsert();
      expect([await list(id), await sales.rows(`SELECT count(*)::int AS n FROM purchase WHERE number = '3'`)]).toEqual(['z,y,x', [{ n: 1 }]]);
    }
    const [third] = await sales.rows<{ id: string }>(`SELECT id FROM purchase WHERE number = '3'`);
    expect(await list(third?.id ?? '')).toBe('y,x');
    expect(await problemsOf(upsert(sales.context({}, accessWith({ purchase: { read: equals('number', '3') } }))))).toEqual(['input.purchases.upsert.0.input.number NOT_UNIQUE']);
    await sales.write({ object: 'purchase', operation: 'delete', id: third?.id ?? '', purge: true });
    for (const rights of [{ fields: { topics: { edit: false } } }, { edit: false }, { create: false }, { check: equals('number', '9') }, { edit: equals('number', '9') }]) {
      expect((await refusal(upsert(sales.context({}, accessWith({ purchase: rights }))))).code, JSON.stringify(rights)).toBe('FORBIDDEN');
    }
    expect(await list(id)).toBe('z,y,x');
    const along = (rights: Parameters<typeof accessWith>[0], input: object) => refusal(sales.write({ object: 'account', operation: 'create', input: { name: 'A', ...input } }, sales.context({}, accessWith(rights))));
    expect((await along({ contact: { create: false } }, { contacts: { upsert: [{ by: 'email', input: { name: 'c', email: 'c@example.com' } }] } })).code).toBe('FORBIDDEN');
    expect((await refusal(sales.write({ object: 'contact', operation: 'create', input: { name: 'c', account: { upsert: { name: 'A' } } } }, sales.context({}, accessWith({ account: { create: false } }))))).code).toBe('FORBIDDEN');
    await sales.write({ object: 'topic', operation: 'update', id: x, input: { purchases: { set: [] } } });
    expect(await problemsOf(sales.write({ object: 'purchase', operation: 'update', id, input: { topicIds: [newId()] } }))).toEqual(['input.topicIds.0 NOT_FOUND']);
    await sales.write({ object: 'topic', operation: 'delete', id: z });
    expect(await list(id)).toBe('y');
  });

  it('checks rights at every node', async () => {
    const sales = await openSales(await open());
    const as = (rights: Parameters<typeof accessWith>[0]) => sales.context({}, accessWith(rights));
    const input = { name: 'A', contacts: { create: [{ name: 'c' }] } };
    const refused = await refusal(sales.write({ object: 'account', operation: 'create', input }, as({ contact: { create: false } })));
    expect(refused).toMatchObject({ code: 'FORBIDDEN', problems: [{ path: ['input', 'contacts', 'create', 0] }] });
    expect(await sales.rows('SELECT 1 FROM account')).toEqual([]);
    const byField = await refusal(sales.write({ object: 'account', operation: 'create', input }, as({ contact: { fields: { name: { edit: false } } } })));
    expect(byField).toMatchObject({ code: 'FORBIDDEN', problems: [{ path: ['input', 'contacts', 'create', 0, 'name'] }] });
    const byRow = await refusal(sales.write({ object: 'account', operation: 'create', input }, as({ contact: { check: equals('name', 'd') } })));
    expect(byRow).toMatchObject({ code: 'FORBIDDEN', problems: [{ path: ['input', 'contacts', 'create', 0] }] });
    expect(await sales.rows('SELECT 1 FROM account')).toEqual([]);
    await sales.write({ object: 'account', operation: 'create', input }, as({ contact: { check: equals('name', 'c') } }));
    expect(await sales.rows('SELECT 1 FROM contact')).toHaveLength(1);
  });

  it('gives the same answer for a hidden and a missing record', async () => {
    const sales = await openSales(await open());
    const hidden = await sales.id({ object: 'account', operation: 'create', input: { name: 'hidden', slug: 'h' } });
    const as = sales.context({}, accessWith({ account: { read: equals('name', 'shown') } }));
    for (const id of [hidden, newId()]) {
      expect(await problemsOf(sales.write({ object: 'contact', operation: 'create', input: { name: 'c', accountId: id } }, as))).toEqual(['input.accountId NOT_FOUND']);
      expect(await problemsOf(sales.write({ object: 'contact', operation: 'create', input: { name: 'c', account: { connect: { id } } } }, as))).toEqual(['input.account.connect NOT_FOUND']);
      expect((await refusal(sales.write({ object: 'account', operation: 'update', id, input: { name: 'x' } }, as))).code).toBe('NOT_FOUND');
      expect((await refusal(sales.write({ object: 'account', operation: 'delete', id }, as))).code).toBe('NOT_FOUND');
    }
    expect(await problemsOf(sales.write({ object: 'account', operation: 'upsert', by: 'slug', input: { name: 'n', slug: 'h' } }, as))).toEqual(['input.slug NOT_UNIQUE']);
    expect(await problemsOf(sales.write({ object: 'account', operation: 'create', input: { name: 'n', slug: 'h' } }, as))).toEqual(['input.slug NOT_UNIQUE']);
  });

  it('asks row rights on the old and the new image, and field rights by row', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'account', operation: 'create', input: { name: 'mine', seats: 1 } });
    const other = await sales.id({ object: 'account', operation: 'create', input: { name: 'other', seats: 1 } });
    const as = sales.context({}, accessWith({ account: { edit: equals('name', 'mine'), delete: equals('name', 'mine'), fields: { seats: { edit: equals('seats', 1) } } } }));
    const update = (of: string, input: Record<string, unknown>) => sales.write({ object: 'account', operation: 'update', id: of, input }, as);
    expect((await refusal(update(other, { seats: 2 }))).code).toBe('FORBIDDEN');
    expect((await refusal(update(id, { name: 'away' }))).code).toBe('FORBIDDEN');
    await update(id, { seats: 2 });
    expect(await problemsOf(update(id, { seats: 3 }))).toEqual(['input.seats FORBIDDEN']);
    expect((await refusal(sales.write({ object: 'account', operation: 'updateMany', rows: [{ id, input: { revenue: '1' } }, { id: other, input: { revenue: '1' } }] }, as))).problems).toMatchObject([{ path: ['rows', 1, 'input'], code: 'FORBIDDEN' }]);
    expect((await refusal(sales.write({ object: 'account', operation: 'delete', id: other }, as))).code).toBe('FORBIDDEN');
    expect(await sales.rows('SELECT name, seats::int FROM account ORDER BY name')).toEqual([{ name: 'mine', seats: 2 }, { name: 'other', seats: 1 }]);
  });
});
