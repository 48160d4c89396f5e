import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { printSchema } from '../../../src/builder/print-schema.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { createPlatform, type Platform } from '../../../src/platform.ts';
import type { OperationResult } from '../../../src/platform/execute.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { stitching } from '../../../src/plugins/stitching/index.ts';
import { anonymous } from '../../../src/resolvers/caller.ts';
import { createLog } from '../../../src/server/log.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { recording } from '../../support/recording.ts';
import { writeFiles } from '../../support/cli.ts';
import { catalogSchema, startService, type RemoteService } from './remote-service.ts';

const id = (number: number): string => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const [ada, ben, north, south] = [id(1), id(2), id(11), id(12)];

const files = (url: string, socketUrl: string) => ({
  'objects/account.object.yml': 'name: account\nsharingModel: public_read\nfields:\n  title: { type: text }\n  secret: { type: text, visible_to: [chief] }\n',
  'objects/offer.object.yml': [
    'name: offer', 'sharingModel: private', 'fields:', '  title: { type: text }', '  owner: { type: user }',
    '  product_sku: { type: lookup, label: Product, reference: { remote: catalog, type: Product, key: sku } }',
    '  item_code: { type: lookup, label: Item, reference: { remote: catalog, type: Product, key: code, as: item } }',
  ].join('\n'),
  'remotes/catalog.remote.yml': `
name: catalog
url: ${url}
headers: { authorization: 'Bearer {{env.CATALOG_TOKEN}}' }
forwardHeaders: [x-tenant]
pollSeconds: 0
retryPolicy: { maxRetries: 1, initialDelayMs: 1 }
circuitBreaker: { failures: 3, openMs: 60000 }
subscriptions: { url: '${socketUrl}' }
rename: { Product.title: name, Query.fails: failing, Bundle: Package }
except: [Product.weight]
lookups:
  Product:
    sku: { field: productsBySku, argument: skus }
    code: { field: product, argument: sku }
fields:
  Product:
    offers: { object: offer, field: product_sku, key: sku, many: true }
    account: { object: account, field: id, key: accountId }
`,
  'remotes/shop.remote.yml': `name: shop\nurl: ${url}\npollSeconds: 0\nprefix: Shop\nnamespace: shop\nexcept: [ShopProduct.weight]\n`,
  'permissions/rights.profile.yml': `
- name: chief
  objects: { '*': { viewAllRecords: true } }
  remotes: { catalog: { read: ['*'], edit: ['*'] }, shop: { edit: [Mutation.addProduct] } }
- name: staff
  objects: { account: { allowRead: true }, offer: { allowRead: true } }
  remotes: { catalog: { read: [Query.products, Query.productsBySku, Query.items, Subscription.productAdded] } }
- name: costs
  remotes: { catalog: { read: [Product.cost] } }
- name: none
  objects: { account: { allowRead: true }, offer: { allowRead: true } }
- name: admin
  objects: { '*': { modifyAllRecords: true } }
  systemPermissions: [manage_users]
`,
});

declare module '../../../src/kernel/plugin.ts' {
  interface PluginNames {
    'sign-in-by-header': true;
  }
}

const signIn: Plugin = {
  name: 'sign-in-by-header',
  version: '1.0.0',
  description: 'Callers say who they are.',
  server: {
    authenticate(request) {
      const profile = request.header('x-profile');
      return profile === undefined ? undefined : { ...anonymous, kind: 'user', userId: ada, profile };
    },
  },
};

