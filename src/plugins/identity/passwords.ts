import { randomBytes } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { ObjectosError, type Problem } from '../../errors.ts';
import { newId } from '../../kernel/new-id.ts';
import type { Records } from './records.ts';
import type { PasswordPolicy } from './settings.ts';
import { passwordHistoryTable } from './tables.ts';

export type Verify = (input: { readonly hash: string; readonly password: string }) => Promise<boolean>;

/** A password that nobody guesses; it fulfils every policy of classes. */
export const newPassword = (): string => `${randomBytes(15).toString('base64url')}-Aa1`;

/** What a new password lacks. */
export function problemsOf(password: string, policy: PasswordPolicy): readonly Omit<Problem, 'path'>[] {
  const problems: Omit<Problem, 'path'>[] = [];
  const { length } = [...password];
  if (length < policy.minLength) problems.push({ code: 'TOO_SHORT', message: `The password needs at least ${policy.minLength} characters.` });
  if (length > policy.maxLength) problems.push({ code: 'TOO_LONG', message: `The password may have at most ${policy.maxLength} characters.` });
  if (policy.requireUppercase && !/\p{Lu}/u.test(password)) problems.push({ code: 'NO_UPPERCASE', message: 'The password needs a capital letter.' });
  if (policy.requireLowercase && !/\p{Ll}/u.test(password)) problems.push({ code: 'NO_LOWERCASE', message: 'The password needs a small letter.' });
  if (policy.requireNumbers && !/\p{Nd}/u.test(password)) problems.push({ code: 'NO_NUMBER', message: 'The password needs a digit.' });
  if (policy.requireSymbols && !/[^\p{L}\p{N}\s]/u.test(password)) problems.push({ code: 'NO_SYMBOL', message: 'The password needs a character that is neither letter nor digit.' });
  return problems;
}

export function requireGood(password: string, policy: PasswordPolicy, argument: string): void {
  const problems = problemsOf(password, policy);
  if (problems.length > 0) throw refusal(problems.map((problem) => ({ ...problem, path: [argument] })));
}

/** Refuses a password that the person has or had. */
export async function requireNew(database: Database, userId: string, password: string, policy: PasswordPolicy, verify: Verify, argument: string): Promise<void> {
  if (policy.historyCount === 0) return;
  const { rows } = await database.query<{ hash: string }>({
    text: `SELECT hash FROM ${passwordHistoryTable} WHERE user_id = $1 ORDER BY at DESC LIMIT $2`,
    values: [userId, policy.historyCount],
  });
  const same = await Promise.all(rows.map(({ hash }) => verify({ hash, password })));
  if (same.includes(true)) throw refusal([{ path: [argument], code: 'USED_BEFORE', message: `The last ${policy.historyCount} passwords may not be used again.` }]);
}

/** Refuses whoever has a password and does not know it. */
export async function requirePassword(database: Database, userId: string, password: string | undefined, verify: Verify): Promise<void> {
  const { rows } = await database.query<{ hash: string }>({
    text: `SELECT password AS hash FROM sys_credential WHERE user_id = $1 AND provider_id = 'credential' AND password IS NOT NULL`,
    values: [userId],
  });
  const [known] = rows;
  if (known && (password === undefined || !(await verify({ hash: known.hash, password })))) throw new ObjectosError('BAD_REQUEST', 'Invalid password.');
}

/** Remembers the hash of the current password and when it was set. */
export async function rememberPassword(database: Database, records: Records, userId: string, { historyCount }: PasswordPolicy): Promise<void> {
  await database.transaction(async () => {
    await database.query({
      text: `INSERT INTO ${passwordHistoryTable} (id, user_id, hash, at) SELECT $2::uuid, user_id, password, clock_timestamp() FROM sys_credential WHERE user_id = $1 AND provider_id = 'credential' AND password IS NOT NULL`,
      values: [userId, newId()],
    });
    await database.query({
      text: `DELETE FROM ${passwordHistoryTable} WHERE user_id = $1 AND id NOT IN (SELECT id FROM ${passwordHistoryTable} WHERE user_id = $1 ORDER BY at DESC LIMIT $2)`,
      values: [userId, historyCount],
    });
    await records.update('sys_user', [userId], { passwordChangedAt: new Date() }, { userId });
  });
}

const refusal = (problems: readonly Problem[]): ObjectosError => new ObjectosError('VALIDATION_FAILED', problems[0]?.message ?? 'The password was refused.', { problems });
