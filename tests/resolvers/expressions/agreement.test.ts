import fc from '../../support/fast-check.ts';
import { beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Catalog } from '../../../src/metadata/catalog.ts';
import { compileExpression } from '../../../src/metadata/expressions/index.ts';
import type { CheckedExpression } from '../../../src/metadata/expressions/checked.ts';
import { systemAccess } from '../../../src/resolvers/access.ts';
import { anonymous } from '../../../src/resolvers/caller.ts';
import { behindLoader, seeing, type Behind } from '../../../src/resolvers/expressions/behind.ts';
import type { ExpressionEnvironment } from '../../../src/resolvers/expressions/environment.ts';
import { evaluateExpression } from '../../../src/resolvers/expressions/evaluate.ts';
import { expressionCondition, expressionSql } from '../../../src/resolvers/expressions/to-sql.ts';
import { expressionFilter } from '../../../src/resolvers/expressions/to-filter.ts';
import { objectNamed } from '../../../src/resolvers/filter/scope.ts';
import type { StoredRecord } from '../../../src/resolvers/filter/to-predicate.ts';
import { filterToSql } from '../../../src/resolvers/filter/to-sql.ts';
import type { RequestContext } from '../../../src/resolvers/request.ts';
import { BindList } from '../../../src/resolvers/sql/binds.ts';
import { dealCatalog } from '../../metadata/expressions/support.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { migrateToCatalog } from '../../support/tables.ts';

const now = new Date('2026-03-29T01:30:00.250Z');
const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland'] as const;
const caller = { ...anonymous, kind: 'user' as const, userId: id(0), roles: ['sales', 'won'], attributes: { region: 'tech', level: 3, since: '2026-01-01', broken: { a: 1 } } };

const samples: Readonly<Record<string, readonly unknown[]>> = {
  name: ['', 'a', 'Abc', 'abc ', ' x\n', 'Zoë Ünal', 'ΑΒΓ жук', '😀é', "o'neil \\ \"q\"", '100%', 'line\nbreak', '2026-01-31', 'AB12'],
  status: ['open', 'won', 'lost'],
  amount: ['-10.50', '0.00', '0.10', '9.99', '1234567890123.45', '3.00', '2.50'],
  discount: ['0.1000', '0.3333', '-0.2500', '1.0000'],
  quantity: [-3, 0, 1, 2, 7, 2_000_000_000],
  score: [-1.5, 0, 0.1, 0.30000000000000004, 1e21, 2.25, 1e-7],
  active: [true, false],
  close_date: ['0001-01-01', '1999-12-31', '2024-02-29', '2026-01-31', '2026-03-28', '2026-03-29', '9999-12-31'],
  signed_at: ['2025-12-31T23:59:59.999Z', '2026-03-29T00:30:00.000Z', '2026-03-29T01:30:00.250Z', '2026-10-25T00:30:00.000Z', '2026-11-01T06:15:00.000Z', '1999-06-30T12:00:00.500Z'],
  starts: ['00:00:00.000', '08:30:00.000', '23:59:59.999'],
  tags: [[], ['a'], ['a', 'vip'], ['Abc', 'x y']],
  channels: [['web'], ['web', 'phone'], []],
};

const people = [{ id: id(0), name: 'Ada', email: 'ada@x.org', level: 3 }, { id: id(1), name: null, email: null, level: null }];
const accounts = [
  { id: id(10), name: 'Initech', industry: 'tech', owner: id(0), revenue: '100.25' },
  { id: id(11), name: null, industry: 'Retail Trade', owner: id(1), revenue: null },
  { id: id(12), name: 'Zoë', industry: null, owner: null, revenue: '-5.00' },
];

