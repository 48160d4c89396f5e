import { v7 as newId } from 'uuid';
import { expect, it } from 'vitest';
import type { Statement } from '../../../src/database/database.ts';
import { ObjectosError } from '../../../src/errors.ts';
import type { RequestContext } from '../../../src/resolvers/request.ts';
import { describeEachDatabase, onServer } from '../../support/database.ts';
import { accessWith, equals, observed, openSales, type Sales } from './fixture.ts';

/** Contexts of requests of their own, and the statements that they make. */
function watched(sales: Sales, given: Partial<RequestContext> = {}): { readonly next: (more?: Partial<RequestContext>) => RequestContext; readonly statements: Statement[] } {
  const statements: Statement[] = [];
  const database = observed(sales.database, (statement) => {
    statements.push(statement);
    return sales.database.query(statement);
  });
  let requests = 0;
  return { statements, next: (more) => ({ ...sales.context(), database, requestId: `request-${(requests += 1)}`, ...given, ...more }) };
}

const outcome = (work: Promise<unknown>): Promise<string> => work.then(() => 'ok', (error: unknown) => (error instanceof ObjectosError ? `${error.code} ${error.problems?.map(({ path }) => path.join('.')).join() ?? ''}`.trim() : String(error)));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describeEachDatabase('single writes beside each other', (open, kind) => {
  it('go together, and each keeps its own answer and its own place in the log', async () => {
    const sales = await openSales(await open());
    const { next, statements } = watched(sales);
    const results = await Promise.all(numbers(40).map((index) => sales.write({ object: 'topic', operation: 'create', input: { name: `T${index}` } }, next())));
    const ids = results.map(({ rows }) => rows[0]?.id ?? '');
    expect(statements.length).toBeLessThan(8);
    expect(await sales.rows('SELECT id, name FROM topic ORDER BY substr(name, 2)::int')).toEqual(ids.map((id, index) => ({ id, name: `T${index}` })));
    const logged = await sales.rows<{ id: string; request: string; actor: string }>('SELECT record_id AS id, request, actor FROM objectos_change_log');
    expect(new Map(logged.map(({ id, request }) => [id, request]))).toEqual(new Map(ids.map((id, index) => [id, `request-${index + 1}`])));
    expect(new Set(logged.map(({ actor }) => actor))).toEqual(new Set([sales.context().caller.userId]));
  });

  it('wait for nothing when they come one by one', async () => {
    const sales = await openSales(await open());
    const { next, statements } = watched(sales);
    for (const index of numbers(3)) await sales.write({ object: 'topic', operation: 'create', input: { name: `T${index}` } }, next());
    const writing = statements.filter(({ text }) => text.includes('INSERT INTO "topic"'));
    expect(writing.map(({ text }) => text.includes('json_to_recordset'))).toEqual([false, false, false]);
  });

  it('fail for themselves', async () => {
    const sales = await openSales(await open());
    const { next, statements } = watched(sales);
    await sales.write({ object: 'topic', operation: 'create', input: { name: 'taken' } });
    const names = numbers(20).map((index) => (index % 5 === 4 ? 'taken' : `T${index}`));
    const outcomes = await Promise.all(names.map((name) => outcome(sales.write({ object: 'topic', operation: 'create', input: { name } }, next()))));
    expect(outcomes).toEqual(names.map((name) => (name === 'taken' ? 'CONFLICT input.name' : 'ok')));
    expect(statements.some(({ text }) => text.includes('json_to_recordset'))).toBe(true);
    expect(await sales.rows('SELECT count(*)::int AS count FROM topic')).toEqual([{ count: 17 }]);
  });

  it('are checked one by one', async () => {
    const sales = await openSales(await open());
    const access = accessWith({ account: { check: equals('industry', 'tech'), read: equals('industry', 'tech') } });
    const { next, statements } = watched(sales, { access });
    const hidden = await sales.id({ object: 'account', operation: 'create', input: { name: 'Hidden', industry: 'PUBLIC_SECTOR' } });
    const outcomes = await Promise.all(numbers(20).map((index) => outcome(sales.write({ object: 'account', operation: 'create', input: { name: `A${index}`, industry: index % 2 === 0 ? 'TECH' : 'PUBLIC_SECTOR' } }, next()))));
    expect(outcomes).toEqual(numbers(20).map((index) => (index % 2 === 0 ? 'ok' : 'FORBIDDEN input')));
    const linked = await Promise.all(numbers(10).map((index) => outcome(sales.write({ object: 'contact', operation: 'create', input: { name: `C${index}`, accountId: index === 7 ? hidden : null } }, next()))));
    expect(linked.filter((each) => each !== 'ok')).toEqual(['VALIDATION_FAILED input.accountId']);
    expect(statements.filter(({ text }) => text.includes('json_to_recordset')).length).toBeGreaterThan(1);
  });

  it('of different callers never go together', async () => {
    const sales = await openSales(await open());
    const callers = numbers(3).map(() => newId());
    const { next, statements } = watched(sales);
    const as = (index: number) => next({ caller: { ...sales.context().caller, userId: callers[index % 3] } });
    const results = await Promise.all(numbers(30).map((index) => sales.write({ object: 'topic', operation: 'create', input: { name: `T${index}` } }, as(index))));
    const actors = new Map((await sales.rows<{ id: string; actor: string }>('SELECT record_id AS id, actor FROM objectos_change_log')).map(({ id, actor }) => [id, actor]));
    expect(results.map(({ rows }) => actors.get(rows[0]?.id ?? ''))).toEqual(numbers(30).map((index) => callers[index % 3]));
    expect(statements.length).toBeLessThan(20);
  });

  it('update each record as often as asked, from what it was', async () => {
    const sales = await openSales(await open());
    const { next, statements } = watched(sales);
    const ids = await Promise.all(numbers(12).map((index) => sales.id({ object: 'topic', operation: 'create', input: { name: `T${index}` } })));
    const writes = numbers(48).map((index) => ({ id: ids[index % 12] ?? '', name: `T${index % 12} ${Math.floor(index / 12)}` }));
    await Promise.all(writes.map(({ id, name }) => sales.write({ object: 'topic', operation: 'update', id, input: { name } }, next())));
    expect(statements.length).toBeLessThan(48);
    expect(await sales.rows('SELECT DISTINCT version FROM topic')).toEqual([{ version: 5 }]);
    for (const id of ids) {
      const names = (await sales.log()).filter(({ recordId }) => recordId === id).map(({ changes }) => changes['name'] as readonly string[]);
      for (const [index, pair] of names.entries()) if (index > 1) expect(pair[0]).toBe(names[index - 1]?.[1]);
    }
  });

  it('tell apart versions, records that are not there and values that are the same', async () => {
    const sales = await openSales(await open());
    const { next } = watched(sales);
    const ids = await Promise.all(numbers(6).map((index) => sales.id({ object: 'topic', operation: 'create', input: { name: `T${index}` } })));
    const outcomes = await Promise.all([
      ...ids.map((id, index) => outcome(sales.write({ object: 'topic', operation: 'update', id, input: { name: index === 3 ? 'T3' : `N${index}` }, options: { ifVersion: index === 4 ? 9 : 1 } }, next()))),
      outcome(sales.write({ object: 'topic', operation: 'update', id: newId(), input: { name: 'X' } }, next())),
    ]);
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'ok', 'CONFLICT input', 'ok', 'NOT_FOUND input']);
    expect(await sales.rows('SELECT name, version FROM topic ORDER BY id')).toEqual(['N0', 'N1', 'N2', 'T3', 'T4', 'N5'].map((name) => ({ name, version: name.startsWith('N') ? 2 : 1 })));
  });

  it.skipIf(kind === 'pglite')('are not held up by a record that somebody else holds', async () => {
    const sales = await openSales(await open());
    const { next } = watched(sales);
    const ids = await Promise.all(numbers(12).map((index) => sales.id({ object: 'topic', operation: 'create', input: { name: `T${index}` } })));
    const [held, ...free] = ids;
    const [{ schema } = { schema: '' }] = await sales.rows<{ schema: string }>('SELECT current_schema() AS schema');
    await onServer(async (client) => {
      await client.query('BEGIN');
      await client.query(`SELECT 1 FROM "${schema}".topic WHERE id = $1 FOR UPDATE`, [held]);
      let done = false;
      const blocked = sales.write({ object: 'topic', operation: 'update', id: held ?? '', input: { name: 'H' } }, next()).finally(() => (done = true));
      await Promise.all(free.map((id, index) => sales.write({ object: 'topic', operation: 'update', id, input: { name: `N${index}` } }, next())));
      expect(done).toBe(false);
      await client.query('COMMIT');
      await blocked;
    });
    expect(await sales.rows('SELECT DISTINCT version FROM topic')).toEqual([{ version: 2 }]);
  });

  it.skipIf(kind === 'pglite')('are not tried again when nobody knows what became of them', async () => {
    const sales = await openSales(await open());
    const { next, statements } = watched(sales);
    let lost = false;
    const database = observed(sales.database, async (statement) => {
      statements.push(statement);
      const answer = await sales.database.query(statement);
      if (lost || !statement.text.includes('json_to_recordset')) return answer as never;
      lost = true;
      throw new ObjectosError('UNAVAILABLE', 'The database cannot be reached.', { cause: Object.assign(new Error('gone'), { code: 'ECONNRESET' }) });
    });
    const outcomes = await Promise.all(numbers(10).map((index) => outcome(sales.write({ object: 'topic', operation: 'create', input: { name: `T${index}` } }, next({ database })))));
    expect(lost).toBe(true);
    expect(outcomes.filter((each) => each === 'UNAVAILABLE').length).toBeGreaterThan(1);
    expect(await sales.rows('SELECT count(*)::int AS count FROM topic')).toEqual([{ count: 10 }]);
  });
});
