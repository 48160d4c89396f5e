import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type { Logger } from '../../kernel/log.ts';
import type { SeedSet } from '../../metadata/seed.ts';
import { problemsOf, rememberPassword } from './passwords.ts';
import type { Identity } from './service.ts';

export interface FirstStartOptions {
  readonly identity: Identity;
  readonly log: Logger;
  readonly seeds: readonly SeedSet[];
  /** Whether people of the data files get accounts too. */
  readonly sample: boolean;
}

/** Any number that no other part of the platform locks by. */
const lock = 4_217_006_512;

/** Makes the administrator when there is none, and says how to sign in. Of several processes that start at once, one does. */
export async function firstStart({ identity, log, seeds, sample }: FirstStartOptions): Promise<void> {
  const { database, settings } = identity;
  const hasAdministrator = async (): Promise<boolean> => (await database.query({ text: 'SELECT 1 FROM sys_user WHERE administrator LIMIT 1', values: [] })).rows.length > 0;
  if (await hasAdministrator()) return;
  const { hash } = await identity.auth();
  const { password: policy } = settings.policy;
  const given = settings.samplePassword;
  const password = given ?? generatePassword();
  const hashed = await hash(password);
  const email = settings.administratorEmail;
  const people = sample ? emailsOf(seeds).filter((address) => address !== email) : [];

  const made = await database.transaction(async () => {
    await database.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [lock] });
    if (await hasAdministrator()) return false;
    const { rows } = await database.query<{ id: string }>({
      text: `INSERT INTO sys_user (id, name, email, active, administrator, email_verified, created_at, updated_at, version) VALUES ($1, 'Administrator', $2, true, true, true, now(), now(), 1)
        ON CONFLICT (email) DO UPDATE SET administrator = true, email_verified = true, version = sys_user.version + 1, updated_at = now() RETURNING id`,
      values: [v7(), email],
    });
    const others = await database.query<{ id: string }>({ text: 'UPDATE sys_user SET email_verified = true WHERE email = ANY($1) RETURNING id', values: [people] });
    for (const { id } of [...rows, ...others.rows]) {
      await database.query({
        text: `INSERT INTO sys_credential (id, user_id, account_id, provider_id, password, created_at, updated_at, version)
          SELECT $1::uuid, $2::uuid, $2::text, 'credential', $3, now(), now(), 1 WHERE NOT EXISTS (SELECT 1 FROM sys_credential WHERE user_id = $2::uuid AND provider_id = 'credential')`,
        values: [v7(), id, hashed],
      });
      await rememberPassword(database, id, policy);
    }
    return true;
  });
  if (!made) return;
  const how = given === undefined ? `the password ${password}, which is shown only now` : 'the password of identity.samplePassword (OBJECTOS_SAMPLE_PASSWORD)';
  log.warn({ email, people: people.length }, `Sign in as ${email} with ${how}.${people.length > 0 ? ` The ${people.length} people of the data files have the same password.` : ''}`);
  const weak = given === undefined ? [] : problemsOf(given, policy);
  if (weak.length > 0) log.warn({ problems: weak.map(({ code }) => code) }, 'The given password does not keep the password policy; change it after the first sign-in.');
}

/** Fulfils every policy of classes. */
const generatePassword = (): string => `${randomBytes(15).toString('base64url')}-Aa1`;

function emailsOf(seeds: readonly SeedSet[]): string[] {
  const records = seeds.filter(({ object }) => object === 'sys_user').flatMap((set) => set.records);
  return records.flatMap((record) => {
    const { email } = record as { readonly email?: unknown };
    return typeof email === 'string' ? [email] : [];
  });
}
