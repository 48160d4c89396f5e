import { createClient } from 'graphql-ws';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import type { Caller } from '../../../src/resolvers/caller.ts';
import { anonymous, systemCaller } from '../../../src/resolvers/caller.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [me, other] = [id(1), id(2)];
const [mine, hidden, open, nobody] = [id(11), id(12), id(13), id(99)];

const objects = [
  {
    name: 'account', search: { fields: ['name', 'body'] },
    fields: { name: { type: 'text' }, body: { type: 'text' }, code: { type: 'text', unique: true, externalId: true }, margin: { type: 'number', scale: 0 }, owner: { type: 'user' }, parent: { type: 'lookup', reference: 'account', relatedName: 'children' } },
  },
  { name: 'order', search: { fields: ['title', 'note'] }, fields: { title: { type: 'text' }, note: { type: 'text' }, kind: { type: 'text' }, sum: { type: 'number', scale: 0 }, secret: { type: 'number', scale: 0, visible_to: ['hr'] }, owner: { type: 'user' }, account: { type: 'lookup', reference: 'account', relatedName: 'orders' } } },
];
const definitions = [
  { kind: 'profile', value: [{ name: 'staff', objects: { account: { allowRead: true, allowEdit: true }, order: { allowRead: true }, sys_user: { allowRead: true } } }, { name: 'hr', objects: { account: { modifyAllRecords: true }, order: { modifyAllRecords: true } } }] },
  // Grants the margin on the own records only, and so nobody filters by it.
  { kind: 'permission', value: [{ name: 'own', objects: { order: { allowRead: true } }, fields: { 'order.note': {} }, rowLevelSecurity: [{ name: 'own', object: 'order', using: 'owner = current_user.id' }] }] },
  { kind: 'role', value: [{ name: 'chief' }, { name: 'member', parent: 'chief' }] },
  { kind: 'sharing', value: [{ name: 'b', object: 'account', condition: { code: 'B' }, accessLevel: 'read', sharedWith: { type: 'guest' } }] },
] as const;

/** Says who asks by a header of the test. */
const named: Plugin = {
  name: 'named', version: '1.0.0', description: 'Callers by name.',
  server: { authenticate: (request): Caller | undefined => (request.header('authorization') === 'me' ? { ...anonymous, kind: 'user', userId: me } : undefined) },
};

