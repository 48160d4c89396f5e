import { v7 as newId } from 'uuid';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { now, openSales, problemsOf, refusal, userId } from './fixture.ts';

describeEachDatabase('single writes', (open) => {
  it('creates a record with defaults, stamps and a log row', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'account', operation: 'create', input: { name: 'Ada', industry: 'PUBLIC_SECTOR', revenue: '10.5', labels: ['a'], address: { city: 'Bern' }, extra: [1], pin: 'secret-1' } });
    const [row] = await sales.rows('SELECT * FROM account');
    expect(row).toMatchObject({ id, name: 'Ada', industry: 'public_sector', labels: ['a'], founded: '2026-03-15', address: { city: 'Bern' }, extra: [1], version: 1, created_at: now.toISOString(), created_by: userId });
    const [change] = await sales.log();
    expect(change).toMatchObject({ object: 'account', recordId: id, kind: 'create', actor: userId, organization: 'org-1', request: 'request-1', at: now.toISOString() });
    expect(change?.changes).toMatchObject({ name: [null, 'Ada'], industry: [null, 'public_sector'], founded: [null, '2026-03-15'], extra: [null, [1]] });
    expect(JSON.stringify(change)).not.toContain('secret-1');
  });

  it('updates what differs, and nothing when nothing differs', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'account', operation: 'create', input: { name: 'Ada', seats: 3 } });
    await sales.write({ object: 'account', operation: 'update', id, input: { name: 'Bob', seats: 3 } });
    await sales.write({ object: 'account', operation: 'update', id, input: { name: 'Bob' } });
    expect(await sales.rows('SELECT name, version FROM account')).toEqual([{ name: 'Bob', version: 2 }]);
    const log = await sales.log();
    expect(log.map(({ kind, changes }) => [kind, changes['name'], changes['seats']])).toEqual([['create', [null, 'Ada'], [null, 3]], ['update', ['Ada', 'Bob'], undefined]]);
  });

  it('reports every problem of an input with its path', async () => {
    const sales = await openSales(await open());
    const input = { revenue: 'much', seats: -1, industry: 'FOOD', color: 'red', score: 1, id: 'x', parentId: newId(), contacts: { create: [{ name: 'A' }, { email: 'no' }] } };
    expect([...(await problemsOf(sales.write({ object: 'account', operation: 'create', input })))].sort()).toEqual([
      'input.color UNKNOWN_FIELD', 'input.contacts.create.1.email BAD_FORMAT', 'input.contacts.create.1.name REQUIRED', 'input.id INVALID_ID', 'input.industry NOT_AN_OPTION',
      'input.name REQUIRED', 'input.parentId NOT_FOUND', 'input.revenue WRONG_TYPE', 'input.score READ_ONLY', 'input.seats OUT_OF_RANGE',
    ].sort());
    expect(await sales.rows('SELECT 1 FROM account')).toEqual([]);
  });

  it('takes a client id, and refuses a second record with it', async () => {
    const sales = await openSales(await open());
    const id = newId();
    expect(await sales.id({ object: 'topic', operation: 'create', input: { id: id.toUpperCase(), name: 'a' } })).toBe(id);
    expect(await problemsOf(sales.write({ object: 'topic', operation: 'create', input: { id, name: 'b' } }))).toEqual(['input.id NOT_UNIQUE']);
    expect(await problemsOf(sales.write({ object: 'topic', operation: 'create', input: { name: 'a' } }))).toEqual(['input.name NOT_UNIQUE']);
  });

  it('refuses a stale version and names the current one', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'account', operation: 'create', input: { name: 'Ada' } });
    const update = (name: string) => sales.write({ object: 'account', operation: 'update', id, input: { name }, options: { ifVersion: 1 } });
    await update('Bob');
    const error = await refusal(update('Cid'));
    expect(error.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2, id });
    expect((await refusal(sales.write({ object: 'account', operation: 'delete', id, options: { ifVersion: 1 } }))).extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2, id });
  });

  it('answers NOT_FOUND for unknown and malformed ids', async () => {
    const sales = await openSales(await open());
    for (const id of [newId(), 'x']) {
      expect((await refusal(sales.write({ object: 'account', operation: 'update', id, input: { name: 'x' } }))).code).toBe('NOT_FOUND');
      expect((await refusal(sales.write({ object: 'account', operation: 'delete', id }))).code).toBe('NOT_FOUND');
    }
  });

  it('runs a dry run through everything and keeps nothing', async () => {
    const sales = await openSales(await open());
    await sales.write({ object: 'account', operation: 'create', input: { name: 'Ada', contacts: { create: [{ name: 'B' }] } }, options: { dryRun: true } });
    expect(await sales.rows('SELECT 1 FROM account')).toEqual([]);
    expect(await sales.log()).toEqual([]);
  });
});
