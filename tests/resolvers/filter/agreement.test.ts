import fc from '../../support/fast-check.ts';
import { beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { migrateToCatalog } from '../../support/tables.ts';
import { loadCatalog } from '../../../src/metadata/load-catalog.ts';
import type { Catalog } from '../../../src/metadata/catalog.ts';
import { systemAccess } from '../../../src/resolvers/access.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { constant, type Filter } from '../../../src/resolvers/filter/filter.ts';
import { objectNamed } from '../../../src/resolvers/filter/scope.ts';
import { filterToPredicate, NotInMemory, type StoredRecord } from '../../../src/resolvers/filter/to-predicate.ts';
import { filterToSql } from '../../../src/resolvers/filter/to-sql.ts';
import type { RequestContext } from '../../../src/resolvers/request.ts';
import { BindList } from '../../../src/resolvers/sql/binds.ts';
import { describeEachDatabase } from '../../support/database.ts';

const definitions = [
  {
    name: 'thing',
    fields: {
      name: { type: 'text' },
      code: { type: 'text' },
      size: { type: 'number', scale: 0 },
      rank: { type: 'number', scale: 0 },
      weight: { type: 'number' },
      price: { type: 'currency' },
      serial: { type: 'number', precision: 18, scale: 0, index: true },
      active: { type: 'boolean' },
      due: { type: 'date' },
      seen: { type: 'datetime' },
      opens: { type: 'time' },
      color: { type: 'select', options: ['red', 'green', 'Dark Blue'] },
      tags: { type: 'tags' },
      extra: { type: 'json' },
      parent: { type: 'lookup', reference: 'thing', relatedName: 'children' },
    },
  },
];

const now = new Date('2026-03-15T12:00:00.000Z');
const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const names = ['', 'a', 'A', 'ab', 'aB%', 'a_b', 'b\\c', 'Zoë', 'zoe', '100%', 'the end', 'line\nbreak', '(x)', 'é'];
const samples = {
  name: names,
  code: names,
  size: [-3, 0, 1, 2, 2_000_000_000],
  rank: [0, 1, 2],
  weight: [-1.5, 0, 0.1, 2.25, 1e9],
  price: ['-10.50', '0.00', '0.10', '9.99', '1234567890123.45'],
  serial: ['-9223372036854775808', '-3', '0', '7', '1234567890123', '9223372036854775807'],
  active: [true, false],
  due: ['2025-12-31', '2026-02-14', '2026-03-01', '2026-03-14', '2026-03-15', '2026-03-16', '2026-04-01'],
  seen: ['2025-12-31T23:59:59.999Z', '2026-03-15T00:00:00.000Z', '2026-03-15T11:59:59.999Z', '2026-03-15T12:00:00.000Z', '2026-03-22T08:30:00.000Z'],
  opens: ['00:00:00', '08:30:00', '23:59:59.999'],
  color: ['red', 'green', 'Dark Blue'],
} as const;
const tagLists = [[], ['a'], ['a', 'b'], ['b', 'c', 'c']];
const documents = [{ a: 1 }, { a: { b: [1, 2] }, c: null }, [1, 'x', { y: true }], 'text', 3];

/** Every sample appears, in rows that differ; a third of all values is null. */
function rows(): StoredRecord[] {
  return Array.from({ length: 72 }, (_, index) => {
    const pick = <T>(values: readonly T[], salt: number): T | null => ((index * 7 + salt * 5) % 3 === 0 ? null : (values[(index * 11 + salt * 3 + ((index / 5) | 0)) % values.length] as T));
    return {
      id: id(index),
      ...Object.fromEntries(Object.entries(samples).map(([name, values], salt) => [name, pick<unknown>(values, salt)])),
      tags: pick(tagLists, 20),
      extra: pick<unknown>(documents, 21),
      parent: index % 4 === 0 ? null : id(index % 9),
    };
  });
}

const dateValue = (values: readonly string[]) => fc.constantFrom(...values, '{today}', '{30_days_ago}', '{current_month_end}', '{2_weeks_from_now}');
const operand: Record<string, fc.Arbitrary<unknown>> = {
  ...Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, fc.constantFrom<unknown>(...values)])),
  // Of expressions and permissions also with decimals, and of clients as large as they like.
  serial: fc.constantFrom(...samples.serial, '-2.5', '0.5', '6.999', '7.0', '-9223372036854775808.5', '9223372036854775807.5', `1${'0'.repeat(40)}`, `-1${'0'.repeat(40)}`),
  due: dateValue(samples.due),
  seen: dateValue(samples.seen),
};
const ordered = ['size', 'weight', 'price', 'serial', 'due', 'seen', 'opens'];