const products = [
  { id: id(20), code: 'Abc', number: 2, serial: '1234567890123', size: '3.00', released: '2026-01-31', title: 'one', price: '9.99', maker: id(10), deleted_at: null },
  { id: id(21), code: 'a', number: 7, serial: '7', size: '0.10', released: '2026-03-29', title: null, price: '-1.00', maker: id(12), deleted_at: null },
  { id: id(22), code: '', number: 0, serial: '-3', size: '-10.50', released: '9999-12-31', title: 'Zoë', price: null, maker: null, deleted_at: null },
  { id: id(23), code: "o'neil \\ \"q\"", number: -3, serial: '2000000000', size: '2.50', released: '2024-02-29', title: 'gone', price: '5.00', maker: id(11), deleted_at: now.toISOString() },
];
const rates = [
  { id: id(30), account: id(10), region: 'tech', percent: '1.50' },
  { id: id(31), account: id(10), region: 'Retail Trade', percent: '2.50' },
  { id: id(32), account: id(11), region: 'Retail Trade', percent: null },
];

/** Every sample appears, in rows that differ; a quarter of all values is null. */
const deals: readonly StoredRecord[] = Array.from({ length: 60 }, (_, index) => {
  const pick = (values: readonly unknown[], salt: number): unknown => ((index * 7 + salt * 5) % 4 === 0 ? null : values[(index * 11 + salt * 3 + ((index / 5) | 0)) % values.length]);
  return {
    id: id(100 + index),
    ...Object.fromEntries(Object.entries(samples).map(([name, values], salt) => [name, pick(values, salt)])),
    account_id: index % 4 === 3 ? null : id(10 + (index % 3)),
    owner: index % 3 === 2 ? null : id(index % 2),
  };
});

type Kind = 'number' | 'text' | 'boolean' | 'date' | 'datetime';
const from = (...sources: string[]) => fc.constantFrom(...sources);

