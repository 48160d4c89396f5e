import { beforeAll, beforeEach, expect, it } from 'vitest';
import { v7 as newId } from 'uuid';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';
import { answer, nobody, refusals, yaml, type Row } from './model.ts';

const extensions = `
---
extend: topic
priority: 300
fields:
  name: { label: Subject }
  code: { type: text, unique: true, maxLength: 8 }
---
extend: topic
priority: 100
fields:
  name: { label: Loses }
  code: { type: text, maxLength: 3 }
indexes:
  - { fields: [code, name], unique: true }
---
extend: sys_user
fields:
  favourites: { type: lookup, reference: topic, multiple: true, relatedName: fans }
`;

describeEachDatabase('relations', (open) => {
  let app: TestPlatform;
  const run = (document: string, variables?: Row) => answer(app, document, variables);
  const refused = async (document: string, variables?: Row) => (await refusals(app, document, variables)).errors;

  beforeAll(async () => {
    app = await startPlatform({ yaml: yaml + extensions, database: await open(), settings: { server: { limits: { cost: 100_000_000 } } } });
    return () => app.close();
  });
  beforeEach(async () => {
    await run('mutation { deleteOrders(where: {}, purge: true) { count } updateAccounts(where: {}, input: { parentId: null }) { count } deleteAccounts(where: {}) { count } deleteContacts(where: {}) { count } deleteTopics(where: {}) { count } }');
  });

  it('reads and writes a junction object from both sides', async () => {
    await run(`mutation {
      createTopics(input: [{ name: "Energy", members: { create: [{ role: LEAD, account: { create: { name: "A" } } }, { account: { create: { name: "B" } } }] } }, { name: "Water" }]) { count }
      updateAccounts(where: { name: { eq: "B" } }, input: { members: { create: [{ topic: { connect: { name: "Water" } }, role: LEAD }] } }) { count }
    }`);
    expect(await run('{ topics(orderBy: [{ name: ASC }]) { nodes { name members(orderBy: [{ account: { name: ASC } }]) { nodes { role account { name members(where: { topic: { name: { eq: "Water" } } }) { totalCount } } } } } } }')).toEqual({
      topics: { nodes: [
        { name: 'Energy', members: { nodes: [{ role: 'LEAD', account: { name: 'A', members: { totalCount: 0 } } }, { role: 'MEMBER', account: { name: 'B', members: { totalCount: 1 } } }] } },
        { name: 'Water', members: { nodes: [{ role: 'LEAD', account: { name: 'B', members: { totalCount: 1 } } }] } },
      ] },
    });
    expect(await run('{ accounts(where: { members: { some: { role: { eq: LEAD }, topic: { name: { eq: "Energy" } } } } }) { nodes { name } } none: accounts(where: { members: { every: { role: { eq: LEAD } } } }) { nodes { name } } }')).toEqual({ accounts: { nodes: [{ name: 'A' }] }, none: { nodes: [{ name: 'A' }] } });
    const ids = (await run('{ accounts(where: { name: { eq: "A" } }) { nodes { id } } topics(where: { name: { eq: "Energy" } }) { nodes { id } } }')) as Record<string, { nodes: { id: string }[] }>;
    const key = { accountId: ids['accounts']?.nodes[0]?.id, topicId: ids['topics']?.nodes[0]?.id };
    expect(await run('query ($key: MembershipAccountAndTopicKey!) { membership(by: { accountAndTopic: $key }) { role account { name } } }', { key })).toEqual({ membership: { role: 'LEAD', account: { name: 'A' } } });
    expect(await run('query ($key: MembershipKey!) { membership(by: $key) { role } }', { key: { accountAndTopic: { ...key, topicId: nobody } } })).toEqual({ membership: null });
    expect(await refused('mutation ($input: MembershipCreateInput!) { createMembership(input: $input) { record { id } } }', { input: key })).toMatchObject([{ code: 'CONFLICT', problems: ['input NOT_UNIQUE'] }]);
    expect(await run('mutation ($input: MembershipCreateInput!) { upsertMembership(by: ACCOUNT_AND_TOPIC, input: $input) { created record { role } } }', { input: { ...key, role: 'MEMBER' } })).toEqual({ upsertMembership: { created: false, record: { role: 'MEMBER' } } });
  });

  it('reads and writes a multiple lookup from both sides, in order', async () => {
    const [a, b, c] = [newId(), newId(), newId()];
    await run('mutation ($topics: [TopicCreateInput!]!, $ids: [ID!]) { createTopics(input: $topics) { count } x: createAccount(input: { name: "X", topicIds: $ids }) { record { id } } y: createAccount(input: { name: "Y", topics: { connect: [{ name: "T2" }] } }) { record { id } } }', { topics: [{ id: a, name: 'T1' }, { id: b, name: 'T2' }, { id: c, name: 'T3' }], ids: [c, a] });
    const lists = async () => ((await run('{ accounts(orderBy: [{ name: ASC }]) { nodes { topicIds topics(orderBy: [{ name: DESC }]) { totalCount nodes { name } } } } }')) as { accounts: { nodes: { topicIds: string[]; topics: Row }[] } }).accounts.nodes;
    expect(await lists()).toEqual([{ topicIds: [c, a], topics: { totalCount: 2, nodes: [{ name: 'T3' }, { name: 'T1' }] } }, { topicIds: [b], topics: { totalCount: 1, nodes: [{ name: 'T2' }] } }]);
    expect(await run('{ topics(orderBy: [{ accountsCount: DESC }, { name: ASC }], where: { accounts: { some: { name: { in: ["X", "Y"] } } } }) { nodes { name accounts { nodes { name } } accountsAggregate { count } } } accounts(where: { topics: { none: { name: { eq: "T2" } } } }) { nodes { name } } }')).toEqual({
      topics: { nodes: [['T1', 'X'], ['T2', 'Y'], ['T3', 'X']].map(([name, account]) => ({ name, accounts: { nodes: [{ name: account }] }, accountsAggregate: { count: 1 } })) }, accounts: { nodes: [{ name: 'X' }] },
    });
    // From the other side.
    const topic = (input: string) => run(`mutation ($id: ID!) { updateTopic(id: $id, input: { accounts: ${input} }) { record { accounts(orderBy: [{ name: ASC }]) { nodes { name topicIds } } } } }`, { id: b });
    const x = ((await run('{ accounts(where: { name: { eq: "X" } }) { nodes { id } } }')) as { accounts: { nodes: { id: string }[] } }).accounts.nodes[0]?.id ?? '';
    expect(await topic(`{ connect: [{ id: "${x}" }], create: [{ name: "Z" }] }`)).toEqual({ updateTopic: { record: { accounts: { nodes: [{ name: 'X', topicIds: [c, a, b] }, { name: 'Y', topicIds: [b] }, { name: 'Z', topicIds: [b] }] } } } });
    expect(await topic(`{ set: [{ id: "${x}" }] }`)).toEqual({ updateTopic: { record: { accounts: { nodes: [{ name: 'X', topicIds: [c, a, b] }] } } } });
    expect(await topic(`{ disconnect: [{ id: "${x}" }] }`)).toEqual({ updateTopic: { record: { accounts: { nodes: [] } } } });
    // What does not belong to the topic is not reached through it.
    for (const operation of [`update: [{ id: "${x}", input: { name: "stolen" } }]`, `delete: [{ id: "${x}" }]`, `disconnect: [{ id: "${x}" }]`]) {
      expect(await refused(`mutation ($id: ID!) { updateTopic(id: $id, input: { accounts: { ${operation} } }) { record { id } } }`, { id: b }), operation).toMatchObject([{ problems: [expect.stringMatching(/^input\.accounts\.\w+\.0(\.input)? NOT_FOUND$/)] }]);
    }
    // A deleted target leaves the lists.
    await run('mutation ($id: ID!) { deleteTopic(id: $id) { record { id } } }', { id: a });
    expect((await lists())[0]).toEqual({ topicIds: [c], topics: { totalCount: 1, nodes: [{ name: 'T3' }] } });
    expect(await run('mutation ($ids: [ID!]) { createUser(input: { name: "U", email: "u@example.com", favouriteIds: $ids }) { record { favourites { nodes { name fans { nodes { name } } } } } } }', { ids: [c] })).toEqual({ createUser: { record: { favourites: { nodes: [{ name: 'T3', fans: { nodes: [{ name: 'U' }] } }] } } } });
  });

  it('reads a tree up and down', async () => {
    await run('mutation { createAccount(input: { name: "1", children: { create: [{ name: "1.1", children: { create: [{ name: "1.1.1" }] } }, { name: "1.2" }] } }) { record { id } } }');
    expect(await run('{ accounts(where: { parent: { parent: { name: { eq: "1" } } } }) { nodes { name parent { name parent { name parent { name } } } } } roots: accounts(where: { parentId: { isNull: true } }) { nodes { name childrenAggregate { count } children(orderBy: [{ name: DESC }]) { nodes { name children { nodes { name } } } } } } sorted: accounts(orderBy: [{ childrenCount: DESC }, { parent: { name: ASC_NULLS_FIRST } }, { name: ASC }]) { nodes { name } } }')).toEqual({
      accounts: { nodes: [{ name: '1.1.1', parent: { name: '1.1', parent: { name: '1', parent: null } } }] },
      roots: { nodes: [{ name: '1', childrenAggregate: { count: 2 }, children: { nodes: [{ name: '1.2', children: { nodes: [] } }, { name: '1.1', children: { nodes: [{ name: '1.1.1' }] } }] } }] },
      sorted: { nodes: [{ name: '1' }, { name: '1.1' }, { name: '1.2' }, { name: '1.1.1' }] },
    });
  });

  it('takes one operation of a to-one relation, and one spelling of it', async () => {
    const [grand, parent, child] = [newId(), newId(), newId()];
    await run('mutation ($grand: ID!, $parent: ID!, $child: ID!) { createAccount(input: { id: $grand, name: "grand", children: { create: [{ id: $parent, name: "parent", children: { create: [{ id: $child, name: "child" }] } }] } }) { record { id } } }', { grand, parent, child });
    const update = (input: string) => refusals(app, `mutation ($id: ID!) { updateAccount(id: $id, input: { name: "child", ${input.replace('$other', `"${grand}"`)} }) { record { parent { name parent { name } } } } }`, { id: child });
    for (const input of ['parentId: $other, parent: { create: { name: "x" } }', 'parent: { connect: { id: $other }, disconnect: true }', 'parent: {}', 'parentId: $other, parent: null']) {
      expect((await update(input)).errors, input).toMatchObject([{ code: 'VALIDATION_FAILED', problems: ['input.parent ONE_OPERATION'] }]);
    }
    const then = async (input: string) => (await update(input)).data;
    const shows = (name: string | null, above: string | null = null) => ({ updateAccount: { record: { parent: name === null ? null : { name, parent: above === null ? null : { name: above } } } } });
    expect(await then('parent: { update: { name: "renamed" } }')).toEqual(shows('renamed', 'grand'));
    expect(await then('parent: { connect: { id: $other } }')).toEqual(shows('grand'));
    expect(await then('parent: { upsert: { name: "upserted" } }')).toEqual(shows('upserted'));
    expect(await then('parent: { disconnect: true }')).toEqual(shows(null));
    expect(await then('parent: { upsert: { name: "new" } }')).toEqual(shows('new'));
    expect(await then('parent: { delete: true }')).toEqual(shows(null));
    expect((await run('{ accounts(orderBy: [{ name: ASC }]) { nodes { name } } }'))['accounts']).toEqual({ nodes: [{ name: 'child' }, { name: 'renamed' }, { name: 'upserted' }] });
    expect((await update('parent: { update: { name: "none" } }')).errors).toMatchObject([{ problems: ['input.parent.update NOT_FOUND'] }]);
  });

  it('sets null, cascades and restricts on delete', async () => {
    const [account, topic] = [newId(), newId()];
    await run('mutation ($account: ID!, $topic: ID!) { createTopic(input: { id: $topic, name: "T" }) { record { id } } createAccount(input: { id: $account, name: "A", contacts: { create: [{ name: "C" }] }, children: { create: [{ name: "child" }] }, members: { create: [{ topicId: $topic }] }, orders: { create: [{ number: "1", lines: { create: [{ sku: "a" }] } }] } }) { record { id } } }', { account, topic });
    expect(await refused('mutation ($account: ID!) { deleteAccount(id: $account) { record { id } } }', { account })).toMatchObject([{ code: 'CONFLICT', path: ['deleteAccount'], problems: ['id IN_USE'] }]);
    expect(await refused('mutation { deleteAccounts(where: {}) { count } }')).toMatchObject([{ code: 'CONFLICT' }]);
    const partial = await run('mutation { deleteAccounts(where: { name: { in: ["A", "child"] } }, mode: PARTIAL) { count rows { record { name } problems { code } } } }');
    expect(partial['deleteAccounts']).toEqual({ count: 1, rows: [{ record: null, problems: [{ code: 'IN_USE' }] }, { record: { name: 'child' }, problems: [] }] });
    await run('mutation { createAccount(input: { name: "child", parent: { connect: { id: "ID" } } }) { record { id } } }'.replace('ID', account));
    // Orders in the trash hold on to their account too.
    await run('mutation { deleteOrders(where: {}) { count } }');
    await run('mutation { deleteOrders(where: {}, purge: true) { count } }');
    await run('mutation ($account: ID!) { deleteAccount(id: $account) { record { id } } }', { account });
    expect(await run('{ accounts { nodes { name parentId } } contacts { nodes { name accountId } } memberships { totalCount } linesAggregate(trash: INCLUDE) { count } topics { totalCount } }')).toEqual({
      accounts: { nodes: [{ name: 'child', parentId: null }] }, contacts: { nodes: [{ name: 'C', accountId: null }] }, memberships: { totalCount: 0 }, linesAggregate: { count: 0 }, topics: { totalCount: 1 },
    });
    await run('mutation { updateAccounts(where: {}, input: { members: { create: [{ topic: { connect: { name: "T" } } }] } }) { count } deleteTopics(where: {}) { count } }');
    expect(await run('{ memberships { totalCount } accounts { totalCount } }')).toEqual({ memberships: { totalCount: 0 }, accounts: { totalCount: 1 } });
  });

  it('lays extensions over an object by priority', async () => {
    const { metadata } = (await run('{ metadata { object(name: "topic") { fields { name label } keys { name } } } }')) as { metadata: { object: { fields: { name: string; label: string }[]; keys: { name: string }[] } } };
    expect(metadata.object.fields.find(({ name }) => name === 'name')?.label).toBe('Subject');
    expect(metadata.object.keys.map(({ name }) => name).sort()).toEqual(['code', 'codeAndName', 'id', 'name']);
    expect(await run('mutation { createTopic(input: { name: "N", code: "12345678" }) { record { code } } }')).toEqual({ createTopic: { record: { code: '12345678' } } });
    expect(await refused('mutation { createTopic(input: { name: "M", code: "123456789" }) { record { code } } }')).toMatchObject([{ problems: ['input.code TOO_LONG'] }]);
    expect(await run('{ a: topic(by: { code: "12345678" }) { name } b: topic(by: { codeAndName: { code: "12345678", name: "N" } }) { name } c: topic(by: { name: "N" }) { code } }')).toEqual({ a: { name: 'N' }, b: { name: 'N' }, c: { code: '12345678' } });
  });

  it('finds records of any type by id', async () => {
    const [account, topic, order] = [newId(), newId(), newId()];
    await run('mutation ($account: ID!, $topic: ID!, $order: ID!) { createAccount(input: { id: $account, name: "A" }) { record { id } } createTopic(input: { id: $topic, name: "T" }) { record { id } } createOrder(input: { id: $order, number: "1" }) { record { id } } deleteOrder(id: $order) { record { id } } }', { account, topic, order });
    const document = 'query ($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { __typename id ... on Account { name children { totalCount } } ... on Topic { name: code title: name } } node(id: $id) { ...N } } fragment N on Node { id ... on Topic { name } }';
    expect(await run(document, { ids: [topic, nobody, account.toUpperCase(), 'nonsense', '', order, topic], id: topic })).toEqual({
      nodes: [{ __typename: 'Topic', id: topic, name: null, title: 'T' }, null, { __typename: 'Account', id: account, name: 'A', children: { totalCount: 0 } }, null, null, null, { __typename: 'Topic', id: topic, name: null, title: 'T' }],
      node: { id: topic, name: 'T' },
    });
    expect(await run('{ node(id: "nonsense") { id } nodes(ids: []) { id } }')).toEqual({ node: null, nodes: [] });
  });
});
