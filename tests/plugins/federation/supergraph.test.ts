import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { composeServices as composeWithHive } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { federation } from '../../../src/plugins/federation/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import type { Plugin, PluginName } from '../../../src/kernel/plugin.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { catalogSdl, serveCatalog, type CatalogSubgraph } from './catalog-subgraph.ts';

const [ada, ben] = ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002'];
const [ofAda, ofBen] = ['018f0000-0000-7000-8000-000000000021', '018f0000-0000-7000-8000-000000000022'];
const secret = 'a secret between the router and us';

const objects = [
  {
    name: 'offer', sharingModel: 'private',
    fields: {
      title: { type: 'text' }, owner: { type: 'user' }, margin: { type: 'number', visible_to: ['chief'] },
      product_sku: { type: 'lookup', reference: { subgraph: 'catalog', type: 'Product', key: 'sku' } },
      kept_title: { type: 'text', visible_to: ['chief'] },
      gift_sku: { type: 'lookup', reference: { subgraph: 'catalog', type: 'Product', key: 'sku', as: 'gift', provides: { title: 'kept_title' } } },
      popularity: { type: 'number', scale: 0, required: true, federation: { external: true } },
      score: { type: 'formula', expression: 'popularity * 10' },
      worth: { type: 'formula', expression: 'popularity * margin' },
    },
  },
];
const definitions = [
  { kind: 'profile', value: [{ name: 'chief', objects: { '*': { viewAllRecords: true } } }, { name: 'staff', objects: { offer: { allowRead: true, allowCreate: true, allowEdit: true } } }, { name: 'admin', objects: { '*': { modifyAllRecords: true } }, systemPermissions: ['manage_users'] }] },
] as const;
const data = [
  { object: 'sys_user', records: [{ id: ada, name: 'Ada', email: 'ada@example.com' }, { id: ben, name: 'Ben', email: 'ben@example.com' }] },
  { object: 'sys_permission_assignment', externalId: 'id', records: [{ id: '018f0000-0000-7000-8000-000000000091', user: ada, permission_set: 'staff' }, { id: '018f0000-0000-7000-8000-000000000092', user: ben, permission_set: 'chief' }] },
  { object: 'offer', externalId: 'title', records: [{ id: ofAda, title: 'Of Ada', owner: ada, margin: 3, product_sku: 'A1', gift_sku: 'B2', kept_title: 'Bolt as we knew it' }, { id: ofBen, title: 'Of Ben', owner: ben, margin: 4, product_sku: 'B2' }] },
];

/** A field with a resolver that needs what another subgraph has. */
const praise: Plugin = {
  name: 'praise' as PluginName, version: '1.0.0', description: 'Praises offers.',
  schema: { extend: (schema) => schema.addRecordField({ object: 'offer', name: 'praise', type: 'String', needs: ['title', 'popularity'], resolve: ({ title, popularity }) => `${String(title)}: ${String(popularity)}` }) },
};

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly path?: readonly (string | number)[]; readonly extensions?: Record<string, unknown> }[];
}
type Ask = (query: string, user?: string) => Promise<Answer>;

let app: TestPlatform;
let catalog: CatalogSubgraph;
let url: string;
let sdl: string;

beforeAll(async () => {
  app = await startPlatform({ objects, data, plugins: [permissions({ definitions }), rules(), praise, federation({ mode: 'test', federation: { router: { secret } } })], open: false });
  ({ url } = await app.platform.start());
  const { data: answer } = await app.query('{ _service { sdl } }');
  sdl = (answer as { readonly _service: { readonly sdl: string } })._service.sdl;
  catalog = await serveCatalog([ofAda, ofBen]);
});
afterAll(async () => {
  await catalog.close();
  await app.close();
});

const services = () => [{ name: 'offers', url: `${url}/graphql`, typeDefs: parse(sdl) }, { name: 'catalog', url: catalog.url, typeDefs: parse(catalogSdl) }];

