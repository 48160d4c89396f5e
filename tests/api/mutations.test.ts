import { beforeEach, expect, it, beforeAll } from 'vitest';
import { v7 as newId } from 'uuid';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { ObjectosError } from '../../src/errors.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';
import { answer, nobody, refusals, yaml, type Row } from './model.ts';

/** A mutation with a resolver of its own, beside the generated ones. */
const custom: Plugin = {
  name: 'custom', version: '1.0.0', description: 'Adds a mutation.',
  schema: {
    extend: (schema) =>
      schema.addFields('Mutation', {
        ping: { type: 'String', args: { fail: { type: 'Boolean' } }, resolve: (_parent, { fail }) => { if (fail === true) throw new ObjectosError('CONFLICT', 'Not now.'); return 'pong'; } },
      }),
  },
};

describeEachDatabase('mutations', (open) => {
  let app: TestPlatform;
  const run = (document: string, variables?: Row) => answer(app, document, variables);
  const refused = (document: string, variables?: Row) => refusals(app, document, variables);
  const counts = async () => (await run('{ accountsAggregate { count } contactsAggregate { count } ordersAggregate(trash: INCLUDE) { count } linesAggregate(trash: INCLUDE) { count } topicsAggregate { count } }')) as Record<string, { count: number }>;

  beforeAll(async () => {
    app = await startPlatform({ yaml, database: await open(), plugins: [custom], settings: { server: { limits: { cost: 1_000_000 } } } });
    return () => app.close();
  });
  beforeEach(async () => {
    await run('mutation { deleteOrders(where: {}, purge: true) { count } updateAccounts(where: {}, input: { parentId: null }) { count } deleteAccounts(where: {}) { count } deleteContacts(where: {}) { count } deleteTopics(where: {}) { count } }');
  });

  it('writes trees three levels deep and shows them', async () => {
    const tree = await run(`mutation {
      createAccount(input: {
        name: "Top"
        children: { create: [{ name: "Middle", contacts: { create: [{ name: "Ada", email: "ada@example.com" }, { name: "Bob" }] }, children: { create: [{ name: "Leaf", orders: { create: [{ number: "O1", lines: { create: [{ sku: "A" }, { sku: "B", quantity: 3 }] } }] } }] } }] }
        topics: { create: [{ name: "Energy" }] }
      }) { created record { name topics { nodes { name } } children { nodes { name parent { name } contacts(orderBy: [{ name: ASC }]) { totalCount nodes { name account { parent { name } } } } children { nodes { orders { nodes { number linesAggregate { count sum { quantity } } } } } } } } } }
    }`);
    expect(tree['createAccount']).toEqual({
      created: true,
      record: {
        name: 'Top', topics: { nodes: [{ name: 'Energy' }] },
        children: { nodes: [{ name: 'Middle', parent: { name: 'Top' }, contacts: { totalCount: 2, nodes: [{ name: 'Ada', account: { parent: { name: 'Top' } } }, { name: 'Bob', account: { parent: { name: 'Top' } } }] }, children: { nodes: [{ orders: { nodes: [{ number: 'O1', linesAggregate: { count: 2, sum: { quantity: '4' } } }] } }] } }] },
      },
    });
    const [{ id, children } = { id: '', children: { nodes: [{ id: '' }] } }] = ((await run('{ accounts(where: { name: { eq: "Top" } }) { nodes { id children { nodes { id } } } } }')) as { accounts: { nodes: { id: string; children: { nodes: { id: string }[] } }[] } }).accounts.nodes;
    const changed = await run(
      `mutation ($id: ID!, $middle: ID!) {
        updateAccount(id: $id, input: { children: { update: [{ id: $middle, input: { name: "Centre", contacts: { delete: [{ email: "ada@example.com" }], upsert: [{ by: EMAIL, input: { name: "Cy", email: "cy@example.com" } }] }, topics: { connect: [{ name: "Energy" }] } } }] } })
        { record { children { nodes { name topics { nodes { name accounts { totalCount } } } contacts(orderBy: [{ name: ASC }]) { nodes { name } } } } } }
      }`,
      { id, middle: children.nodes[0]?.id },
    );
    expect(changed['updateAccount']).toEqual({ record: { children: { nodes: [{ name: 'Centre', topics: { nodes: [{ name: 'Energy', accounts: { totalCount: 2 } }] }, contacts: { nodes: [{ name: 'Bob' }, { name: 'Cy' }] } }] } } });
  });

  it('writes nothing of a tree that is refused anywhere, and tells every place', async () => {
    const before = await counts();
    const { data, errors } = await refused(`mutation {
      createAccount(input: { name: "${'x'.repeat(41)}", children: { create: [{ name: "ok", orders: { create: [{ number: "O1", lines: { create: [{ sku: "A", quantity: 0 }, { sku: "" }] } }] } }] }, contacts: { create: [{ name: "A", email: "nope" }], connect: [{ id: "${nobody}" }] } }) { record { id } }
    }`);
    expect(data).toEqual({ createAccount: null });
    expect(errors).toMatchObject([{ code: 'VALIDATION_FAILED', path: ['createAccount'] }]);
    expect(errors[0]?.problems).toEqual(expect.arrayContaining(['input.children.create.0.orders.create.0.lines.create.0.quantity OUT_OF_RANGE', 'input.contacts.create.0.email BAD_FORMAT', 'input.name TOO_LONG']));
    expect(await counts()).toEqual(before);
  });

  it('names constraint violations by path', async () => {
    await run('mutation { createTopic(input: { name: "T" }) { record { id } } createContact(input: { name: "A", email: "a@example.com" }) { record { id } } }');
    expect((await refused('mutation { createTopic(input: { name: "T" }) { record { id } } }')).errors).toEqual([{ code: 'CONFLICT', path: ['createTopic'], problems: ['input.name NOT_UNIQUE'] }]);
    expect((await refused('mutation { createAccount(input: { name: "A", contacts: { create: [{ name: "B" }, { name: "A", email: "a@example.com" }] } }) { record { id } } }')).errors[0]?.problems).toEqual(['input.contacts.create.1.email NOT_UNIQUE']);
    expect((await refused(`mutation { createContact(input: { name: "A", accountId: "${nobody}" }) { record { id } } }`)).errors[0]?.problems).toEqual(['input.accountId NOT_FOUND']);
    expect((await refused('mutation { createOrder(input: { number: "1", lines: { create: [{ sku: "A" }, { sku: "A" }] } }) { record { id } } }')).errors).toEqual([expect.objectContaining({ code: 'CONFLICT', problems: ['input.lines.create.1 NOT_UNIQUE'] })]);
  });

  it('upserts by every key', async () => {
    const id = newId();
    const upsert = (by: string, input: string) => run(`mutation { it: upsertContact(by: ${by}, input: ${input}) { created record { id name email version } } }`);
    expect((await upsert('ID', `{ id: "${id}", name: "A", email: "a@example.com" }`))['it']).toEqual({ created: true, record: { id, name: 'A', email: 'a@example.com', version: 1 } });
    expect((await upsert('ID', `{ id: "${id}", name: "B" }`))['it']).toEqual({ created: false, record: { id, name: 'B', email: 'a@example.com', version: 2 } });
    expect((await upsert('EMAIL', `{ name: "C", email: "a@example.com" }`))['it']).toEqual({ created: false, record: { id, name: 'C', email: 'a@example.com', version: 3 } });
    expect((await upsert('EMAIL', `{ name: "D", email: "d@example.com" }`))['it']).toMatchObject({ created: true, record: { name: 'D', version: 1 } });
    const order = ((await run('mutation { createOrder(input: { number: "1" }) { record { id } } }')) as { createOrder: { record: { id: string } } }).createOrder.record.id;
    const lines = 'mutation ($input: [LineCreateInput!]!) { upsertLines(by: ORDER_AND_SKU, input: $input) { count rows { index created record { sku quantity version } } } }';
    expect((await run(lines, { input: [{ orderId: order, sku: 'A', quantity: 2 }, { orderId: order, sku: 'B' }] }))['upsertLines']).toMatchObject({ count: 2, rows: [{ created: true }, { created: true }] });
    expect((await run(lines, { input: [{ orderId: order, sku: 'C' }, { orderId: order, sku: 'A', quantity: 5 }] }))['upsertLines']).toEqual({
      count: 2, rows: [{ index: 0, created: true, record: { sku: 'C', quantity: 1, version: 1 } }, { index: 1, created: false, record: { sku: 'A', quantity: 5, version: 2 } }],
    });
    expect((await run('query ($order: ID!) { line(by: { orderAndSku: { orderId: $order, sku: "A" } }) { quantity order { number } } }', { order }))['line']).toEqual({ quantity: 5, order: { number: '1' } });
  });

  it('writes many, all or those that can be', async () => {
    await run('mutation { createTopic(input: { name: "taken" }) { record { id } } }');
    const create = (mode: string) => refused(`mutation { createTopics(mode: ${mode}, input: [{ name: "a" }, { name: "taken" }, { name: "" }, { name: "b" }]) { count records { name } rows { index id created record { name } problems { path code message } } clientMutationId } }`);
    const atomic = await create('ATOMIC');
    expect(atomic.data).toEqual({ createTopics: null });
    expect(atomic.errors).toMatchObject([{ code: 'VALIDATION_FAILED', problems: ['input.2.name REQUIRED'] }]);
    const { data, errors } = await create('PARTIAL');
    expect(errors).toEqual([]);
    const text = expect.any(String) as string;
    expect(data?.['createTopics']).toEqual({
      count: 2, records: [{ name: 'a' }, { name: 'b' }], clientMutationId: null,
      rows: [
        { index: 0, id: text, created: true, record: { name: 'a' }, problems: [] },
        { index: 1, id: null, created: false, record: null, problems: [{ path: ['input', '1', 'name'], code: 'NOT_UNIQUE', message: text }] },
        { index: 2, id: null, created: false, record: null, problems: [{ path: ['input', '2', 'name'], code: 'REQUIRED', message: text }] },
        { index: 3, id: text, created: true, record: { name: 'b' }, problems: [] },
      ],
    });
    const ids = (data as { createTopics: { rows: { id: string | null }[] } }).createTopics.rows.map(({ id }) => id);
    const update = await refused('mutation ($rows: [TopicUpdateRow!]) { updateTopics(mode: PARTIAL, rows: $rows) { count rows { index record { name version } problems { path code } } } }', {
      rows: [{ id: ids[0], input: { name: 'A' }, ifVersion: 1 }, { id: ids[3], input: { name: 'B' }, ifVersion: 7 }, { id: nobody, input: { name: 'C' } }],
    });
    expect(update.data?.['updateTopics']).toEqual({
      count: 1,
      rows: [{ index: 0, record: { name: 'A', version: 2 }, problems: [] }, { index: 1, record: null, problems: [{ path: ['rows', '1', 'input'], code: 'CONFLICT' }] }, { index: 2, record: null, problems: [{ path: ['rows', '2', 'input'], code: 'NOT_FOUND' }] }],
    });
    const many = Array.from({ length: 1500 }, (_, index) => ({ name: `T${index}` }));
    expect((await run('mutation ($input: [TopicCreateInput!]!) { createTopics(input: $input) { count } deleteTopics(where: { name: { startsWith: "T" } }) { count } }', { input: many }))).toEqual({ createTopics: { count: 1500 }, deleteTopics: { count: 1500 } });
  });

  it('answers a version conflict with the record as it is now', async () => {
    const id = newId();
    await run('mutation ($id: ID!) { createAccount(input: { id: $id, name: "A", children: { create: [{ name: "child" }] } }) { record { id } } updateAccount(id: $id, input: { name: "B" }, ifVersion: 1) { record { id } } }', { id });
    const { data, errors } = await refused('mutation ($id: ID!) { updateAccount(id: $id, input: { name: "C" }, ifVersion: 1) { record { n: name version children { nodes { name } } } } }', { id });
    expect(data).toEqual({ updateAccount: null });
    expect(errors).toMatchObject([{ code: 'CONFLICT', id, currentVersion: 2, current: { n: 'B', version: 2, children: { nodes: [{ name: 'child' }] } } }]);
    expect((await refused('mutation ($id: ID!) { deleteAccount(id: $id, ifVersion: 1) { record { version } } }', { id })).errors).toMatchObject([{ code: 'CONFLICT', current: { version: 2 } }]);
    expect(await run('query ($id: ID!) { account(id: $id) { name } }', { id })).toEqual({ account: { name: 'B' } });
  });

  it('answers repeats of an idempotency key with the first answer, and refuses another request under it', async () => {
    const key = newId();
    const document = 'mutation ($key: String, $name: String!) { createTopic(input: { name: $name }, idempotencyKey: $key, clientMutationId: "c") { created clientMutationId record { id name } } }';
    const first = await run(document, { key, name: 'once' });
    expect(await run(document, { key, name: 'once' })).toEqual(first);
    expect((await Promise.all([1, 2, 3].map(() => run(document, { key, name: 'once' })))).every((again) => JSON.stringify(again) === JSON.stringify(first))).toBe(true);
    expect((await refused(document, { key, name: 'twice' })).errors).toMatchObject([{ code: 'CONFLICT', path: ['createTopic'] }]);
    expect((await refused(document, { key: '', name: 'x' })).errors).toMatchObject([{ code: 'BAD_REQUEST' }]);
    const failing = newId();
    expect((await refused(document, { key: failing, name: 'once' })).errors).toMatchObject([{ code: 'CONFLICT', problems: ['input.name NOT_UNIQUE'] }]);
    await run('mutation { deleteTopics(where: {}) { count } }');
    expect((await run(document, { key: failing, name: 'once' }))['createTopic']).toMatchObject({ created: true });
  });

  it('takes another selection under the same idempotency key for another request, also in fragments and variables', async () => {
    const key = newId();
    const document = (fields: string) => `mutation ($key: String, $first: Int) { createTopic(input: { name: "fragments" }, idempotencyKey: $key) { ...P } } fragment P on TopicPayload { record { ...R accounts(first: $first) { totalCount } } } fragment R on Topic { ${fields} }`;
    const first = await run(document('name'), { key, first: 1 });
    expect(await run(document('name'), { key, first: 1 })).toEqual(first);
    expect((await refused(document('name id'), { key, first: 1 })).errors).toMatchObject([{ code: 'CONFLICT' }]);
    expect((await refused(document('name'), { key, first: 2 })).errors).toMatchObject([{ code: 'CONFLICT' }]);
  });

  it('runs dry without leaving anything', async () => {
    const before = await counts();
    const id = newId();
    const dry = await run('mutation ($id: ID!) { createAccount(dryRun: true, input: { id: $id, name: "Dry", slug: "dry", contacts: { create: [{ name: "Ada" }] } }) { created record { id name stage version contacts { nodes { name account { slug } } } } } }', { id });
    expect(dry['createAccount']).toEqual({ created: true, record: { id, name: 'Dry', stage: 'LEAD', version: 1, contacts: { nodes: [{ name: 'Ada', account: { slug: 'dry' } }] } } });
    expect(await counts()).toEqual(before);
    expect((await run('mutation { a: createTopics(dryRun: true, input: [{ name: "x" }, { name: "y" }]) { count records { name } } b: createTopic(input: { name: "x" }) { record { name } } c: deleteTopics(where: {}, dryRun: true) { count records { name } } }'))).toEqual({
      a: { count: 2, records: [{ name: 'x' }, { name: 'y' }] }, b: { record: { name: 'x' } }, c: { count: 1, records: [{ name: 'x' }] },
    });
    expect((await run('{ topics { nodes { name } } }'))['topics']).toEqual({ nodes: [{ name: 'x' }] });
    expect((await refused('mutation { createTopic(dryRun: true, input: { name: "x" }) { record { id } } }')).errors[0]?.problems).toEqual(['input.name NOT_UNIQUE']);
  });

  it('makes an atomic operation one transaction, with fields of other resolvers too', async () => {
    const two = (last: string) => `mutation @atomic { a: createTopic(input: { name: "a" }) { record { name } } ${last} }`;
    const broken = await refused(two('b: createTopic(input: { name: "a" }) { record { name } }'));
    expect(broken).toMatchObject({ data: null, errors: [{ code: 'CONFLICT', path: ['b'] }] });
    const custom = await refused(two('ping(fail: true)'));
    expect(custom).toMatchObject({ data: null, errors: [{ code: 'CONFLICT', path: ['ping'] }] });
    const mixed = await refused(two('ping b: createTopic(input: { name: "" }) { record { name } }'));
    expect(mixed).toMatchObject({ data: null, errors: [{ code: 'VALIDATION_FAILED', path: ['b'] }] });
    expect((await run('{ topics { totalCount } }'))['topics']).toEqual({ totalCount: 0 });
    expect(await run(two('ping b: createTopic(input: { name: "b" }) { record { name } } dry: createTopic(input: { name: "dry" }, dryRun: true) { record { name } }'))).toEqual({ dry: { record: { name: 'dry' } }, a: { record: { name: 'a' } }, ping: 'pong', b: { record: { name: 'b' } } });
    expect((await run('{ topics(orderBy: [{ name: ASC }]) { nodes { name } } }'))['topics']).toEqual({ nodes: [{ name: 'a' }, { name: 'b' }] });
    expect(await run('mutation @atomic { a: createTopic(input: { name: "c" }) { record { name } } b: updateTopics(where: { name: { eq: "c" } }, input: { name: "d" }) { records { name } } __typename }')).toEqual({ a: { record: { name: 'c' } }, b: { records: [{ name: 'd' }] }, __typename: 'Mutation' });
  });

  it('keeps the answers of the fields beside one that fails', async () => {
    for (const more of ['', ' ping']) {
      const { data, errors } = await refused(`mutation { a: createTopic(input: { name: "a${more.length}" }) { record { name } } b: createTopic(input: { name: "a${more.length}" }) { record { name } } c: createTopic(input: { name: "c${more.length}" }) { record { name } }${more} }`);
      expect(data).toEqual({ a: { record: { name: `a${more.length}` } }, b: null, c: { record: { name: `c${more.length}` } }, ...(more !== '' && { ping: 'pong' }) });
      expect(errors).toMatchObject([{ code: 'CONFLICT', path: ['b'] }]);
    }
  });

  it('takes ids from clients, and refuses bad and taken ones', async () => {
    const id = newId();
    expect(await run('mutation ($id: ID!) { createTopic(input: { id: $id, name: "mine" }) { record { id } } }', { id: id.toUpperCase() })).toEqual({ createTopic: { record: { id } } });
    expect((await refused('mutation ($id: ID!) { createTopic(input: { id: $id, name: "again" }) { record { id } } }', { id })).errors).toMatchObject([{ code: 'CONFLICT', problems: ['input.id NOT_UNIQUE'] }]);
    expect((await refused('mutation { createTopic(input: { id: "42", name: "again" }) { record { id } } }')).errors).toMatchObject([{ code: 'VALIDATION_FAILED', problems: ['input.id INVALID_ID'] }]);
  });

  it('moves to the trash, restores and purges', async () => {
    const id = newId();
    const at = (trash: string) => run(`{ orders(trash: ${trash}) { nodes { number deletedAt lines(trash: ${trash}) { nodes { sku } } } } }`);
    await run('mutation ($id: ID!) { createOrder(input: { id: $id, number: "1", lines: { create: [{ sku: "A" }, { sku: "B" }] } }) { record { id } } }', { id });
    expect(await run('mutation ($id: ID!) { deleteOrder(id: $id) { created record { number deletedAt lines { totalCount } } } }', { id })).toEqual({ deleteOrder: { created: false, record: { number: '1', deletedAt: null, lines: { totalCount: 2 } } } });
    expect(await at('EXCLUDE')).toEqual({ orders: { nodes: [] } });
    const moment = expect.stringMatching(/^\d{4}-.*Z$/) as string;
    expect(await at('ONLY')).toEqual({ orders: { nodes: [{ number: '1', deletedAt: moment, lines: { nodes: [{ sku: 'A' }, { sku: 'B' }] } }] } });
    expect(await run('query ($id: ID!) { order(id: $id) { id } node(id: $id) { id } ordersAggregate(trash: ONLY) { count } orderGroups(by: [{ field: NUMBER }], trash: INCLUDE) { count } }', { id })).toEqual({ order: null, node: null, ordersAggregate: { count: 1 }, orderGroups: [{ count: 1 }] });
    expect((await refused('mutation ($id: ID!) { updateOrder(id: $id, input: { number: "2" }) { record { id } } }', { id })).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const other = newId();
    expect(await run('mutation ($id: ID!) { createOrder(input: { id: $id, number: "1" }) { record { number } } }', { id: other })).toEqual({ createOrder: { record: { number: '1' } } });
    expect((await refused('mutation ($id: ID!) { restoreOrder(id: $id) { record { id } } }', { id })).errors).toMatchObject([{ code: 'CONFLICT' }]);
    expect(await run('mutation ($id: ID!) { deleteOrder(id: $id, purge: true) { record { number } } }', { id: other.toUpperCase() })).toEqual({ deleteOrder: { record: { number: '1' } } });
    expect(await run('mutation ($id: ID!) { restoreOrder(id: $id) { record { number deletedAt lines(orderBy: [{ sku: ASC }]) { nodes { sku deletedAt } } } } }', { id })).toEqual({ restoreOrder: { record: { number: '1', deletedAt: null, lines: { nodes: [{ sku: 'A', deletedAt: null }, { sku: 'B', deletedAt: null }] } } } });
    await run('mutation ($id: ID!) { deleteOrder(id: $id) { record { id } } }', { id });
    expect(await run('mutation ($id: ID!) { deleteOrder(id: $id, purge: true) { record { number lines(trash: INCLUDE) { totalCount } } } }', { id })).toEqual({ deleteOrder: { record: { number: '1', lines: { totalCount: 2 } } } });
    expect(await at('INCLUDE')).toEqual({ orders: { nodes: [] } });
    for (const records of ['', 'records { number }']) {
      await run('mutation { createOrders(input: [{ number: "1" }, { number: "2" }]) { count } deleteOrders(where: { number: { eq: "1" } }) { count } }');
      expect((await run(`mutation { deleteOrders(where: {}, purge: true) { count ${records} } }`))['deleteOrders'], records).toMatchObject({ count: 2 });
    }
    expect((await counts())['linesAggregate']).toEqual({ count: 0 });
  });

  it('deletes by filter and shows the records as they were', async () => {
    await run('mutation { createAccounts(input: [{ name: "A", revenue: 1, contacts: { create: [{ name: "x" }] } }, { name: "B", revenue: 2 }, { name: "C" }]) { count } }');
    const { deleteAccounts } = await run('mutation { deleteAccounts(where: { revenue: { isNull: false } }) { count records { name contacts { nodes { name account { name } } } } rows { index created record { revenue } problems { code } } } }');
    expect(deleteAccounts).toEqual({
      count: 2, records: [{ name: 'A', contacts: { nodes: [{ name: 'x', account: { name: 'A' } }] } }, { name: 'B', contacts: { nodes: [] } }],
      rows: [{ index: 0, created: false, record: { revenue: '1.00' }, problems: [] }, { index: 1, created: false, record: { revenue: '2.00' }, problems: [] }],
    });
    expect(await run('{ accounts { nodes { name } } contacts { nodes { name accountId } } }')).toEqual({ accounts: { nodes: [{ name: 'C' }] }, contacts: { nodes: [{ name: 'x', accountId: null }] } });
    expect((await refused('mutation { deleteAccounts { count } }')).errors).toMatchObject([{ code: 'BAD_REQUEST' }]);
    expect((await refused('mutation { updateAccounts(input: { name: "all" }) { count } }')).errors).toMatchObject([{ code: 'BAD_REQUEST' }]);
  });

  it('shows the new state wherever the payload comes back to the record', async () => {
    const { createAccount } = (await run('mutation { createAccount(input: { name: "old", contacts: { create: [{ name: "Ada" }] } }) { record { id contacts { nodes { id account { name } } } } } }')) as { createAccount: { record: { id: string; contacts: { nodes: { id: string; account: Row }[] } } } };
    expect(createAccount.record.contacts.nodes[0]?.account).toEqual({ name: 'old' });
    const { id } = createAccount.record;
    const back = 'record { name version contacts { nodes { name account { name version contactsAggregate { count } } } } children { totalCount } }';
    expect(await run(`mutation ($id: ID!) { updateAccount(id: $id, input: { name: "new", contacts: { create: [{ name: "Bob" }] } }) { ${back} } }`, { id })).toEqual({
      updateAccount: { record: { name: 'new', version: 2, contacts: { nodes: ['Ada', 'Bob'].map((name) => ({ name, account: { name: 'new', version: 2, contactsAggregate: { count: 2 } } })) }, children: { totalCount: 0 } } },
    });
    const contact = createAccount.record.contacts.nodes[0]?.id;
    expect(await run('mutation ($id: ID!) { updateContact(id: $id, input: { name: "Zed" }) { record { name account { contacts(orderBy: [{ name: ASC }]) { nodes { name } } contactsAggregate(where: { name: { eq: "Zed" } }) { count } contactGroups(by: [{ field: NAME }]) { key { name } } } } } }', { id: contact })).toEqual({
      updateContact: { record: { name: 'Zed', account: { contacts: { nodes: [{ name: 'Bob' }, { name: 'Zed' }] }, contactsAggregate: { count: 1 }, contactGroups: [{ key: { name: 'Bob' } }, { key: { name: 'Zed' } }] } } },
    });
    expect(await run('mutation ($id: ID!) { updateContact(id: $id, input: { account: { create: { name: "other" } } }) { record { account { name contacts { nodes { name } } } } } }', { id: contact })).toEqual({ updateContact: { record: { account: { name: 'other', contacts: { nodes: [{ name: 'Zed' }] } } } } });
    expect(await run('mutation ($id: ID!) { updateAccount(id: $id, input: { topics: { create: [{ name: "T" }] } }) { record { topicIds topics { nodes { name accounts { nodes { name topics { totalCount } } } } } } } }', { id })).toEqual({
      updateAccount: { record: { topicIds: [expect.any(String)], topics: { nodes: [{ name: 'T', accounts: { nodes: [{ name: 'new', topics: { totalCount: 1 } }] } }] } } },
    });
    expect(await run('mutation ($id: ID!) { deleteContact(id: $id) { record { name account { name contacts { totalCount } } } } }', { id: contact })).toEqual({ deleteContact: { record: { name: 'Zed', account: { name: 'other', contacts: { totalCount: 1 } } } } });
  });

  it('shows each of many at once what it asked for', async () => {
    const names = ['A', 'B', 'C'];
    const { createAccount: { record: { id } } } = (await run(`mutation { createAccount(input: { name: "Top", children: { create: [${names.map((name) => `{ name: "${name}" }`).join(', ')}] } }) { record { id } } }`)) as { createAccount: { record: { id: string } } };
    const document = `mutation ($name: String!, $account: ID!, $child: String!) {
      createContact(input: { name: $name, accountId: $account }) { record { name account { children(where: { name: { eq: $child } }) { nodes { name } } } } }
    }`;
    const asked = Array.from({ length: 24 }, (_, index) => ({ name: `N${index}`, account: id, child: names[index % 3] ?? '' }));
    const shown = await Promise.all(asked.map((variables) => run(document, variables)));
    expect(shown).toEqual(asked.map(({ name, child }) => ({ createContact: { record: { name, account: { children: { nodes: [{ name: child }] } } } } })));
  });

  it('tells what does not exist', async () => {
    for (const [document, field] of [['updateAccount(id: "ID", input: { name: "x" })', 'updateAccount'], ['deleteAccount(id: "ID")', 'deleteAccount'], ['restoreOrder(id: "ID")', 'restoreOrder'], ['updateAccount(id: "ID", input: {})', 'updateAccount']] as const) {
      for (const id of [nobody, 'nonsense', '']) {
        const { data, errors } = await refused(`mutation { ${document.replace('ID', id)} { record { id } } }`);
        expect(data, document).toEqual({ [field]: null });
        expect(errors, `${document} ${id}`).toMatchObject([{ code: 'NOT_FOUND', path: [field] }]);
      }
    }
    expect(await run(`{ a: account(id: "${nobody}") { id } b: account(id: "nonsense") { id } c: account(by: { slug: "none" }) { id } d: accounts(where: { id: { eq: "nonsense" } }) { totalCount } }`)).toEqual({ a: null, b: null, c: null, d: { totalCount: 0 } });
    expect((await refused('{ account { id } }')).errors).toMatchObject([{ code: 'BAD_REQUEST' }]);
    expect((await refused(`{ account(id: "${nobody}", by: { slug: "x" }) { id } }`)).errors).toMatchObject([{ code: 'BAD_REQUEST' }]);
  });
});
