import { ObjectosError } from '../../errors.ts';
import { newPassword, rememberPassword } from './passwords.ts';
import type { Identity } from './service.ts';

declare module '../../kernel/plugin.ts' {
  interface Services {
    /** For those who run the platform: what people cannot do themselves any more. */
    accounts: AccountService;
  }
}

export interface AccountService {
  /** Gives a person a password that is made, ends all sessions and lifts a lock of sign-in. */
  resetPassword(email: string, options: { readonly withoutTwoFactor: boolean }): Promise<{ readonly password: string; readonly endedSessions: number }>;
}

export function accountService(current: () => Identity): AccountService {
  return {
    async resetPassword(email, { withoutTwoFactor }) {
      const { database, records, policies, sessions, attempts } = current();
      const password = newPassword();
      const { hashPassword } = await import('better-auth/crypto');
      const hashed = await hashPassword(password);
      return database.transaction(async () => {
        const { rows } = await database.query<{ id: string; email: string; credential: string | null }>({
          text: `SELECT u.id, u.email, c.id AS credential FROM sys_user u LEFT JOIN sys_credential c ON c.user_id = u.id AND c.provider_id = 'credential' WHERE lower(u.email) = lower($1)`,
          values: [email.trim()],
        });
        const [person] = rows;
        if (!person) throw new ObjectosError('NOT_FOUND', `There is no user with the address ${email}.`);
        if (person.credential === null) await records.create('sys_credential', { userId: person.id, accountId: person.id, providerId: 'credential', password: hashed });
        else await records.update('sys_credential', [person.credential], { password: hashed });
        const { password: policy } = await policies.of({ userId: person.id, organizationId: undefined });
        await rememberPassword(database, records, person.id, policy);
        if (withoutTwoFactor) {
          const secrets = await database.query<{ id: string }>({ text: 'SELECT id FROM sys_two_factor WHERE user_id = $1', values: [person.id] });
          await records.delete('sys_two_factor', secrets.rows.map(({ id }) => id));
          await records.update('sys_user', [person.id], { twoFactorEnabled: false });
        }
        await attempts.forget('sign-in', person.email);
        return { password, endedSessions: await sessions.end(person.id, {}) };
      });
    },
  };
}
