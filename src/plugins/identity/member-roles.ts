/** Roles of a membership, which are stored as one text: `admin,member`. */
export function memberRoles(stored: string | null): string[] {
  return (stored ?? '').split(',').filter((role) => role !== '');
}
