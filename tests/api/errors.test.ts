import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { v7 as newId } from 'uuid';
import { openDatabase } from '../../src/database/open-database.ts';
import { describeEachDatabase, onServer, serverUrl } from '../support/database.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';
import { until } from '../support/cli.ts';
import { answer, refusals, yaml, type Row } from './model.ts';

const leaks = /constraint|violates|relation "|column|duplicate key|syntax|statement|pg_|select |insert |ECONN|terminat|_key|at character/i;

describeEachDatabase('errors', (open, kind) => {
  let app: TestPlatform;
  let schema = '';

  beforeAll(async () => {
    const database = await open({ statementTimeout: 2_000 });
    const { rows } = await database.query<{ schema: string }>({ text: 'select current_schema() as schema', values: [] });
    schema = rows[0]?.schema ?? '';
    app = await startPlatform({ yaml, database });
    await answer(app, 'mutation { createAccount(input: { name: "A", orders: { create: [{ number: "1" }] } }) { record { id } } createTopic(input: { name: "T" }) { record { id } } }');
    return () => app.close();
  });

  /** Runs while somebody else keeps the table for himself. */
  const whileLocked = <T>(table: string, work: (holder: number) => Promise<T>): Promise<T> =>
    onServer(async (client) => {
      await client.query(`begin; lock table "${schema}"."${table}" in access exclusive mode`);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      return work(rows[0]?.pid ?? 0).finally(() => client.query('rollback'));
    });

  const blockedBy = (holder: number): Promise<number> =>
    until(
      () => onServer(async (client) => (await client.query<{ pid: number }>('select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid))', [holder])).rows[0]?.pid),
      () => 'no statement was blocked',
      5_000,
    );

  it('never shows texts of the database', async () => {
    const documents = [
      'mutation { createTopic(input: { name: "T" }) { record { id } } }', 'mutation { createOrder(input: { number: "1" }) { record { id } } }', 'mutation { deleteAccounts(where: {}) { count } }',
      `mutation { createContact(input: { name: "x", accountId: "${newId()}" }) { record { id } } }`, 'mutation { createTopics(mode: PARTIAL, input: [{ name: "T" }]) { rows { problems { message } } } }',
      'mutation { updateAccount(id: "x", input: { name: "y" }) { record { id } } }', '{ accounts(after: "WyJ4Il0=") { nodes { id } } }', '{ accounts(search: "x") { nodes { id } } }', '{ accounts(where: { name: { like: "\\\\" } }) { totalCount } }',
      '{ accounts(offset: 2147483647) { nodes { id } } }', 'mutation { createTopic(input: { name: "a\\u0000b" }) { record { id } } }', 'mutation { createTopic(input: { name: "n" }, idempotencyKey: "a\\u0000b") { record { id } } }',
      `{ topic(by: { name: "a\\u0000b" }) { id } }`, 'mutation { upsertTopic(by: NAME, input: { name: "a\\u0000b" }) { created } }', `mutation { createAccount(input: { name: "x", topics: { connect: [{ name: "a\\u0000b" }] } }) { created } }`,
    ];
    for (const document of documents) {
      const { body } = await app.fetch(document);
      for (const { message, extensions } of body.errors ?? []) {
        expect(message, document).not.toMatch(leaks);
        expect(JSON.stringify(extensions), document).not.toMatch(leaks);
        expect(extensions?.['code'], `${document} ${message}`).toMatch(/^(BAD_REQUEST|VALIDATION_FAILED|CONFLICT|NOT_FOUND|GRAPHQL_VALIDATION_FAILED)$/);
      }
      expect(JSON.stringify(body.data ?? null)).not.toMatch(leaks);
    }
  });

  it.skipIf(kind === 'pglite')('ends what takes too long as TIMEOUT, and goes on', async () => {
    await whileLocked('account', async () => {
      const documents = ['{ accounts { totalCount } }', 'mutation { createTopic(input: { name: "late", accounts: { create: [{ name: "late" }] } }) { record { id } } }', 'mutation @atomic { createTopic(input: { name: "late also" }) { record { id } } createAccount(input: { name: "late" }) { record { id } } }'];
      const [http, others, ...results] = await Promise.all([app.fetch('{ accounts { totalCount } }'), answer(app, '{ topics { totalCount } }'), ...documents.map((document) => refusals(app, document))]);
      for (const { errors } of results) expect(errors).toMatchObject([{ code: 'TIMEOUT' }]);
      expect(http.body.errors?.[0]?.extensions?.['code']).toBe('TIMEOUT');
      expect(others).toEqual({ topics: { totalCount: 1 } });
    });
    expect(await answer(app, '{ accounts { nodes { name } } topics { nodes { name } } }')).toEqual({ accounts: { nodes: [{ name: 'A' }] }, topics: { nodes: [{ name: 'T' }] } });
  });

  it.skipIf(kind === 'pglite')('answers a lost connection as UNAVAILABLE, leaves nothing half done, and goes on', async () => {
    const documents: readonly [string, Row?][] = [
      ['{ accounts { totalCount } }'],
      ['mutation { createTopic(input: { name: "lost", accounts: { create: [{ name: "lost" }] } }) { record { id } } }'],
      ['mutation @atomic { createTopic(input: { name: "lost" }) { record { id } } createAccount(input: { name: "lost" }) { record { id } } }'],
      ['mutation ($input: [TopicCreateInput!]!) { createTopics(mode: PARTIAL, input: $input) { count } }', { input: [{ name: 'lost' }, { name: 'lost too', accounts: { create: [{ name: 'lost' }] } }] }],
    ];
    for (const [document, variables] of documents) {
      const { errors } = await whileLocked('account', async (holder) => {
        const answered = refusals(app, document, variables);
        const pid = await blockedBy(holder);
        await onServer((client) => client.query('select pg_terminate_backend($1)', [pid]));
        return answered;
      });
      expect(errors, document).toMatchObject([{ code: 'UNAVAILABLE' }]);
      expect(await answer(app, '{ accounts { nodes { name } } topics { nodes { name } } }')).toEqual({ accounts: { nodes: [{ name: 'A' }] }, topics: { nodes: [{ name: 'T' }] } });
    }
  });
});

