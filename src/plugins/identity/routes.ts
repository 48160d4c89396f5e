import type { IncomingMessage, ServerResponse } from 'node:http';
import { ObjectosError } from '../../errors.ts';
import type { Plugin } from '../../kernel/plugin.ts';
import { anonymous } from '../../resolvers/caller.ts';
import { incomingOf } from './client.ts';
import { forgottenCookies } from './cookie.ts';
import { addressHeader, authPath } from './names.ts';
import { refused } from './policies.ts';
import type { Identity } from './service.ts';

type Routes = NonNullable<NonNullable<Plugin['server']>['routes']>;

const largestBody = 16_384;

/**
 * What browsers need cookies or redirects for. POST takes JSON only, which pages of other sites cannot send without asking first; the
 * cookie is HttpOnly and SameSite=Lax.
 */
export function identityRoutes(identity: () => Identity): Routes {
  return [
    {
      method: 'POST',
      path: `${authPath}/sign-in`,
      async handle(node, response) {
        const body = await readJson(node);
        const { email, password } = body;
        if (typeof email !== 'string' || typeof password !== 'string') throw new ObjectosError('BAD_REQUEST', 'Send {"email": …, "password": …}.');
        const { twoFactorToken, setCookies, userId } = await identity().signIn({ email, password }, incomingOf(node));
        send(response, setCookies, twoFactorToken === undefined ? { userId } : { twoFactorToken });
      },
    },
    {
      method: 'POST',
      path: `${authPath}/two-factor`,
      async handle(node, response) {
        const { twoFactorToken, code, backupCode } = await readJson(node);
        const token = typeof twoFactorToken === 'string' ? twoFactorToken : await waitingSignIn(identity(), node);
        if (token === undefined || (typeof code === 'string') === (typeof backupCode === 'string')) throw new ObjectosError('BAD_REQUEST', 'Send {"twoFactorToken": …, "code": …} or {"twoFactorToken": …, "backupCode": …}.');
        const { setCookies, userId } = await identity().verifyTwoFactor({ token, code: String(code ?? backupCode), backup: typeof backupCode === 'string' }, incomingOf(node));
        send(response, setCookies, { userId });
      },
    },
    {
      method: 'POST',
      path: `${authPath}/sign-out`,
      async handle(node, response) {
        await readJson(node);
        const { authenticate, sessions } = identity();
        const caller = await authenticate(incomingOf(node));
        const sessionId = caller?.attributes['sessionId'];
        if (caller?.userId !== undefined && typeof sessionId === 'string') await sessions.end(caller.userId, { only: sessionId });
        send(response, forgottenCookies(node.headers.cookie), {});
      },
    },
    {
      method: 'GET',
      path: `${authPath}/sign-in/*`,
      async handle(_, response, { url }) {
        const provider = url.pathname.slice(`${authPath}/sign-in/`.length);
        if (!identity().settings.providers.some(({ id }) => id === provider)) throw new ObjectosError('NOT_FOUND', 'There is no such identity provider.');
        const redirectTo = url.searchParams.get('redirectTo') ?? '/';
        if (!/^\/(?![/\\])/.test(redirectTo)) throw new ObjectosError('BAD_REQUEST', 'redirectTo must be a path of this server.');
        const { call } = await identity().auth();
        const { body, setCookies } = await call('signInWithOAuth2', { body: { providerId: provider, callbackURL: redirectTo, errorCallbackURL: `${authPath}/failed` }, headers: new Headers() });
        response.setHeader('set-cookie', [...setCookies]);
        response.writeHead(302, { location: String(body['url']), 'cache-control': 'no-store' }).end();
      },
    },
    { method: 'GET', path: `${authPath}/oauth2/callback/*`, handle: (node, response, { url }) => handOver(identity(), node, response, url) },
    {
      method: 'GET',
      path: `${authPath}/verify-email`,
      async handle(node, response, { url }) {
        await identity().verifyEmail(url.searchParams.get('token') ?? '', { caller: anonymous, request: incomingOf(node) });
        response.writeHead(302, { location: '/', 'cache-control': 'no-store' }).end();
      },
    },
    {
      method: 'GET',
      path: `${authPath}/failed`,
      handle(_, response, { url }) {
        response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
        response.end(`You could not be signed in (${(url.searchParams.get('error') ?? 'unknown').replace(/[^\w-]/g, '')}).\n`);
      },
    },
  ];
}

function send(response: ServerResponse, cookies: readonly string[], body: object): void {
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies]);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function readJson(node: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json\s*(;|$)/i.test(node.headers['content-type'] ?? '')) throw new ObjectosError('BAD_REQUEST', 'Send JSON with the header `content-type: application/json`.');
  let text = '';
  for await (const chunk of node) {
    text += String(chunk);
    if (text.length > largestBody) throw new ObjectosError('PAYLOAD_TOO_LARGE', 'The body is too large.');
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new ObjectosError('BAD_REQUEST', 'The body is not JSON.', { cause: error });
  }
  throw new ObjectosError('BAD_REQUEST', 'The body must be a JSON object.');
}

/** Lets better-auth answer: state, codes and links are its own. */
async function handOver(identity: Identity, node: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const incoming = incomingOf(node);
  const address = identity.clients.address(incoming);
  if (!identity.policies.isTrusted(address)) throw refused();
  const headers = new Headers();
  for (const name of ['cookie', 'user-agent']) {
    const value = incoming.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  if (address !== undefined) headers.set(addressHeader, address);
  const { handle, url: base } = await identity.auth();
  const answer = await handle(new Request(new URL(url.pathname + url.search, base), { headers }));
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  const body = await answer.text();
  const location = answer.headers.get('location');
  const type = answer.headers.get('content-type');
  if (type !== null) response.setHeader('content-type', type);
  if (location !== null) response.setHeader('location', waits(body) ? `${location}${location.includes('?') ? '&' : '?'}twoFactor=required` : location);
  response.setHeader('cache-control', 'no-store');
  response.writeHead(answer.status);
  response.end(body);
}

/** Whether better-auth wants a second factor before there is a session. */
const waits = (body: string): boolean => body.startsWith('{') && (JSON.parse(body) as { readonly twoFactorRedirect?: unknown }).twoFactorRedirect === true;

/** The sign-in that a browser has begun and that waits for a second factor. */
async function waitingSignIn(identity: Identity, node: IncomingMessage): Promise<string | undefined> {
  const { cookies } = await identity.auth();
  const pair = (node.headers.cookie ?? '').split(';').map((text) => text.trim()).find((text) => text.startsWith(`${cookies.twoFactor}=`));
  return pair?.slice(cookies.twoFactor.length + 1);
}
