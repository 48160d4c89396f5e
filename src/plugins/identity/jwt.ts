import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import { rolesOf } from './membership.ts';
import type { IdentitySettings } from './settings.ts';

export const isJwt = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) && text.startsWith('eyJ');

export interface JwtUser {
  readonly userId: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly expiresAt: number | undefined;
  readonly claims: JWTPayload;
}

/** Verifies tokens of other issuers; their `sub` is the id of a user, or their verified `email` the address of one. */
export function createJwtVerifier(database: Database, { jwksUrl, issuer, audience, clockSkew }: IdentitySettings['jwt']): ((token: string) => Promise<JwtUser>) | undefined {
  if (jwksUrl === undefined || issuer === undefined || audience === undefined) return undefined;
  let keys: JWTVerifyGetKey | undefined;
  return async (token) => {
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    keys ??= createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 5_000, cooldownDuration: 10_000 });
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      clockTolerance: clockSkew,
      requiredClaims: ['exp'],
      algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
    }).catch((error: unknown) => {
      throw explain(error);
    });
    const user = await findUser(database, payload);
    if (!user) throw new ObjectosError('UNAUTHENTICATED', 'The token is for nobody who is known here.');
    return { userId: user.id, email: user.email, roles: rolesOf({ administrator: user.administrator, role: null }), expiresAt: payload.exp, claims: payload };
  };
}

function explain(error: unknown): ObjectosError {
  const code = (error as { readonly code?: unknown }).code;
  if (code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JOSE_GENERIC' || typeof code !== 'string' || !code.startsWith('ERR_J')) return new ObjectosError('UNAVAILABLE', 'The keys of tokens cannot be fetched.', { cause: error });
  return new ObjectosError('UNAUTHENTICATED', code === 'ERR_JWT_EXPIRED' ? 'The token has expired.' : 'The token is not valid.', { cause: error });
}

async function findUser(database: Database, { sub, email, email_verified: verified }: JWTPayload): Promise<{ readonly id: string; readonly email: string; readonly administrator: boolean | null } | undefined> {
  const address = typeof email === 'string' && verified === true ? email.toLowerCase() : null;
  const { rows } = await database.query<{ id: string; email: string; administrator: boolean | null }>({
    text: 'SELECT id, email, administrator FROM sys_user WHERE (id::text = $1 OR lower(email) = $2) AND active IS NOT FALSE ORDER BY (id::text = $1) DESC LIMIT 1',
    values: [sub ?? null, address],
  });
  return rows[0];
}
