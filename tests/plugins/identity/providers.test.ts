import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { startOidcServer } from './oidc-server.ts';
import { codeAt, startIdentity, type IdentityApp } from './support.ts';

/** Follows redirects as a browser does, with its cookies, until a page of the app answers. */
async function browse(app: IdentityApp, path: string, cookies = new Map<string, string>()): Promise<{ readonly location: string; readonly cookies: ReadonlyMap<string, string> }> {
  let location = `${app.url}${path}`;
  for (let step = 0; step < 6; step += 1) {
    const own = location.startsWith(app.url);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(location, { redirect: 'manual', headers: own && cookie !== '' ? { cookie } : {} });
    for (const text of own ? response.headers.getSetCookie() : []) {
      const [pair = ''] = text.split(';');
      const mark = pair.indexOf('=');
      if (/max-age=0/i.test(text)) cookies.delete(pair.slice(0, mark));
      else cookies.set(pair.slice(0, mark), pair.slice(mark + 1));
    }
    const next = response.headers.get('location');
    if (next === null) break;
    location = new URL(next, location).href;
    if (location.startsWith(`${app.url}/home`) || location.includes('/auth/failed')) break;
  }
  return { location, cookies };
}

const session = (cookies: ReadonlyMap<string, string>): Record<string, string> => {
  const value = cookies.get('objectos.session_token');
  return value === undefined ? {} : { cookie: `objectos.session_token=${value}` };
};

describeEachDatabase('identity providers', (open) => {
  it('sign people in, make accounts, and find them again by the same subject', async () => {
    const provider = await startOidcServer();
    const providers = [{ id: 'local', discoveryUrl: `${provider.url}/.well-known/openid-configuration`, clientId: 'objectos', clientSecret: 'hush' }];
    const database = await open();
    const app = await startIdentity({ database, settings: { providers } });
    const first = await browse(app, '/auth/sign-in/local?redirectTo=/home');
    expect(first.location).toBe(`${app.url}/home`);
    expect(await app.data('{ me { email name emailVerified } }', session(first.cookies))).toEqual({ me: { email: 'carol@example.com', name: 'Carol', emailVerified: true } });
    provider.user = { ...provider.user, email: 'carol.new@example.com' };
    const second = await browse(app, '/auth/sign-in/local?redirectTo=/home');
    expect(await app.data('{ me { email } }', session(second.cookies))).toEqual({ me: { email: 'carol@example.com' } });
    const { rows } = await database.query({ text: "SELECT access_token FROM sys_credential WHERE provider_id = 'local'", values: [] });
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('access-');
  });

  it('do not hand over an account to an address that the provider did not verify', async () => {
    const provider = await startOidcServer();
    const providers = [{ id: 'local', discoveryUrl: `${provider.url}/.well-known/openid-configuration`, clientId: 'objectos', clientSecret: 'hush' }];
    const app = await startIdentity({ database: await open(), settings: { providers } });
    provider.user = { sub: 'evil', email: 'admin@example.com', email_verified: false, name: 'Mallory' };
    const { location, cookies } = await browse(app, '/auth/sign-in/local?redirectTo=/home');
    expect(location).toContain('/auth/failed?error=');
    expect(await app.data('{ me { email } }', session(cookies))).toEqual({ me: null });
  });

  it('join an account only where both sides verified the address', async () => {
    const provider = await startOidcServer();
    const providers = [{ id: 'local', discoveryUrl: `${provider.url}/.well-known/openid-configuration`, clientId: 'objectos', clientSecret: 'hush' }];
    const app = await startIdentity({ database: await open(), settings: { providers } });
    const squatter = await app.signUp('victim');
    provider.user = { sub: 'victim', email: squatter.email, email_verified: true, name: 'Victim' };
    expect((await browse(app, '/auth/sign-in/local?redirectTo=/home')).location).toContain('/auth/failed?error=');
    provider.user = { sub: 'rep', email: 'rep@example.com', email_verified: true, name: 'Rep' };
    const { cookies } = await browse(app, '/auth/sign-in/local?redirectTo=/home');
    expect(await app.data('{ me { email } }', session(cookies))).toEqual({ me: { email: 'rep@example.com' } });
  });

  it('are asked by configuration only, and come back to this server only', async () => {
    const provider = await startOidcServer();
    const providers = [{ id: 'local', discoveryUrl: `${provider.url}/.well-known/openid-configuration`, clientId: 'objectos', clientSecret: 'wrong' }];
    const app = await startIdentity({ database: await open(), settings: { providers } });
    expect((await fetch(`${app.url}/auth/sign-in/another`)).status).toBe(404);
    for (const target of ['https://evil.example', '//evil.example', '/\\evil.example']) expect((await fetch(`${app.url}/auth/sign-in/local?redirectTo=${encodeURIComponent(target)}`, { redirect: 'manual' })).status).toBe(400);
    expect((await browse(app, '/auth/sign-in/local?redirectTo=/home')).location).toContain('/auth/failed?error=');
    const stolen = await fetch(`${app.url}/auth/oauth2/callback/local?code=x&state=y`, { redirect: 'manual' });
    expect(stolen.headers.getSetCookie().join()).not.toMatch(/session_token=[^;]/);
  });

  it('ask for the second factor of people who have one', async () => {
    const provider = await startOidcServer();
    const providers = [{ id: 'local', discoveryUrl: `${provider.url}/.well-known/openid-configuration`, clientId: 'objectos', clientSecret: 'hush' }];
    const app = await startIdentity({ database: await open(), settings: { providers, policy: { session: { forceMfa: true } } } });
    const first = await browse(app, '/auth/sign-in/local?redirectTo=/home');
    expect(await app.data('{ me { mustEnableTwoFactor } }', session(first.cookies))).toEqual({ me: { mustEnableTwoFactor: true } });
    const { enableTwoFactor: setup } = (await app.data('mutation { enableTwoFactor { totpUri } }', session(first.cookies))) as unknown as { enableTwoFactor: { totpUri: string } };
    const secret = new URL(setup.totpUri).searchParams.get('secret') ?? '';
    await app.data(`mutation { confirmTwoFactor(code: "${codeAt(secret)}") { token } }`, session(first.cookies));

    const second = await browse(app, '/auth/sign-in/local?redirectTo=/home');
    expect(second.location).toBe(`${app.url}/home?twoFactor=required`);
    expect(session(second.cookies)).toEqual({});
    const complete = (code: string) =>
      fetch(`${app.url}/auth/two-factor`, { method: 'POST', headers: { 'content-type': 'application/json', cookie: [...second.cookies].map((pair) => pair.join('=')).join('; ') }, body: JSON.stringify({ code }) });
    expect((await complete('000000')).status).toBe(401);
    const completed = await complete(codeAt(secret));
    expect(completed.status).toBe(200);
    const cookie = completed.headers.getSetCookie().find((text) => text.startsWith('objectos.session_token='))?.split(';')[0] ?? '';
    expect(await app.data('{ me { email mustEnableTwoFactor } }', { cookie })).toEqual({ me: { email: 'carol@example.com', mustEnableTwoFactor: false } });
  });
});
