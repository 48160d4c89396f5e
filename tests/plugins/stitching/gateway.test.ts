import type { SubschemaConfig } from '@graphql-tools/delegate';
import * as stitch from '@graphql-tools/stitch';
import * as directives from '@graphql-tools/stitching-directives';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { ExecutionRequest, Executor } from '@graphql-tools/utils';
import * as graphql from 'graphql';
import { execute, parse, print, subscribe, type ExecutionResult, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { federation, printSubgraph } from '../../../src/plugins/federation/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { realtime } from '../../../src/plugins/realtime/index.ts';
import { stitching } from '../../../src/plugins/stitching/index.ts';
import { systemAccess } from '../../../src/resolvers/access.ts';
import { anonymous } from '../../../src/resolvers/caller.ts';
import { operationSource } from '../../../src/resolvers/execute/operation-source.ts';
import { QueryRunner } from '../../../src/resolvers/execute/query.ts';
import type { RequestContext } from '../../../src/resolvers/request.ts';
import { loadBlock } from '../../docs/load-block.ts';
import { openEmpty } from '../../support/database.ts';
import { recording } from '../../support/recording.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { startService, type RemoteService } from './remote-service.ts';

declare module '../../../src/kernel/plugin.ts' {
  interface PluginNames {
    'people-by-header': true;
  }
}

/** The function that the page shows. */
type Gateway = (sdl: string, api: Omit<SubschemaConfig, 'schema'>, others: SubschemaConfig[]) => GraphQLSchema;

const id = (number: number): string => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const [ada, ben, ofAda, ofBen] = [id(1), id(2), id(21), id(22)];

const objects = [
  { name: 'product', sharingModel: 'public_read', fields: { sku: { type: 'text', unique: true }, name: { type: 'text' }, barcode: { type: 'text', unique: true, visible_to: ['chief'] } } },
  { name: 'offer', sharingModel: 'private', fields: { title: { type: 'text' }, owner: { type: 'user' }, margin: { type: 'number', visible_to: ['chief'] } } },
  { name: 'stock', sharingModel: 'public_read', fields: { depot: { type: 'select', options: ['north', 'south'] }, bin: { type: 'text' }, pieces: { type: 'number', scale: 0 }, seal: { type: 'text', visible_to: ['chief'] } }, indexes: [{ fields: ['depot', 'bin'], unique: true }, { fields: ['depot', 'seal'], unique: true }] },
];
const grants = { stock: { allowRead: true }, product: { allowRead: true, allowEdit: true }, offer: { allowRead: true, allowCreate: true, allowEdit: true } };
const definitions = [{ kind: 'profile', value: [{ name: 'chief', objects: { '*': { viewAllRecords: true } } }, { name: 'staff', objects: grants }, { name: 'admin', objects: { '*': { modifyAllRecords: true } }, systemPermissions: ['manage_users'] }] }] as const;
const data = [
  { object: 'sys_user', records: [{ id: ada, name: 'Ada', email: 'ada@example.com' }, { id: ben, name: 'Ben', email: 'ben@example.com' }] },
  { object: 'product', externalId: 'sku', records: [{ sku: 'A1', name: 'Anvil', barcode: 'x1' }, { sku: 'B2', name: 'Bolt' }] },
  { object: 'stock', externalId: 'pieces', records: [{ depot: 'north', bin: '1', pieces: 11 }, { depot: 'south', bin: '1', pieces: 21 }, { depot: 'south', bin: '2', pieces: 22 }] },
  { object: 'offer', externalId: 'title', records: [{ id: ofAda, title: 'Of Ada', owner: ada, margin: 3 }, { id: ofBen, title: 'Of Ben', owner: ben, margin: 4 }, { id: id(23), title: 'Third', owner: ada }] },
];

const people: Plugin = {
  name: 'people-by-header', version: '1.0.0', description: 'Callers say who they are.',
  server: {
    authenticate(request) {
      const [userId, profile] = request.header('x-person')?.split(' ') ?? [];
      return userId === undefined ? undefined : { ...anonymous, kind: 'user', userId, profile };
    },
  },
};

const statistics = makeExecutableSchema({
  typeDefs: `
    type Query { ratings: [Rating!]! popular(ids: [ID!]!): [Offer]! sold(skus: [String!]!): [Product]! counted: [Stock!]! }
    type Rating { stars: Int! offer: Offer product: Product }
    type Offer { id: ID! popularity: Int }
    type Product { sku: String sold: Int }
    type Stock { depot: StockDepot bin: String counted: Int }
    enum StockDepot { NORTH SOUTH }
  `,
  resolvers: {
    Query: {
      ratings: () => [ofBen, ofAda].map((offer, index) => ({ stars: index + 1, offer: { id: offer }, product: { sku: ['B2', 'A1'][index] } })),
      popular: (_: unknown, { ids }: { readonly ids: readonly string[] }) => ids.map((each) => ({ id: each })),
      counted: () => [['SOUTH', '2', 20], ['NORTH', '1', 12], ['NORTH', '2', 0]].map(([depot, bin, counted]) => ({ depot, bin, counted })),
      sold: (_: unknown, { skus }: { readonly skus: readonly string[] }) => skus.map((sku) => ({ sku })),
    },
    Offer: { popularity: () => 7 },
    Product: { sold: () => 100 },
  },
});

describe('a stitching gateway', () => {
  let app: TestPlatform;
  let service: RemoteService;
  let gateway: GraphQLSchema;
  let url: string;
  let sdl: string;
  const statements: string[] = [];

  /** Hands the person on, as a gateway does. */
  const remote = (address: string): Executor => ((request: ExecutionRequest<Record<string, unknown>, { readonly person: string }>) => {
    const { document, variables = {}, operationType, context } = request;
    const headers = { 'x-person': context?.person ?? '' };
    if (operationType === 'subscription') return createClient({ url: address.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: headers, retryAttempts: 0 }).iterate({ query: print(document), variables });
    return fetch(address, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query: print(document), variables }) }).then((response) => response.json() as Promise<ExecutionResult>);
  }) as Executor;
  const as = (person: string) => (query: string) => execute({ schema: gateway, document: parse(query), contextValue: { person } });

  beforeAll(async () => {
    const database = recording(await openEmpty(), ({ text }) => void statements.push(text));
    app = await startPlatform({ objects, data, database, plugins: [permissions({ definitions }), realtime(), people, federation({ mode: 'test' }), stitching({ mode: 'test', lookups: true })], open: false });
    url = `${(await app.platform.start()).url}/graphql`;
    service = await startService(statistics);
    const { data: answer } = await app.query('{ _sdl }');
    sdl = (answer as { readonly _sdl: string })._sdl;
    const { createGateway } = loadBlock('docs/stitching.md', 'createGateway', { graphql, '@graphql-tools/stitch': stitch, '@graphql-tools/stitching-directives': directives });
    const others: SubschemaConfig[] = [
      {
        schema: statistics, executor: remote(service.url), batch: true,
        merge: {
          Offer: { selectionSet: '{ id }', fieldName: 'popular', key: ({ id: of }: { readonly id: string }) => of, argsFromKeys: (ids) => ({ ids }) },
          Product: { selectionSet: '{ sku }', fieldName: 'sold', key: ({ sku }: { readonly sku: string }) => sku, argsFromKeys: (skus) => ({ skus }) },
        },
      },
    ];
    gateway = (createGateway as Gateway)(sdl, { executor: remote(url) }, others);
  });
  afterAll(async () => {
    await service.close();
    await app.close();
  });

  it('finds records of others here, in one statement and under the rights of the caller', async () => {
    statements.length = 0;
    const query = '{ ratings { stars offer { id title margin popularity } product { name sold } } }';
    const staff = await as(`${ada} staff`)(query);
    expect(staff.data).toEqual({
      ratings: [
        { stars: 1, offer: { id: ofBen, title: null, margin: null, popularity: 7 }, product: { name: 'Bolt', sold: 100 } },
        { stars: 2, offer: { id: ofAda, title: 'Of Ada', margin: null, popularity: 7 }, product: { name: 'Anvil', sold: 100 } },
      ],
    });
    expect(statements.filter((text) => text.includes('"offer"'))).toHaveLength(1);
    expect(staff.errors?.map(({ message }) => message)).toContain('You may not read Offer.margin.');
    const chief = await as(`${ben} chief`)(query);
    expect(chief.errors).toBeUndefined();
    expect(chief.data).toMatchObject({ ratings: [{ offer: { title: 'Of Ben', margin: 4 } }, { offer: { title: 'Of Ada', margin: 3 } }] });
  });

  it('finds records by keys of several fields too', async () => {
    statements.length = 0;
    expect(await as(`${ada} staff`)('{ counted { depot bin counted pieces } }')).toEqual({
      data: { counted: [{ depot: 'SOUTH', bin: '2', counted: 20, pieces: 22 }, { depot: 'NORTH', bin: '1', counted: 12, pieces: 11 }, { depot: 'NORTH', bin: '2', counted: 0, pieces: null }] },
    });
    expect(statements.filter((text) => text.includes('"stock"'))).toHaveLength(1);
  });

  it('completes records of here at others', async () => {
    expect(await as(`${ada} staff`)('{ offers(where: { title: { eq: "Of Ada" } }) { nodes { title popularity } } product(by: { sku: "A1" }) { name sold } }')).toEqual({ data: { offers: { nodes: [{ title: 'Of Ada', popularity: 7 }] }, product: { name: 'Anvil', sold: 100 } } });
  });

  it('passes subscriptions on', async () => {
    const events = (await subscribe({ schema: gateway, document: parse('subscription { offerChanges { kind record { title popularity } } }'), contextValue: { person: `${ada} staff` } })) as AsyncGenerator<ExecutionResult>;
    expect((await events.next()).value).toMatchObject({ data: { offerChanges: { kind: 'READY' } } });
    await as(`${ada} staff`)(`mutation { updateOffer(id: "${id(23)}", input: { title: "New" }) { record { title } } }`);
    expect((await events.next()).value).toEqual({ data: { offerChanges: { kind: 'UPDATED', record: { title: 'New', popularity: 7 } } } });
    await events.return(undefined);
  });

  it('gets records in the order of the keys, null for what is not there or not to be seen', async () => {
    const ask = (person: string, query: string) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', 'x-person': person }, body: JSON.stringify({ query }) }).then((response) => response.json() as Promise<ExecutionResult>);
    expect(await ask(`${ada} staff`, '{ productsBySku(keys: ["B2", "Z9", "A1", "B2"]) { name } }')).toEqual({ data: { productsBySku: [{ name: 'Bolt' }, null, { name: 'Anvil' }, { name: 'Bolt' }] } });
    expect(await ask(`${ada} staff`, `{ offersById(keys: ["${ofBen}", "${ofAda}", "no id"]) { title } }`)).toEqual({ data: { offersById: [null, { title: 'Of Ada' }, null] } });
    expect(await ask(`${ada} staff`, '{ productsByBarcode(keys: ["x1"]) { name } }')).toMatchObject({ errors: [{ message: 'You may not look up Product by barcode.', extensions: { code: 'FORBIDDEN' } }] });
    expect(await ask(`${ada} staff`, '{ stocksByDepotAndBin(keys: [{ depot: SOUTH, bin: "2" }, { depot: NORTH, bin: "9" }]) { pieces } }')).toEqual({ data: { stocksByDepotAndBin: [{ pieces: 22 }, null] } });
    expect(await ask(`${ada} staff`, '{ stocksByDepotAndSeal(keys: [{ depot: SOUTH, seal: "2" }]) { pieces } }')).toMatchObject({ errors: [{ message: 'You may not look up Stock by seal.' }] });
    expect(await ask(`${ada} staff`, '{ stocksByDepotAndBin(keys: [{ depot: EAST, bin: "2" }]) { pieces } }')).toMatchObject({ errors: [{ message: expect.stringContaining('"EAST"') as string }] });
    expect(await ask(`${ada} staff`, '{ __type(name: "Query") { fields { name } } }').then((answer) => JSON.stringify(answer))).not.toMatch(/productsByBarcode|stocksByDepotAndSeal/);
  });

  it('has directives that are as they should be', () => {
    const { stitchingDirectivesValidator } = directives.stitchingDirectives();
    expect(() => stitchingDirectivesValidator(graphql.buildSchema(sdl))).not.toThrow();
    expect(sdl).toContain('@merge(keyField: "depot bin", argsExpr: "keys: [[{ depot: $key.depot, bin: $key.bin }]]")');
  });

  it('plans once for batches of any size', () => {
    const { schema, catalog } = app.platform;
    const planned = (query: string, keys: readonly unknown[]) => {
      const document = parse(query);
      const [operation] = document.definitions as OperationDefinitionNode[];
      const runner = new QueryRunner(operationSource(schema, operation as OperationDefinitionNode, {}, { defaultPageSize: 50, maxPageSize: 500 }), 'text');
      const plan = (length: number) => runner.plan({ access: systemAccess, catalog, variables: { keys: keys.slice(0, length) } } as unknown as RequestContext);
      return [plan(1), plan(2), plan(3)];
    };
    const numbers = ['1', '2', '3'];
    for (const [one, ...others] of [
      planned('query ($keys: [StockDepotAndBinKey!]!) { stocksByDepotAndBin(keys: $keys) { pieces } }', numbers.map((bin) => ({ depot: 'SOUTH', bin }))),
      planned('query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Stock { pieces } } }', numbers.map((bin) => ({ __typename: 'Stock', depot: 'SOUTH', bin }))),
    ]) for (const other of others) expect(other).toBe(one);
  });

  it('is another than the router: a subgraph has none of it', () => {
    expect(printSubgraph(app.platform.schema, app.platform.catalog, { leaveOut: [] })).not.toMatch(/_sdl|@merge/);
  });
});
