import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { accessWith, openSales, problemsOf, refusal, type Sales } from './fixture.ts';

async function order(sales: Sales): Promise<{ account: string; purchase: string }> {
  const account = await sales.id({ object: 'account', operation: 'create', input: { name: 'A', contacts: { create: [{ name: 'c' }] }, purchases: { create: [{ number: '1', lines: { create: [{ sku: 'x' }, { sku: 'y' }] } }] } } });
  const [purchase] = await sales.rows<{ id: string }>('SELECT id FROM purchase');
  return { account, purchase: purchase?.id ?? '' };
}

describeEachDatabase('deletes', (open) => {
  it('restrict refuses and names what still points to the record', async () => {
    const sales = await openSales(await open());
    const { account, purchase } = await order(sales);
    const error = await refusal(sales.write({ object: 'account', operation: 'delete', id: account }));
    expect(error).toMatchObject({ code: 'CONFLICT', message: 'Account cannot be deleted: 1 Purchase still point to it.', problems: [{ path: ['id'], code: 'IN_USE' }] });
    await sales.write({ object: 'purchase', operation: 'delete', id: purchase });
    // It is in the trash, and the database still holds its reference.
    expect((await refusal(sales.write({ object: 'account', operation: 'delete', id: account }))).code).toBe('CONFLICT');
    await sales.write({ object: 'purchase', operation: 'delete', id: purchase, purge: true });
    await sales.write({ object: 'account', operation: 'delete', id: account });
    expect(await sales.rows('SELECT account_id FROM contact')).toEqual([{ account_id: null }]);
  });

  it('set null clears children and logs it', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'account', operation: 'create', input: { name: 'A', contacts: { create: [{ name: 'c' }] }, children: { create: [{ name: 'B' }] } } });
    await sales.write({ object: 'account', operation: 'delete', id });
    const log = (await sales.log()).slice(3);
    expect(log.map(({ object, kind }) => `${kind} ${object}`).sort()).toEqual(['delete account', 'update account', 'update contact']);
    expect(log.find(({ object }) => object === 'contact')?.changes).toEqual({ account: [id, null] });
    expect(log.find(({ kind }) => kind === 'delete')?.changes['name']).toEqual(['A', null]);
    expect(log.at(-1)?.kind).toBe('delete');
  });

  it('a soft delete takes its details along, and restore brings back just those', async () => {
    const sales = await openSales(await open());
    const { purchase } = await order(sales);
    const [x] = await sales.rows<{ id: string }>(`SELECT id FROM line WHERE sku = 'x'`);
    await sales.write({ object: 'line', operation: 'delete', id: x?.id ?? '' }, { ...sales.context(), now: new Date('2026-03-01T00:00:00.000Z') });
    await sales.write({ object: 'purchase', operation: 'delete', id: purchase });
    expect(await sales.rows('SELECT 1 FROM line WHERE deleted_at IS NULL UNION ALL SELECT 1 FROM purchase WHERE deleted_at IS NULL')).toEqual([]);
    expect((await refusal(sales.write({ object: 'purchase', operation: 'update', id: purchase, input: { number: '2' } }))).code).toBe('NOT_FOUND');
    expect((await refusal(sales.write({ object: 'purchase', operation: 'delete', id: purchase }))).code).toBe('NOT_FOUND');
    await sales.write({ object: 'purchase', operation: 'restore', id: purchase });
    expect(await sales.rows('SELECT sku FROM line WHERE deleted_at IS NULL')).toEqual([{ sku: 'y' }]);
    expect((await sales.log()).slice(-2).map(({ object, kind }) => `${kind} ${object}`)).toEqual(['restore purchase', 'restore line']);
    expect((await refusal(sales.write({ object: 'purchase', operation: 'restore', id: purchase }))).code).toBe('NOT_FOUND');
    expect((await refusal(sales.write({ object: 'account', operation: 'restore', id: purchase }))).code).toBe('BAD_REQUEST');
  });

  it('a record in the trash frees its unique values and cannot be restored over another', async () => {
    const sales = await openSales(await open());
    const { purchase } = await order(sales);
    await sales.write({ object: 'purchase', operation: 'delete', id: purchase });
    expect((await sales.write({ object: 'purchase', operation: 'upsert', by: 'number', input: { number: '1' } })).rows[0]?.created).toBe(true);
    expect(await problemsOf(sales.write({ object: 'purchase', operation: 'restore', id: purchase }))).toEqual(['id.number NOT_UNIQUE']);
  });

  it('a record in the trash is not written by an upsert with its id, which says where it is', async () => {
    const sales = await openSales(await open());
    const { purchase } = await order(sales);
    await sales.write({ object: 'purchase', operation: 'delete', id: purchase });
    const upsert = (context = sales.context()) => sales.write({ object: 'purchase', operation: 'upsert', by: 'id', input: { id: purchase, number: '2' } }, context);
    expect((await refusal(upsert())).code).toBe('CONFLICT');
    expect(await problemsOf(upsert())).toEqual(['input.id IN_TRASH']);
    // To whom it is hidden, it is an id in use like any other.
    expect(await problemsOf(upsert(sales.context({}, accessWith({ purchase: { read: false } }))))).toEqual(['input.id NOT_UNIQUE']);
    await sales.write({ object: 'purchase', operation: 'restore', id: purchase });
    expect((await upsert()).rows).toMatchObject([{ id: purchase, created: false }]);
  });

  it('purge removes the record and its details for good', async () => {
    const sales = await openSales(await open());
    const { purchase } = await order(sales);
    await sales.write({ object: 'purchase', operation: 'deleteMany', ids: [purchase], purge: true });
    expect(await sales.rows('SELECT 1 FROM line UNION ALL SELECT 1 FROM purchase')).toEqual([]);
    expect((await sales.log()).slice(-3).map(({ object, kind }) => `${kind} ${object}`)).toEqual(['delete line', 'delete line', 'delete purchase']);
  });

  it('asks for the right to delete, also at nested nodes', async () => {
    const sales = await openSales(await open());
    const { account, purchase } = await order(sales);
    const as = sales.context({}, accessWith({ purchase: { delete: false }, contact: { delete: false } }));
    expect((await refusal(sales.write({ object: 'purchase', operation: 'delete', id: purchase }, as))).code).toBe('FORBIDDEN');
    const [contact] = await sales.rows<{ id: string }>('SELECT id FROM contact');
    expect((await refusal(sales.write({ object: 'account', operation: 'update', id: account, input: { contacts: { delete: [{ id: contact?.id }] } } }, as))).code).toBe('FORBIDDEN');
    expect(await sales.rows('SELECT 1 FROM contact')).toHaveLength(1);
  });
});
