import { GraphQLError, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString } from 'graphql';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { ObjectosError } from '../../src/errors.ts';
import { createHealth, type Health } from '../../src/kernel/health.ts';
import type { Plugin } from '../../src/kernel/plugin.ts';
import type { Database } from '../../src/database/database.ts';
import { systemAccess } from '../../src/resolvers/access.ts';
import { createLog } from '../../src/server/log.ts';
import type { GraphqlContext } from '../../src/server/context.ts';
import type { GraphqlEngine } from '../../src/server/engine.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import { resolveServerSettings, type ServerSettingsInput } from '../../src/server/settings.ts';

const person: GraphQLObjectType = new GraphQLObjectType({
  name: 'Person',
  fields: () => ({
    name: { type: GraphQLString, resolve: () => 'Ada' },
    friend: { type: person, resolve: () => ({}) },
    friends: { type: new GraphQLList(person), args: { first: { type: GraphQLInt } }, resolve: () => [{}] },
  }),
});

/** Signals from resolvers to tests. */
export interface Probe {
  /** Signals of contexts that `hang` saw. */
  signals: AbortSignal[];
  /** Subscriptions that were ended. */
  ended: number;
  /** Events that `texts` was asked for. */
  texts: number;
}

/** A small schema whose fields do what a transport must cope with. `greeting` is the only difference between two engines. */
export function testSchema(probe: Probe, greeting = 'hello'): GraphQLSchema {
  const query = new GraphQLObjectType<unknown, GraphqlContext>({
    name: 'Query',
    fields: {
      hello: { type: GraphQLString, args: { name: { type: GraphQLString } }, resolve: (_, { name }: { name?: string }) => `${greeting} ${name ?? 'world'}` },
      number: { type: GraphQLInt, args: { value: { type: new GraphQLNonNull(GraphQLInt) } }, resolve: (_, { value }: { value: number }) => value },
      person: { type: person, resolve: () => ({}) },
      caller: { type: GraphQLString, resolve: (_, __, { caller }) => `${caller.kind} ${caller.userId ?? '-'}` },
      requestId: { type: GraphQLString, resolve: (_, __, context) => context.requestId },
      denied: {
        type: GraphQLString,
        resolve: () => {
          throw new ObjectosError('FORBIDDEN', 'You may not read this.', { extensions: { field: 'denied' } });
        },
      },
      broken: {
        type: GraphQLString,
        resolve: () => {
          throw new Error('password=hunter2 at 10.0.0.1');
        },
      },
      refused: {
        type: GraphQLString,
        resolve: () => {
          throw new GraphQLError('Not on Sundays', { extensions: { code: 'CLOSED' } });
        },
      },
      slow: { type: GraphQLString, args: { ms: { type: GraphQLInt } }, resolve: (_, { ms }: { ms?: number }) => sleep(ms ?? 100, 'done') },
      hang: {
        type: GraphQLString,
        resolve: (_, __, { signal }) => {
          if (signal) probe.signals.push(signal);
          return new Promise(() => undefined);
        },
      },
    },
  });
  const mutation = new GraphQLObjectType({ name: 'Mutation', fields: { touch: { type: GraphQLString, resolve: () => 'touched' } } });
  const subscription = new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      count: {
        type: GraphQLInt,
        args: { to: { type: GraphQLInt } },
        async *subscribe(_: unknown, { to }: { to?: number }) {
          for (let count = 1; count <= (to ?? 3); count += 1) {
            await sleep(1);
            yield { count };
          }
        },
      },
      texts: {
        type: GraphQLString,
        args: { lengths: { type: new GraphQLList(GraphQLInt) }, times: { type: GraphQLInt } },
        async *subscribe(_: unknown, { lengths, times }: { lengths: number[]; times?: number }) {
          for (let time = 0; time < (times ?? 1); time += 1) {
            for (const length of lengths) {
              probe.texts += 1;
              yield await Promise.resolve(length);
            }
          }
        },
        // Some answers take longer than the next ones.
        resolve: (length) => (Number(length) % 2 === 0 ? sleep(2, 'x'.repeat(Number(length))) : 'x'.repeat(Number(length))),
      },
      unprintable: {
        type: new GraphQLScalarType({ name: 'Unprintable', serialize: () => 1n }),
        async *subscribe() {
          yield await Promise.resolve({ unprintable: 1 });
        },
      },
      endless: {
        type: GraphQLInt,
        subscribe: () => {
          const iterator = {
            next: () => new Promise<never>(() => undefined),
            return: () => {
              probe.ended += 1;
              return Promise.resolve({ done: true, value: undefined });
            },
            throw: () => Promise.resolve({ done: true, value: undefined }),
            [Symbol.asyncIterator]: () => iterator,
          };
          return iterator;
        },
      },
      failing: {
        type: GraphQLInt,
        async *subscribe() {
          yield await Promise.resolve({ failing: 1 });
          throw new Error('secret of the stream');
        },
      },
      unavailable: {
        type: GraphQLInt,
        subscribe: () => {
          throw new Error('secret of the start');
        },
      },
    },
  });
  return new GraphQLSchema({ query, mutation, subscription });
}

export interface TestServer {
  readonly url: string;
  readonly graphql: string;
  readonly server: Server;
  readonly probe: Probe;
  /** Log lines, parsed. */
  readonly logged: Record<string, unknown>[];
  engine: GraphqlEngine;
  readonly health: Health;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  query(query: string, variables?: Record<string, unknown>): Promise<{ data?: Record<string, unknown> | null; errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[] }>;
}

export interface TestServerOptions {
  readonly settings?: ServerSettingsInput;
  readonly plugins?: readonly Plugin[];
  /** Makes the engine; by default graphql-js executes everything. */
  readonly engine?: (schema: GraphQLSchema) => GraphqlEngine;
}

/** The real server on a real socket, closed when the test ends. */
export async function startServer({ settings, plugins = [], engine = (schema) => ({ schema }) }: TestServerOptions = {}): Promise<TestServer> {
  const probe: Probe = { signals: [], ended: 0, texts: 0 };
  const logged: Record<string, unknown>[] = [];
  const health = createHealth({ maxAge: 0 });
  const database = {} as Database; // no resolver of the test schema reads data
  const app = { probe, logged, health, engine: engine(testSchema(probe)) } as unknown as { -readonly [K in keyof TestServer]: TestServer[K] };
  app.server = createServer({
    engine: () => app.engine,
    settings: resolveServerSettings({ port: 0, shutdownTimeout: 2_000, ...settings }),
    log: createLog({ level: 'debug', destination: { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) } }),
    health,
    plugins,
    catalog: () => ({ objects: new Map(), links: [], fingerprint: 'test' }),
    database,
    access: { name: 'test', accessOf: () => systemAccess },
  });
  const { url } = await app.server.listen();
  onTestFinished(() => app.server.close());
  app.url = url;
  app.graphql = `${url}/graphql`;
  app.post = (body, headers = {}) => fetch(app.graphql, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });
  app.query = async (query, variables) => (await (await app.post({ query, variables })).json()) as never;
  return app;
}
