import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

export interface OidcServer {
  readonly url: string;
  /** Whom the next sign-in is for. */
  user: { readonly sub: string; readonly email: string; readonly email_verified: boolean; readonly name: string };
}

/** A small OpenID Connect provider that signs in everybody: discovery, PKCE, client secret, codes that work once. */
export async function startOidcServer(): Promise<OidcServer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, { readonly challenge: string; readonly user: OidcServer['user'] }>();
  const tokens = new Map<string, OidcServer['user']>();
  const state: { user: OidcServer['user'] } = { user: { sub: 'u1', email: 'carol@example.com', email_verified: true, name: 'Carol' } };

  const server = createServer((request, response) => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const url = new URL(request.url ?? '/', base);
    const json = (body: object, status = 200): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const answer = async (): Promise<void> => {
      switch (url.pathname) {
        case '/.well-known/openid-configuration':
          return json({ issuer: base, authorization_endpoint: `${base}/authorize`, token_endpoint: `${base}/token`, userinfo_endpoint: `${base}/userinfo`, jwks_uri: `${base}/jwks` });
        case '/jwks':
          return json({ keys: [jwk] });
        case '/authorize': {
          if (url.searchParams.get('client_id') !== 'objectos') return json({ error: 'unauthorized_client' }, 400);
          const code = `code-${codes.size}-${Math.random()}`;
          codes.set(code, { challenge: url.searchParams.get('code_challenge') ?? '', user: state.user });
          const back = new URL(url.searchParams.get('redirect_uri') ?? '');
          back.searchParams.set('code', code);
          back.searchParams.set('state', url.searchParams.get('state') ?? '');
          return void response.writeHead(302, { location: back.href }).end();
        }
        case '/token': {
          let text = '';
          for await (const chunk of request) text += String(chunk);
          const body = new URLSearchParams(text);
          const grant = codes.get(body.get('code') ?? '');
          codes.delete(body.get('code') ?? '');
          const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
          const known = body.get('client_secret') === 'hush' || basic === 'objectos:hush';
          const challenge = createHash('sha256').update(body.get('code_verifier') ?? '').digest('base64url');
          if (!grant || !known || challenge !== grant.challenge) return json({ error: 'invalid_grant' }, 400);
          const access = `access-${Math.random()}`;
          tokens.set(access, grant.user);
          const id = await new SignJWT({ ...grant.user }).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).setIssuer(base).setAudience('objectos').setIssuedAt().setExpirationTime('5m').sign(privateKey);
          return json({ access_token: access, token_type: 'Bearer', expires_in: 300, id_token: id });
        }
        case '/userinfo': {
          const user = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
          return user ? json(user) : json({ error: 'invalid_token' }, 401);
        }
        default:
          return json({ error: 'not_found' }, 404);
      }
    };
    answer().catch((error: unknown) => json({ error: String(error) }, 500));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  return Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
