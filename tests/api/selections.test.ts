import { beforeAll, expect, it } from 'vitest';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';
import { answer, yaml, type Row } from './model.ts';

const names = Array.from({ length: 150 }, (_, index) => `field_${index}`);
const wide = {
  name: 'wide',
  fields: {
    ...Object.fromEntries(names.map((name, index) => [name, { type: index % 3 === 0 ? 'text' : index % 3 === 1 ? 'currency' : 'number' }])),
    parent: { type: 'tree', relatedName: 'children' },
  },
};
const shown = (name: string): string => name.replace(/_(\d)/, '$1');
const valueOf = (index: number): unknown => (index % 3 === 0 ? `v${index}` : index % 3 === 1 ? `${index}.00` : index);
const values = Object.fromEntries(names.map((name, index) => [shown(name), valueOf(index)]));

const identity: Plugin = {
  name: 'identity', version: '1.0.0', description: 'Sends operations through graphql-js.',
  schema: { extend: (schema) => schema.addFields('Query', { self: { type: 'Int', resolve: () => 1 } }) },
};

describeEachDatabase('selections', (open) => {
  let app: TestPlatform;

  beforeAll(async () => {
    app = await startPlatform({ yaml, objects: [wide], database: await open(), plugins: [identity], settings: { server: { limits: { cost: 100_000_000, aliases: 1_000, rootFields: 1_000 } } } });
    await answer(app, 'mutation ($input: WideCreateInput!) { createWide(input: $input) { record { id } } }', { input: { ...values, children: { create: [{}, { field0: 'child' }] } } });
    await answer(app, 'mutation { createAccounts(input: [{ name: "A", revenue: 5, contacts: { create: [{ name: "x" }, { name: "y", email: "y@example.com" }] } }, { name: "B", slug: "b" }]) { count } }');
    return () => app.close();
  });

  /** The answer of both ways to run an operation: compiled, and through graphql-js. */
  async function both(document: string, variables?: Row): Promise<Row> {
    const compiled = await app.query(document, variables);
    expect(compiled.errors, document).toBeUndefined();
    const { data, errors } = await app.query(document.replace('{', '{ self '), variables);
    expect(errors, document).toBeUndefined();
    expect({ self: 1, ...compiled.data }).toEqual(data);
    return compiled.data as Row;
  }

  it('takes more fields than a function takes arguments, in records, children and payloads', async () => {
    const list = names.map(shown).join(' ');
    const expected = values;
    expect(await both(`{ wides(where: { parentId: { isNull: true } }) { nodes { ${list} } } }`)).toEqual({ wides: { nodes: [expected] } });
    const sixty = names.slice(0, 60).map(shown);
    const some = (from: Row): Row => Object.fromEntries(sixty.map((name) => [name, from[name] ?? null]));
    expect(await both(`{ wides(where: { parentId: { isNull: true } }) { edges { node { ${sixty.join(' ')} children(orderBy: [{ field0: ASC }]) { nodes { ${sixty.join(' ')} parent { ${list} } } } } } pageInfo { hasNextPage } } }`)).toEqual({
      wides: { edges: [{ node: { ...some(values), children: { nodes: [{ ...some({ field0: 'child' }), parent: values }, { ...some({}), parent: values }] } } }], pageInfo: { hasNextPage: false } },
    });
    const { updateWide } = await answer(app, `mutation ($id: ID!) { updateWide(id: $id, input: { field0: "v0" }) { record { ${list} } } }`, { id: ((await both('{ wides(where: { parentId: { isNull: true } }) { nodes { id } } }')) as { wides: { nodes: { id: string }[] } }).wides.nodes[0]?.id });
    expect(updateWide).toEqual({ record: values });
  });

  it('takes more than a hundred root fields, aggregates and group keys', async () => {
    const roots = Array.from({ length: 120 }, (_, index) => `r${index}: wides(where: { field0: { eq: "v0" } }) { totalCount }`).join(' ');
    expect(Object.values(await both(`{ ${roots} }`))).toEqual(Array(120).fill({ totalCount: 1 }));
    const numbers = names.filter((_, index) => index % 3 === 2).map(shown);
    const sums = `${numbers.join(' ')} ${numbers.map((name) => `again_${name}: ${name}`).join(' ')} ${numbers.map((name) => `more_${name}: ${name}`).join(' ')}`;
    const { wideGroups, wideAggregate } = (await both(`{ wideAggregate: widesAggregate { sum { ${sums} } } wideGroups(by: [{ field: PARENT_ID }], orderBy: [{ count: DESC }]) { count max { ${sums} } } }`)) as { wideAggregate: { sum: Row }; wideGroups: { count: number; max: Row }[] };
    expect(wideAggregate.sum['field2']).toBe(2);
    expect(wideGroups.map(({ count }) => count)).toEqual([2, 1]);
    expect(Object.keys(wideGroups[1]?.max ?? {})).toHaveLength(150);
  });

  it('takes aliases of any length, and tells long ones apart', async () => {
    const long = (end: string): string => `${'a'.repeat(100)}${end}`;
    expect(await both(`{ ${long('1')}: accounts(orderBy: [{ name: ASC }], first: 1) { ${long('2')}: nodes { ${long('3')}: name ${long('4')}: slug ${long('5')}: contacts(first: 1, orderBy: [{ name: ASC }]) { ${long('6')}: edges { ${long('7')}: node { ${long('8')}: name } } } } } ${long('9')}: accountsAggregate { ${long('0')}: sum { ${long('1')}: revenue } } }`)).toEqual({
      [long('1')]: { [long('2')]: [{ [long('3')]: 'A', [long('4')]: null, [long('5')]: { [long('6')]: [{ [long('7')]: { [long('8')]: 'x' } }] } }] }, [long('9')]: { [long('0')]: { [long('1')]: '5.00' } },
    });
    expect(await both('{ __proto: accounts(first: 0) { totalCount } constructor: accounts(first: 0) { totalCount } toString: accountsAggregate { count } _n: accounts { nodes { name: slug slug: name } } }')).toMatchObject({ constructor: { totalCount: 2 }, toString: { count: 2 }, _n: { nodes: [{ name: null, slug: 'A' }, { name: 'b', slug: 'B' }] } });
  });

  it('takes one field several times with different arguments, and merges equal ones', async () => {
    expect(await both(`{
      a: accounts(where: { name: { eq: "A" } }) { nodes { all: contactsAggregate { count } named: contactsAggregate(where: { email: { isNull: false } }) { count } one: contacts(first: 1, orderBy: [{ name: DESC }]) { nodes { name } } two: contacts(first: 1, orderBy: [{ name: ASC }]) { nodes { name } pageInfo { hasNextPage } } contacts(first: 5) { totalCount } contacts(first: 5) { nodes { __typename } ...M } } }
      a: accounts(where: { name: { eq: "A" } }) { totalCount nodes { name } }
      b: accounts(where: { name: { eq: "B" } }) { nodes { name } }
    } fragment M on ContactConnection { nodes { account { name } } }`)).toEqual({
      a: { nodes: [{ all: { count: 2 }, named: { count: 1 }, one: { nodes: [{ name: 'y' }] }, two: { nodes: [{ name: 'x' }], pageInfo: { hasNextPage: true } }, contacts: { totalCount: 2, nodes: [{ __typename: 'Contact', account: { name: 'A' } }, { __typename: 'Contact', account: { name: 'A' } }] }, name: 'A' }], totalCount: 1 },
      b: { nodes: [{ name: 'B' }] },
    });
  });

  it('takes variables in every place', async () => {
    const document = `query ($text: String, $texts: [String!], $name: StringFilter, $where: AccountWhere, $wheres: [AccountWhere!], $order: SortOrder! = ASC, $orderBy: [AccountOrderBy!], $first: Int = 10, $offset: Int, $after: String, $stage: AccountStage!, $money: Decimal, $flag: Boolean, $by: AccountField! = STAGE, $having: AccountHaving) {
      accounts(where: { and: [{ name: { ne: $text } }, { name: $name }, { or: $wheres }], stage: { in: [LEAD, $stage] }, revenue: { isNull: $flag } }, orderBy: [{ name: $order }], first: $first, offset: $offset, after: $after) { nodes { name contacts(where: { name: { in: $texts } }, first: $first) { totalCount } } }
      whole: accounts(where: $where, orderBy: $orderBy) { totalCount nodes { slug } }
      accountsAggregate(where: { contacts: { some: { name: { eq: $text } } }, revenue: { gte: $money } }) { count }
      accountGroups(by: [{ field: $by }], having: $having) { count key { stage } }
    }`;
    // Absent entries of an input object are left out; null in place of a condition is refused.
    const base = { text: 'x', texts: ['x', 'z'], name: { in: ['A', 'B'] }, where: { or: [{ slug: { isNull: true } }, { slug: { eq: 'b' } }] }, wheres: [{ name: { eq: 'A' } }, { name: { eq: 'B' } }], stage: 'LEAD', money: '4.5' };
    const a = { name: 'A', contacts: { totalCount: 1 } };
    const b = { name: 'B', contacts: { totalCount: 0 } };
    const rest = { whole: { totalCount: 2, nodes: [{ slug: null }, { slug: 'b' }] }, accountsAggregate: { count: 1 }, accountGroups: [{ count: 2, key: { stage: 'LEAD' } }] };
    expect(await both(document, base)).toEqual({ accounts: { nodes: [a, b] }, ...rest });
    expect(await both(document, { ...base, order: 'DESC' })).toEqual({ accounts: { nodes: [b, a] }, ...rest });
    expect(await both(document, { ...base, first: 1, offset: 1, flag: undefined })).toEqual({ accounts: { nodes: [b] }, ...rest });
    expect(await both(document, { ...base, flag: false })).toEqual({ accounts: { nodes: [a] }, ...rest });
    expect(await both(document, { ...base, flag: true })).toEqual({ accounts: { nodes: [b] }, ...rest });
    expect(await both(document, { ...base, after: null, offset: null, having: null, where: null, first: null })).toEqual({ accounts: { nodes: [a, b] }, ...rest });
    expect(await both(document, { ...base, orderBy: [{ slug: 'ASC' }], where: { slug: { isNull: false } } })).toEqual({ accounts: { nodes: [a, b] }, ...rest, whole: { totalCount: 1, nodes: [{ slug: 'b' }] } });
    expect(await both(document, { ...base, orderBy: { slug: 'ASC' } })).toEqual({ accounts: { nodes: [a, b] }, ...rest, whole: { totalCount: 2, nodes: [{ slug: 'b' }, { slug: null }] } });
    expect(await both(document, { ...base, having: { count: { gt: 2 } } })).toEqual({ accounts: { nodes: [a, b] }, ...rest, accountGroups: [] });
    expect(await both(document, { ...base, wheres: { name: { eq: 'B' } }, texts: 'x' })).toEqual({ accounts: { nodes: [b] }, ...rest });
    for (const none of ['name', 'text', 'flag', 'money', 'texts']) {
      const { data, errors } = await app.query(document, { ...base, [none]: null });
      expect(errors?.map(({ extensions }) => extensions?.['code']).filter((code) => code !== 'BAD_REQUEST'), none).toEqual([]);
      expect(errors?.length, none).toBeGreaterThan(0);
      expect(data).toBeNull();
    }
    const { accounts } = await both('query ($text: String, $name: StringFilter) { accounts(where: { name: { eq: $text }, slug: $name }) { totalCount } }');
    expect(accounts).toEqual({ totalCount: 2 });
  });

  it('tells null from absent in inputs', async () => {
    const run = (document: string, variables?: Row) => answer(app, document, variables);
    const create = 'mutation ($input: AccountCreateInput!, $slug: String, $stage: AccountStage, $name: String = "V", $dry: Boolean = true) { a: createAccount(input: $input, dryRun: $dry) { record { name slug stage } } b: createAccount(input: { name: $name, slug: $slug, stage: $stage }, dryRun: $dry) { record { name slug stage } } }';
    expect(await run(create.replace('$name: String', '$name: String!'), { input: { name: 'I' } })).toEqual({ a: { record: { name: 'I', slug: null, stage: 'LEAD' } }, b: { record: { name: 'V', slug: null, stage: 'LEAD' } } });
    expect(await run(create.replace('$name: String', '$name: String!'), { input: { name: 'I', stage: null }, slug: null, stage: null, name: 'W' })).toEqual({ a: { record: { name: 'I', slug: null, stage: null } }, b: { record: { name: 'W', slug: null, stage: null } } });
    const { id } = ((await run('{ accounts(where: { name: { eq: "B" } }) { nodes { id } } }')) as { accounts: { nodes: { id: string }[] } }).accounts.nodes[0] ?? { id: '' };
    const update = 'mutation ($id: ID!, $slug: String, $revenue: Decimal) { updateAccount(id: $id, input: { slug: $slug, revenue: $revenue }, dryRun: true) { record { slug revenue } } }';
    expect(await run(update, { id })).toEqual({ updateAccount: { record: { slug: 'b', revenue: null } } });
    expect(await run(update, { id, slug: null, revenue: 3 })).toEqual({ updateAccount: { record: { slug: null, revenue: '3.00' } } });
  });

  it('includes and skips everywhere', async () => {
    const document = `query ($yes: Boolean!, $no: Boolean = false) {
      accounts(orderBy: [{ name: ASC }], first: 1) @include(if: $yes) { totalCount @skip(if: $yes) nodes @skip(if: $no) { name @include(if: $yes) slug @include(if: $no) ... @include(if: $no) { revenue } ...F @skip(if: $no) contacts(orderBy: [{ name: ASC }]) { nodes { name email @skip(if: true) } pageInfo @include(if: $no) { hasNextPage } } } }
      accountsAggregate @skip(if: $yes) { count }
      left: accountsAggregate { count @include(if: $yes) sum @skip(if: $yes) { revenue } max { revenue @include(if: $yes) __typename } }
      __typename @skip(if: $yes)
    } fragment F on Account { stage @include(if: $yes) @skip(if: $no) parent @include(if: $no) { name } }`;
    expect(await both(document, { yes: true })).toEqual({ accounts: { nodes: [{ name: 'A', stage: 'LEAD', contacts: { nodes: [{ name: 'x' }, { name: 'y' }] } }] }, left: { count: 2, max: { revenue: '5.00', __typename: 'AccountMax' } } });
    expect(await both(document, { yes: false, no: true })).toEqual({ accountsAggregate: { count: 2 }, left: { sum: { revenue: '5.00' }, max: { __typename: 'AccountMax' } }, __typename: 'Query' });
    expect(await both('query ($no: Boolean!) { accounts @include(if: $no) { totalCount } }', { no: false })).toEqual({});
    expect(await both('query ($no: Boolean!) { accounts(first: 1) { nodes { name @include(if: $no) } edges { cursor @include(if: $no) node { id @include(if: $no) } } pageInfo { endCursor @include(if: $no) } } }', { no: false })).toEqual({ accounts: { nodes: [{}], edges: [{ node: {} }], pageInfo: {} } });
    expect(await answer(app, 'mutation ($no: Boolean!) { a: createTopic(input: { name: "no" }) @include(if: $no) { record { name } } b: createTopic(input: { name: "yes" }, dryRun: true) { record @include(if: $no) { name } created } c: createTopic(input: { name: "dry" }, dryRun: true) { record { name @include(if: $no) } } }', { no: false })).toEqual({ b: { created: true }, c: { record: {} } });
    expect(await answer(app, '{ topics { totalCount } }')).toEqual({ topics: { totalCount: 0 } });
  });
});
