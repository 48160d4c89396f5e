import type { Database } from '../../../database/database.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import type { Writer } from '../../../resolvers/write/writer.ts';
import { systemAccess } from '../../../resolvers/access.ts';
import { administratorProfile, hasAdministrators } from '../definitions/built-in.ts';
import type { Rules } from '../rules.ts';

/** Who is marked as an administrator gets the profile in the same transaction. */
export async function welcomeAdministrators(changes: readonly Change[], context: MutationContext): Promise<void> {
  const marked = changes.filter(({ record, previous }) => record['administrator'] === true && previous?.['administrator'] !== true);
  await assignProfile(marked.map(({ id }) => id), context.writer, context);
}

/** Where nobody may give rights, because the app had no rules when its administrators were made, they get the profile now. */
export async function assureAdministrators({ database, writer, catalog, systemContext }: Runtime, { sets }: Rules): Promise<number> {
  if (!hasAdministrators(catalog)) return 0;
  const managing = [...sets.values()].filter(({ systemPermissions }) => systemPermissions.has('manage_users')).map(({ name }) => name);
  return database.transaction(async () => {
    const { rows } = await database.query<{ id: string }>({
      text: `SELECT id FROM sys_user WHERE administrator AND NOT EXISTS (SELECT 1 FROM sys_permission_assignment a WHERE a.permission_set = ANY($1) AND (a.expires_at IS NULL OR a.expires_at > now())) FOR UPDATE`,
      values: [managing],
    });
    await assignProfile(rows.map(({ id }) => id), writer, systemContext());
    return rows.length;
  });
}

async function assignProfile(users: readonly string[], writer: Writer, context: RequestContext): Promise<void> {
  const missing = users.length === 0 ? [] : await withoutProfile(users, context.database);
  if (missing.length === 0) return;
  const privileged = Object.create(context, { access: { value: systemAccess, enumerable: true } }) as RequestContext;
  await writer.write({ object: 'sys_permission_assignment', operation: 'createMany', input: missing.map((user) => ({ userId: user, permissionSet: administratorProfile })), options: {} }, privileged);
}

async function withoutProfile(users: readonly string[], database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    text: 'SELECT u.id FROM unnest($1::uuid[]) AS u (id) WHERE NOT EXISTS (SELECT 1 FROM sys_permission_assignment a WHERE a.user_id = u.id AND a.permission_set = $2)',
    values: [users, administratorProfile],
  });
  return rows.map(({ id }) => id);
}