describe('composition', () => {
  it.each([['Apollo', composeWithApollo], ['The Guild', composeWithHive]] as const)('of %s takes the subgraph beside another', (_name, compose) => {
    const { errors, supergraphSdl = '' } = compose(services());
    expect(errors).toBeUndefined();
    const margin = /margin: Float\s+(?:@join__\w+\([^)]*\)\s+)*@permission\(\s*read: \["chief"\]/;
    expect(supergraphSdl).toMatch(margin);
    expect(supergraphSdl).toMatch(/type Offer[^{]*@join__type\(graph: OFFERS, key: "id"\)/);
  });

  it('knows the entity of the other subgraph as a stub that is not resolved here', () => {
    expect(sdl).toMatch(/type Product @key\(fields: "sku", resolvable: false\) {\s+sku: String!\s+"""[^"]*"""\s+title: String @external\s+}/);
    expect(sdl).not.toContain('_entities');
  });
});

async function apollo(): Promise<{ ask: Ask; stop: () => Promise<unknown> }> {
  const { supergraphSdl = '' } = composeWithApollo(services());
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: silent,
    buildService: (definition) => new RemoteGraphQLDataSource<{ user?: string }>({
      ...definition,
      willSendRequest({ request, context: { user } }) {
        request.http?.headers.set('x-router-secret', secret);
        if (user !== undefined) request.http?.headers.set('x-user', user);
      },
    }),
  });
  const { executor } = await gateway.load();
  const ask: Ask = (query, user) =>
    executor({ document: parse(query), request: { query }, queryHash: query, operationName: undefined, context: { user }, logger: silent, metrics: {}, cache: { get: async () => undefined, set: async () => {}, delete: async () => {} }, schema: gateway.schema } as unknown as Parameters<typeof executor>[0]) as Promise<Answer>;
  return { ask, stop: () => gateway.stop() };
}

async function hive(): Promise<{ ask: Ask; stop: () => Promise<unknown> }> {
  const { supergraphSdl = '' } = composeWithHive(services());
  const gateway = createGatewayRuntime({
    supergraph: supergraphSdl,
    logging: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }): Record<string, string> => {
        const user = request.headers.get('x-user');
        return { 'x-router-secret': secret, ...(user !== null && { 'x-user': user }) };
      },
    },
  });
  const ask: Ask = async (query, user) => {
    const response = await gateway.fetch('http://gateway/graphql', { method: 'POST', headers: { 'content-type': 'application/json', ...(user !== undefined && { 'x-user': user }) }, body: JSON.stringify({ query }) });
    return (await response.json()) as Answer;
  };
  return { ask, stop: async () => gateway[Symbol.asyncDispose]() };
}