const { number, text, boolean, date, datetime } = fc.letrec<Record<Kind, string>>((tie) => {
  const [n, t, b, d, i] = [tie('number'), tie('text'), tie('boolean'), tie('date'), tie('datetime')];
  const of = (parts: readonly fc.Arbitrary<string>[], write: (...parts: string[]) => string) => fc.tuple(...parts).map((given) => write(...given));
  const depth = { maxDepth: 4, withCrossShrink: true } as const;
  const choice = (kind: fc.Arbitrary<string>) => fc.oneof(
    of([b, kind, kind], (condition, then, otherwise) => `IF(${condition}, ${then}, ${otherwise})`),
    of([b, kind], (condition, then) => `CASE WHEN ${condition} THEN ${then} END`),
    of([b, kind], (condition, then) => `IF(${condition}, ${then})`),
    of([kind, kind], (one, other) => `COALESCE(${one}, ${other})`),
    of([kind, kind, kind], (one, other, last) => `CASE(status, 'open', ${one}, 'won', ${other}, ${last})`),
  );
  return {
    number: fc.oneof(depth,
      from('0', '1', '2.5', '0.1', '-3', '1000', '0.000001', 'amount', 'discount', 'quantity', 'score', 'account.revenue', 'owner.level', 'account.owner.level', 'current_user.level * 1', 'current_user.missing * 1'),
      from('LOOKUP(product, code, name, price)', "LOOKUP('product', 'number', quantity, 'price')", 'LOOKUP(rate, account, account_id, region, account.industry, percent)', 'LOOKUP(product, code, owner.name, number)', 'LOOKUP(account, id, LOOKUP(product, size, amount, maker), revenue)'),
      of([fc.constantFrom('number', 'serial', 'size'), n], (field, key) => `LOOKUP(product, ${field}, ${key}, price)`), of([d], (key) => `LOOKUP(product, released, ${key}, number)`),
      of([n, from('+', '-', '*', '/', '%'), n], (left, sign, right) => `(${left} ${sign} ${right})`),
      of([from('ABS', 'CEILING', 'FLOOR', 'ROUND'), n], (name, value) => `${name}(${value})`),
      of([n, from('2', '-1', '0', '7')], (value, digits) => `ROUND(${value}, ${digits})`),
      of([from('SUM', 'AVERAGE', 'MIN', 'MAX', 'COUNT'), n, n, n], (name, a, x, y) => `${name}(${a}, ${x}, ${y})`),
      of([n], (value) => `-(${value})`),
      of([t], (value) => `LEN(${value})`), from('size(tags)', 'LEN(channels)'),
      of([t, t], (part, whole) => `FIND(${part}, ${whole})`),
      of([d, d], (left, right) => `(${left} - ${right})`), of([i, i], (left, right) => `(${left} - ${right})`), of([d, i], (left, right) => `(${left} - ${right})`),
      of([from('DAYS_BETWEEN', 'MONTH_DIFF', 'HOURS_BETWEEN'), d, i], (name, start, end) => `${name}(${start}, ${end})`),
      of([from('YEAR', 'MONTH', 'DAY', 'WEEKDAY'), fc.oneof(d, i)], (name, value) => `${name}(${value})`),
      of([from('HOUR', 'MINUTE', 'SECOND', 'YEAR', 'DAY'), i, from('Europe/Berlin', 'Asia/Kolkata', 'UTC')], (name, value, zone) => `${name}(${value}, '${zone}')`),
      of([d], (value) => `DAYS_UNTIL(${value})`),
      choice(n),
    ),
    text: fc.oneof(depth,
      from("''", "'a'", "'Zoë'", "'o''neil'", "'\\\\'", "'😀'", 'name', 'TEXT(status)', 'account.name', 'TEXT(account.industry)', 'owner.email', 'TEXT(current_user.region)', 'current_user.role', 'TEXT(current_user.broken)', 'TEXT(starts)', 'TEXT(owner)'),
      of([t], (key) => `LOOKUP(product, code, ${key}, title)`),
      of([t, t], (left, right) => `(${left} + ${right})`),
      of([t, n], (left, right) => `(${left} & ' ' & ${right})`),
      of([from('UPPER', 'LOWER', 'TRIM'), t], (name, value) => `${name}(${value})`),
      of([t, from('0', '1', '3')], (value, count) => `LEFT(${value}, ${count})`), of([t, from('0', '2')], (value, count) => `RIGHT(${value}, ${count})`), of([t], (value) => `MID(${value}, 2, 2)`),
      of([from('LEFT', 'RIGHT'), t, n], (name, value, size) => `${name}(${value}, ${size.startsWith('-') ? `(0 ${size})` : `(0 + ${size})`})`), of([t, n, n], (value, start, size) => `MID(${value}, (0 + ${start}), (0 + ${size}))`),
      of([t, from("'a'", "''", "'o'", "' '"), from("''", "'é'", "'aa'")], (value, old, by) => `SUBSTITUTE(${value}, ${old}, ${by})`),
      of([from("', '", "''", 'name'), t, t], (separator, a, x) => `JOIN_NON_EMPTY(${separator}, ${a}, ${x})`),
      of([fc.oneof(n, d, i, b)], (value) => `TEXT(${value})`),
      choice(t),
    ),
    boolean: fc.oneof(depth,
      from('true', 'false', 'active', 'owner = current_user.id', 'account.owner = owner', 'account_id = null', 'ISBLANK(account)', 'ISBLANK(name)', 'ISBLANK(tags)', "status = 'open'", "'vip' in tags", "channels.contains('web')", 'has(starts)', "starts > '08:00'", 'status in current_user.roles', 'name in tags',
        "status IN ('open', 'lost')", "status NOT IN ('won')", "tags.exists(t, t.startsWith('a') && size(tags) > 1)", "tags.all(t, t != name)", "account.industry = 'tech'", "tags.exists(t, t = account.name or t = 'a')", 'close_date >= current_user.since'),
      of([n, from('=', '!=', '<', '<=', '>', '>='), n], (left, sign, right) => `${left} ${sign} ${right}`),
      of([t, from('=', '!=', '<', '>='), t], (left, sign, right) => `${left} ${sign} ${right}`),
      of([d, from('=', '!=', '<', '>='), fc.oneof(d, i)], (left, sign, right) => `${left} ${sign} ${right}`),
      of([n, n, n], (value, one, other) => `${value} IN (${one}, ${other})`),
      of([b, from('AND', 'OR'), b], (left, sign, right) => `(${left} ${sign} ${right})`), of([b], (value) => `NOT(${value})`), of([b, b], (left, right) => `(${left}) = (${right})`),
      of([from('CONTAINS', 'STARTS_WITH', 'ENDS_WITH'), t, t], (name, value, part) => `${name}(${value}, ${part})`),
      of([from('REGEX', 'MATCHES'), t, from("'[A-Z][a-z]*'", "'^a|b$'", "'(ab?c)*.'", "'\\\\d{2,3}'", "'[^a-c\\\\s]+'", "'.'", "'é?$'", "'\\\\.|%|x{0}'", "''")], (name, value, pattern) => `${name}(${value}, ${pattern})`),
      of([fc.oneof(n, t, d)], (value) => `ISBLANK(${value})`), of([fc.oneof(n, t, d)], (value) => `(${value}) = null`),
      choice(b),
    ),
    date: fc.oneof(depth,
      from('close_date', 'TODAY()', 'DAYS_AGO(3)', "DATE('2024-02-29')", "TODAY('Asia/Kolkata')"),
      of([d, n], (value, days) => `(${value} + ${days})`), of([d, n], (value, days) => `(${value} - ${days})`),
      of([d, n], (value, months) => `ADDMONTHS(${value}, ${months})`),
      of([n, n, n], (year, month, day) => `DATE(2000 + ${year}, ${month}, ${day})`),
      of([i], (value) => `DATE(${value})`), of([i], (value) => `DATE(${value}, 'America/New_York')`),
      of([from('MIN', 'MAX'), d, d], (name, one, other) => `${name}(${one}, ${other})`),
      choice(d),
    ),
    datetime: fc.oneof(depth,
      from('signed_at', 'NOW()', "DATETIME('2026-03-29T02:30:00+02:00')"),
      of([i, n], (value, days) => `(${value} + ${days})`), of([d], (value) => `DATETIME(${value})`), of([i], (value) => `(${value} - DURATION('36h'))`),
      choice(i),
    ),
  };
});

