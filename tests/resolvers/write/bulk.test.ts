import { v7 as newId } from 'uuid';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { accessWith, equals, observed, openSales, problemsOf, refusal } from './fixture.ts';

describeEachDatabase('bulk writes', (open) => {
  it('writes 10,000 rows in a few statements', async () => {
    const sales = await openSales(await open());
    const input = Array.from({ length: 10_000 }, (_, index) => ({ name: `Account ${index}`, slug: `s${index}`, revenue: `${index}.25`, industry: 'TECH', labels: ['a'] }));
    let statements = 0;
    const counted = observed(sales.database, (statement) => ((statements += 1), sales.database.query(statement)));
    const { rows } = await sales.write({ object: 'account', operation: 'createMany', input }, { ...sales.context(), database: counted });
    expect(rows).toHaveLength(10_000);
    expect(statements).toBeLessThanOrEqual(5);
    expect(await sales.rows('SELECT count(*)::int AS n, sum(revenue)::text AS sum FROM account')).toEqual([{ n: 10_000, sum: '49997500.00' }]);
    const [first] = rows;
    const updates = rows.map(({ id = '', index }) => ({ id, input: { name: `New ${index}` } }));
    await sales.write({ object: 'account', operation: 'updateMany', rows: updates });
    expect(await sales.rows('SELECT name, version FROM account WHERE id = $1', [first?.id])).toEqual([{ name: 'New 0', version: 2 }]);
    await sales.write({ object: 'account', operation: 'deleteMany', where: equals('industry', 'tech') });
    expect(await sales.rows('SELECT 1 FROM account')).toEqual([]);
    expect(await sales.rows('SELECT kind, count(*)::int AS n FROM objectos_change_log GROUP BY 1 ORDER BY 1')).toEqual([{ kind: 'create', n: 10_000 }, { kind: 'delete', n: 10_000 }, { kind: 'update', n: 10_000 }]);
  });

  it('refuses more rows than the limit', async () => {
    const sales = await openSales(await open(), [], { maxRows: 3 });
    const topics = (count: number) => Array.from({ length: count }, (_, index) => ({ name: String(index) }));
    expect((await refusal(sales.write({ object: 'topic', operation: 'createMany', input: topics(4) }))).code).toBe('LIMIT_EXCEEDED');
    expect((await refusal(sales.write({ object: 'account', operation: 'create', input: { name: 'A', contacts: { create: topics(3) } } }))).code).toBe('LIMIT_EXCEEDED');
    await sales.write({ object: 'topic', operation: 'createMany', input: topics(3) });
    expect(await sales.rows('SELECT 1 FROM topic')).toHaveLength(3);
  });

  it('ATOMIC: reports all rows and writes none', async () => {
    const sales = await openSales(await open());
    const input = [{ name: 'a' }, { name: '' }, { name: 'c', seats: -1 }];
    expect([...(await problemsOf(sales.write({ object: 'account', operation: 'createMany', input })))].sort()).toEqual(['input.1.name REQUIRED', 'input.2.seats OUT_OF_RANGE']);
    const colliding = [{ name: 'a', slug: 'x' }, { name: 'b', slug: 'y' }, { name: 'c', slug: 'x' }];
    expect(await problemsOf(sales.write({ object: 'account', operation: 'createMany', input: colliding }))).toEqual(['input.2.slug NOT_UNIQUE']);
    expect(await sales.rows('SELECT 1 FROM account')).toEqual([]);
  });

  it('PARTIAL: writes what can be written and reports the others by row', async () => {
    const sales = await openSales(await open());
    await sales.write({ object: 'account', operation: 'create', input: { name: 'old', slug: 'taken' } });
    const input = [
      { name: 'ok 0', contacts: { create: [{ name: 'c', email: 'c@x.y' }] } }, { name: '' }, { name: 'dup', slug: 'taken' }, { name: 'ok 3', slug: 'once' }, { name: 'dup', slug: 'once' },
      { name: 'child', contacts: { create: [{ name: 'd', email: 'c@x.y' }] } }, { name: 'ok 6' }, { name: 'ref', parentId: newId() },
    ];
    const { rows } = await sales.write({ object: 'account', operation: 'createMany', input, options: { mode: 'PARTIAL' } });
    expect(rows.map(({ index, id, problems }) => [index, id !== undefined, problems.map(({ path, code }) => `${path.join('.')} ${code}`).join()])).toEqual([
      [0, true, ''], [1, false, 'input.1.name REQUIRED'], [2, false, 'input.2.slug NOT_UNIQUE'], [3, true, ''], [4, false, 'input.4.slug NOT_UNIQUE'],
      [5, false, 'input.5.contacts.create.0.email NOT_UNIQUE'], [6, true, ''], [7, false, 'input.7.parentId NOT_FOUND'],
    ]);
    expect(await sales.rows('SELECT name FROM account ORDER BY name')).toEqual([{ name: 'ok 0' }, { name: 'ok 3' }, { name: 'ok 6' }, { name: 'old' }]);
    expect(await sales.rows('SELECT name FROM contact')).toEqual([{ name: 'c' }]);
    expect((await sales.log()).map(({ object }) => object).sort()).toEqual(['account', 'account', 'account', 'account', 'contact']);
  });

  it('lets rows take unique values that rows before them give away', async () => {
    const sales = await openSales(await open());
    const { rows } = await sales.write({ object: 'account', operation: 'createMany', input: Array.from({ length: 6 }, (_, index) => ({ name: `A${index}`, slug: `s${index}` })) });
    const ids = rows.map(({ id = '' }) => id);
    const slugs = () => sales.rows<{ slug: string }>('SELECT slug FROM account ORDER BY name').then((found) => found.map(({ slug }) => slug));
    const up = ids.map((id, index) => ({ id, input: { slug: `s${index + 1}` } })).reverse();
    await sales.write({ object: 'account', operation: 'updateMany', rows: up });
    expect(await slugs()).toEqual(['s1', 's2', 's3', 's4', 's5', 's6']);
    const down = ids.map((id, index) => ({ id, input: { slug: `s${index}` } }));
    expect((await sales.write({ object: 'account', operation: 'updateMany', rows: down, options: { mode: 'PARTIAL' } })).rows.flatMap(({ problems }) => problems)).toEqual([]);
    expect(await slugs()).toEqual(['s0', 's1', 's2', 's3', 's4', 's5']);
    // In a circle, nobody begins.
    const around = ids.map((id, index) => ({ id, input: { slug: `s${(index + 1) % 6}` } }));
    expect(await problemsOf(sales.write({ object: 'account', operation: 'updateMany', rows: around }))).toEqual(['rows.0.input.slug NOT_UNIQUE']);
    expect(await slugs()).toEqual(['s0', 's1', 's2', 's3', 's4', 's5']);
  });

  it('tells of each row the same as alone, in the order of the rows', async () => {
    const sales = await openSales(await open());
    await sales.write({ object: 'account', operation: 'create', input: { name: 'old', slug: 'taken' } });
    const missing = newId();
    const input = [{ name: 'a', slug: 'taken', parentId: missing }, { name: '', parentId: missing }, { name: 'c', seats: -1, slug: 'taken' }];
    const alone = [];
    for (const one of input) alone.push(await problemsOf(sales.write({ object: 'account', operation: 'create', input: one })));
    expect(alone).toEqual([['input.parentId NOT_FOUND'], ['input.parentId NOT_FOUND', 'input.name REQUIRED'], ['input.seats OUT_OF_RANGE']]);
    expect(await problemsOf(sales.write({ object: 'account', operation: 'createMany', input }))).toEqual(alone.flatMap((problems, row) => problems.map((problem) => problem.replace('input', `input.${row}`))));
  });

  it('PARTIAL: stays quick when many rows collide', async () => {
    const sales = await openSales(await open());
    await sales.write({ object: 'topic', operation: 'createMany', input: Array.from({ length: 100 }, (_, index) => ({ name: `${index * 5}` })) });
    let statements = 0;
    const database = observed(sales.database, (statement) => ((statements += 1), sales.database.query(statement)));
    const input = Array.from({ length: 500 }, (_, index) => ({ name: `${index}` }));
    const { rows } = await sales.write({ object: 'topic', operation: 'createMany', input, options: { mode: 'PARTIAL' } }, { ...sales.context(), database });
    expect(rows.filter(({ problems }) => problems[0]?.code === 'NOT_UNIQUE').map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, index) => index * 5));
    expect(await sales.rows('SELECT count(*)::int AS n FROM topic')).toEqual([{ n: 500 }]);
    expect(statements).toBeLessThan(400);
  });

  it('PARTIAL: skips what the caller may not touch', async () => {
    const sales = await openSales(await open());
    const ids = (await sales.write({ object: 'topic', operation: 'createMany', input: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] })).rows.map(({ id }) => id ?? '');
    const as = sales.context({}, accessWith({ topic: { read: { kind: 'not', filter: equals('name', 'b') }, edit: { kind: 'not', filter: equals('name', 'c') }, delete: { kind: 'not', filter: equals('name', 'c') } } }));
    const updated = await sales.write({ object: 'topic', operation: 'updateMany', rows: ids.map((id, index) => ({ id, input: { name: `n${index}` } })), options: { mode: 'PARTIAL' } }, as);
    expect(updated.rows.map(({ problems }) => problems[0]?.code)).toEqual([undefined, 'NOT_FOUND', 'FORBIDDEN']);
    const deleted = await sales.write({ object: 'topic', operation: 'deleteMany', ids, options: { mode: 'PARTIAL' } }, as);
    expect(deleted.rows.map(({ problems }) => problems[0]?.code)).toEqual([undefined, 'NOT_FOUND', 'FORBIDDEN']);
    expect((await refusal(sales.write({ object: 'topic', operation: 'deleteMany', where: { kind: 'always', value: true } }, as))).code).toBe('FORBIDDEN');
    expect(await sales.rows('SELECT name FROM topic ORDER BY name')).toEqual([{ name: 'b' }, { name: 'c' }]);
  });

  it('upserts by id, by a single and by a compound key', async () => {
    const sales = await openSales(await open());
    const first = await sales.write({ object: 'account', operation: 'upsertMany', by: 'slug', input: [{ slug: 'a', name: 'A' }, { slug: 'b', name: 'B', seats: 5 }] });
    const second = await sales.write({ object: 'account', operation: 'upsertMany', by: 'slug', input: [{ slug: 'c', name: 'C' }, { slug: 'b', name: 'B2' }] });
    expect([...first.rows, ...second.rows].map(({ created }) => created)).toEqual([true, true, true, false]);
    expect(second.rows[1]?.id).toBe(first.rows[1]?.id);
    expect(await sales.rows('SELECT name, seats::int FROM account ORDER BY name')).toEqual([{ name: 'A', seats: null }, { name: 'B2', seats: 5 }, { name: 'C', seats: null }]);
    const id = newId();
    expect((await sales.write({ object: 'topic', operation: 'upsert', by: 'id', input: { id, name: 'x' } })).rows).toMatchObject([{ id, created: true }]);
    expect((await sales.write({ object: 'topic', operation: 'upsert', by: 'id', input: { id, name: 'y' } })).rows).toMatchObject([{ id, created: false }]);
    const purchaseId = await sales.id({ object: 'purchase', operation: 'create', input: { number: '1' } });
    const line = (quantity: number) => sales.write({ object: 'line', operation: 'upsert', by: 'purchaseAndSku', input: { purchaseId, sku: 's', quantity } });
    expect([(await line(1)).rows[0]?.created, (await line(4)).rows[0]?.created]).toEqual([true, false]);
    expect(await sales.rows('SELECT quantity::int FROM line')).toEqual([{ quantity: 4 }]);
    expect(await problemsOf(sales.write({ object: 'account', operation: 'upsertMany', by: 'slug', input: [{ slug: 'z', name: '1' }, { slug: 'z', name: '2' }, { name: '3' }] }))).toEqual(['input.1 DUPLICATE', 'input.2.slug REQUIRED']);
  });

  it('updates by filter only what the caller may read', async () => {
    const sales = await openSales(await open());
    await sales.write({ object: 'topic', operation: 'createMany', input: [{ name: 'a' }, { name: 'b' }] });
    const as = sales.context({}, accessWith({ topic: { read: equals('name', 'a') } }));
    const { rows } = await sales.write({ object: 'topic', operation: 'updateMany', where: { kind: 'always', value: true }, input: { name: 'z' } }, as);
    expect(rows).toHaveLength(1);
    expect(await sales.rows('SELECT name FROM topic ORDER BY name')).toEqual([{ name: 'b' }, { name: 'z' }]);
  });
});
