import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { GraphQLError, graphql, type GraphQLSchema } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/http';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

export const catalogSdl = `
"A thing to sell."
interface Item { sku: String! }
enum Colour { RED BLUE }
scalar DateTime
scalar Weight
input ProductFilter { colour: Colour = RED, since: DateTime }
type Product implements Item { sku: String! title: String! cost: Int colour: Colour weight: Weight accountId: ID price(currency: String! = "EUR"): String! broken: String }
type Bundle implements Item { sku: String! parts: [Product!]! }
union Found = Product | Bundle
type Query {
  products(filter: ProductFilter): [Product!]!
  product(sku: String!): Product
  productsBySku(skus: [String!]!): [Product]!
  items: [Item!]!
  find(text: String!): [Found!]!
  fails: String!
}
type Mutation { addProduct(sku: String!, title: String!): Product! }
type Subscription { productAdded: Product! }
`;

export interface ReceivedOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
}

export interface RemoteService {
  readonly url: string;
  readonly socketUrl: string;
  /** Operations without introspection, in order. */
  readonly received: ReceivedOperation[];
  /** Answers instead of the service, once or until it is taken away. */
  answer: ((response: ServerResponse) => void) | undefined;
  /** Puts another schema in place. */
  serve(schema: GraphQLSchema): void;
  /** Until somebody follows a subscription, or nobody does any more. */
  followed(): Promise<void>;
  unfollowed(): Promise<void>;
  close(): Promise<void>;
}

/** A GraphQL service that somebody else wrote, over HTTP, graphql-ws and event streams. */
export async function startService(first: GraphQLSchema): Promise<RemoteService> {
  let schema = first;
  let followers = 0;
  const streams = createHandler({ schema: () => schema });
  const server = createServer((request, response) => {
    if (request.headers.accept === 'text/event-stream' && !service.answer) {
      followers += 1;
      response.once('close', () => (followers -= 1));
      void streams(request, response);
      return;
    }
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { query, variables = {}, operationName } = JSON.parse(body) as { readonly query: string; readonly variables?: Record<string, unknown>; readonly operationName?: string };
      if (!query.includes('__schema')) service.received.push({ query, variables, headers: request.headers });
      if (service.answer) return service.answer(response);
      void graphql({ schema, source: query, variableValues: variables, operationName: operationName ?? null }).then((result) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result)));
    });
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const disposable = useServer(
    {
      schema: () => schema,
      onOperation: () => void (followers += 1),
      onComplete: () => void (followers -= 1),
      onClose: () => void (followers = 0),
    },
    sockets,
  );
  const until = async (fits: () => boolean): Promise<void> => {
    while (!fits()) await new Promise((done) => setTimeout(done, 5));
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const service: RemoteService = {
    url: `http://127.0.0.1:${String(port)}/graphql`,
    socketUrl: `ws://127.0.0.1:${String(port)}/graphql`,
    received: [],
    answer: undefined,
    serve(next) {
      schema = next;
    },
    followed: () => until(() => followers > 0),
    unfollowed: () => until(() => followers === 0),
    async close() {
      await disposable.dispose();
      await new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      });
    },
  };
  return service;
}

interface Product {
  readonly sku: string;
  readonly title: string;
  readonly cost: number;
  readonly colour: string;
  readonly weight: string;
  readonly accountId: string | null;
}

const names = ['Anvil', 'Bolt', 'Crane'];

/** The catalogue: products A1, B2 and C3, of which the first two belong to these accounts. */
export function catalogSchema(accounts: readonly string[], typeDefs = catalogSdl): GraphQLSchema {
  const products = new Map(names.map((title, index): [string, Product] => {
    const sku = `${title.charAt(0)}${String(index + 1)}`;
    return [sku, { sku, title, cost: index + 1, colour: index === 1 ? 'BLUE' : 'RED', weight: `${String(index + 1)} kg`, accountId: accounts[index] ?? null }];
  }));
  const waiting: ((product: Product) => void)[] = [];
  const typeOf = (value: object): string => ('parts' in value ? 'Bundle' : 'Product');
  const bundle = { sku: 'X9', parts: [...products.values()].slice(0, 2) };
  return makeExecutableSchema({
    typeDefs,
    resolvers: {
      Item: { __resolveType: typeOf },
      Found: { __resolveType: typeOf },
      Product: {
        price: ({ cost }: Product, { currency }: { readonly currency: string }) => `${String(cost)} ${currency}`,
        broken: () => {
          throw new GraphQLError('It broke.', { extensions: { code: 'BROKEN', stack: 'secret place' } });
        },
      },
      Query: {
        products: (_: unknown, { filter }: { readonly filter?: { readonly colour?: string } }) => [...products.values()].filter(({ colour }) => filter === undefined || colour === filter.colour),
        product: (_: unknown, { sku }: { readonly sku: string }) => products.get(sku) ?? null,
        // In an order of its own.
        productsBySku: (_: unknown, { skus }: { readonly skus: readonly string[] }) => skus.flatMap((sku) => products.get(sku) ?? []).reverse(),
        items: () => [...products.values(), bundle],
        find: (_: unknown, { text }: { readonly text: string }) => [...products.values()].filter(({ title }) => title.includes(text)).concat(bundle as never),
        fails: () => {
          throw new GraphQLError('Nothing to see.', { extensions: { code: 'EMPTY' } });
        },
      },
      Mutation: {
        addProduct(_: unknown, { sku, title }: Product) {
          const product: Product = { sku, title, cost: 9, colour: 'RED', weight: '1 kg', accountId: null };
          products.set(sku, product);
          for (const tell of waiting.splice(0)) tell(product);
          return product;
        },
      },
      Subscription: {
        productAdded: {
          async *subscribe() {
            for (;;) yield { productAdded: await new Promise<Product>((tell) => waiting.push(tell)) };
          },
        },
      },
    },
  });
}
