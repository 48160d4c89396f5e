import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { compileAll } from './compile-all.ts';
import { startServer, testSchema } from './test-server.ts';
import { connect, overSocket } from './transports.ts';

describe('shutdown', () => {
  it('finishes running requests, refuses new ones, and closes sockets with 1001', async () => {
    const order: string[] = [];
    const app = await startServer({
      plugins: [{ name: 'noted', version: '1.0.0', description: 'Notes.', server: { start: ({ url }) => void order.push(`start ${url}`), stop: () => void order.push('stop') } }],
    });
    const closed: unknown[] = [];
    const client = connect(app, { onClosed: (event) => closed.push((event as { code: number }).code) });
    const subscription = overSocket(client, 'subscription { endless }');
    subscription.catch(() => undefined);
    const onSocket = overSocket(client, '{ slow(ms: 150) }');
    const overHttp = app.query('{ slow(ms: 150) }').then((result) => {
      order.push('answered');
      return result;
    });
    await overSocket(client, '{ hello }');
    const closing = app.server.close();
    await expect(fetch(`${app.url}/healthz`)).rejects.toThrow();
    await closing;
    expect(await overHttp).toEqual({ data: { slow: 'done' } });
    expect(await onSocket).toEqual([{ data: { slow: 'done' } }]);
    await expect(subscription).rejects.toMatchObject({ code: 1001 });
    expect(closed).toEqual([1001]);
    expect(app.probe.ended).toBe(1);
    expect(order).toEqual([`start ${app.url}`, 'answered', 'stop']);
    await app.server.close();
  });

  it('turns readiness to 503 first, and goes on accepting for the configured delay', async () => {
    const app = await startServer({ settings: { shutdownDelay: 400 } });
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    const closing = app.server.close();
    const ready = await fetch(`${app.url}/readyz`);
    expect([ready.status, ready.headers.get('connection'), await ready.json()]).toEqual([503, 'close', { status: 'stopping' }]);
    expect(await app.query('{ hello }')).toEqual({ data: { hello: 'hello world' } });
    await closing;
    await expect(fetch(`${app.url}/readyz`)).rejects.toThrow();
  });

  it('cuts off what does not end in time, and ends event streams at once', async () => {
    const app = await startServer({ settings: { shutdownTimeout: 100 } });
    const hanging = app.post({ query: '{ hang }' });
    hanging.catch(() => undefined);
    const events = await app.post({ query: 'subscription { endless }' }, { accept: 'text/event-stream' });
    const read = events.text();
    read.catch(() => undefined);
    await expect.poll(() => app.probe.signals.length).toBe(1);
    await app.server.close();
    await expect(hanging).rejects.toThrow();
    await expect(read).rejects.toThrow();
    await expect.poll(() => app.probe.signals[0]?.aborted).toBe(true);
    await expect.poll(() => app.probe.ended).toBe(1);
  });
});

describe.each([
  ['graphql-js', undefined],
  ['compiled', compileAll],
] as const)('operations that end early (%s)', (_, engine) => {
  it('are aborted when the client goes away', async () => {
    const app = await startServer(engine ? { engine } : {});
    const controller = new AbortController();
    const gone = request(app.graphql, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: '{ hang }' }), signal: controller.signal });
    gone.catch(() => undefined);
    await expect.poll(() => app.probe.signals.length).toBe(1);
    controller.abort();
    await expect.poll(() => app.probe.signals[0]?.aborted).toBe(true);
    const client = connect(app);
    client.subscribe({ query: '{ hang }' }, { next: () => undefined, error: () => undefined, complete: () => undefined })();
    const end = client.subscribe({ query: '{ hang }' }, { next: () => undefined, error: () => undefined, complete: () => undefined });
    await expect.poll(() => app.probe.signals.length).toBeGreaterThan(1);
    end();
    await expect.poll(() => app.probe.signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('answer TIMEOUT on every transport when they take too long', async () => {
    const app = await startServer({ settings: { requestTimeout: 150 }, ...(engine && { engine }) });
    const expected = { data: null, errors: [{ message: 'The operation did not end within 150 ms.', extensions: { code: 'TIMEOUT' } }] };
    expect(await app.query('{ hang }')).toEqual(expected);
    expect(await overSocket(connect(app), '{ hang }')).toEqual([expected]);
    expect(await (await app.post([{ query: '{ hang }' }, { query: '{ hello }' }])).json()).toEqual([expected, { data: { hello: 'hello world' } }]);
    expect(app.probe.signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    expect(await overSocket(connect(app), 'subscription { count(to: 200) }')).toHaveLength(200);
  });
});

describe('event streams', () => {
  it('end their subscription when the client goes away', async () => {
    const app = await startServer();
    const controller = new AbortController();
    const response = await fetch(app.graphql, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body: JSON.stringify({ query: 'subscription { endless }' }), signal: controller.signal });
    expect(response.status).toBe(200);
    controller.abort();
    await expect.poll(() => app.probe.ended).toBe(1);
  });
});

