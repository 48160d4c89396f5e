import { describe, expect, it } from 'vitest';
import { request } from 'undici';
import { startServer } from './test-server.ts';
import { connect, overSocket } from './transports.ts';

const query = JSON.stringify({ query: 'mutation { touch }' });
const json = { 'content-type': 'application/json' };

describe('forged requests', () => {
  it('cannot be sent as simple content types', async () => {
    const { graphql } = await startServer();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/graphql', 'application/json; charset=latin1']) {
      const response = await request(graphql, { method: 'POST', headers: { 'content-type': type }, body: query });
      expect([type, response.statusCode]).toEqual([type, 415]);
      await response.body.dump();
    }
  });

  it('cannot use cookies from another site', async () => {
    const { graphql, url } = await startServer();
    const status = async (headers: Record<string, string>): Promise<number> => {
      const response = await request(graphql, { method: 'POST', headers: { ...json, ...headers }, body: query });
      await response.body.dump();
      return response.statusCode;
    };
    expect(await status({ cookie: 's=1', origin: 'https://evil.example' })).toBe(403);
    expect(await status({ cookie: 's=1', 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ cookie: 's=1', origin: 'null' })).toBe(403);
    expect(await status({ cookie: 's=1', origin: url })).toBe(200);
    expect(await status({ cookie: 's=1' })).toBe(200);
    expect(await status({ origin: 'https://evil.example' })).toBe(200); // without cookies there is nothing to misuse
  });

  it('cannot be queries by link: cookies with GET need a header that links cannot send', async () => {
    const { graphql } = await startServer();
    const get = async (headers: Record<string, string>): Promise<number> => (await fetch(`${graphql}?query={hello}`, { headers })).status;
    expect(await get({ cookie: 's=1' })).toBe(403);
    expect(await get({ cookie: 's=1', 'graphql-preflight': '1' })).toBe(200);
    expect(await get({})).toBe(200);
  });

  it('cannot open a WebSocket with cookies from another site', async () => {
    const app = await startServer();
    await expect(overSocket(connect(app, { headers: { cookie: 's=1', origin: 'https://evil.example' } }), '{ hello }')).rejects.toBeDefined();
    expect(await overSocket(connect(app, { headers: { cookie: 's=1', origin: app.url } }), '{ hello }')).toEqual([{ data: { hello: 'hello world' } }]);
  });
});

describe('cross-origin calls', () => {
  const preflight = { origin: 'https://app.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  const corsHeaders = (response: Response): (string | null)[] => ['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-allow-headers'].map((name) => response.headers.get(name));

  it('are off by default', async () => {
    const { graphql, post } = await startServer();
    expect(corsHeaders(await fetch(graphql, { method: 'OPTIONS', headers: preflight }))).toEqual([null, null, null]);
    expect(corsHeaders(await post({ query: '{ hello }' }, { origin: 'https://app.example' }))).toEqual([null, null, null]);
  });

  it('are allowed for configured origins only, with cookies when asked for', async () => {
    const { graphql, post } = await startServer({ settings: { cors: { origins: ['https://app.example'], credentials: true, headers: ['X-Team'] } } });
    const allowed = await fetch(graphql, { method: 'OPTIONS', headers: preflight });
    expect(allowed.status).toBe(204);
    expect(corsHeaders(allowed)).toEqual(['https://app.example', 'true', expect.stringContaining('X-Team')]);
    expect(corsHeaders(await fetch(graphql, { method: 'OPTIONS', headers: { ...preflight, origin: 'https://other.example' } }))).toEqual([null, null, null]);
    const answer = await post({ query: '{ hello }' }, { origin: 'https://app.example', cookie: 's=1' });
    expect([answer.status, ...corsHeaders(answer)]).toEqual([200, 'https://app.example', 'true', null]);
    expect(answer.headers.get('vary')).toBe('Origin');
  });

  it('never send cookies where every origin may call', async () => {
    const { post } = await startServer({ settings: { cors: { origins: ['*'], credentials: true } } });
    expect(corsHeaders(await post({ query: '{ hello }' }, { origin: 'https://app.example' }))).toEqual(['*', null, null]);
    expect((await post({ query: '{ hello }' }, { origin: 'https://app.example', cookie: 's=1' })).status).toBe(403);
  });
});
