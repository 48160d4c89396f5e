import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import type { PluginContext } from '../../kernel/lifecycle.ts';
import type { Caller } from '../../resolvers/caller.ts';
import type { Clients } from '../../resolvers/request.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import type { Answer, Auth } from './auth.ts';
import { createAuthenticator, type Authenticator } from './authenticate.ts';
import { createClients, type Incoming } from './client.ts';
import { decode, unsign } from './cookie.ts';
import { mailOf, type Mailer } from './mail.ts';
import { addressHeader } from './names.ts';
import { rememberPassword, requireGood, requireNew, requirePassword } from './passwords.ts';
import { findPerson, isPerson } from './people.ts';
import { createPolicies, refused, type Policies, type Policy } from './policies.ts';
import { createRecords, type Records } from './records.ts';
import { createSecret } from './secret.ts';
import { createSessions, type Sessions } from './sessions.ts';
import type { IdentitySettings } from './settings.ts';

/** Who asks, and through what. */
export interface Asker {
  readonly caller: Caller;
  readonly request: Incoming | undefined;
}

export interface SignedIn {
  /** Undefined while the second factor is missing. */
  readonly token: string | undefined;
  readonly userId: string | undefined;
  /** Stands for the sign-in until the second factor is there. */
  readonly twoFactorToken: string | undefined;
  readonly setCookies: readonly string[];
}

export interface Identity extends Authenticator {
  readonly database: Database;
  readonly settings: IdentitySettings;
  readonly policies: Policies;
  readonly records: Records;
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly mail: Mailer;
  readonly clients: Clients;
  auth(): Promise<Auth>;
  /** Address under which the server is reached, once it listens. */
  setUrl(url: string): void;
  /** Counts an attempt of a person, and of the address that it comes from: see `Attempts`. */
  begin(kind: string, name: string, request: Incoming | undefined, factor?: number): Promise<() => Promise<void>>;
  signUp(input: { readonly email: string; readonly password: string; readonly name: string }, request: Incoming | undefined): Promise<SignedIn>;
  signIn(input: { readonly email: string; readonly password: string }, request: Incoming | undefined): Promise<SignedIn>;
  verifyTwoFactor(input: { readonly token: string; readonly code: string; readonly backup: boolean }, request: Incoming | undefined): Promise<SignedIn>;
  changePassword(input: { readonly current: string; readonly next: string }, asker: Asker): Promise<void>;
  /** Sends a code to the new address, which becomes that of the person once it is used. */
  changeEmail(input: { readonly email: string; readonly password: string | undefined }, asker: Asker): Promise<void>;
  /** Confirms an address, or takes over a new one, with the code sent there. */
  verifyEmail(token: string, asker: Asker): Promise<void>;
  requestPasswordReset(email: string, request: Incoming | undefined): Promise<void>;
  resetPassword(input: { readonly token: string; readonly password: string }, request: Incoming | undefined): Promise<void>;
  /** Calls better-auth as the person of the session that asks. */
  asPerson(endpoint: string, input: { readonly body?: object; readonly query?: object }, asker: Asker): Promise<Answer>;
  /** The new token where a call put another session in the place of the old one. */
  tokenIn(answer: Answer): Promise<string | undefined>;
}

export interface IdentityOptions {
  readonly settings: IdentitySettings;
  readonly production: boolean;
  readonly context: PluginContext;
}

const idleOf = ({ session }: Policy): number => session.idleTimeout * 60_000;

/** Close codes: after 4401 clients sign in anew, after 4410 they connect again. */
/** How WebSockets are closed. */
export const closeCodes = { ended: 4401, changed: 4410 } as const;

