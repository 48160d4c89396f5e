import { describe, expect, it } from 'vitest';
import { ObjectosError } from '../../src/errors.ts';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { anonymous } from '../../src/resolvers/caller.ts';
import type { ServerPhase } from '../../src/server/phase.ts';
import { compileAll } from './compile-all.ts';
import { startServer } from './test-server.ts';
import { connect, overEvents, overSocket } from './transports.ts';

const plugin = (server: ServerPhase, name = 'test'): Plugin => ({ name, version: '1.0.0', description: 'Takes part in the server.', server });

const tokens = plugin({
  authenticate(request) {
    const token = request.header('authorization');
    if (token === undefined) return undefined;
    if (token !== 'Bearer good') throw new ObjectosError('UNAUTHENTICATED', 'The token is not valid.');
    return { ...anonymous, kind: 'user', userId: 'u1' };
  },
});

describe('authentication', () => {
  it('asks the same function over HTTP, SSE and WebSocket', async () => {
    const app = await startServer({ plugins: [plugin({ authenticate: () => undefined }, 'other'), tokens] });
    const good = { authorization: 'Bearer good' };
    expect(await (await app.post({ query: '{ caller }' })).json()).toEqual({ data: { caller: 'anonymous -' } });
    expect(await (await app.post({ query: '{ caller }' }, good)).json()).toEqual({ data: { caller: 'user u1' } });
    expect(await (await app.post([{ query: '{ caller }' }, { query: '{ caller }' }], good)).json()).toEqual([{ data: { caller: 'user u1' } }, { data: { caller: 'user u1' } }]);
    expect(await (await app.post({ query: '{ caller }' }, { ...good, accept: 'text/event-stream' })).text()).toContain('"caller":"user u1"');
    expect(await overSocket(connect(app, { params: { Authorization: 'Bearer good' } }), '{ caller }')).toEqual([{ data: { caller: 'user u1' } }]);
    expect(await overSocket(connect(app, { headers: good }), '{ caller }')).toEqual([{ data: { caller: 'user u1' } }]);
    expect(await overSocket(connect(app), '{ caller }')).toEqual([{ data: { caller: 'anonymous -' } }]);
  });

  it('refuses bad credentials with 401, and a WebSocket with 4401', async () => {
    const app = await startServer({ plugins: [tokens] });
    const response = await app.post({ query: '{ caller }' }, { authorization: 'Bearer bad' });
    expect([response.status, await response.json()]).toEqual([401, { errors: [{ message: 'The token is not valid.', extensions: { code: 'UNAUTHENTICATED' } }] }]);
    await expect(overSocket(connect(app, { params: { authorization: 'Bearer bad' } }), '{ caller }')).rejects.toMatchObject({ code: 4401, reason: 'The token is not valid.' });
  });

  it('masks what breaks inside it', async () => {
    const app = await startServer({ plugins: [plugin({ authenticate: () => Promise.reject(new Error('ldap://internal')) })] });
    const response = await app.post({ query: '{ caller }' });
    expect([response.status, await response.json()]).toMatchObject([500, { errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL' } }] }]);
    await expect(overSocket(connect(app), '{ caller }')).rejects.toMatchObject({ code: 4500, reason: 'Internal error' });
  });
});

describe.each([
  ['graphql-js', undefined],
  ['compiled', compileAll],
] as const)('plugins and %s operations', (_, engine) => {
  it('ask each operation on every transport, and may refuse it', async () => {
    const seen: string[] = [];
    const limiter = plugin({
      operation({ kind, name, transport }, context) {
        seen.push(`${transport} ${kind} ${name ?? '-'} ${JSON.stringify(context.variables)}`);
        if (name === 'Busy') throw new ObjectosError('RATE_LIMITED', 'Too many requests.', { extensions: { retryAfter: 5 } });
      },
    });
    const app = await startServer({ plugins: [limiter], ...(engine && { engine }) });
    const refused = { errors: [{ message: 'Too many requests.', extensions: { code: 'RATE_LIMITED', retryAfter: 5 } }] };
    expect(await app.query('query Fine($n: Int = 1) { number(value: 2) hello @include(if: true) person { friends(first: $n) { name } } }')).not.toHaveProperty('errors');
    const busy = await app.post({ query: 'query Busy { hello }' });
    expect([busy.status, await busy.json()]).toEqual([429, refused]);
    expect(await (await app.post([{ query: '{ hello }' }, { query: 'query Busy { hello }' }])).json()).toMatchObject([{ data: { hello: 'hello world' } }, refused]);
    expect(await overSocket(connect(app), 'query Busy { hello }')).toEqual([refused]);
    expect(await overSocket(connect(app), 'subscription Busy { count }')).toEqual([refused]);
    await overEvents(app, 'subscription Count { count }');
    expect(seen).toEqual([
      'http query Fine {"n":1}', 'http query Busy {}', 'http query - {}', 'http query Busy {}', 'websocket query Busy {}', 'websocket subscription Busy {}', 'http subscription Count {}',
    ]);
  });

  it('of Envelop that throw end the operation, masked, on every transport', async () => {
    const bad = plugin({
      envelop: [
        {
          onExecute: ({ args }) => {
            if ((args as { operationName?: string }).operationName === 'Bad') throw new Error('plugin secret');
          },
        },
      ],
    });
    const app = await startServer({ plugins: [bad], ...(engine && { engine }) });
    const client = connect(app);
    const query = 'query Bad { hello } query Good { hello }';
    const answers = [await (await app.post({ query, operationName: 'Bad' })).json(), (await overSocket(client, query, undefined, 'Bad'))[0]];
    for (const answer of answers) expect(answer).toMatchObject({ errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL' } }] });
    expect(await overSocket(client, query, undefined, 'Good')).toEqual([{ data: { hello: 'hello world' } }]);
    expect(JSON.stringify(answers)).not.toContain('secret');
  });

  it('of Envelop see every operation', async () => {
    let executed = 0;
    let subscribed = 0;
    const counter = plugin({ envelop: [{ onExecute: () => void (executed += 1), onSubscribe: () => void (subscribed += 1) }] });
    const app = await startServer({ plugins: [counter], ...(engine && { engine }) });
    await app.query('{ hello }');
    await overEvents(app, '{ hello }');
    await overSocket(connect(app), '{ hello }');
    await overSocket(connect(app), 'subscription { count }');
    expect([executed, subscribed]).toEqual([3, 1]);
  });
});

describe('routes', () => {
  it('serve paths and everything below them, the longest fit first', async () => {
    const { url } = await startServer({
      plugins: [
        plugin({
          routes: [
            { path: '/hooks/*', handle: (request, response) => void response.end(`any ${request.method} ${request.url}`) },
            { method: 'POST', path: '/hooks/stripe', handle: (_, response, info) => void response.end(`stripe ${info.url.searchParams.get('a')} ${info.request.requestId}`) },
            {
              path: '/broken',
              handle: () => {
                throw new Error('secret');
              },
            },
            { path: '/gone', handle: () => Promise.reject(new ObjectosError('NOT_FOUND', 'No such file.')) },
          ],
        }),
      ],
    });
    const text = async (path: string, init?: RequestInit): Promise<string> => (await fetch(url + path, init)).text();
    expect(await text('/hooks/a/b?c=d')).toBe('any GET /hooks/a/b?c=d');
    expect(await text('/hooks')).toBe('any GET /hooks');
    expect(await text('/hooks/stripe?a=1', { method: 'POST', headers: { 'x-request-id': 'r1' } })).toBe('stripe 1 r1');
    expect(await text('/hooks/stripe')).toBe('any GET /hooks/stripe');
    expect((await fetch(`${url}/hooksy`)).status).toBe(404);
    const broken = await fetch(`${url}/broken`);
    expect([broken.status, await broken.json()]).toMatchObject([500, { errors: [{ message: 'Internal error' }] }]);
    expect((await fetch(`${url}/gone`)).status).toBe(404);
  });

  it('name both parties when they clash', async () => {
    const route = { path: '/x', handle: () => undefined };
    await expect(startServer({ plugins: [plugin({ routes: [route] }, 'a'), plugin({ routes: [route] }, 'b')] })).rejects.toThrow('The path "/x" is served by both plugin "a" and plugin "b".');
    await expect(startServer({ plugins: [plugin({ routes: [{ ...route, path: '/healthz' }] }, 'a')] })).rejects.toThrow('"/healthz" is served by both the server and plugin "a"');
  });
});
