import type { Database } from '../../database/database.ts';
import type { Callers } from '../../resolvers/caller.ts';
import { rolesOf, type MembershipRow } from './membership.ts';

/** Adds to a person what a session would: whether an administrator, and the membership in the organization of who asks. */
export function withMembership(callers: Callers, database: Database): Callers {
  return {
    async of(userId, asker) {
      const caller = await callers.of(userId, asker);
      if (!caller) return undefined;
      const { rows } = await database.query<Omit<MembershipRow, 'user_id' | 'email'>>({
        text: `SELECT u.administrator, m.organization_id, m.role FROM sys_user u
          LEFT JOIN sys_member m ON m.user_id = u.id AND m.organization_id = $2::uuid WHERE u.id = $1::uuid`,
        values: [userId, asker.organizationId ?? null],
      });
      const [person] = rows;
      return { ...caller, organizationId: person?.organization_id ?? undefined, roles: person ? rolesOf(person) : [] };
    },
    rolesSql(alias, { organizationId }, binds) {
      const organization = binds.add(() => organizationId ?? null, 'uuid');
      return `(CASE WHEN ${alias}.administrator THEN ARRAY['administrator'] ELSE '{}' END || coalesce((SELECT string_to_array(m.role, ',') FROM sys_member m WHERE m.user_id = ${alias}.id AND m.organization_id = ${organization}), '{}'))`;
    },
  };
}