// Hive Gateway asks the subgraph that has a field also where a path provides it.
describe.each([['Apollo Gateway', apollo, true], ['Hive Gateway', hive, false]] as const)('%s', (_name, start, takesCopies) => {
  let ask: Ask;
  let stop: () => Promise<unknown>;
  beforeAll(async () => {
    ({ ask, stop } = await start());
  });
  afterAll(() => stop());

  it('goes from a record to the entity of another subgraph', async () => {
    expect(await ask('{ offers { nodes { title productSku product { sku title } popularity } } }', ada)).toEqual({ data: { offers: { nodes: [{ title: 'Of Ada', productSku: 'A1', product: { sku: 'A1', title: 'Anvil' }, popularity: 7 }] } } });
  });

  it('comes back to records, under the rights of the person whom the router names', async () => {
    const query = '{ reviews { text offer { id title margin } } }';
    const asBen = await ask(query, 'ben@example.com');
    expect(asBen.data).toEqual({ reviews: [{ text: 'Review 1', offer: { id: ofAda, title: 'Of Ada', margin: 3 } }, { text: 'Review 2', offer: { id: ofBen, title: 'Of Ben', margin: 4 } }] });
    const asAda = await ask(query, ada);
    expect(asAda.data).toMatchObject({ reviews: [{ offer: { id: ofAda, title: 'Of Ada', margin: null } }, { offer: { id: ofBen, title: null, margin: null } }] });
    expect(asAda.errors?.find(({ extensions }) => extensions?.['code'] === 'FORBIDDEN')?.path).toEqual(['reviews', 0, 'offer', 'margin']);
  });

  it('brings along what fields of a record need of the other subgraph', async () => {
    const query = '{ reviews { offer { title score praise worth } } }';
    const asBen = await ask(query, ben);
    expect(asBen).toEqual({ data: { reviews: [{ offer: { title: 'Of Ada', score: '0', praise: 'Of Ada: 0', worth: '0' } }, { offer: { title: 'Of Ben', score: '10', praise: 'Of Ben: 1', worth: '4' } }] } });
    const asAda = await ask(query, ada);
    expect(asAda.data).toMatchObject({ reviews: [{ offer: { title: 'Of Ada', score: '0', praise: 'Of Ada: 0', worth: null } }, { offer: { title: null, score: null, praise: null } }] });
    expect(asAda.errors?.map(({ extensions }) => extensions?.['code'])).toContain('FORBIDDEN');
    expect((await ask('{ offers { nodes { score praise } } }', ada)).data).toEqual({ offers: { nodes: [{ score: '70', praise: 'Of Ada: 7' }] } });
  });

  it('takes a copy that the path provides, under the rights of its field', async () => {
    const query = '{ offers { nodes { product { title } gift { sku title } } } }';
    const copy = (title: string | null) => ({ product: { title: 'Anvil' }, gift: { sku: 'B2', title: takesCopies ? title : 'Bolt' } });
    expect(await ask(query, ben)).toEqual({ data: { offers: { nodes: [copy('Bolt as we knew it'), { product: { title: 'Bolt' }, gift: null }] } } });
    const asAda = await ask(query, ada);
    expect(asAda.data).toEqual({ offers: { nodes: [copy(null)] } });
    expect(asAda.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(takesCopies ? ['FORBIDDEN'] : undefined);
  });

  it('changes records', async () => {
    const { data: changed } = await ask(`mutation { updateOffer(id: "${ofAda}", input: { title: "Of Ada" }) { record { title product { title } } } }`, ada);
    expect(changed).toEqual({ updateOffer: { record: { title: 'Of Ada', product: { title: 'Anvil' } } } });
  });

  it('shows nothing to nobody', async () => {
    expect((await ask('{ offers { nodes { title } } }')).data).toEqual({ offers: { nodes: [] } });
  });
});

describe('a caller whom the router names', () => {
  const ask = async (headers: Readonly<Record<string, string>>): Promise<Answer> => {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{"query":"{ offers { totalCount } }"}' });
    return (await response.json()) as Answer;
  };
  const count = (totalCount: number) => ({ data: { offers: { totalCount } } });

  it('is believed together with the secret, and with nothing else', async () => {
    expect(await ask({ 'x-router-secret': secret, 'x-user': ben })).toEqual(count(2));
    expect(await ask({ 'x-router-secret': secret, 'x-user': 'ADA@example.com' })).toEqual(count(1));
    expect(await ask({ 'x-user': ben })).toEqual(count(0));
  });

  it('is refused with a wrong secret, also without a user', async () => {
    for (const headers of [{ 'x-user': ben }, {}]) {
      expect(await ask({ ...headers, 'x-router-secret': `${secret}!` })).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  it('is refused where there is no such person, or none in the organization', async () => {
    for (const user of ['nobody@example.com', '018f0000-0000-7000-8000-000000000077', "x' OR true --"]) {
      expect(await ask({ 'x-router-secret': secret, 'x-user': user })).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    for (const organization of ['018f0000-0000-7000-8000-000000000055', 'no id']) {
      expect(await ask({ 'x-router-secret': secret, 'x-user': ada, 'x-organization': organization })).toMatchObject({ errors: [{ message: 'The router names an organization to which the user does not belong.', extensions: { code: 'FORBIDDEN' } }] });
    }
  });
});