function compare(field: string, operator: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<Filter> {
  return value.map((given) => ({ kind: 'compare', field, operator, operand: constant(given) }) as Filter);
}

/** In any order and spelling, repeated, of no record, and no ids at all. */
const ids = fc.oneof(fc.nat({ max: 45 }).map(id), fc.nat({ max: 45 }).map((n) => id(n).toUpperCase()), fc.constant('no id'));

const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.constantFrom(...Object.keys(samples)).chain((field) => {
    const value = operand[field] as fc.Arbitrary<unknown>;
    const list = fc.array(value, { maxLength: 3 });
    return fc.oneof(
      compare(field, 'eq', value), compare(field, 'ne', value), compare(field, 'isNull', fc.boolean()),
      compare(field, 'in', list), compare(field, 'notIn', list),
    );
  }),
  fc.tuple(fc.constantFrom('id', 'parent'), fc.array(ids, { maxLength: 12 }), fc.constantFrom('in', 'notIn'), fc.boolean()).map(
    ([field, list, operator, long]) => ({ kind: 'compare', field, operator, operand: { ...constant(list), long } }) as Filter,
  ),
  fc.constantFrom(...ordered).chain((field) => {
    const value = operand[field] as fc.Arbitrary<unknown>;
    return fc.oneof(
      ...['gt', 'gte', 'lt', 'lte'].map((operator) => compare(field, operator, value)),
      compare(field, 'between', fc.tuple(value, value)),
    );
  }),
  fc.constantFrom('name', 'code').chain((field) =>
    fc.oneof(
      ...['contains', 'notContains', 'startsWith', 'endsWith', 'icontains'].map((operator) => compare(field, operator, fc.constantFrom('', 'a', 'B', '%', '_', '\\', 'end', '(x)', 'break'))),
      ...['like', 'ilike'].map((operator) => compare(field, operator, fc.constantFrom('%', 'a%', '_', '%b%', 'a\\_b', '100\\%', '%END', 'A_%'))),
    ),
  ),
  fc.constantFrom('due', 'seen').chain((field) =>
    fc.oneof(
      compare(field, 'within', fc.constantFrom('TODAY', 'THIS_WEEK', 'LAST_MONTH', 'THIS_QUARTER', 'LAST_30_DAYS', 'NEXT_7_DAYS', 'LAST_YEAR')),
      compare(field, 'withinLast', fc.record({ count: fc.integer({ min: 0, max: 90 }), unit: fc.constantFrom('HOUR', 'DAY', 'WEEK', 'MONTH') })),
      compare(field, 'withinNext', fc.record({ count: fc.integer({ min: 0, max: 90 }), unit: fc.constantFrom('DAY', 'WEEK', 'YEAR') })),
    ),
  ),
  fc.oneof(
    compare('tags', 'has', fc.constantFrom('a', 'b', 'z')), compare('tags', 'hasSome', fc.constantFrom([], ['a'], ['c', 'z'])),
    compare('tags', 'hasEvery', fc.constantFrom([], ['a', 'b'], ['c'])), compare('tags', 'isEmpty', fc.boolean()), compare('tags', 'isNull', fc.boolean()),
    compare('extra', 'jsonContains', fc.constantFrom<unknown>({ a: 1 }, { a: { b: [2] } }, [1], 'text', 3, {}, [])), compare('extra', 'hasKey', fc.constantFrom('a', 'c', 'x', 'text')),
  ),
  fc.constantFrom(['size', 'rank'], ['size', 'size'], ['due', 'due']).chain(([field, other]) =>
    fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte').map((operator) => ({ kind: 'compareFields', field, operator, other }) as Filter),
  ),
  fc.constantFrom('eq', 'ne').map((operator) => ({ kind: 'compareFields', field: 'name', operator, other: 'code' }) as Filter),
);

