import { v7 as newId } from 'uuid';
import { expect, it } from 'vitest';
import { ObjectosError } from '../../../src/errors.ts';
import { pruneIdempotency, withIdempotency } from '../../../src/resolvers/write/idempotency.ts';
import { describeEachDatabase, onServer } from '../../support/database.ts';
import { observed, openSales, refusal } from './fixture.ts';

const settled = (work: readonly Promise<unknown>[]) => Promise.allSettled(work).then((results) => results.map((result) => (result.status === 'fulfilled' ? 'ok' : result.reason instanceof ObjectosError ? result.reason.code : String(result.reason))).sort());

describeEachDatabase('concurrent writes', (open, kind) => {
  it('lets one of several writers of one version through', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'account', operation: 'create', input: { name: 'A' } });
    const writers = Array.from({ length: 5 }, (_, index) => sales.write({ object: 'account', operation: 'update', id, input: { name: `W${index}` }, options: { ifVersion: 1 } }));
    expect(await settled(writers)).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT', 'CONFLICT', 'ok']);
    expect(await sales.rows('SELECT version FROM account')).toEqual([{ version: 2 }]);
  });

  it('logs the true before and after of racing updates', async () => {
    const sales = await openSales(await open());
    const id = await sales.id({ object: 'topic', operation: 'create', input: { name: 'start' } });
    await Promise.all(Array.from({ length: 12 }, (_, index) => sales.write({ object: 'topic', operation: 'update', id, input: { name: `n${index}` } })));
    const pairs = (await sales.log()).map(({ changes }) => changes['name']);
    for (const [index, pair] of pairs.entries()) if (index > 0) expect(pair?.[0]).toBe(pairs[index - 1]?.[1]);
    expect(pairs).toHaveLength(13);
  });

  it('turns racing upserts of one key into one record', async () => {
    const sales = await openSales(await open());
    const results = await Promise.all(Array.from({ length: 6 }, (_, index) => sales.write({ object: 'account', operation: 'upsert', by: 'slug', input: { slug: 's', name: `N${index}` } })));
    expect(results.filter(({ rows }) => rows[0]?.created)).toHaveLength(1);
    expect(new Set(results.map(({ rows }) => rows[0]?.id)).size).toBe(1);
    expect(await sales.rows('SELECT 1 FROM account')).toHaveLength(1);
  });

  it('updates of the same records in opposite order do not block each other', async () => {
    const sales = await openSales(await open());
    const ids = (await sales.write({ object: 'topic', operation: 'createMany', input: Array.from({ length: 20 }, (_, index) => ({ name: `${index}` })) })).rows.map(({ id }) => id ?? '');
    const rows = (list: readonly string[], name: string) => list.map((id, index) => ({ id, input: { name: `${name}${index}` } }));
    await Promise.all([
      sales.write({ object: 'topic', operation: 'updateMany', rows: rows(ids, 'a') }),
      sales.write({ object: 'topic', operation: 'updateMany', rows: rows([...ids].reverse(), 'b') }),
    ]);
    expect(await sales.rows('SELECT DISTINCT version FROM topic')).toEqual([{ version: 3 }]);
  });

  it('a failing write inside an open transaction leaves the rest of it alone', async () => {
    const sales = await openSales(await open());
    await sales.database.transaction(async () => {
      await sales.write({ object: 'topic', operation: 'create', input: { name: 'a' } });
      expect((await refusal(sales.write({ object: 'topic', operation: 'create', input: { name: 'a' } }))).code).toBe('CONFLICT');
      expect((await refusal(sales.write({ object: 'topic', operation: 'createMany', input: [{ name: 'b' }, { name: 'a' }] }))).code).toBe('CONFLICT');
      await sales.write({ object: 'topic', operation: 'create', input: { name: 'c' } });
    });
    expect(await sales.rows('SELECT name FROM topic ORDER BY name')).toEqual([{ name: 'a' }, { name: 'c' }]);
  });

  it.skipIf(kind === 'pglite')('a bulk write that is killed leaves nothing', async () => {
    const sales = await openSales(await open(), [], { chunk: 100 });
    let killed = false;
    const database = observed(sales.database, async (statement) => {
      const result = await sales.database.query(statement);
      if (!killed && statement.text.includes('INSERT INTO "contact"')) {
        killed = true;
        const [backend] = await sales.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await onServer((client) => client.query('SELECT pg_terminate_backend($1)', [backend?.pid]));
      }
      return result as never;
    });
    const input = Array.from({ length: 5_000 }, (_, index) => ({ name: `A${index}`, contacts: { create: [{ name: 'c' }] } }));
    expect((await refusal(sales.write({ object: 'account', operation: 'createMany', input }, { ...sales.context(), database }))).code).toBe('UNAVAILABLE');
    expect(killed).toBe(true);
    expect(await sales.rows('SELECT 1 FROM account UNION ALL SELECT 1 FROM contact UNION ALL SELECT 1 FROM objectos_change_log')).toEqual([]);
  });
});

describeEachDatabase('idempotency', (open) => {
  it('answers a repeat, also a simultaneous one, with the first answer', async () => {
    const sales = await openSales(await open());
    const run = (hash = 'h') => withIdempotency(sales.context(), 'key', hash, async () => (await sales.write({ object: 'topic', operation: 'create', input: { name: newId() } })).rows[0]?.id ?? '');
    const [first, ...others] = await Promise.all([run(), run(), run()]);
    expect(others).toEqual([first, first]);
    expect(await run()).toBe(first);
    expect(await sales.rows('SELECT 1 FROM topic')).toHaveLength(1);
    expect((await refusal(run('other'))).code).toBe('CONFLICT');
    const another = await withIdempotency(sales.context({ userId: newId() }), 'key', 'h', () => Promise.resolve('mine'));
    expect(another).toBe('mine');
  });

  it('forgets what failed and what is old', async () => {
    const sales = await openSales(await open());
    const run = (work: () => Promise<string>) => withIdempotency(sales.context(), 'key', 'h', work);
    await expect(run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await run(() => Promise.resolve('1'))).toBe('1');
    expect(await run(() => Promise.resolve('2'))).toBe('1');
    await sales.rows(`UPDATE objectos_idempotency SET created_at = now() - interval '25 hours'`);
    expect(await run(() => Promise.resolve('3'))).toBe('3');
    expect(await pruneIdempotency(sales.database, { olderThan: new Date(Date.now() - 1000) })).toBe(0);
    expect(await pruneIdempotency(sales.database, { olderThan: new Date(Date.now() + 60_000) })).toBe(1);
  });
});
