import type { Logger } from '../../kernel/log.ts';
import { newId } from '../../kernel/new-id.ts';
import type { Services } from '../../kernel/plugin.ts';
import { newPassword, problemsOf, rememberPassword } from './passwords.ts';
import type { Identity } from './service.ts';

export interface FirstStartOptions {
  readonly identity: Identity;
  readonly log: Logger;
  /** Whether people of the data files get passwords too. */
  readonly sample: boolean;
  /** Where a person watches. */
  readonly banner: Services['banner'] | undefined;
}

/** Any number that no other part of the platform locks by. */
const lock = 4_217_006_512;

/** Makes the administrator when there is none, and says how to sign in. Of several processes that start at once, one does. */
export async function firstStart({ identity, log, sample, banner }: FirstStartOptions): Promise<void> {
  const { administratorEmail, samplePassword: given, samplePeople } = identity.settings;
  if (!sample && samplePeople.length > 0) log.warn({ people: samplePeople }, 'identity.samplePeople has no effect in production: nobody but the administrator gets a password.');
  const addresses = [administratorEmail, ...(sample ? samplePeople.filter((address) => address !== administratorEmail) : [])];
  if (await hasAdministrator(identity)) {
    const known = banner ? await withPassword(identity, addresses) : [];
    if (known.length > 0) banner?.signIn({ addresses: known, newPassword: undefined, password: 'that of the first start, unless somebody has changed it' });
    return;
  }
  const password = given ?? newPassword();
  const welcomed = await makeAdministrator(identity, addresses, password);
  if (!welcomed) return;
  const missing = addresses.filter((address) => !welcomed.known.includes(address));
  if (missing.length > 0) log.warn({ people: missing }, `identity.samplePeople names ${missing.join(', ')}, but there ${missing.length === 1 ? 'is no such user' : 'are no such users'}.`);
  if (welcomed.given.length === 0) return;
  const words = given === undefined ? `${password}, which is shown only now` : 'that of identity.samplePassword (OBJECTOS_SAMPLE_PASSWORD)';
  if (banner) banner.signIn({ addresses: welcomed.given, newPassword: given === undefined ? password : undefined, password: words });
  else log.warn({ people: welcomed.given }, `Sign in as ${welcomed.given.join(', ')}. The password is ${words}.`);
  const weak = given === undefined ? [] : problemsOf(given, identity.policies.standard.password);
  if (weak.length > 0) log.warn({ problems: weak.map(({ code }) => code) }, 'The given password does not keep the password policy; change it after the first sign-in.');
}

interface Welcomed {
  /** Addresses that are somebody's. */
  readonly known: readonly string[];
  /** Those who got the password. */
  readonly given: readonly string[];
}

/** Undefined when another process was faster. */
async function makeAdministrator(identity: Identity, addresses: readonly string[], password: string): Promise<Welcomed | undefined> {
  const { database, records, policies } = identity;
  const [email = ''] = addresses;
  // All of better-auth is loaded when somebody signs in.
  const { hashPassword } = await import('better-auth/crypto');
  const hashed = await hashPassword(password);
  return database.transaction(async () => {
    await database.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [lock] });
    if (await hasAdministrator(identity)) return undefined;
    const found = await database.query<{ id: string; email: string; has_password: boolean }>({
      text: `SELECT u.id, u.email, EXISTS (SELECT 1 FROM sys_credential c WHERE c.user_id = u.id AND c.provider_id = 'credential') AS has_password FROM sys_user u WHERE u.email = ANY($1) FOR UPDATE`,
      values: [addresses],
    });
    const people = new Map(found.rows.map((row) => [row.email, row]));
    const administrator = people.get(email);
    if (administrator) await records.update('sys_user', [administrator.id], { administrator: true });
    else {
      const id = newId();
      await records.create('sys_user', { id, name: 'Administrator', email, administrator: true });
      people.set(email, { id, email, has_password: false });
    }
    await records.update('sys_user', [...people.values()].map(({ id }) => id), { emailVerified: true });
    const known = addresses.filter((address) => people.has(address));
    const given: string[] = [];
    for (const address of known) {
      const { id = '', has_password: hasPassword } = people.get(address) ?? {};
      if (hasPassword !== true) {
        await records.create('sys_credential', { userId: id, accountId: id, providerId: 'credential', password: hashed });
        given.push(address);
      }
      await rememberPassword(database, records, id, policies.standard.password);
    }
    return { known, given };
  });
}

async function hasAdministrator({ database }: Identity): Promise<boolean> {
  return (await database.query({ text: 'SELECT 1 FROM sys_user WHERE administrator LIMIT 1', values: [] })).rows.length > 0;
}

/** Those of the addresses whose people sign in with a password. */
async function withPassword({ database }: Identity, addresses: readonly string[]): Promise<readonly string[]> {
  const { rows } = await database.query<{ email: string }>({
    text: `SELECT u.email FROM sys_user u JOIN sys_credential c ON c.user_id = u.id AND c.provider_id = 'credential' WHERE u.email = ANY($1) ORDER BY array_position($1, u.email)`,
    values: [addresses],
  });
  return rows.map(({ email }) => email);
}
