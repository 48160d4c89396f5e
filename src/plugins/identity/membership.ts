/** A person and the membership in the organization in which it acts, as the tables have them. */
export interface MembershipRow {
  readonly user_id: string;
  readonly email: string;
  readonly administrator: boolean | null;
  readonly organization_id: string | null;
  /** Roles as one text: `admin,member`. */
  readonly role: string | null;
}

/** What callers take over from it. */
export interface Membership {
  readonly userId: string;
  readonly email: string;
  readonly organizationId: string | undefined;
  readonly roles: readonly string[];
}

export function membershipOf(row: MembershipRow): Membership {
  return { userId: row.user_id, email: row.email, organizationId: row.organization_id ?? undefined, roles: rolesOf(row) };
}

/** Roles in the organization, and `administrator`. */
export function rolesOf({ administrator, role }: Pick<MembershipRow, 'administrator' | 'role'>): readonly string[] {
  const roles = (role ?? '').split(',').filter((name) => name !== '');
  return administrator === true ? ['administrator', ...roles] : roles;
}
