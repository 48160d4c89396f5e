import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, graphql } from 'graphql';

/** A subgraph that somebody else wrote: products, and reviews of offers that ObjectOS has. */
export const catalogSdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])

type Query {
  products: [Product!]!
  reviews: [Review!]!
}

type Product @key(fields: "sku") {
  sku: String!
  title: String @shareable
}

type Review {
  text: String!
  offer: Offer
}

type Offer @key(fields: "id") {
  id: ID!
  popularity: Int!
}
`;

const executable = buildSchema(`
  scalar _Any
  union _Entity = Product | Offer
  type Query { products: [Product!]! reviews: [Review!]! _entities(representations: [_Any!]!): [_Entity]! }
  type Product { sku: String! title: String }
  type Review { text: String! offer: Offer }
  type Offer { id: ID! popularity: Int! }
`);

const titles: Readonly<Record<string, string>> = { A1: 'Anvil', B2: 'Bolt' };

interface Representation {
  readonly __typename: string;
  readonly sku?: string;
  readonly id?: string;
}

export interface CatalogSubgraph {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves it over HTTP; its reviews are of the offers with these ids. */
export async function serveCatalog(offers: readonly string[]): Promise<CatalogSubgraph> {
  const product = (sku: string) => (titles[sku] === undefined ? null : { __typename: 'Product', sku, title: titles[sku] });
  const rootValue = {
    products: () => Object.keys(titles).map(product),
    reviews: () => offers.map((id, index) => ({ text: `Review ${String(index + 1)}`, offer: { id, popularity: index } })),
    _entities: ({ representations }: { readonly representations: readonly Representation[] }) =>
      representations.map(({ __typename, sku = '', id }) => (__typename === 'Product' ? product(sku) : { __typename: 'Offer', id, popularity: 7 })),
  };
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { query, variables } = JSON.parse(body) as { readonly query: string; readonly variables?: Record<string, unknown> };
      void graphql({ schema: executable, source: query, variableValues: variables, rootValue }).then((result) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
      });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/graphql`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
