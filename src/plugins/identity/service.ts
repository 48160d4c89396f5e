import type { Database } from '../../database/database.ts';
import { ObjectosError } from '../../errors.ts';
import type { PluginContext } from '../../kernel/lifecycle.ts';
import type { Caller } from '../../resolvers/caller.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import type { Answer, Auth } from './auth.ts';
import { createAuthenticator, type Authenticator } from './authenticate.ts';
import { createClients, type Clients, type Incoming } from './client.ts';
import { decode, unsign } from './cookie.ts';
import { mailOf, type Mailer } from './mail.ts';
import { addressHeader } from './names.ts';
import { rememberPassword, requireGood, requireNew } from './passwords.ts';
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
  readonly sessions: Sessions;
  readonly mail: Mailer;
  readonly attempts: Attempts;
  readonly clients: Clients;
  auth(): Promise<Auth>;
  /** Address under which the server is reached, once it listens. */
  setUrl(url: string): void;
  signUp(input: { readonly email: string; readonly password: string; readonly name: string }, request: Incoming | undefined): Promise<SignedIn>;
  signIn(input: { readonly email: string; readonly password: string }, request: Incoming | undefined): Promise<SignedIn>;
  verifyTwoFactor(input: { readonly token: string; readonly code: string; readonly backup: boolean }, request: Incoming | undefined): Promise<SignedIn>;
  changePassword(input: { readonly current: string; readonly next: string }, asker: Asker): Promise<void>;
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

/** Close codes: after 4401 clients sign in anew, after 4410 they connect again. */
const closeCodes = { ended: 4401, changed: 4410 } as const;

export function createIdentity({ settings, production, context }: IdentityOptions): Identity {
  const { services, log } = context;
  const { database } = services.get('runtime');
  const { policy } = settings;
  const sockets = () => services.find('sockets');
  const sessions = createSessions({
    database,
    idleTimeout: policy.session.idleTimeout * 60_000,
    log,
    onEnded: (ids) => sockets()?.close(({ attributes }) => ids.has(String(attributes['sessionId'])), closeCodes.ended, 'The session has ended'),
    onChanged: (changed) =>
      sockets()?.close(({ attributes, userId }) => changed.sessions.has(String(attributes['sessionId'])) || (userId !== undefined && changed.users.has(userId)), closeCodes.changed, 'Rights have changed'),
  });
  const clients = createClients(settings);
  const secret = createSecret(database, settings.secret);
  const mail = mailOf(context, production);
  const attempts = createAttempts(database, settings.signIn);
  const authenticator = createAuthenticator({ database, sessions, clients, settings, secret });
  let listening = 'http://localhost:4000';
  let loaded: Promise<Auth> | undefined;

  const load = async (): Promise<Auth> => {
    const { createAuth } = await import('./auth.ts');
    return createAuth({ database, events: sessions, settings, signUp: settings.signUp ?? !production, url: settings.url ?? listening, secret: await secret(), mail, log });
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
    if (!clients.isTrusted(address)) throw new ObjectosError('UNAUTHENTICATED', 'Credentials are not accepted from this address.');
    return address;
  };
  const asPerson: Identity['asPerson'] = async (endpoint, input, { request }) => {
    const token = request && (await authenticator.tokenOf(request));
    if (token === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first; API keys and tokens of other issuers cannot do this.');
    return (await auth()).call(endpoint, { ...input, headers: headersOf(request, { authorization: `Bearer ${token}` }) });
  };

  return {
    ...authenticator,
    database,
    settings,
    sessions,
    mail,
    attempts,
    clients,
    auth,
    asPerson,
    tokenIn,
    setUrl(url) {
      if (url !== listening) loaded = undefined;
      listening = url;
    },
    async signUp({ email, password, name }, request) {
      admit(request);
      requireGood(password, policy.password, 'password');
      const answer = await (await auth()).call('signUpEmail', { body: { email, password, name }, headers: headersOf(request) });
      const result = await signedIn(answer);
      if (result.userId !== undefined) await rememberPassword(database, result.userId, policy.password);
      return result;
    },
    async signIn({ email, password }, request) {
      const address = admit(request);
      const succeed = await attempts.begin({ kind: 'sign-in', name: email, address });
      const answer = await (await auth()).call('signInEmail', { body: { email: email.trim(), password }, headers: headersOf(request) });
      await succeed();
      return signedIn(answer);
    },
    async verifyTwoFactor({ token, code, backup }, request) {
      admit(request);
      const { cookies: names, call } = await auth();
      const headers = headersOf(request, { cookie: `${names.twoFactor}=${token.replace(/[;\s]/g, '')}` });
      return signedIn(await call(backup ? 'verifyBackupCode' : 'verifyTOTP', { body: { code }, headers }));
    },
    async changePassword({ current, next }, asker) {
      const { userId } = asker.caller;
      if (userId === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first.');
      requireGood(next, policy.password, 'newPassword');
      const { verify } = await auth();
      const succeed = await attempts.begin({ kind: 'password', name: userId, address: undefined });
      await database.transaction(async () => {
        await asPerson('changePassword', { body: { currentPassword: current, newPassword: next } }, asker);
        await requireNew(database, userId, next, policy.password, verify, 'newPassword');
        await rememberPassword(database, userId, policy.password);
      });
      await succeed();
      const kept = asker.caller.attributes['sessionId'];
      await sessions.end(userId, typeof kept === 'string' ? { except: kept } : {});
      await sessions.usersChanged([userId]);
    },
    async requestPasswordReset(email, request) {
      mail.check();
      await attempts.begin({ kind: 'reset', name: email, address: admit(request) });
      await (await auth()).call('requestPasswordReset', { body: { email: email.trim() }, headers: headersOf(request) });
    },
    async resetPassword({ token, password }, request) {
      admit(request);
      requireGood(password, policy.password, 'password');
      const { call, userOfReset, verify } = await auth();
      const userId = await userOfReset(token);
      if (userId === undefined) throw new ObjectosError('BAD_REQUEST', 'The code is not valid any more. Ask for another.');
      await requireNew(database, userId, password, policy.password, verify, 'password');
      await database.transaction(async () => {
        await call('resetPassword', { body: { token, newPassword: password }, headers: headersOf(request) });
        await rememberPassword(database, userId, policy.password);
      });
      await sessions.end(userId, {});
    },
  };
}
