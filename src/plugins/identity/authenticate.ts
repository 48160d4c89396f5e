import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import type { Caller } from '../../resolvers/caller.ts';
import type { Clients } from '../../resolvers/request.ts';
import { findApiKey, isApiKey } from './api-keys.ts';
import type { Incoming } from './client.ts';
import { hasSessionCookie, sessionCookie } from './cookie.ts';
import { createJwtVerifier, isJwt } from './jwt.ts';
import { refused, type Policies, type Policy } from './policies.ts';
import type { Restriction } from './scopes.ts';
import type { KnownSession, Sessions } from './sessions.ts';
import type { IdentitySettings } from './settings.ts';

export interface Authenticator {
  /** The caller behind the credentials of a request; undefined without any. Throws UNAUTHENTICATED for bad ones. */
  authenticate(request: Incoming): Promise<Caller | undefined>;
  /** The token of the session that a request belongs to. */
  tokenOf(request: Incoming): Promise<string | undefined>;
}

export interface AuthenticatorOptions {
  readonly database: Database;
  readonly sessions: Sessions;
  readonly clients: Clients;
  readonly settings: IdentitySettings;
  readonly policies: Policies;
  readonly secret: () => Promise<string>;
}

type Credentials = { readonly kind: 'session' | 'key' | 'jwt'; readonly text: string; readonly fromCookie?: boolean };

const day = 86_400_000;

/** Who asks: a session token as bearer or in a cookie, an API key, or a JWT of a trusted issuer. */
export function createAuthenticator({ database, sessions, clients, settings, policies, secret }: AuthenticatorOptions): Authenticator {
  const verifyJwt = createJwtVerifier(database, settings.jwt);

  const credentialsOf = async (request: Incoming): Promise<Credentials | undefined> => {
    const key = request.header('x-api-key');
    if (key !== undefined) return { kind: 'key', text: key };
    const authorization = request.header('authorization');
    if (authorization !== undefined) {
      const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
      if (token === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Send credentials as "authorization: Bearer <token>".');
      if (isApiKey(token)) return { kind: 'key', text: token };
      return { kind: verifyJwt && isJwt(token) ? 'jwt' : 'session', text: token };
    }
    const cookie = request.header('cookie');
    if (!hasSessionCookie(cookie)) return undefined;
    const token = sessionCookie(cookie, await secret());
    return token === undefined ? undefined : { kind: 'session', text: token, fromCookie: true };
  };

  const restrictionOf = (session: KnownSession, { password, session: sessionPolicy }: Policy): Restriction | undefined => {
    if (password.expirationDays > 0 && session.hasPassword && (session.passwordChangedAt ?? 0) + password.expirationDays * day <= Date.now()) return 'PASSWORD_EXPIRED';
    return sessionPolicy.forceMfa && !session.twoFactorEnabled ? 'TWO_FACTOR_REQUIRED' : undefined;
  };

  return {
    async authenticate(request) {
      const credentials = await credentialsOf(request);
      if (!credentials) return undefined;
      const address = clients.address(request);
      if (!policies.isTrusted(address)) throw refused();
      const policyOf = async (caller: Pick<Caller, 'userId' | 'organizationId'>): Promise<Policy> => {
        const policy = await policies.of(caller);
        if (!policy.isTrusted(address)) throw refused();
        return policy;
      };
      switch (credentials.kind) {
        case 'key': {
          const key = isApiKey(credentials.text) ? await findApiKey(database, credentials.text) : undefined;
          if (!key) throw new ObjectosError('UNAUTHENTICATED', 'The API key is not valid.');
          await policyOf(key);
          return {
            kind: 'apiKey',
            userId: key.userId,
            organizationId: key.organizationId,
            roles: key.roles,
            attributes: { email: key.email, apiKeyId: key.id, scopes: key.scopes, ...(key.expiresAt !== undefined && { expiresAt: key.expiresAt }) },
          };
        }
        case 'jwt': {
          const user = await verifyJwt?.(credentials.text);
          if (!user) throw new ObjectosError('UNAUTHENTICATED', 'The token is not valid.');
          const { userId, organizationId, email, roles, claims, expiresAt } = user;
          await policyOf(user);
          return { kind: 'user', userId, organizationId, roles, attributes: { email, claims, expiresAt } };
        }
        case 'session': {
          const session = await sessions.find(credentials.text);
          // A browser sends its cookie until it is replaced, so that a person whose session ended can sign in again.
          if (!session && credentials.fromCookie === true) return undefined;
          if (!session) throw new ObjectosError('UNAUTHENTICATED', 'The session has ended. Sign in again.');
          const restriction = restrictionOf(session, await policyOf(session));
          return {
            kind: 'user',
            userId: session.userId,
            organizationId: session.organizationId,
            roles: session.roles,
            attributes: { email: session.email, sessionId: session.id, expiresAt: session.expiresAt / 1000, ...(restriction && { restriction }) },
          };
        }
      }
    },
    async tokenOf(request) {
      const credentials = await credentialsOf(request);
      return credentials?.kind === 'session' ? credentials.text : undefined;
    },
  };
}