describeEachDatabase('remote services', (open) => {
  let service: RemoteService;
  let platform: Platform;
  let directory: string;
  let url: string;
  const statements: string[] = [];
  const as = (profile: string, userId = ada) => (query: string, variables?: Record<string, unknown>): Promise<OperationResult> => platform.execute({ query, variables, caller: { ...anonymous, kind: 'user', userId, profile } });

  beforeAll(async () => {
    process.env['CATALOG_TOKEN'] = 'token of the catalogue';
    service = await startService(catalogSchema([north, south]));
    const database = recording(await open(), ({ text }) => void statements.push(text));
    directory = await mkdtemp(join(tmpdir(), 'objectos-stitching-'));
    await writeFiles(join(directory, 'schema'), files(service.url, service.socketUrl));
    platform = await createPlatform({ directory, database, migrate: 'sync', env: {}, log: createLog({ level: 'silent' }), plugins: [permissions(), signIn, stitching({ env: ['CATALOG_TOKEN'] })], settings: { mode: 'test', server: { port: 0 } } });
    ({ url } = await platform.start());
    const { writer } = platform;
    const context = platform.kernel.services.get('runtime', 'the test').systemContext();
    const create = (object: string, input: readonly Record<string, unknown>[]) => writer.write({ object, operation: 'createMany', input, options: {} }, context);
    await create('sys_user', [{ id: ada, name: 'Ada', email: 'ada@example.com' }, { id: ben, name: 'Ben', email: 'ben@example.com' }]);
    await create('account', [{ id: north, title: 'North', secret: 'n' }, { id: south, title: 'South', secret: 's' }]);
    await create('offer', [{ title: 'One', ownerId: ada, productSku: 'A1', itemCode: 'B2' }, { title: 'Two', ownerId: ada, productSku: 'B2', itemCode: 'A1' }, { title: 'Three', ownerId: ben, productSku: 'A1' }, { title: 'Four', ownerId: ada, productSku: 'Z9' }, { title: 'Five', ownerId: ada }]);
  });
  afterAll(async () => {
    await platform.stop();
    await service.close();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    service.received.length = 0;
    statements.length = 0;
  });

  it('may answer with errors that say nothing', async () => {
    service.answer = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"errors":["just text"]}');
    expect(await as('chief')('{ products { sku } }')).toMatchObject({ data: { products: null }, errors: [{ message: 'The remote service catalog answers with an error that says nothing.', path: ['products'], extensions: { code: 'REMOTE_ERROR' } }] });
    service.answer = undefined;
  });

  it('has rights on what stands below a namespace', async () => {
    const mutation = 'mutation { shop { addProduct(sku: "E5", title: "Epoxy") { title } } }';
    expect(await as('staff')(mutation)).toMatchObject({ data: { shop: { addProduct: null } }, errors: [{ message: 'You may not run ShopMutation.addProduct.', extensions: { code: 'FORBIDDEN' } }] });
    expect(await as('chief')(mutation)).toEqual({ data: { shop: { addProduct: { title: 'Epoxy' } } } });
    expect(await as('chief')('{ shop { products { sku } } }')).toMatchObject({ data: { shop: { products: null } }, errors: [{ message: 'You may not read ShopQuery.products.' }] });
    service.serve(catalogSchema([north, south]));
  });

  it('are part of the schema, with the names that their files give them', () => {
    const sdl = printSchema(platform.schema);
    expect(sdl).toContain('products(filter: ProductFilter): [Product!] @permission(read: ["chief", "staff"])');
    expect(sdl).toMatch(/type Package implements Item/);
    expect(sdl).not.toContain('weight:');
    expect(sdl).toContain('colour: Colour = RED');
    expect(sdl).toContain('price(currency: String! = "EUR"): String!');
    expect(sdl).toContain('cost: Int @permission(read: ["chief", "costs"])');
  });

  it('are asked for what is selected, under their own names', async () => {
    const answer = await as('chief')('query ($filter: ProductFilter) { a: products(filter: $filter) { sku label: name colour price(currency: "USD") } }', { filter: { colour: 'BLUE', since: '2026-01-01T00:00:00Z' } });
    expect(answer).toEqual({ data: { a: [{ sku: 'B2', label: 'Bolt', colour: 'BLUE', price: '2 USD' }] } });
    expect(service.received).toHaveLength(1);
    expect(service.received[0]?.headers['authorization']).toBe('Bearer token of the catalogue');
  });

  it('answer interfaces and unions', async () => {
    const { data, errors } = await as('chief')('{ items { __typename sku ... on Package { parts { name } } } find(text: "Crane") { __typename ... on Product { name account { title } } ... on Package { sku } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      items: [{ __typename: 'Product', sku: 'A1' }, { __typename: 'Product', sku: 'B2' }, { __typename: 'Product', sku: 'C3' }, { __typename: 'Package', sku: 'X9', parts: [{ name: 'Anvil' }, { name: 'Bolt' }] }],
      find: [{ __typename: 'Product', name: 'Crane', account: null }, { __typename: 'Package', sku: 'X9' }],
    });
    expect(service.received).toHaveLength(1);
  });

  it('are reached from records: one request for all of them, in whatever order they come', async () => {
    const { data, errors } = await as('staff')('{ offers(orderBy: [{ title: ASC }]) { nodes { title productSku product { name __typename } } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      offers: { nodes: [{ title: 'Five', productSku: null, product: null }, { title: 'Four', productSku: 'Z9', product: null }, { title: 'One', productSku: 'A1', product: { name: 'Anvil', __typename: 'Product' } }, { title: 'Two', productSku: 'B2', product: { name: 'Bolt', __typename: 'Product' } }] },
    });
    expect(service.received).toHaveLength(1);
    expect(statements).toHaveLength(1);
  });

  it('are reached by a field that answers one record: still one request', async () => {
    const { data, errors } = await as('chief')('{ offers(orderBy: [{ title: ASC }]) { nodes { title item { name } } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({ offers: { nodes: [{ title: 'Five', item: null }, { title: 'Four', item: null }, { title: 'One', item: { name: 'Bolt' } }, { title: 'Three', item: null }, { title: 'Two', item: { name: 'Anvil' } }] } });
    expect(service.received).toHaveLength(1);
  });

  it('lead to records: one statement for a level, under the rights of the caller', async () => {
    const query = '{ products { sku: name offers(orderBy: [{ title: ASC }], first: 5) { totalCount nodes { title owner { name } } } account { title secret } } }';
    const staff = await as('staff')(query);
    expect(staff.data).toEqual({
      products: [
        { sku: 'Anvil', offers: { totalCount: 1, nodes: [{ title: 'One', owner: null }] }, account: { title: 'North', secret: null } },
        { sku: 'Bolt', offers: { totalCount: 1, nodes: [{ title: 'Two', owner: null }] }, account: { title: 'South', secret: null } },
        { sku: 'Crane', offers: { totalCount: 0, nodes: [] }, account: null },
      ],
    });
    expect(staff.errors).toHaveLength(2);
    expect(staff.errors).toEqual(expect.arrayContaining([expect.objectContaining({ message: 'You may not read User.name.' }), { message: 'You may not read Account.secret.', path: ['products', 0, 'account', 'secret'], extensions: { code: 'FORBIDDEN' } }]));
    expect([service.received.length, statements.length]).toEqual([1, 2]);
    const chief = await as('chief', ben)(query);
    expect(chief.errors).toHaveLength(1);
    expect(chief.data).toMatchObject({ products: [{ offers: { totalCount: 2 }, account: { secret: 'n' } }, {}, {}] });
  });

  it('and back again', async () => {
    const { data, errors } = await as('staff')('query ($first: Int) { offers(where: { title: { eq: "One" } }) { nodes { product { offers(first: $first) { nodes { title product { name } } } } } } }', { first: 3 });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ offers: { nodes: [{ product: { offers: { nodes: [{ title: 'One', product: { name: 'Anvil' } }] } } }] } });
    expect([service.received.length, statements.length]).toEqual([2, 2]);
  });

  it('are closed to all that are not granted them', async () => {
    expect(await as('none')('{ products { sku } offers { nodes { product { name } } } }')).toMatchObject({
      data: { products: null, offers: { nodes: expect.any(Array) as unknown } },
      errors: expect.arrayContaining([expect.objectContaining({ message: 'You may not read Query.products.', extensions: { code: 'FORBIDDEN' } }), expect.objectContaining({ message: 'You may not read Offer.product.' })]) as unknown,
    });
    expect(await as('staff')('mutation { addProduct(sku: "D4", title: "Drill") { sku } }')).toMatchObject({ data: { addProduct: null }, errors: [{ message: 'You may not run Mutation.addProduct.', extensions: { code: 'FORBIDDEN' } }] });
    expect(await as('staff')('{ products { cost } }')).toMatchObject({ data: { products: [{ cost: null }, { cost: null }, { cost: null }] }, errors: expect.arrayContaining([expect.objectContaining({ path: ['products', 0, 'cost'] })]) as unknown });
    expect(service.received).toHaveLength(1);
    const shown = await as('none')('{ __schema { queryType { fields { name } } } __type(name: "Product") { name } }');
    expect(JSON.stringify(shown.data)).not.toContain('products');
    expect(await platform.execute({ query: '{ products { sku } }' })).toMatchObject({ data: { products: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('tell errors with message and code, and nothing else', async () => {
    expect(await as('chief')('{ products(filter: { colour: BLUE }) { name broken } failing accounts { totalCount } }')).toEqual({
      data: { products: [{ name: 'Bolt', broken: null }], failing: null, accounts: { totalCount: 2 } },
      errors: expect.arrayContaining([
        { message: 'It broke.', path: ['products', 0, 'broken'], extensions: { code: 'REMOTE_ERROR', remote: 'catalog', remoteCode: 'BROKEN' } },
        { message: 'Nothing to see.', path: ['failing'], extensions: { code: 'REMOTE_ERROR', remote: 'catalog', remoteCode: 'EMPTY' } },
      ]) as unknown,
    });
  });

  it('are asked again where a query got no answer, and mutations never', async () => {
    let times = 0;
    service.answer = (response) => {
      times += 1;
      if (times === 1) service.answer = undefined;
      response.writeHead(503).end('later');
    };
    expect(await as('chief')('{ product(sku: "A1") { name } }')).toEqual({ data: { product: { name: 'Anvil' } } });
    service.answer = (response) => void response.writeHead(502).end();
    service.received.length = 0;
    expect(await as('chief')('mutation { addProduct(sku: "D4", title: "Drill") { sku } }')).toMatchObject({ data: { addProduct: null }, errors: [{ extensions: { code: 'REMOTE_UNAVAILABLE', remote: 'catalog' } }] });
    expect(service.received).toHaveLength(1);
    service.answer = undefined;
    expect(await as('chief')('mutation { addProduct(sku: "A1", title: "Anvil") { sku } }')).toEqual({ data: { addProduct: { sku: 'A1' } } });
  });

  it('follow no redirects', async () => {
    service.answer = (response) => void response.writeHead(302, { location: service.url }).end();
    expect(await as('chief')('{ product(sku: "A1") { name } }')).toMatchObject({ data: { product: null }, errors: [{ message: 'The remote service catalog does not answer.', path: ['product'] }] });
    expect(service.received).toHaveLength(1);
    service.answer = undefined;
    await as('chief')('{ product(sku: "A1") { name } }');
  });

  it('are passed the headers that may be passed on, and no others', async () => {
    const headers = { 'content-type': 'application/json', 'x-profile': 'chief', 'x-tenant': 'north', cookie: 'a=b', 'x-other': 'secret' };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: '{ offers(first: 1, where: { itemCode: { eq: "B2" } }) { nodes { item { name } } } }' }) });
    expect(await response.json()).toEqual({ data: { offers: { nodes: [{ item: { name: 'Bolt' } }] } } });
    expect(service.received).toHaveLength(1);
    expect(service.received[0]?.headers).toMatchObject({ 'x-tenant': 'north', authorization: 'Bearer token of the catalogue' });
    expect(Object.keys(service.received[0]?.headers ?? {})).not.toEqual(expect.arrayContaining([expect.stringMatching(/cookie|x-other|x-profile/)]));
  });

  it('are followed where they can be', async () => {
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { 'x-profile': 'staff' }, retryAttempts: 0 });
    const events = client.iterate({ query: 'subscription { productAdded { name offers { totalCount } } }' });
    const first = events.next();
    await service.followed();
    expect(await as('chief')('mutation { addProduct(sku: "A1", title: "Anvil") { sku } }')).toEqual({ data: { addProduct: { sku: 'A1' } } });
    expect((await first).value).toEqual({ data: { productAdded: { name: 'Anvil', offers: { totalCount: 1 } } } });
    await events.return?.();
    await client.dispose();
    await service.unfollowed();
    const refused = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams: { 'x-profile': 'none' }, retryAttempts: 0 });
    const [error] = await refused.iterate({ query: 'subscription { productAdded { name } }' }).next().then(({ value }) => (value as OperationResult).errors ?? [], (errors: readonly { readonly message: string }[]) => errors);
    expect(error?.message).toBe('You may not read Subscription.productAdded.');
    await refused.dispose();
  });

  it('cost nothing where a document names none of their fields', async () => {
    expect(await as('staff')('{ offers { totalCount } }')).toEqual({ data: { offers: { totalCount: 4 } } });
    expect(service.received).toHaveLength(0);
    expect(statements.filter((text) => text.includes('"offer"'))).toHaveLength(1);
  });
});
