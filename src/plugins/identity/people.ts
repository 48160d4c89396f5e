import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly image: string | null;
  readonly emailVerified: boolean;
  readonly twoFactorEnabled: boolean;
  readonly administrator: boolean;
}

export async function findPerson(database: Database, id: string): Promise<Person> {
  const { rows } = await database.query<Person>({
    text: `SELECT id, name, email, image, coalesce(email_verified, false) AS "emailVerified", coalesce(two_factor_enabled, false) AS "twoFactorEnabled", coalesce(administrator, false) AS "administrator"
      FROM sys_user WHERE id = $1`,
    values: [id],
  });
  const [person] = rows;
  if (!person) throw new ObjectosError('NOT_FOUND', 'There is no such user any more.');
  return person;
}

export async function isPerson(database: Database, id: string): Promise<boolean> {
  return (await database.query({ text: 'SELECT 1 FROM sys_user WHERE id = $1', values: [id] })).rows.length > 0;
}

export interface PersonSession {
  readonly id: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

export async function sessionsOf(database: Database, userId: string, idleMinutes: number): Promise<readonly PersonSession[]> {
  const { rows } = await database.query<PersonSession>({
    text: `SELECT id, created_at AS "createdAt", coalesce(last_seen_at, created_at) AS "lastSeenAt", expires_at AS "expiresAt", ip_address AS "ipAddress", user_agent AS "userAgent"
      FROM sys_session WHERE user_id = $1 AND expires_at > now() AND coalesce(last_seen_at, created_at) > now() - make_interval(mins => $2) ORDER BY created_at DESC, id`,
    values: [userId, idleMinutes],
  });
  return rows;
}

export interface Membership {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly slug: string;
  readonly role: string;
}

export async function membershipsOf(database: Database, userId: string): Promise<readonly Membership[]> {
  const { rows } = await database.query<Membership>({
    text: 'SELECT m.id, m.role, o.id AS "organizationId", o.name, o.slug FROM sys_member m JOIN sys_organization o ON o.id = m.organization_id WHERE m.user_id = $1 ORDER BY o.name, o.id',
    values: [userId],
  });
  return rows;
}

export interface OrganizationMember {
  readonly id: string;
  readonly role: string;
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

export async function membersOf(database: Database, organizationId: string): Promise<readonly OrganizationMember[]> {
  const { rows } = await database.query<OrganizationMember>({
    text: 'SELECT m.id, m.role, u.id AS "userId", u.name, u.email FROM sys_member m JOIN sys_user u ON u.id = m.user_id WHERE m.organization_id = $1 ORDER BY u.name, u.id',
    values: [organizationId],
  });
  return rows;
}

export interface PersonKey {
  readonly id: string;
  readonly name: string;
  readonly start: string | null;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

export async function keysOf(database: Database, userId: string): Promise<readonly PersonKey[]> {
  const { rows } = await database.query<PersonKey>({
    text: `SELECT id, name, start, coalesce(scopes, '{}') AS scopes, created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt"
      FROM sys_api_key WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id`,
    values: [userId],
  });
  return rows;
}
