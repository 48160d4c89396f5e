import { beforeAll, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { responseCache } from '../../../src/plugins/response-cache/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { problems } from '../../metadata/support/compile.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { recording } from '../../support/recording.ts';
import { soon, startLive } from '../realtime/support.ts';
import { startTenancy } from '../tenancy/support.ts';

const formula = (expression: string, more: Readonly<Record<string, unknown>> = {}) => ({ type: 'formula', expression, ...more });

const objects = [
  {
    name: 'product', sharingModel: 'public_read_write', softDelete: true,
    fields: {
      code: { type: 'text', unique: true }, price: { type: 'currency', scale: 2 }, cost: { type: 'currency', scale: 2, visible_to: ['finance'] }, ean: { type: 'text', unique: true, visible_to: ['finance'] }, successor: { type: 'text' },
      with_tax: formula('price * 1.19', { returnType: 'currency', scale: 2 }),
      next_price: formula('LOOKUP(product, code, successor, price)', { returnType: 'currency', scale: 2 }),
    },
    validations: [{ name: 'followed', type: 'script', severity: 'warning', condition: 'successor != null AND LOOKUP(product, code, successor, id) = null', message: 'Nothing follows.' }],
  },
  { name: 'discount', sharingModel: 'public_read_write', fields: { product: { type: 'lookup', reference: 'product' }, tier: { type: 'select', options: ['gold', 'plain'] }, percent: { type: 'percent', scale: 0 } }, indexes: [{ fields: ['product', 'tier'], unique: true }] },
  { name: 'order', sharingModel: 'public_read_write', fields: { name: { type: 'text' } } },
  {
    name: 'line', sharingModel: 'public_read_write',
    fields: {
      sku: { type: 'text' }, quantity: { type: 'number', scale: 0 }, tier: { type: 'select', options: ['gold', 'plain'] }, order: { type: 'lookup', reference: 'order' }, product: { type: 'lookup', reference: 'product' },
      unit_price: { type: 'currency', scale: 2, defaultValue: { dialect: 'cel', source: 'LOOKUP(product, code, sku, price)' } },
      note: { type: 'text' },
      list_price: formula('LOOKUP(product, code, sku, with_tax) * quantity', { returnType: 'currency', scale: 2 }),
      percent: formula("LOOKUP(discount, product, LOOKUP('product', 'code', sku, 'id'), tier, tier, percent)"),
      margin: formula('unit_price - LOOKUP(product, code, sku, cost)'),
      by_ean: formula('LOOKUP(product, ean, sku, price)'),
      shown_margin: formula('unit_price - LOOKUP(product, code, sku, cost)', { visible_to: ['sales', 'finance'] }),
    },
    validations: [{ name: 'known', type: 'script', condition: 'LOOKUP(product, code, sku, id) = null', fields: ['sku'], message: 'There is no such product.' }, { name: 'dear', type: 'script', severity: 'warning', condition: 'list_price > 1000', message: 'This is dear.' }],
    hooks: [{ name: 'spell', events: ['beforeInsert', 'beforeUpdate'], condition: "STARTS_WITH(sku, 'old-')", actions: [{ assign: { sku: "=SUBSTITUTE(sku, 'old-', '')" } }, { assign: { product: '=LOOKUP(product, code, sku, id)' } }, { assign: { note: "='now ' & product.price" } }] }],
  },
];
const products = 'createProducts(input: [{ code: "a", price: "10.00", cost: "6.00", ean: "e1", successor: "b" }, { code: "b", price: "20.00", cost: "5.00" }, { code: "gone", price: "1.00" }]) { records { id } }';

describeEachDatabase('LOOKUP', (open) => {
  let app: TestPlatform;
  const statements: string[] = [];

  beforeAll(async () => {
    const database = recording(await open(), ({ text }) => statements.push(text));
    app = await startPlatform({ database, objects, plugins: [rules()] });
    await data(`mutation { ${products} }`);
    await data('mutation { deleteProducts(where: { code: { eq: "gone" } }) { count } }');
    await data('mutation { createLines(input: [{ sku: "a", quantity: 1, tier: GOLD }, { sku: "b", quantity: 3, tier: PLAIN }, { sku: "b", quantity: 100 }]) { count } }');
    await data('mutation { createDiscount(input: { product: { connect: { code: "b" } }, tier: PLAIN, percent: 12 }) { record { id } } }');
  });

  const ask = (document: string, variables?: Readonly<Record<string, unknown>>) => app.as(systemCaller).query(document, variables);
  const data = async (document: string, variables?: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> => {
    const { data: found, errors } = await ask(document, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return found ?? {};
  };

  it('gives formulas that can be filtered, ordered, grouped and aggregated by', async () => {
    expect(await data('{ lines(orderBy: [{ listPrice: DESC }]) { nodes { sku unitPrice listPrice percent } } }')).toEqual({
      lines: { nodes: [{ sku: 'b', unitPrice: '20.00', listPrice: '2380.00', percent: null }, { sku: 'b', unitPrice: '20.00', listPrice: '71.40', percent: '12' }, { sku: 'a', unitPrice: '10.00', listPrice: '11.90', percent: null }] },
    });
    expect(await data('{ lines(where: { listPrice: { gt: "100" } }) { nodes { quantity } } linesAggregate { sum { listPrice } } lineGroups(by: [{ field: PERCENT }], orderBy: [{ count: DESC }]) { key { percent } count } products(where: { nextPrice: { eq: "20.00" } }) { nodes { code } } }')).toEqual({
      lines: { nodes: [{ quantity: 100 }] }, linesAggregate: { sum: { listPrice: '2463.30' } }, lineGroups: [{ key: { percent: null }, count: 2 }, { key: { percent: '12' }, count: 1 }], products: { nodes: [{ code: 'a' }] },
    });
  });

  it('does not find what is in the trash, in SQL and in memory', async () => {
    const { errors } = await ask('mutation { createLine(input: { sku: "gone" }) { record { id } } }');
    expect(errors?.[0]?.extensions?.['problems']).toMatchObject([{ path: ['input', 'sku'], rule: 'known' }]);
    await data('mutation { createProduct(input: { code: "c", successor: "gone" }) { record { id } } }');
    expect(await data('{ products(where: { code: { eq: "c" } }) { nodes { nextPrice } } }')).toEqual({ products: { nodes: [{ nextPrice: null }] } });
  });

  it('reads for all rows of a bulk write at once, and tells each row apart', async () => {
    statements.length = 0;
    const input = Array.from({ length: 50 }, (_, index) => ({ sku: index === 7 ? 'none' : index % 2 === 0 ? 'a' : 'b', quantity: index * 10 }));
    const { data: found, errors } = await ask('mutation($input: [LineCreateInput!]!) { createLines(input: $input, mode: PARTIAL) { count rows { problems { path rule } } warnings { rule path } } }', { input });
    expect(errors).toBeUndefined();
    expect(found).toMatchObject({ createLines: { count: 49 } });
    const { rows, warnings } = (found as { createLines: { rows: { problems: unknown[] }[]; warnings: unknown[] } }).createLines;
    expect(rows.flatMap((row) => row.problems)).toEqual([{ path: ['input', '7', 'sku'], rule: 'known' }]);
    expect(warnings).toHaveLength(42);
    // One for the default, one for the hook and one for the rules, in the attempt that finds the wrong row and in the one without it.
    expect(statements.filter((text) => /unnest\(.*JOIN "product"/.test(text))).toHaveLength(6);
  });

  it('sees what hooks set before, and what the same write creates and renames', async () => {
    expect(await data('mutation { createLine(input: { sku: "old-b", quantity: 1 }) { record { sku note } } }')).toEqual({ createLine: { record: { sku: 'b', note: 'now 20' } } });
    expect(await data('mutation { createLine(input: { sku: "new", quantity: 2, product: { create: { code: "new", price: "3.00" } } }, dryRun: true) { record { unitPrice listPrice } } }')).toEqual({ createLine: { record: { unitPrice: '3.00', listPrice: '7.14' } } });
    const chain = 'mutation($input: [ProductCreateInput!]!) { createProducts(input: $input, dryRun: true) { warnings { rule path } } }';
    expect(await data(chain, { input: [{ code: 'x', successor: 'y' }, { code: 'y', successor: 'x' }, { code: 'z', successor: 'q' }] })).toEqual({ createProducts: { warnings: [{ rule: 'followed', path: ['input', '2'] }] } });
    expect(await data('mutation { updateProducts(where: { code: { eq: "b" } }, input: { code: "bb", successor: "b" }, dryRun: true) { warnings { rule } } }')).toEqual({ updateProducts: { warnings: [{ rule: 'followed' }] } });
    const bulk = 'mutation { createLines(input: [{ sku: "old-a", quantity: 1 }, { sku: "old-b", quantity: 1 }], dryRun: true) { records { note } } }';
    expect(await data(bulk)).toEqual({ createLines: { records: [{ note: 'now 10' }, { note: 'now 20' }] } });
  });

  it('is served by the unique index', async () => {
    statements.length = 0;
    await data('{ lines { nodes { listPrice } } }');
    expect(statements.at(-1)).toMatch(/\(SELECT .* FROM "product" (t\d+) WHERE \1\."code" = t\d+\."sku" AND \1\."deleted_at" IS NULL\)/);
  });
});

describeEachDatabase('what LOOKUP reveals', (open) => {
  it('is what the caller may read of the record and of its key', async () => {
    const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
    const all = Object.fromEntries(objects.map(({ name }) => [name, rights]));
    const definitions = [{ kind: 'profile', value: [{ name: 'sales', objects: all }, { name: 'finance', objects: all }, { name: 'clerk', objects: { ...all, product: {} } }] }] as const;
    const app = await startPlatform({ database: await open(), objects, plugins: [permissions({ definitions }), rules()], open: false });
    await app.as(systemCaller).query(`mutation { ${products} createLine(input: { sku: "a", quantity: 2 }) { record { id } } }`);
    const user = { userId: '018f0000-0000-7000-8000-000000000001' };
    const seen = async (profile: string, field: string) => {
      const { data, errors } = await app.as({ ...user, profile }).query(`{ lines { nodes { ${field} } } }`);
      const filtered = await app.as({ ...user, profile }).query(`{ lines(where: { ${field}: { isNull: false } }, orderBy: [{ ${field}: ASC }]) { nodes { id } } linesAggregate { max { ${field} } } }`);
      const { nodes: [line] } = (data as { lines: { nodes: Record<string, unknown>[] } }).lines;
      return [line?.[field] ?? null, errors?.[0]?.extensions?.['code'] ?? 'ok', filtered.errors?.[0]?.extensions?.['code'] ?? 'ok'];
    };
    expect(await seen('sales', 'listPrice')).toEqual(['23.80', 'ok', 'ok']);
    expect(await seen('sales', 'margin')).toEqual([null, 'FORBIDDEN', 'FORBIDDEN']);
    // A key that is hidden is not to be tried out.
    expect(await seen('sales', 'byEan')).toEqual([null, 'FORBIDDEN', 'FORBIDDEN']);
    expect(await seen('sales', 'shownMargin')).toEqual(['4', 'ok', 'ok']);
    expect(await seen('finance', 'margin')).toEqual(['4', 'ok', 'ok']);
    // Whoever sees no products finds none, also by a formula with a rule of its own.
    expect((await seen('clerk', 'listPrice'))[0]).toBe(null);
    expect((await seen('clerk', 'shownMargin'))[0]).toBe(null);
  });

  it('never crosses organizations', async () => {
    const tenant = [
      { extend: 'account', fields: { value: formula('LOOKUP(rate, code, code, value)'), twin: formula('LOOKUP(account, tax_id, name, code)') }, validations: [{ name: 'rated', type: 'script', condition: 'LOOKUP(rate, code, code, id) = null', message: 'No rate.' }] },
    ];
    const extending = { name: 'extending', version: '1.0.0', description: 'Formulas that find records.', metadata: { objects: tenant } } as never;
    const app = await startTenancy({ database: await open(), plugins: [rules(), extending] });
    const [alpha, beta] = [app.acting('ann'), app.acting('bea', 'beta')];
    for (const [who, value] of [[alpha, 1], [beta, 2]] as const) {
      expect((await who.query(`mutation { createRate(input: { code: "r", value: ${value} }) { record { id } } }`)).errors).toBeUndefined();
      expect((await who.query(`mutation { createAccount(input: { code: "r", name: "t2", taxId: "t${value}" }) { record { id } } }`)).errors).toBeUndefined();
      expect((await who.query(`mutation { createRate(input: { code: "only${value}", value: ${value} }) { record { id } } }`)).errors).toBeUndefined();
      expect((await who.query('{ accounts { nodes { value twin } } }')).data).toEqual({ accounts: { nodes: [{ value: String(value), twin: value === 1 ? null : 'r' }] } });
    }
    // Rates are read across organizations; keys are those of the own.
    expect((await alpha.query('mutation { createAccount(input: { code: "only2", name: "x" }) { record { id } } }')).errors?.[0]?.extensions?.['problems']).toMatchObject([{ rule: 'rated' }]);
    expect((await alpha.query('mutation { createAccount(input: { code: "only1", name: "x" }) { record { id } } }')).errors).toBeUndefined();
    expect(await app.system('{ accounts(orderBy: [{ taxId: ASC }]) { nodes { value twin } } }')).toEqual({ accounts: { nodes: [{ value: '1', twin: null }, { value: '2', twin: 'r' }, { value: '1', twin: null }] } });
  });

  it('changes with the record that is found', async () => {
    const live = await startLive({ objects, database: await open(), plugins: [rules(), responseCache()] });
    await live.system(`mutation { ${products} }`);
    await live.system('mutation { createLine(input: { sku: "a", quantity: 1 }) { record { id } } }');
    const dear = live.follow('subscription { lineChanges(where: { listPrice: { gt: "50" } }) { kind record { listPrice } } }');
    await expect.poll(() => dear.kinds, soon).toEqual(['READY']);
    const question = '{ lines { nodes { listPrice } } }';
    expect((await live.query(question)).data).toEqual({ lines: { nodes: [{ listPrice: '11.90' }] } });
    await live.system('mutation { updateProducts(where: { code: { eq: "a" } }, input: { price: "100.00" }) { count } }');
    await expect.poll(() => dear.kinds, soon).toEqual(['READY', 'ENTERED']);
    expect((await live.query(question)).data).toEqual({ lines: { nodes: [{ listPrice: '119.00' }] } });
    expect(dear.errors).toEqual([]);
  });
});

it('is refused where it cannot be exact, with the place', () => {
  const product = 'name: product\nfields:\n  code: { type: text, unique: true }\n  price: { type: currency }\n';
  const line = `name: line
fields:
  sku: { type: text }
  product: { type: lookup, reference: product }
`;
  expect(problems({
    'product.object.yml': `${product}  circle: { type: formula, expression: "LOOKUP(product, code, code, other)" }\n  other: { type: formula, expression: "LOOKUP(product, code, code, circle)" }\n`,
    'line.object.yml': `${line}  wrong: { type: formula, expression: "1 + LOOKUP(product, price, 3, code)" }\n`,
  }, [rules()])).toEqual([
    'line.object.yml:5:27 error line.wrong: price of product is not unique, so that several records could be meant | 1 + LOOKUP(product, price, 3, code)\n                        ^^^^^\n    Make it unique, or find by a key: id; code.',
    'product.object.yml:5:28 error product.circle: the formula product.other has a mistake of its own | LOOKUP(product, code, code, other)\n                                ^^^^^',
    'product.object.yml:6:27 error product.other: formulas go in a circle: product.circle → product.other → product.circle | LOOKUP(product, code, code, circle)\n                                ^^^^^^\n    Let one of them read fields that are stored.',
  ]);
  expect(problems({ 'product.object.yml': `${product}  twice: { type: formula, expression: price * 2, required: true }\n` }, [rules()])).toEqual([
    'product.object.yml:5:50 warning product.twice: a formula is computed, and empty where its expression gives nothing; "required" has no effect | Require the fields that it is computed from.',
  ]);
  expect(problems({
    'product.object.yml': `${product}  total: { type: summary, summaryOperations: { object: line, function: sum, field: found } }\n`,
    'line.object.yml': `${line}  found: { type: formula, expression: "LOOKUP(product, code, sku, price)" }
  shown: { type: text, visibleWhen: "LOOKUP(product, code, sku, price) > 1" }
validations:
  - { name: one, type: unique, fields: [sku], scope: "LOOKUP(product, code, sku, price) > 1", message: Only one. }
`,
  }, [rules()])).toEqual([
    'line.object.yml:6:24 error line.shown: LOOKUP cannot be used here | LOOKUP(product, code, sku, price) > 1\n    ^^^^^^\n    Let a formula field of the object find it, or store it in a field by a default or a hook, and name that field.',
    'line.object.yml:8:47 error line: the scope of a unique rule reads stored fields of the record and nothing else | Leave out formulas, paths, LOOKUP, previous, the caller and the time.',
    'product.object.yml:5:77 error product.total: the formula found looks at fields of line itself | Fields of other records change without a write of line.',
  ]);
});
