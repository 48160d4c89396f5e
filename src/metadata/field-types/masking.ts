/** What a client reads in place of a value that never leaves the database. */
export const mask = '••••••••';

export function maskedJson(sql: string): string {
  return `CASE WHEN ${sql} IS NOT NULL THEN '${mask}' END`;
}