describe('sockets', () => {
  it('that stop answering pings are closed, and their subscriptions ended', async () => {
    const app = await startServer({ settings: { keepAlive: 50 } });
    const socket = new WebSocket(app.graphql.replace('http', 'ws'), 'graphql-transport-ws', { autoPong: false });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      if (String(data).includes('connection_ack')) socket.send('{"id":"1","type":"subscribe","payload":{"query":"subscription { endless }"}}');
    });
    await closed;
    await expect.poll(() => app.probe.ended).toBe(1);
  });

  it('that do not introduce themselves are closed', async () => {
    const app = await startServer({ settings: { connectionInitTimeout: 30 } });
    const socket = new WebSocket(app.graphql.replace('http', 'ws'), 'graphql-transport-ws');
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(4408);
  });

  it('stay open while others come and go, and many operations share one', async () => {
    const app = await startServer();
    const client = connect(app);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, value) => overSocket(client, 'query ($v: Int!) { number(value: $v) }', { v: value })));
    expect(answers.map(([result]) => result?.data?.['number'])).toEqual(Array.from({ length: 50 }, (_, value) => value));
  });
});

describe('a plugin whose server part fails to start', () => {
  it('stops the server and is named', async () => {
    const order: string[] = [];
    const part = (name: string, fails: boolean): Plugin => ({
      name,
      version: '1.0.0',
      description: 'Starts.',
      server: {
        start: () => {
          order.push(`start ${name}`);
          if (fails) throw new Error('no licence');
        },
        stop: () => void order.push(`stop ${name}`),
      },
    });
    await expect(startServer({ plugins: [part('a', false), part('b', true)] })).rejects.toThrow('The server part of the plugin "b" could not start: no licence');
    expect(order).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });
});

describe('a new engine', () => {
  it('takes over between requests, without dropping sockets', async () => {
    const app = await startServer();
    const client = connect(app);
    expect(await overSocket(client, '{ hello }')).toEqual([{ data: { hello: 'hello world' } }]);
    const running = app.query('{ slow(ms: 50) hello }');
    await new Promise((resolve) => setTimeout(resolve, 20));
    app.engine = { schema: testSchema(app.probe, 'bonjour') };
    expect(await app.query('{ hello }')).toEqual({ data: { hello: 'bonjour world' } });
    expect(await overSocket(client, '{ hello }')).toEqual([{ data: { hello: 'bonjour world' } }]);
    expect(await running).toEqual({ data: { slow: 'done', hello: 'hello world' } });
  });
});

describe('requests', () => {
  it('have an id: a sane one of the client, or a new one', async () => {
    const app = await startServer();
    const ask = async (id?: string): Promise<[string | null, unknown]> => {
      const response = await app.post({ query: '{ requestId }' }, id === undefined ? {} : { 'x-request-id': id });
      return [response.headers.get('x-request-id'), ((await response.json()) as { data: { requestId: string } }).data.requestId];
    };
    expect(await ask('trace-1')).toEqual(['trace-1', 'trace-1']);
    for (const bad of [undefined, 'a b', 'x'.repeat(200), '<script>']) {
      const [header, seen] = await ask(bad);
      expect(header).toMatch(/^[0-9a-f-]{36}$/);
      expect(seen).toBe(header);
    }
  });

  it('are logged with method, path, status, time and operation', async () => {
    const app = await startServer();
    await (await app.post({ query: 'query Greet { hello }' }, { 'x-request-id': 'r1' })).text();
    await (await fetch(`${app.url}/nothing?token=abc`)).text();
    await expect.poll(() => app.logged.filter(({ msg }) => msg === 'request')).toMatchObject([
      { requestId: 'r1', method: 'POST', path: '/graphql', status: 200, operation: 'Greet', ms: expect.any(Number) as number },
      { method: 'GET', path: '/nothing', status: 404 },
    ]);
    expect(JSON.stringify(app.logged)).not.toContain('abc');
  });

  it('name the port that is in use', async () => {
    const { url } = await startServer();
    await expect(startServer({ settings: { port: Number(new URL(url).port) } })).rejects.toThrow(/^Port \d+ of 127\.0\.0\.1 is in use/);
  });
});