export function createIdentity({ settings, production, context }: IdentityOptions): Identity {
  const { services, log } = context;
  const runtime = services.get('runtime');
  const { database } = runtime;
  const records = createRecords(runtime);
  const policies = createPolicies(settings, services);
  const sockets = () => services.find('sockets');
  const sessions = createSessions({
    database,
    records,
    idleTimeout(session) {
      const policy = policies.of(session);
      return policy instanceof Promise ? policy.then(idleOf) : idleOf(policy);
    },
    log,
    onEnded: (ids) => sockets()?.close(({ attributes: { sessionId, apiKeyId } }) => ids.has(String(sessionId)) || ids.has(String(apiKeyId)), closeCodes.ended, 'The session has ended'),
    onChanged: (changed) =>
      sockets()?.close(({ attributes, userId }) => changed.sessions.has(String(attributes['sessionId'])) || (userId !== undefined && changed.users.has(userId)), closeCodes.changed, 'Rights have changed'),
  });
  const clients = createClients(settings);
  const secret = createSecret(database, settings.secret);
  const mail = mailOf(context, production);
  const attempts = createAttempts(database, settings.signIn);
  const authenticator = createAuthenticator({ database, sessions, clients, settings, policies, secret });
  let listening = 'http://localhost:4000';
  let loaded: Promise<Auth> | undefined;

  const load = async (): Promise<Auth> => {
    const { createAuth } = await import('./auth.ts');
    return createAuth({ database, records, settings, policies, signUp: settings.signUp ?? !production, url: settings.url ?? listening, secret: await secret(), mail, log });
  };
  const auth: Identity['auth'] = () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };

  const headersOf = (request: Incoming | undefined, more: Readonly<Record<string, string>> = {}): Headers => {
    const headers = new Headers(more);
    const address = clients.address(request);
    if (address !== undefined) headers.set(addressHeader, address);
    const program = request?.header('user-agent');
    if (program !== undefined) headers.set('user-agent', program);
    return headers;
  };
  const tokenIn = async ({ cookies }: Answer): Promise<string | undefined> => {
    const { cookies: names } = await auth();
    const value = cookies.get(names.session);
    return value === undefined || value === '' ? undefined : unsign(decode(value), await secret());
  };
  const signedIn = async (answer: Answer): Promise<SignedIn> => {
    const { cookies: names } = await auth();
    const token = await tokenIn(answer);
    const user = answer.body['user'] as { readonly id?: string } | undefined;
    const twoFactorToken = answer.body['twoFactorRedirect'] === true ? answer.cookies.get(names.twoFactor) : undefined;
    return { token, userId: user?.id, twoFactorToken, setCookies: answer.setCookies };
  };
  const admit = (request: Incoming | undefined): string | undefined => {
    const address = clients.address(request);
    if (!policies.isTrusted(address)) throw refused();
    return address;
  };
  const begin: Identity['begin'] = (kind, name, request, factor) => attempts.begin({ kind, name, address: admit(request), factor });
  const asPerson: Identity['asPerson'] = async (endpoint, input, { caller, request }) => {
    const token = request && (await authenticator.tokenOf(request));
    if (token === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first; API keys and tokens of other issuers cannot do this.');
    const { call } = await auth();
    return records.as(caller, () => call(endpoint, { ...input, headers: headersOf(request, { authorization: `Bearer ${token}` }) }));
  };

  return {
    ...authenticator,
    database,
    settings,
    policies,
    records,
    sessions,
    attempts,
    mail,
    clients,
    auth,
    begin,
    asPerson,
    tokenIn,
    setUrl(url) {
      if (url !== listening) loaded = undefined;
      listening = url;
    },
    async signUp({ email, password, name }, request) {
      // Nobody has a profile yet.
      const { password: passwordPolicy } = policies.standard;
      requireGood(password, passwordPolicy, 'password');
      await begin('sign-up', email, request);
      const answer = await (await auth()).call('signUpEmail', { body: { email, password, name }, headers: headersOf(request) });
      const result = await signedIn(answer);
      if (result.userId !== undefined && (await isPerson(database, result.userId))) await rememberPassword(database, records, result.userId, passwordPolicy);
      return result;
    },
    async signIn({ email, password }, request) {
      const succeed = await begin('sign-in', email, request);
      const answer = await (await auth()).call('signInEmail', { body: { email: email.trim(), password }, headers: headersOf(request) });
      await succeed();
      return signedIn(answer);
    },
    async verifyTwoFactor({ token, code, backup }, request) {
      const { cookies: names, call, userOfTwoFactor } = await auth();
      const succeed = await begin('two-factor', (await userOfTwoFactor(token)) ?? token, request);
      const headers = headersOf(request, { cookie: `${names.twoFactor}=${token.replace(/[;\s]/g, '')}` });
      const answer = await call(backup ? 'verifyBackupCode' : 'verifyTOTP', { body: { code }, headers });
      await succeed();
      return signedIn(answer);
    },
    async changePassword({ current, next }, asker) {
      const { userId } = asker.caller;
      if (userId === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first.');
      const { password: policy } = await policies.of(asker.caller);
      requireGood(next, policy, 'newPassword');
      const { verify } = await auth();
      const succeed = await begin('password', userId, asker.request);
      await database.transaction(async () => {
        await asPerson('changePassword', { body: { currentPassword: current, newPassword: next } }, asker);
        await requireNew(database, userId, next, policy, verify, 'newPassword');
        await rememberPassword(database, records, userId, policy);
      });
      await succeed();
      const kept = asker.caller.attributes['sessionId'];
      await sessions.end(userId, typeof kept === 'string' ? { except: kept } : {});
    },
    async changeEmail({ email, password }, asker) {
      const { userId } = asker.caller;
      if (userId === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first.');
      mail.check();
      const person = await findPerson(database, userId);
      const succeed = await begin('password', userId, asker.request);
      await requirePassword(database, userId, password, (await auth()).verify);
      await succeed();
      await begin('verification', userId, asker.request);
      await asPerson('changeEmail', { body: { newEmail: email.trim().toLowerCase() } }, asker);
      mail.sendLater({ to: person.email, subject: 'Your address is to change', text: `Somebody, hopefully you, wants to sign in with another address than ${person.email} from now on.\n\nIf it was not you, change your password.` });
    },
    async verifyEmail(token, { caller, request }) {
      admit(request);
      const session = request && (await authenticator.tokenOf(request));
      const headers = headersOf(request, session === undefined ? {} : { authorization: `Bearer ${session}` });
      const { call } = await auth();
      const answer = await records.as(caller, () => call('verifyEmail', { query: { token }, headers }));
      // A code of a mail is no second factor: it signs nobody in.
      const made = session === undefined ? await tokenIn(answer) : undefined;
      const begun = made === undefined ? undefined : await sessions.find(made);
      if (begun) await sessions.end(begun.userId, { only: begun.id });
    },
    async requestPasswordReset(email, request) {
      mail.check();
      await begin('reset', email, request);
      await (await auth()).call('requestPasswordReset', { body: { email: email.trim() }, headers: headersOf(request) });
    },
    async resetPassword({ token, password }, request) {
      await begin('reset-code', token, request);
      const { call, userOfReset, verify } = await auth();
      const userId = await userOfReset(token);
      if (userId === undefined) throw new ObjectosError('BAD_REQUEST', 'The code is not valid any more. Ask for another.');
      const { password: policy } = await policies.of({ userId, organizationId: undefined });
      requireGood(password, policy, 'password');
      await requireNew(database, userId, password, policy, verify, 'password');
      await database.transaction(async () => {
        await call('resetPassword', { body: { token, newPassword: password }, headers: headersOf(request) });
        await rememberPassword(database, records, userId, policy);
      });
      await sessions.end(userId, {});
    },
  };
}