const shown: Readonly<Record<Kind, (sql: string) => string>> = {
  number: (sql) => `trim_scale(${sql})::text`,
  text: (sql) => sql,
  boolean: (sql) => sql,
  date: (sql) => `(${sql})::text`,
  datetime: (sql) => `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
};

describeEachDatabase('an expression means the same in SQL and in memory', (open) => {
  let database: Database;
  const catalog: Catalog = dealCatalog();
  const object = objectNamed(catalog, 'deal');

  const compiled = (source: string): CheckedExpression => {
    const result = compileExpression(source, { catalog, object, finds: true });
    if ('problems' in result) throw new Error(`${source}: ${result.problems[0]?.message ?? ''}`);
    return result.checked;
  };

  beforeAll(async () => {
    database = await open();
    await migrateToCatalog(database, catalog);
    const insert = async (name: string, rows: readonly StoredRecord[]) => {
      for (const row of rows) {
        const fields = Object.keys(row).map((field) => objectNamed(catalog, name).fields.get(field)?.column ?? field);
        const text = `INSERT INTO ${name} (${fields.join(', ')}) VALUES (${fields.map((_, index) => `$${index + 1}`).join(', ')})`;
        await database.query({ text, values: Object.values(row) });
      }
    };
    await insert('person', people);
    await insert('account', accounts);
    await insert('deal', deals);
    await insert('product', products);
    await insert('rate', rates);
  });

  const isTooLong = (source: string): boolean => {
    const result = compileExpression(source, { catalog, object, finds: true });
    return 'problems' in result && result.problems.every(({ message }) => /has at most (500 parts|10 LOOKUPs)/.test(message));
  };

  const compare = async (source: string, timeZone: string): Promise<void> => {
    const expression = compiled(source);
    const binds = new BindList();
    const scope = { object, alias: 't', catalog, access: systemAccess, binds };
    const kind = expression.type.kind as Kind;
    const isCondition = kind === 'boolean';
    const sql = shown[kind](expressionSql(expression, scope, { timeZone }));
    const condition = isCondition ? expressionCondition(expression, scope, { timeZone }) : 'false';
    const request = { now, variables: {}, caller, access: systemAccess, catalog, database, requestId: 'test', signal: undefined } satisfies RequestContext;
    const statement = binds.finish(`SELECT ${sql} AS v, (${condition}) IS TRUE AS c FROM deal t ORDER BY id`);
    const { rows } = await database.query<{ v: unknown; c: boolean }>({ text: statement.text, values: statement.binds.values(request) });
    const see = (record: StoredRecord, behind?: Behind): ExpressionEnvironment => ({ record, caller, now, timeZone, ...(behind && seeing(behind)) });
    const load = behindLoader([expression], catalog, ({ record }, _context, behind) => see(record, behind));
    const behind = load && (await load(deals.map((record) => ({ record })), request));
    const inMemory = deals.map((record) => evaluateExpression(expression, see(record, behind)));
    expect(rows.map(({ v }) => v)).toEqual(inMemory);
    if (isCondition) expect(rows.map(({ c }) => c)).toEqual(inMemory.map((value) => value === true));
    // The clocks of filters are those of UTC.
    if (!isCondition || timeZone !== 'UTC') return;
    const filter = expressionFilter(expression, object, catalog);
    const own = new BindList();
    const where = filterToSql(filter, { ...scope, binds: own });
    const filtered = await database.query<{ c: boolean }>({ text: `SELECT (${where}) IS TRUE AS c FROM deal t ORDER BY id`, values: own.values(request) });
    expect(filtered.rows.map(({ c }) => c)).toEqual(inMemory.map((value) => value === true));
  };

  it.each([['number', number], ['text', text], ['boolean', boolean], ['date', date], ['datetime', datetime]] as const)('generated: %s', async (_kind, arbitrary) => {
    await fc.assert(fc.asyncProperty(arbitrary, fc.constantFrom(...zones), async (source, zone) => {
      fc.pre(!isTooLong(source));
      await compare(source, zone);
    }), { numRuns: 120 });
  });

  it.each([
    'score * 1', '1 / 3', '2 / 3 * 3', 'amount / quantity', '-7 % 3', '7 % -3', 'amount % 0', '1 / 0',
    '9999999999999999999999.123456789 * 9999999999999999999999.987654321', '0.1 + 0.2', 'ROUND(2.5)', 'ROUND(-2.5)', 'ROUND(1250, -2)', 'ROUND(1.005, 2)',
    "UPPER('straÿe ß'.left(6))", "LOWER('ÀÉİ ΣΑΣ')", "name + null + 'x'", "TEXT(1.500)", "TEXT(NOW())", 'TEXT(active)',
    'close_date + 4000000', 'close_date - 800000', 'signed_at + 3700000.5', 'signed_at - 900000', 'ADDMONTHS(close_date, 1)', 'ADDMONTHS(close_date, -13)', 'ADDMONTHS(close_date, 100000)', 'DATE(2026, 14, 0)', 'DATE(0, 1, 1)', 'DATE(9999, 12, 32)', 'DATE(2026, 3, 1e30)',
    'DATETIME(close_date)', 'DATE(signed_at)', "DATETIME(close_date) = '2026-03-29'", 'MONTH_DIFF(close_date, TODAY())', "YEAR('2026-05-05')",
    'owner = current_user.id', 'owner != current_user.id', 'owner = current_user.missing', 'NOT (owner = current_user.missing)', "account.name != 'Zoë' AND account.owner.email = null", "status NOT IN ('won') AND (amount > 5 OR active)", "account.industry = 'tech' OR NOT active", "close_date >= '2026-01-31'", "TEXT(status) in current_user.roles", 'amount > current_user.level', 'amount IN (3, 9.99)',
    'IF(null, 1, 2)', 'NOT(null)', 'active AND null', 'null OR active', 'CASE WHEN null THEN 1 ELSE 2 END', 'tags.all(t, null)', 'tags.exists(t, null)', 'IF(active, null, IF(null, 1, amount))',
    'LEFT(name, LEN(name) - 1)', "LEFT(name, FIND('b', name) - 1)", 'RIGHT(name, quantity)', 'MID(name, quantity, score)', 'LEFT(name, 3000000000 + quantity)',
    "REGEX(name, '(a|b|ab)*c?')", "REGEX(name, '😀.')", "MATCHES(name, '[\\\\]^-]')",
  ])('%s', async (source) => {
    for (const zone of zones) await compare(source, zone);
  });
});