describeEachDatabase('attacks by reading', (openDatabase) => {
  let app: TestPlatform;
  let staff: TestPlatform;
  let boss: TestPlatform;

  beforeAll(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [named, permissions({ definitions })], open: false });
    staff = app.as({ userId: me, profile: 'staff' });
    boss = app.as({ userId: other, profile: 'hr' });
    await system(`mutation {
      createUsers(input: [{ id: "${me}", name: "me", email: "me@example.com" }, { id: "${other}", name: "other", email: "other@example.com" }]) { count }
      createPermissionAssignment(input: { userId: "${me}", permissionSet: "staff" }) { record { id } }
      createAccounts(input: [{ id: "${hidden}", name: "needle needle needle", body: "needle", code: "H", margin: 9, ownerId: "${other}" }, { id: "${mine}", name: "needle", body: "straw", code: "M", margin: 1, ownerId: "${me}" }, { id: "${open}", name: "straw", body: "needle straw straw", code: "O", margin: 5, ownerId: "${me}", parentId: "${hidden}" }]) { count }
      createOrders(input: [
        { title: "1", kind: "a", sum: 1, secret: 1, ownerId: "${me}", accountId: "${mine}" }, { title: "2", kind: "a", sum: 10, secret: 2, ownerId: "${other}", accountId: "${mine}" }, { title: "3", kind: "b", sum: 100, secret: 3, ownerId: "${other}", accountId: "${mine}" }
        { title: "4", kind: "b", sum: 1000, secret: 4, ownerId: "${me}", accountId: "${hidden}" }
      ]) { count }
    }`);
  });

  const system = async (document: string): Promise<Readonly<Record<string, unknown>>> => {
    const { data, errors } = await app.as(systemCaller).query(document);
    expect(errors).toBeUndefined();
    return data ?? {};
  };
  const codes = async (document: string, variables?: Record<string, unknown>, who = staff) => (await who.query(document, variables)).errors?.map(({ extensions }) => extensions?.['code']);
  const told = async (document: string, target: string, who = staff) => JSON.stringify(await who.query(document.replaceAll('ID', target))).replaceAll(target, 'ID');

  it('a cursor of somebody else, of the same order, shows what the own rights show', async () => {
    const { data } = await boss.query('{ accounts(orderBy: [{ margin: ASC }], first: 3) { edges { cursor node { id } } } }');
    const { edges } = (data as { accounts: { edges: { cursor: string; node: { id: string } }[] } }).accounts;
    expect(edges.map(({ node }) => node.id)).toEqual([mine, open, hidden]);
    const page = async (argument: string, cursor: string | undefined) => (await staff.query(`query($cursor: String) { accounts(orderBy: [{ margin: ASC }], first: 5, ${argument}: $cursor) { totalCount nodes { id } } }`.replace('first: 5, before', 'last: 5, before'), { cursor })).data;
    expect(await page('before', edges[2]?.cursor)).toEqual({ accounts: { totalCount: 2, nodes: [{ id: mine }, { id: open }] } });
    expect(await page('after', edges[1]?.cursor)).toEqual({ accounts: { totalCount: 2, nodes: [] } });
  });

  it('neither rank nor order of a search follows what is hidden', async () => {
    const found = async () => JSON.stringify(await staff.query('{ accounts(search: "needle") { totalCount nodes { id name } edges { cursor } pageInfo { hasNextPage endCursor } } accountsAggregate(search: "needle") { count sum { margin } } accountGroups(search: "needle", by: [{ field: CODE }]) { key { code } count } }'));
    const before = await found();
    expect(JSON.parse(before)).toMatchObject({ data: { accounts: { totalCount: 2 }, accountsAggregate: { count: 2, sum: { margin: '6' } } } });
    await system(`mutation { updateAccount(id: "${hidden}", input: { name: "straw", body: "straw" }) { record { id } } }`);
    expect(await found()).toBe(before);
    await system(`mutation { updateAccount(id: "${hidden}", input: { name: "needle needle needle", body: "needle" }) { record { id } } }`);
    // A field that shows on some records only is searched on none.
    expect(await codes('{ orders(search: "x") { totalCount } }', undefined, app.as({ userId: me, profile: 'staff', permissionSets: ['own'] }))).toEqual(['FORBIDDEN']);
  });

  it('several root fields, aliases and fragments of one operation answer each as they would alone', async () => {
    const { data, errors } = await staff.query(`query($id: ID!) { a: account(id: $id) { ...F } b: account(by: { code: "H" }) { ...F } c: node(id: $id) { ... on Account { ...F } } d: nodes(ids: [$id, "${mine}", "${nobody}", "${hidden}"]) { id } e: accounts(where: { id: { in: [$id, "${mine}"] } }) { nodes { ...F } } f: account(id: "${mine}") { ...F } } fragment F on Account { id name }`, { id: hidden });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ a: null, b: null, c: null, d: [null, { id: mine }, null, null], e: { nodes: [{ id: mine, name: 'needle' }] }, f: { id: mine, name: 'needle' } });
  });

  it('what @skip and @include leave out is not asked for, and what they leave in is', async () => {
    const document = 'query($yes: Boolean!, $no: Boolean!) { orders(first: 1) { nodes { title a: secret @include(if: $yes) b: secret @skip(if: $yes) } } ordersAggregate @include(if: $no) { sum { secret } } x: orders(orderBy: [{ secret: ASC }]) @skip(if: $yes) { totalCount } }';
    expect(await staff.query(document, { yes: true, no: false })).toMatchObject({ data: { orders: { nodes: [{ title: '1', a: null }] } }, errors: [{ path: ['orders', 'nodes', 0, 'a'] }] });
    // There is no data, and so nothing that is hidden in it.
    expect(await codes(document, { yes: false, no: false })).toEqual(['FORBIDDEN']);
    expect(await codes(document, { yes: true, no: true })).toContain('FORBIDDEN');
    // The same document again, from the cache of plans.
    expect((await staff.query(document, { yes: true, no: false })).errors?.length).toBe(1);
  });

  it('aggregates, groups and lists below a parent count what the caller sees', async () => {
    const below = `{ account(id: "${mine}") { orders { totalCount } ordersAggregate { count sum { sum } max { sum } } orderGroups(by: [{ field: KIND }]) { key { kind } count sum { sum } } } }`;
    expect(await staff.query(below)).toEqual({ data: { account: { orders: { totalCount: 1 }, ordersAggregate: { count: 1, sum: { sum: '1' }, max: { sum: 1 } }, orderGroups: [{ key: { kind: 'a' }, count: 1, sum: { sum: '1' } }] } } });
    for (const where of ['ordersAggregate: { count: { gt: 1 } }', 'ordersAggregate: { sum: { sum: { gt: "1" } } }', 'orders: { some: { kind: { eq: "b" } } }', 'orders: { none: { title: { eq: "1" } } } , code: { eq: "M" }']) {
      expect((await staff.query(`{ accounts(where: { ${where} }) { totalCount } }`)).data, where).toEqual({ accounts: { totalCount: 0 } });
    }
    for (const selection of ['orderGroups(by: [{ field: SECRET }]) { count }', 'orderGroups(by: [{ field: KIND }]) { sum { secret } }', 'ordersAggregate { sum { secret } }', 'orderGroups(by: [{ field: KIND }], having: { max: { secret: { gt: 1 } } }) { count }', 'orders(orderBy: [{ secret: ASC }]) { totalCount }']) {
      expect(await codes(`{ account(id: "${mine}") { ${selection} } }`), selection).toContain('FORBIDDEN');
    }
    // From a record that the caller sees to one that is hidden, and on from there.
    expect((await staff.query(`{ account(id: "${open}") { parentId parent { id orders { totalCount } } } orders(where: { account: { code: { eq: "H" } } }) { totalCount } accounts(where: { parent: { margin: { gt: 0 } } }) { totalCount } }`)).data).toMatchObject({ account: { parent: null }, orders: { totalCount: 0 }, accounts: { totalCount: 0 } });
    const { data } = await staff.query('{ orderGroups(by: [{ relation: { account: { field: CODE } } }]) { count } }');
    expect(JSON.stringify(data ?? {})).not.toContain('"H"');
  });

  it.each([
    ['by id', '{ account(id: "ID") { id } }'], ['node', '{ node(id: "ID") { id } }'], ['nodes', '{ nodes(ids: ["ID"]) { id } }'], ['where', '{ accounts(where: { id: { eq: "ID" } }) { totalCount pageInfo { endCursor hasNextPage } } }'],
    ['where along a lookup', '{ accounts(where: { parent: { id: { eq: "ID" } } }) { totalCount } }'], ['in a list of changes', 'mutation { deleteAccounts(ids: ["ID"]) { count } }'], ['explainAccess', '{ explainAccess(object: "account", id: "ID", action: READ) { allowed summary } }'],
  ])('a hidden record answers as one that is not there: %s', async (_name, document) => {
    expect(await told(document, hidden)).toBe(await told(document, nobody));
  });

  it('a socket that stays open sees new rights, and lost ones no longer, within a second', async () => {
    const { url } = await app.platform.start();
    onTestFinished(() => app.platform.stop());
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { authorization: 'me' }, lazy: false });
    onTestFinished(() => void client.dispose());
    const count = async (): Promise<unknown> => {
      for await (const { data } of client.iterate({ query: '{ accounts { totalCount } }' })) return (data?.['accounts'] as { totalCount: number } | undefined)?.totalCount;
      return undefined;
    };
    await expect.poll(count, { timeout: 5_000 }).toBe(2);
    const { createRoleAssignments } = await system(`mutation { createRoleAssignments(input: [{ userId: "${me}", role: "chief" }, { userId: "${other}", role: "member" }]) { rows { record { id } } } }`) as { createRoleAssignments: { rows: { record: { id: string } }[] } };
    await expect.poll(count, { timeout: 1_000, interval: 50 }).toBe(3);
    await system(`mutation { deleteRoleAssignments(ids: [${createRoleAssignments.rows.map(({ record }) => `"${record.id}"`).join()}]) { count } }`);
    await expect.poll(count, { timeout: 1_000, interval: 50 }).toBe(2);
  });
});
