import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { BindList } from '../../../src/resolvers/sql/binds.ts';
import { rollUpsOf } from '../../../src/plugins/rules/roll-ups/read-roll-ups.ts';
import { valueSql } from '../../../src/plugins/rules/roll-ups/recompute.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { openSales, type Sales } from './sales.ts';

/** Filters as they may be written; an index of the records that count is made for all but the last ones. */
const filters: readonly unknown[] = [
  { status: 'open' }, { status: { $in: ['open', 'done'] } }, { status: { $nin: ['open'] } }, { note: "it's $1 \\ 'quoted'" }, { note: { $icontains: '50%_' } }, { note: { $null: true } },
  { amount: { $gt: '-5.25' } }, { amount: { $between: ['1', '2.5'] } }, { weight: { $lt: -0.5 } }, { count: { $ne: 7 } }, { big: { $gte: -9 } }, { urgent: true },
  { due: { $lt: '2026-03-01' } }, { seen: { $gte: '2026-03-01T10:00:00Z' } }, { tags: { $contains: 'red' } }, { least: { $lt: { $field: 'amount' } } },
  ['or', ['status', '=', 'open'], ['not', ['amount', '>', 3]]], [['status', '!=', 'open'], ['count', 'in', [1, 2]]],
  "status = 'open' AND (amount > 10.5 OR weight < 1)", "note = 'a\\\\b' || NOT(urgent)", "status IN ('open', 'done') AND ISBLANK(note)", "UPPER(LEFT(TRIM(note), 2)) = 'AB' AND LEN(note) > 3",
  "CONTAINS(note, 'x') OR STARTS_WITH(note, 'y') OR ENDS_WITH(note, 'z') OR REGEX(note, '[a-z]+') OR FIND('q', note) > 2", "SUBSTITUTE(MID(note, 1, 2), 'a', 'b') = RIGHT(note, 2)",
  'ROUND(amount / 3, 2) + CEILING(weight) - FLOOR(weight) * ABS(count) % 2 > MIN(amount, weight)', 'SUM(amount, count) > MAX(amount, 1) AND COUNT(amount, weight) = 2', "IF(urgent, 'a', note) = 'a' AND COALESCE(note, 'n') != 'x'",
  "YEAR(due) = 2026 AND MONTH(seen, 'Europe/Berlin') = 3 AND WEEKDAY(due) < 6 AND HOUR(seen, 'UTC') = 1", 'due + 7 > DATE(2026, 1, 31) AND ADDMONTHS(due, 1) < DATE(2027, 1, 1) AND DAYS_BETWEEN(due, DATE("2026-01-01")) < 5',
  "seen > DATETIME('2026-01-01T00:00:00Z') AND DATE(seen, 'Europe/Berlin') = due", "CONTAINS(tags, 'red')", "TEXT(amount) = '5' AND TEXT(status) = 'open'",
];
const withoutIndex: readonly unknown[] = [
  "CONCAT(note, 'x') = 'ax'", "note & 'x' = 'ax'", "TEXT(due) = '2026-01-01'", "AVERAGE(amount, weight) > 2", 'MONTH_DIFF(due, DATE(2026, 1, 1)) > 2', "HOURS_BETWEEN(seen, DATETIME('2026-01-01T00:00:00Z')) > 2",
  "seen + 1 > DATETIME('2026-01-01T00:00:00Z')", "tags.exists(t, t == 'red')", 'twice > 3', "JOIN_NON_EMPTY('-', note, 'x') = 'a'",
];

function yamlOf(all: readonly unknown[]): string {
  const rollUp = (filter: unknown, index: number): string => `  least_${index}: { type: summary, summaryOperations: { object: item, function: min, field: least, filter: ${JSON.stringify(filter)} } }`;
  return `
name: box
fields:
  name: { type: text }
${all.map(rollUp).join('\n')}
---
name: item
fields:
  box: { type: lookup, reference: box }
  least: { type: currency, scale: 2 }
  status: { type: select, options: [open, done] }
  note: { type: text }
  amount: { type: currency, scale: 2 }
  weight: { type: number }
  count: { type: number, scale: 0 }
  big: { type: number, precision: 15, scale: 0 }
  urgent: { type: boolean }
  due: { type: date }
  seen: { type: datetime }
  tags: { type: tags }
  twice: { type: formula, expression: amount * 2 }
`;
}

