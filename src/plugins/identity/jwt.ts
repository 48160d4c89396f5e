import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import { membershipOf, type Membership, type MembershipRow } from './membership.ts';
import type { IdentitySettings } from './settings.ts';

export const isJwt = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) && text.startsWith('eyJ');

export interface JwtUser extends Membership {
  /** Seconds since 1970, with what clocks may differ. */
  readonly expiresAt: number | undefined;
  readonly claims: JWTPayload;
}

/**
 * Verifies tokens of other issuers; their `sub` is the id of a user, or their verified `email` the address of one. A claim that settings
 * name says in which organization of the user the token acts; one of which the user is no member is refused.
 */
export function createJwtVerifier(database: Database, { jwksUrl, issuer, audience, organizationClaim, clockSkew }: IdentitySettings['jwt']): ((token: string) => Promise<JwtUser>) | undefined {
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
    const organization = organizationIn(payload, organizationClaim);
    const user = await findUser(database, payload, organization);
    if (!user) throw new ObjectosError('UNAUTHENTICATED', 'The token is for nobody who is known here.');
    if (organization !== undefined && user.organization_id === null) throw new ObjectosError('UNAUTHENTICATED', `The token names an organization in its claim "${String(organizationClaim)}" of which its user is no member.`);
    return { ...membershipOf(user), expiresAt: payload.exp === undefined ? undefined : payload.exp + clockSkew, claims: payload };
  };
}

function explain(error: unknown): ObjectosError {
  const code = (error as { readonly code?: unknown }).code;
  if (code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JOSE_GENERIC' || typeof code !== 'string' || !code.startsWith('ERR_J')) return new ObjectosError('UNAVAILABLE', 'The keys of tokens cannot be fetched.', { cause: error });
  return new ObjectosError('UNAUTHENTICATED', code === 'ERR_JWT_EXPIRED' ? 'The token has expired.' : 'The token is not valid.', { cause: error });
}

/** Id or slug of the organization that a token names; undefined when it names none. */
function organizationIn(payload: JWTPayload, claim: string | undefined): string | undefined {
  const named = claim === undefined ? undefined : payload[claim];
  if (named === undefined || named === null) return undefined;
  if (typeof named === 'string' && named !== '') return named;
  throw new ObjectosError('UNAUTHENTICATED', `The claim "${String(claim)}" of the token is not the id or slug of an organization.`);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function findUser(database: Database, { sub, email, email_verified: verified }: JWTPayload, organization: string | undefined): Promise<MembershipRow | undefined> {
  const address = typeof email === 'string' && verified === true ? email.toLowerCase() : null;
  // A slug that looks like the id of another organization names none.
  const [id, slug] = organization === undefined ? [null, null] : uuid.test(organization) ? [organization, null] : [null, organization];
  const { rows } = await database.query<MembershipRow>({
    text: `SELECT u.id AS user_id, u.email, u.administrator, m.organization_id, m.role FROM sys_user u
      LEFT JOIN sys_organization o ON o.id = $3::uuid OR o.slug = $4
      LEFT JOIN sys_member m ON m.user_id = u.id AND m.organization_id = o.id
      WHERE (u.id::text = $1 OR lower(u.email) = $2) AND u.active IS NOT FALSE ORDER BY (u.id::text = $1) DESC LIMIT 1`,
    values: [sub ?? null, address, id, slug],
  });
  return rows[0];
}