const measures = [
  { function: 'count', field: undefined },
  ...(['countDistinct', 'sum', 'avg', 'min', 'max'] as const).map((name) => ({ function: name, field: 'size' })),
] as const;

const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), filters: fc.array(tie('tree'), { maxLength: 3 }) }),
    tie('tree').map((filter) => ({ kind: 'not' as const, filter })),
    tie('tree').map((filter) => ({ kind: 'one' as const, relation: 'parent', filter })),
    fc.record({ kind: fc.constant('many' as const), relation: fc.constant('children'), quantifier: fc.constantFrom('some' as const, 'every' as const, 'none' as const), filter: tie('tree') }),
    fc.record({
      kind: fc.constant('aggregate' as const), relation: fc.constant('children'), filter: fc.option(tie('tree'), { nil: undefined }),
      measure: fc.constantFrom(...measures), operator: fc.constantFrom('eq' as const, 'ne' as const, 'gt' as const, 'lte' as const), operand: fc.constantFrom(0, 1, 2, 3).map(constant),
    }).map(({ measure, ...rest }) => ({ ...rest, ...measure })),
  ),
}));

it('ranges of text are refused in memory, where the database has a collation', async () => {
  const { catalog } = await loadCatalog({ definitions });
  const filter: Filter = { kind: 'compare', field: 'name', operator: 'gte', operand: constant('m') };
  expect(() => filterToPredicate(filter, { object: objectNamed(catalog, 'thing'), catalog })).toThrow(NotInMemory);
});

describeEachDatabase('a filter means the same in SQL and in memory', (open) => {
  let database: Database;
  let catalog: Catalog;
  const data = rows();

  beforeAll(async () => {
    database = await open();
    ({ catalog } = await loadCatalog({ definitions }));
    await migrateToCatalog(database, catalog);
    const columns = [...Object.keys(samples), 'tags', 'extra'];
    const text = `INSERT INTO thing (id, ${columns.join(', ')}, parent_id, created_at, updated_at) SELECT $1, ${columns.map((_, i) => `$${i + 2}`).join(', ')}, $${columns.length + 2}, now(), now()`;
    for (const row of data) {
      const values = columns.map((name) => (name === 'extra' && row[name] !== null ? JSON.stringify(row[name]) : row[name]));
      await database.query({ text, values: [row['id'], ...values, null] });
    }
    for (const row of data) await database.query({ text: 'UPDATE thing SET parent_id = $2 WHERE id = $1', values: [row['id'], row['parent']] });
  });

  it('on generated filters over rows with nulls, escapes and edges of ranges', async () => {
    const object = objectNamed(catalog, 'thing');
    const request = { now, variables: {}, caller: systemCaller, access: systemAccess, catalog, database, requestId: 'test', signal: undefined } satisfies RequestContext;
    const related = (_object: unknown, relation: string, record: StoredRecord) =>
      relation === 'parent' ? data.filter((row) => row['id'] === record['parent']) : data.filter((row) => row['parent'] === record['id']);

    await fc.assert(
      fc.asyncProperty(tree, async (filter) => {
        const binds = new BindList();
        const where = filterToSql(filter, { object, alias: 't', catalog, access: systemAccess, binds });
        const { rows: found } = await database.query<{ id: string }>({ text: `SELECT id FROM thing t WHERE ${where} ORDER BY id`, values: binds.values(request) });
        const predicate = filterToPredicate(filter, { object, catalog, related });
        expect(found.map((row) => row.id)).toEqual(data.filter((row) => predicate(row, request)).map((row) => row['id']));
      }),
      { numRuns: 600 },
    );
  });
});
