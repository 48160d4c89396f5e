import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { describeEachDatabase } from '../../support/database.ts';
import { until } from '../../support/cli.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { administrator, overSocket, password, showCaller, startIdentity } from './support.ts';

const codeOf = ({ errors }: { readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] }): unknown => errors?.[0]?.extensions?.['code'];

interface Own {
  readonly me: { readonly sessions: readonly { readonly id: string; readonly current: boolean }[] };
}

describeEachDatabase('sessions', (open) => {
  it('end with signOut, one by one, and all at once', async () => {
    const app = await startIdentity({ database: await open() });
    const [one, two, three] = [await app.signIn(), await app.signIn(), await app.signIn()];
    const { me } = (await app.data('{ me { sessions { id current } } }', one)) as unknown as Own;
    expect(me.sessions).toHaveLength(3);
    const rep = await app.signIn('rep@example.com');
    const other = (await app.data('{ me { sessions { id current } } }', rep)) as unknown as Own;
    expect(codeOf(await app.ask(`mutation { revokeSession(id: "${other.me.sessions[0]?.id ?? ''}") }`, one))).toBe('NOT_FOUND');

    const ofTwo = ((await app.data('{ me { sessions { id current } } }', two)) as unknown as Own).me.sessions.find(({ current }) => current);
    expect(await app.data(`mutation { revokeSession(id: "${ofTwo?.id ?? ''}") }`, one)).toEqual({ revokeSession: true });
    expect((await app.ask('{ me { id } }', two)).status).toBe(401);
    expect(await app.data('mutation { revokeSessions }', one)).toEqual({ revokeSessions: 1 });
    expect(codeOf(await app.ask('{ me { id } }', three))).toBe('UNAUTHENTICATED');
    expect(await app.data('mutation { signOut }', one)).toEqual({ signOut: true });
    expect(codeOf(await app.ask('{ me { id } }', one))).toBe('UNAUTHENTICATED');
    expect(await app.data('{ me { email } }', rep)).toEqual({ me: { email: 'rep@example.com' } });
  });

  it('are forgotten at once by other processes on the same database', async () => {
    const database = await open();
    const [here, there] = [await startIdentity({ database }), await startIdentity({ database })];
    const headers = await here.signIn();
    expect(await there.data('{ me { email } }', headers)).toEqual({ me: { email: administrator } });
    await here.data('mutation { signOut }', headers);
    await until(async () => codeOf(await there.ask('{ me { email } }', headers)), () => 'the other process still takes the session', 5_000);
  });

  it('end after the idle time and after the absolute time', async () => {
    const database = await open();
    const settings = { policy: { session: { idleTimeout: 30, absoluteTimeout: 480 } } };
    const app = await startIdentity({ database, settings });
    const [idle, old, used] = [await app.signIn(), await app.signIn(), await app.signIn()];
    const ids = await database.query<{ id: string }>({ text: 'SELECT id FROM sys_session ORDER BY created_at', values: [] });
    const [first, second, third] = ids.rows.map(({ id }) => id);
    await database.query({ text: "UPDATE sys_session SET created_at = now() - interval '31 minutes' WHERE id = $1", values: [first] });
    await database.query({ text: "UPDATE sys_session SET expires_at = now() - interval '1 second', last_seen_at = now() WHERE id = $1", values: [second] });
    await database.query({ text: "UPDATE sys_session SET created_at = now() - interval '2 hours', last_seen_at = now() - interval '29 minutes' WHERE id = $1", values: [third] });
    // One that remembers nothing.
    const later = await startIdentity({ database, settings });
    expect(codeOf(await later.ask('{ me { id } }', idle))).toBe('UNAUTHENTICATED');
    expect(codeOf(await later.ask('{ me { id } }', old))).toBe('UNAUTHENTICATED');
    expect(await later.data('{ me { email } }', used)).toEqual({ me: { email: administrator } });
    const { rows } = await database.query({ text: "SELECT id FROM sys_session WHERE last_seen_at > now() - interval '1 minute'", values: [] });
    expect(rows).toEqual([{ id: third }]);
  });

  it('close their sockets when they are revoked, and let a socket take a new token in a ping', async () => {
    const app = await startIdentity({ database: await open(), plugins: [showCaller] });
    const [kept, revoked] = [await app.signIn(), await app.signIn('rep@example.com')];
    const closed: { code: number }[] = [];
    const client = app.socket({ Authorization: revoked['authorization'] }, (event) => closed.push(event));
    expect(await overSocket(client, '{ me { email } }')).toEqual({ data: { me: { email: 'rep@example.com' } } });
    const calm = app.socket({ Authorization: kept['authorization'] }, (event) => closed.push(event));
    expect(await overSocket(calm, '{ me { email } }')).toEqual({ data: { me: { email: administrator } } });
    await app.data('mutation { signOut }', revoked);
    await until(() => closed[0], () => 'the socket stays open', 5_000);
    expect(closed).toMatchObject([{ code: 4401 }]);
    expect(await overSocket(calm, '{ me { email } }')).toEqual({ data: { me: { email: administrator } } });

    const [old, fresh] = [await app.signIn('rep@example.com'), await app.signIn('rep@example.com')];
    const socket = new WebSocketProbe(`${app.url.replace('http', 'ws')}/graphql`);
    await socket.send({ type: 'connection_init', payload: old }, 'connection_ack');
    await socket.send({ type: 'ping', payload: fresh }, 'pong');
    await app.data('mutation { signOut }', old);
    expect(await socket.send({ id: '1', type: 'subscribe', payload: { query: '{ me { email } }' } }, 'next')).toMatchObject({ payload: { data: { me: { email: 'rep@example.com' } } } });
    socket.sendOnly({ type: 'ping', payload: { authorization: 'Bearer nonsense' } });
    expect(await socket.closed).toBe(4401);
  });

  it('hand a refreshed token to subscriptions that run, and take none of somebody else', async () => {
    let tick = (): void => undefined;
    const ticks: Plugin = {
      name: 'test-ticks',
      version: '1.0.0',
      description: 'Tells subscribers who they are, now and at each tick.',
      schema: {
        extend: (schema) =>
          schema.addFields('Subscription', {
            who: {
              type: 'JSON',
              async *subscribe() {
                for (;;) {
                  yield {};
                  await new Promise<void>((resolve) => (tick = resolve));
                }
              },
              resolve: (_, __, { caller }) => caller.attributes['sessionId'],
            },
          }),
      },
    };
    const app = await startIdentity({ database: await open(), plugins: [ticks] });
    const [old, fresh, other] = [await app.signIn('rep@example.com'), await app.signIn('rep@example.com'), await app.signIn()];
    const idOf = async (headers: Readonly<Record<string, string>>) => ((await app.data('{ me { sessions { id current } } }', headers)) as unknown as Own).me.sessions.find(({ current }) => current)?.id;
    const [before, after] = [await idOf(old), await idOf(fresh)];
    const socket = new WebSocketProbe(`${app.url.replace('http', 'ws')}/graphql`);
    await socket.send({ type: 'connection_init', payload: old }, 'connection_ack');
    expect(await socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { who }' } }, 'next')).toMatchObject({ payload: { data: { who: before } } });
    await socket.send({ type: 'ping', payload: fresh }, 'pong');
    await app.data('mutation { signOut }', old);
    const next = socket.next('next');
    tick();
    expect(await next).toMatchObject({ payload: { data: { who: after } } });
    socket.sendOnly({ type: 'ping', payload: other });
    expect(await socket.closed).toBe(4403);
  });

  it('stay in browsers that sign in from a page of this server, and with nobody else', async () => {
    const app = await startIdentity({ database: await open() });
    const post = (operations: string | readonly string[], headers: Readonly<Record<string, string>>) => {
      const body = typeof operations === 'string' ? { query: operations } : operations.map((query) => ({ query }));
      return fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    };
    const signIn = `mutation { signIn(email: "${administrator}", password: "${password}") { token } }`;
    const wrong = `mutation { signIn(email: "${administrator}", password: "wrong") { token } }`;
    const page = { origin: app.url };
    for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) expect((await post(signIn, headers)).headers.getSetCookie()).toEqual([]);
    expect((await post(wrong, page)).headers.getSetCookie()).toEqual([]);
    // As one operation, which is compiled, and in a list, which Yoga executes.
    for (const operations of [signIn, [signIn]]) {
      const [header = '', ...others] = (await post(operations, page)).headers.getSetCookie();
      expect(others).toEqual([]);
      expect(header).toMatch(/^objectos\.session_token=.+HttpOnly; SameSite=Lax$/);
      const cookie = header.split(';')[0] ?? '';
      expect(await app.data('{ me { email } }', { cookie })).toEqual({ me: { email: administrator } });
      expect((await post('mutation { signOut }', { cookie, origin: 'https://evil.example' })).status).toBe(403);
      const out = await post('mutation { signOut }', { cookie, ...page });
      expect(await out.json()).toEqual({ data: { signOut: true } });
      expect(out.headers.getSetCookie()).toEqual(['objectos.session_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
      expect(await app.data('{ me { email } }', { cookie })).toEqual({ me: null });
    }
  });

  it('keep the cookie where a bearer token signs out, and use secure cookies where people come over https', async () => {
    const app = await startIdentity({ database: await open(), settings: { url: 'https://app.example' } });
    const post = (query: string, headers: Readonly<Record<string, string>>) =>
      fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', origin: app.url, ...headers }, body: JSON.stringify({ query }) });
    const [header = ''] = (await post(`mutation { signIn(email: "${administrator}", password: "${password}") { token } }`, {})).headers.getSetCookie();
    expect(header).toMatch(/^__Secure-objectos\.session_token=.+; Secure/);
    const cookie = header.split(';')[0] ?? '';
    expect((await post('mutation { signOut }', { cookie, ...(await app.signIn()) })).headers.getSetCookie()).toEqual([]);
    expect((await post('mutation { revokeSessions(includeCurrent: true) }', { cookie })).headers.getSetCookie()).toEqual(['__Secure-objectos.session_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure']);
  });

  it('are carried by cookies that scripts cannot read and other sites cannot use', async () => {
    const app = await startIdentity({ database: await open() });
    const post = (path: string, body: unknown, headers: Record<string, string> = {}) => fetch(`${app.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
    const form = await fetch(`${app.url}/auth/sign-in`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify({ email: administrator, password }) });
    expect(form.status).toBe(400);
    expect((await post('/auth/sign-in', { email: administrator, password: 'Wrong-1234' })).status).toBe(401);
    const signedIn = await post('/auth/sign-in', { email: administrator, password });
    const [header = ''] = signedIn.headers.getSetCookie();
    expect(header).toMatch(/^objectos\.session_token=[^;]+;.*HttpOnly/i);
    expect(header).toMatch(/SameSite=Lax/i);
    const cookie = header.split(';')[0] ?? '';
    expect(await app.data('{ me { email } }', { cookie })).toEqual({ me: { email: administrator } });
    expect((await app.ask('{ me { email } }', { cookie, origin: 'https://evil.example' })).status).toBe(403);
    expect((await fetch(`${app.url}/graphql?query=${encodeURIComponent('{ me { email } }')}`, { headers: { cookie } })).status).toBe(403);
    const [name = '', value = ''] = cookie.split('=');
    const forged = `${name}=${value.slice(0, -8)}AAAAAAAA`;
    expect(await app.data('{ me { email } }', { cookie: forged })).toEqual({ me: null });
    const out = await post('/auth/sign-out', {}, { cookie });
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect(await app.data('{ me { email } }', { cookie })).toEqual({ me: null });
  });
});

describeEachDatabase('API keys and JWT', (open) => {
  it('let programs act within scopes, until they expire or are revoked', async () => {
    const database = await open();
    const app = await startIdentity({ database, plugins: [showCaller] });
    const admin = await app.signIn();
    const make = async (scopes: string, more = ''): Promise<{ id: string; key: string }> =>
      ((await app.data(`mutation { createApiKey(name: "CI", scopes: ${scopes}${more}) { id key } }`, admin)) as unknown as { createApiKey: { id: string; key: string } }).createApiKey;
    const reader = await make('["note:read"]');
    const writer = await make('["note:write"]');
    expect(await app.data('{ caller }', { 'x-api-key': reader.key })).toMatchObject({ caller: { kind: 'apiKey', roles: ['administrator'], attributes: { scopes: ['note:read'] } } });
    expect(await app.data('mutation { createNote(input: { title: "A" }) { record { title } } }', { authorization: `Bearer ${writer.key}` })).toEqual({ createNote: { record: { title: 'A' } } });
    expect(await app.data('{ notes { nodes { title } } }', { 'x-api-key': reader.key })).toEqual({ notes: { nodes: [{ title: 'A' }] } });
    expect(codeOf(await app.ask('mutation { createNote(input: { title: "B" }) { record { title } } }', { 'x-api-key': reader.key }))).toBe('FORBIDDEN');
    expect(codeOf(await app.ask('{ users { nodes { email } } }', { 'x-api-key': reader.key }))).toBe('FORBIDDEN');
    for (const mutation of ['signOut', 'createApiKey(name: "X", scopes: ["write"]) { key }', `changePassword(currentPassword: "${password}", newPassword: "Another-horse-9")`]) {
      expect(codeOf(await app.ask(`mutation { ${mutation} }`, { 'x-api-key': writer.key }))).toBe('UNAUTHENTICATED');
    }
    const stored = await database.query({ text: 'SELECT t::text AS row FROM sys_api_key t', values: [] });
    expect(JSON.stringify(stored.rows)).not.toContain(reader.key);
    expect(await app.data('{ me { apiKeys { id name start scopes } } }', admin)).toMatchObject({ me: { apiKeys: [{ id: writer.id, start: writer.key.slice(0, 8) }, { id: reader.id, name: 'CI', scopes: ['note:read'] }] } });

    await app.data(`mutation { revokeApiKey(id: "${reader.id}") }`, admin);
    expect(codeOf(await app.ask('{ notes { nodes { title } } }', { 'x-api-key': reader.key }))).toBe('UNAUTHENTICATED');
    const short = await make('["read"]', `, expiresAt: "${new Date(Date.now() + 400).toISOString()}"`);
    expect(await app.data('{ notesAggregate { count } }', { 'x-api-key': short.key })).toEqual({ notesAggregate: { count: 1 } });
    await until(async () => codeOf(await app.ask('{ notesAggregate { count } }', { 'x-api-key': short.key })), () => 'the key does not expire', 5_000);

    const closed: Record<string, number> = {};
    const socketOf = async (name: string, key: string): Promise<void> => {
      const client = app.socket({ 'x-api-key': key }, ({ code }) => (closed[name] = code));
      expect(await overSocket(client, '{ notesAggregate { count } }')).toEqual({ data: { notesAggregate: { count: 1 } } });
    };
    const [kept, ending, revoked] = [await make('["read"]'), await make('["read"]', `, expiresAt: "${new Date(Date.now() + 4_000).toISOString()}"`), await make('["read"]')];
    await socketOf('kept', kept.key);
    await socketOf('ending', ending.key);
    await socketOf('revoked', revoked.key);
    await app.data(`mutation { revokeApiKey(id: "${revoked.id}") }`, admin);
    await until(() => closed['revoked'], () => 'the socket of the revoked key stays open', 5_000);
    await until(() => closed['ending'], () => 'the socket of the expired key stays open', 15_000);
    expect(closed).toEqual({ revoked: 4401, ending: 4401 });

    expect(codeOf(await app.ask('mutation { createApiKey(name: "X", scopes: ["everything"]) { key } }', admin))).toBe('VALIDATION_FAILED');
    expect(codeOf(await app.ask('mutation { createApiKey(name: "X", scopes: ["nota:read"]) { key } }', admin))).toBe('VALIDATION_FAILED');
    expect(codeOf(await app.ask('mutation { createApiKey(name: "X", scopes: ["read"], expiresAt: "2020-01-01T00:00:00Z") { key } }', admin))).toBe('VALIDATION_FAILED');
  });

  it('take tokens of the trusted issuer, signed with its keys, for this audience, in time', async () => {
    const [good, other] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
    const jwk = { ...(await exportJWK(good.publicKey)), kid: 'k1', alg: 'ES256' };
    const keys = createServer((_, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((ready) => keys.listen(0, '127.0.0.1', ready));
    onTestFinished(() => void keys.close());
    const jwksUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/jwks`;
    const database = await open();
    const app = await startIdentity({ database, plugins: [showCaller], settings: { jwt: { jwksUrl, issuer: 'https://gateway', audience: 'objectos', organizationClaim: 'org', clockSkew: 30 } } });
    const now = Math.floor(Date.now() / 1000);
    const sign = (claims: Record<string, unknown>, key = good.privateKey) => new SignJWT({ iss: 'https://gateway', aud: 'objectos', exp: now + 60, email: 'Rep@example.com', email_verified: true, ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(key);
    const ask = async (claims: Record<string, unknown>, key = good.privateKey) => app.ask('{ caller }', { authorization: `Bearer ${await sign(claims, key)}` });
    expect(await ask({ tier: 'gold' })).toMatchObject({ data: { caller: { kind: 'user', roles: [], attributes: { email: 'rep@example.com', claims: { tier: 'gold' } } } } });
    expect(codeOf(await ask({ exp: now - 20 }))).toBeUndefined();

    const codes: number[] = [];
    const socket = app.socket({ authorization: `Bearer ${await sign({ exp: Math.floor(Date.now() / 1000) - 26 })}` }, ({ code }) => codes.push(code));
    expect(await overSocket(socket, '{ me { email } }')).toEqual({ data: { me: { email: 'rep@example.com' } } });
    await until(() => codes[0], () => 'the socket of the expired token stays open', 15_000);
    expect(codes).toEqual([4401]);

    // In an organization of the user, which a claim names by slug or id.
    const admin = await app.signIn();
    const make = async (slug: string) => ((await app.data(`mutation { createOrganization(name: "${slug}", slug: "${slug}") }`, admin)) as unknown as { createOrganization: string }).createOrganization;
    const ours = await make('ours');
    const theirs = await make('theirs');
    await database.query({ text: `INSERT INTO sys_member (id, organization_id, user_id, role, created_at, updated_at, version) SELECT gen_random_uuid(), $1, id, 'admin,member', now(), now(), 1 FROM sys_user WHERE email = 'rep@example.com'`, values: [ours] });
    await database.query({ text: 'UPDATE sys_organization SET slug = $1 WHERE id = $2', values: [theirs, ours] });
    expect(codeOf(await ask({ org: theirs }))).toBe('UNAUTHENTICATED');
    await database.query({ text: `UPDATE sys_organization SET slug = 'ours' WHERE id = $1`, values: [ours] });
    for (const org of [ours, 'ours']) expect(await ask({ org })).toMatchObject({ data: { caller: { organizationId: ours, roles: ['admin', 'member'] } } });
    for (const org of [theirs, 'theirs', 'nowhere', '', 7, [ours]]) expect(codeOf(await ask({ org }))).toBe('UNAUTHENTICATED');
    expect((await ask({ org: null })).data?.['caller']).not.toHaveProperty('organizationId');
    for (const claims of [{ exp: now - 40 }, { nbf: now + 300 }, { iss: 'https://evil' }, { aud: 'another' }, { email: 'nobody@example.com' }, { email_verified: false }, { exp: undefined }]) expect(codeOf(await ask(claims))).toBe('UNAUTHENTICATED');
    expect(codeOf(await ask({}, other.privateKey))).toBe('UNAUTHENTICATED');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ iss: 'https://gateway', aud: 'objectos', exp: now + 60 })).toString('base64url')}.x`;
    expect(codeOf(await app.ask('{ caller }', { authorization: `Bearer ${unsigned}` }))).toBe('UNAUTHENTICATED');
  });
});

/** The protocol by hand: clients do not show pings. */
class WebSocketProbe {
  readonly #socket: WebSocket;
  readonly #opened: Promise<unknown>;
  readonly closed: Promise<number>;

  constructor(url: string) {
    this.#socket = new WebSocket(url, 'graphql-transport-ws');
    this.#opened = new Promise((resolve) => this.#socket.addEventListener('open', resolve, { once: true }));
    this.closed = new Promise((resolve) => this.#socket.addEventListener('close', ({ code }) => resolve(code), { once: true }));
    onTestFinished(() => this.#socket.close());
  }

  sendOnly(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  async send(message: object, answer: string): Promise<unknown> {
    await this.#opened;
    const answered = this.next(answer);
    this.sendOnly(message);
    return answered;
  }

  next(type: string): Promise<unknown> {
    return new Promise((resolve) => {
      const listen = ({ data }: { data: unknown }): void => {
        const found = JSON.parse(String(data)) as { type: string };
        if (found.type !== type) return;
        this.#socket.removeEventListener('message', listen);
        resolve(found);
      };
      this.#socket.addEventListener('message', listen);
    });
  }
}