const partialIndexes = ({ platform }: Sales, object: string) => platform.catalog.objects.get(object)?.indexes.filter(({ partial }) => partial !== undefined) ?? [];

async function indexesOf(sql: string, database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<Record<string, unknown>>({ text: `EXPLAIN (FORMAT JSON) ${sql}`, values: [] });
  return [...JSON.stringify(rows).matchAll(/"Index Name":"([^"]+)"/g)].map(([, name = '']) => name);
}

/** SQL that reads the number of the record anew, which stands in the statement without a placeholder. */
function askAnew({ platform }: Sales, name: string, id: string): string {
  const rollUp = rollUpsOf(platform.catalog).all.find((one) => one.name === name);
  if (!rollUp) throw new Error(`There is no roll-up ${name}.`);
  return `SELECT ${valueSql(rollUp, `'${id}'::uuid`, platform.catalog, new BindList())}`;
}

describeEachDatabase('indexes of roll-ups', (open) => {
  it('hold the records that count, whatever the filter, where PostgreSQL can', async () => {
    const sales = await openSales(await open(), { yaml: yamlOf([...filters, ...withoutIndex]) });
    const { database } = sales.platform;
    expect(partialIndexes(sales, 'item')).toHaveLength(filters.length);
    expect(sales.platform.catalog.objects.get('item')?.indexes.filter(({ partial, fields }) => partial === undefined && fields.join() === 'box,least')).toHaveLength(1);
    const box = await sales.create('box', { name: 'B' });
    const notes = ["it's $1 \\ 'quoted'", 'ab', 'a\\b', '50%_', null];
    for (let n = 0; n < 40; n += 1) {
      const values = { least: `${n}.5`, status: n % 3 === 0 ? 'OPEN' : 'DONE', note: notes[n % 5], amount: `${n - 9}.25`, weight: n / 4 - 3, count: n % 9, big: n - 12, urgent: n % 4 === 0, due: `2026-0${1 + (n % 9)}-11`, seen: '2026-03-04T01:00:00Z', tags: n % 2 === 0 ? ['red'] : [] };
      await sales.create('item', { ...values, boxId: box });
    }
    await sales.expectExact();
    await sales.ask('mutation { deleteItems(where: { least: { lt: "12" } }) { count } }');
    await sales.ask('mutation { updateItems(where: { least: { lt: "20" } }, input: { least: "90" }) { count } }');
    await sales.expectExact();
    await database.transaction(async () => {
      await database.exec('SET LOCAL enable_seqscan = off');
      for (const [index, { name }] of partialIndexes(sales, 'item').entries()) expect(await indexesOf(askAnew(sales, `box.least_${index}`, box), database), String(filters[index])).toEqual([name]);
    });
  });

  it('lead to the next extremum past any number of records that do not count', async () => {
    const sales = await openSales(await open(), { yaml: `
name: box
fields:
  name: { type: text }
  least: { type: summary, summaryOperations: { object: item, function: min, field: price } }
  most_open: { type: summary, summaryOperations: { object: item, function: max, field: price, filter: { status: open } } }
---
name: item
softDelete: true
fields:
  box: { type: lookup, reference: box }
  price: { type: currency, scale: 2 }
  status: { type: select, options: [open, done] }
` });
    const { database } = sales.platform;
    const box = await sales.create('box', { name: 'B' });
    await database.query({ text: `INSERT INTO "item" ("id", "box_id", "price", "status", "deleted_at") SELECT gen_random_uuid(), $1, n, CASE WHEN n = 1500 THEN 'open' ELSE 'done' END, CASE WHEN n < 1000 THEN now() END FROM generate_series(1, 3000) n`, values: [box] });
    await database.query({ text: 'ANALYZE "item"', values: [] });
    const service = sales.platform.kernel.services.get('rollUps', 'the test');
    await service.recompute();
    expect(await sales.numbers('box', box)).toMatchObject({ least: '1000.00', most_open: '1500.00' });
    const names = partialIndexes(sales, 'item').map(({ name }) => name);
    expect(names).toHaveLength(2);
    for (const [index, name] of ['box.least', 'box.most_open'].entries()) {
      const sql = askAnew(sales, name, box);
      expect(await indexesOf(sql, database)).toEqual([names[index]]);
      const { rows } = await database.query<Record<string, unknown>>({ text: `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, values: [] });
      expect(JSON.stringify(rows)).not.toContain('Rows Removed by Filter');
    }
  });
});
