import { randomBytes } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import { newId } from '../../kernel/new-id.ts';
import { hashToken } from './hash-token.ts';
import { membershipOf, type Membership, type MembershipRow } from './membership.ts';
import type { Records } from './records.ts';

const prefix = 'oos_';
export const isApiKey = (text: string): boolean => text.startsWith(prefix);

export interface KnownKey extends Membership {
  readonly id: string;
  readonly scopes: readonly string[];
  /** Seconds since 1970. */
  readonly expiresAt: number | undefined;
}

export interface NewKey {
  readonly userId: string;
  readonly name: string;
  readonly organizationId: string | undefined;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | undefined;
}

/** Makes a key; its text is not kept. */
export async function createApiKey(records: Records, { userId, name, organizationId, scopes, expiresAt }: NewKey): Promise<{ readonly id: string; readonly key: string }> {
  if (expiresAt && expiresAt.getTime() <= Date.now()) throw new ObjectosError('VALIDATION_FAILED', 'The key would have expired already.', { problems: [{ path: ['expiresAt'], code: 'TOO_EARLY', message: 'The key would have expired already.' }] });
  const [id, key] = [newId(), prefix + randomBytes(32).toString('base64url')];
  await records.create('sys_api_key', { id, name, start: key.slice(0, 8), hash: hashToken(key), userId, organizationId, scopes, expiresAt }, { userId, organizationId });
  return { id, key };
}

export async function revokeApiKey(database: Database, records: Records, userId: string, id: string): Promise<void> {
  await database.transaction(async () => {
    const { rows } = await database.query({ text: 'SELECT 1 FROM sys_api_key WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL FOR UPDATE', values: [id, userId] });
    if (rows.length === 0) throw new ObjectosError('NOT_FOUND', 'There is no such API key.');
    await records.update('sys_api_key', [id], { revokedAt: new Date() }, { userId });
  });
}

/** Whom a key acts for. A key of an organization ends with the membership. */
export async function findApiKey(database: Database, key: string): Promise<KnownKey | undefined> {
  const { rows } = await database.query<MembershipRow & { id: string; scopes: string[] | null; expires_at: string | null }>({
    text: `WITH used AS (
        UPDATE sys_api_key SET last_used_at = now() WHERE hash = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
      )
      SELECT k.id, k.user_id, u.email, u.administrator, k.organization_id, m.role, k.scopes, k.expires_at FROM sys_api_key k
      JOIN sys_user u ON u.id = k.user_id
      LEFT JOIN sys_member m ON m.user_id = k.user_id AND m.organization_id = k.organization_id
      WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AND u.active IS NOT FALSE
        AND (k.organization_id IS NULL OR m.id IS NOT NULL)`,
    values: [hashToken(key)],
    name: 'identity_api_key',
  });
  const [row] = rows;
  return row && { ...membershipOf(row), id: row.id, scopes: row.scopes ?? [], expiresAt: row.expires_at === null ? undefined : Date.parse(row.expires_at) / 1000 };
}