const answers = await onServer(() => Promise.resolve(true)).catch(() => false);

describe.skipIf(!answers)('a database that goes away', () => {
  it('is UNAVAILABLE while it is away, and served again when it is back', async () => {
    const schema = `t_api_away_${process.pid}`;
    const target = new URL(serverUrl);
    const sockets = new Set<Socket>();
    const relay = (port: number): Promise<Server> =>
      new Promise((done) => {
        const server = createServer((client) => {
          const upstream = connect(Number(target.port || 5432), target.hostname);
          for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
            sockets.add(from);
            from.on('error', () => to.destroy()).on('close', () => (sockets.delete(from), to.destroy())).pipe(to);
          }
        }).listen(port, '127.0.0.1', () => done(server));
      });
    const cut = (server: Server): Promise<void> =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      });
    const first = await relay(0);
    const { port } = first.address() as AddressInfo;
    const url = new URL(serverUrl);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    const database = await openDatabase({ url: url.href, schema, connectTimeout: 1_000, onError: () => undefined });
    const app = await startPlatform({ yaml, database });
    let second: Server | undefined;
    try {
      expect((await app.fetch('mutation { createTopic(input: { name: "before" }) { record { name } } }')).body).toEqual({ data: { createTopic: { record: { name: 'before' } } } });
      await cut(first);
      for (const document of ['{ topics { totalCount } }', 'mutation { createTopic(input: { name: "during" }) { record { id } } }', 'mutation { createTopic(input: { name: "during" }, idempotencyKey: "k") { record { id } } }', 'mutation @atomic { createTopic(input: { name: "during" }) { record { id } } }']) {
        const { errors } = await app.query(document);
        expect(errors?.map(({ extensions }) => extensions?.['code']), document).toEqual(['UNAVAILABLE']);
        for (const { message } of errors ?? []) expect(message).not.toMatch(leaks);
        expect(JSON.stringify(errors)).not.toContain(String(port));
      }
      const ready = await app.fetch('{ topics { totalCount } }');
      expect(ready.body.errors?.[0]?.extensions?.['code']).toBe('UNAVAILABLE');
      second = await relay(port);
      expect(await answer(app, 'mutation { createTopic(input: { name: "after" }, idempotencyKey: "k") { record { name } } }')).toEqual({ createTopic: { record: { name: 'after' } } });
      expect(await answer(app, '{ topics(orderBy: [{ name: ASC }]) { nodes { name } } }')).toEqual({ topics: { nodes: [{ name: 'after' }, { name: 'before' }] } });
    } finally {
      await app.close();
      await database.close();
      if (second) await cut(second);
      await onServer((client) => client.query(`drop schema if exists "${schema}" cascade`));
    }
  });
});
