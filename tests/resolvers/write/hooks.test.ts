import { expect, it } from 'vitest';
import { ObjectosError } from '../../../src/errors.ts';
import { hookPhase, type HookContext } from '../../../src/resolvers/write/hooks.ts';
import type { MutationPhase } from '../../../src/resolvers/write/phase.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { observed, openSales, problemsOf, refusal } from './fixture.ts';

describeEachDatabase('hooks', (open) => {
  it('runs the stages in order, once for all records of a bulk write', async () => {
    const seen: string[] = [];
    const phase = (name: string): MutationPhase => ({
      objects: ['topic'],
      before: (changes) => void seen.push(`${name} before ${changes.length} ${String(changes[0]?.record['name'])}`),
      compute: (changes) => void seen.push(`${name} compute ${changes.length}`),
      validate: (changes) => void seen.push(`${name} validate ${changes.length}`),
      after: (changes) => void seen.push(`${name} after ${changes.length} ${String(changes[0]?.record['version'])}`),
      committed: (changes) => void seen.push(`${name} committed ${changes.length}`),
    });
    const sales = await openSales(await open(), [phase('a'), phase('b')]);
    await sales.write({ object: 'topic', operation: 'createMany', input: [{ name: 'x' }, { name: 'y' }] });
    await sales.write({ object: 'contact', operation: 'create', input: { name: 'untouched' } });
    expect(seen).toEqual([
      'a before 2 x', 'b before 2 x', 'a compute 2', 'b compute 2', 'a validate 2', 'b validate 2', 'a after 2 1', 'b after 2 1', 'a committed 2', 'b committed 2',
    ]);
  });

  it('before may change values, validate reports by row, previous is the old image', async () => {
    const previous: unknown[] = [];
    const sales = await openSales(await open(), [{
      objects: ['account'],
      before(changes) {
        for (const change of changes) {
          previous.push(change.previous?.['name']);
          if (typeof change.values['name'] === 'string') change.values['name'] = change.values['name'].trim();
        }
      },
      validate(changes, _, report) {
        for (const change of changes) {
          if (Number(change.record['seats']) > 10) report(change, { field: 'seats', code: 'TOO_MANY', message: 'At most 10.' });
          if (change.record['name'] === 'Nobody') report(change, { code: 'NOBODY', message: 'Somebody, please.' });
        }
      },
    }]);
    const id = await sales.id({ object: 'account', operation: 'create', input: { name: ' Ada ', seats: 3, address: { city: 'Bern' } } });
    expect(await problemsOf(sales.write({ object: 'account', operation: 'createMany', input: [{ name: 'x', seats: 11 }, { name: 'Nobody' }, { name: 'ok' }] }))).toEqual(['input.0.seats TOO_MANY', 'input.1 NOBODY']);
    await sales.write({ object: 'account', operation: 'update', id, input: { name: 'Bob ' } });
    expect(previous).toEqual([undefined, undefined, undefined, undefined, 'Ada']);
    expect(await sales.rows('SELECT name, seats::int FROM account')).toEqual([{ name: 'Bob', seats: 3 }]);
  });

  it('a throw undoes everything, and committed is not called', async () => {
    const committed: string[] = [];
    const sales = await openSales(await open(), [{
      after(changes) {
        if (changes.some(({ object }) => object === 'contact')) throw new ObjectosError('FORBIDDEN', 'Not today.');
      },
      committed: (changes) => void committed.push(...changes.map(({ object }) => object)),
    }]);
    expect((await refusal(sales.write({ object: 'account', operation: 'create', input: { name: 'A', contacts: { create: [{ name: 'c' }] } } }))).message).toBe('Not today.');
    expect(await sales.rows('SELECT 1 FROM account')).toEqual([]);
    await sales.database.transaction(() => sales.write({ object: 'account', operation: 'create', input: { name: 'A' } }), { rollback: true });
    expect(committed).toEqual([]);
    await sales.write({ object: 'account', operation: 'create', input: { name: 'A' } });
    expect(committed).toEqual(['account']);
  });

  it('hooks write more in the same transaction, and circles end', async () => {
    const sales = await openSales(await open(), [{
      objects: ['account'],
      async after(changes, context) {
        for (const { record } of changes) {
          await context.writer.write({ object: 'contact', operation: 'create', input: { name: `Contact of ${String(record['name'])}`, accountId: record['id'] }, options: {} }, context);
        }
      },
    }, {
      objects: ['topic'],
      async after(changes, context) {
        await context.writer.write({ object: 'topic', operation: 'create', input: { name: `${String(changes[0]?.record['name'])}x` }, options: {} }, context);
      },
    }]);
    await sales.write({ object: 'account', operation: 'create', input: { name: 'A' } });
    expect(await sales.rows('SELECT name FROM contact')).toEqual([{ name: 'Contact of A' }]);
    const [first, second] = await sales.log();
    expect(first?.transaction).toBe(second?.transaction);
    const circle = await refusal(sales.write({ object: 'topic', operation: 'create', input: { name: 't' } }));
    expect(circle.code).toBe('RECURSION_LIMIT');
    expect(circle.message).toContain('create topic → create topic');
    expect(await sales.rows('SELECT 1 FROM topic')).toEqual([]);
  });

  it('writes in one or two statements when hooks are pure, on what the hooks saw', async () => {
    const seen: unknown[] = [];
    let overtake: (() => Promise<unknown>) | undefined;
    const sales = await openSales(await open(), [{
      objects: ['topic'],
      pure: true,
      async before(changes) {
        const overtaking = overtake?.();
        overtake = undefined;
        await overtaking;
        for (const { values, previous } of changes) values['name'] = `${String(values['name'])} after ${String(previous?.['name'] ?? 'nothing')}`;
      },
      committed: (changes) => void seen.push(changes[0]?.record['version']),
    }]);
    const statements: string[] = [];
    const database = observed(
      sales.database,
      (statement) => (statements.push(statement.text.slice(0, 4)), sales.database.query(statement)),
      () => Promise.reject(new Error('No transaction is needed.')),
    );
    const as = { ...sales.context(), database };
    const id = await sales.id({ object: 'topic', operation: 'create', input: { name: 'a' } }, as);
    await sales.write({ object: 'topic', operation: 'update', id, input: { name: 'b' } }, as);
    expect(statements.filter((text) => text === 'WITH')).toHaveLength(2);
    overtake = () => sales.rows(`UPDATE topic SET name = 'x', version = version + 1`);
    await sales.write({ object: 'topic', operation: 'update', id, input: { name: 'c' } }, as);
    expect(await sales.rows('SELECT name, version FROM topic')).toEqual([{ name: 'c after x', version: 4 }]);
    expect(seen).toEqual([1, 2, 4]);
    expect((await refusal(sales.write({ object: 'topic', operation: 'update', id, input: { name: 'd' }, options: { ifVersion: 1 } }, as))).extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 4, id });
  });

  it('gives TypeScript hooks the three shapes of context, by event, object and priority', async () => {
    const seen: string[] = [];
    const note = (name: string) => ({ event, object, previous, old, result, input, user }: HookContext) =>
      void seen.push([name, event, object, previous?.['name'] ?? '-', old === previous, result?.['name'] ?? '-', input.data['name'] ?? '-', user.roles.join()].join(' '));
    const sales = await openSales(await open(), [hookPhase([
      { object: '*', events: ['afterInsert', 'afterDelete'], handler: note('all') },
      { object: ['topic'], events: ['beforeInsert', 'beforeUpdate', 'afterUpdate'], handler: note('late'), priority: 200 },
      { object: 'topic', events: ['beforeCreate'], handler: (context) => void (context.new['name'] = `${String(context.new['name'])}!`), priority: 1 },
    ])]);
    const as = sales.context({ roles: ['rep'] });
    const id = await sales.id({ object: 'topic', operation: 'create', input: { name: 'a' } }, as);
    await sales.write({ object: 'topic', operation: 'update', id, input: { name: 'b' } }, as);
    await sales.write({ object: 'topic', operation: 'delete', id }, as);
    expect(seen).toEqual([
      'late beforeInsert topic - true - a! rep', 'all afterInsert topic - true a! a! rep', 'late beforeUpdate topic a! true - b rep', 'late afterUpdate topic a! true b b rep', 'all afterDelete topic b true b b rep',
    ]);
    expect(() => hookPhase([{ object: 'topic', events: ['beforeLunch'], handler: () => {} }])).toThrow('beforeLunch');
  });
});
