import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { request } from 'undici';
import { startServer } from './test-server.ts';

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('GraphiQL', () => {
  it('is one page that needs no other server', async () => {
    const { graphql, url } = await startServer();
    const response = await fetch(graphql, { headers: html });
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page).toContain('"endpoint":"/graphql"');
    expect(page).not.toMatch(/<(script|link|img|iframe)\b[^>]*\b(src|href)\s*=\s*["']?(https?:)?\/\//i);
    expect(page).not.toMatch(/@import\s|url\(\s*["']?https?:/i);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'sha256-[\w+/=]{44}' blob:/);
    expect(policy).not.toContain('http');
    expect([response.headers.get('x-content-type-options'), response.headers.get('x-frame-options'), response.headers.get('referrer-policy')]).toEqual(['nosniff', 'DENY', 'no-referrer']);
    expect((await fetch(url, { redirect: 'manual' })).headers.get('location')).toBe('/graphql');
  });

  it('comes back at a reload with the query that it keeps in the address', async () => {
    const { graphql } = await startServer();
    const address = `${graphql}?query=${encodeURIComponent('{ __typename }')}`;
    expect((await fetch(address, { headers: html })).headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const accept of ['*/*', 'application/json', 'text/html, application/graphql-response+json', 'application/json, text/html;q=0.5']) {
      expect(await (await fetch(address, { headers: { accept, 'apollo-require-preflight': '1' } })).json()).toEqual({ data: { __typename: 'Query' } });
    }
  });

  it('is sent compressed, and not again when the browser has it', async () => {
    const { graphql } = await startServer();
    const compressed = await request(graphql, { headers: { ...html, 'accept-encoding': 'gzip, br' } });
    const body = Buffer.from(await compressed.body.arrayBuffer());
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toContain('<title>ObjectOS</title>');
    const again = await request(graphql, { headers: { ...html, 'if-none-match': String(compressed.headers['etag']) } });
    expect(again.statusCode).toBe(304);
  });

  it('is off in production unless configured', async () => {
    const off = await startServer({ settings: { production: true } });
    const refused = await fetch(off.graphql, { headers: html });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([400, 'application/json; charset=utf-8']);
    const on = await startServer({ settings: { production: true, graphiql: true } });
    expect((await fetch(on.graphql, { headers: html })).status).toBe(200);
  });
});

describe('other paths', () => {
  it('answer health and readiness', async () => {
    const { url, health } = await startServer();
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' });
    health.add('queue', () => 'degraded');
    const degraded = await fetch(`${url}/readyz`);
    expect([degraded.status, await degraded.json()]).toEqual([200, { status: 'degraded', components: [{ name: 'queue', status: 'degraded' }] }]);
    health.add('database', () => Promise.reject(new Error('password wrong for admin')));
    await new Promise((resolve) => setTimeout(resolve, 2));
    const unready = await fetch(`${url}/readyz`);
    expect([unready.status, await unready.json()]).toEqual([503, { status: 'unhealthy', components: [{ name: 'queue', status: 'degraded' }, { name: 'database', status: 'unhealthy' }] }]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('answer 404 with security headers', async () => {
    const { url } = await startServer();
    const response = await fetch(`${url}/nothing`);
    expect([response.status, response.headers.get('x-content-type-options')]).toEqual([404, 'nosniff']);
    expect(await response.json()).toEqual({ error: 'There is nothing at /nothing; GraphQL is at /graphql.' });
  });
});
