import { betterAuth } from 'better-auth';
import { APIError } from 'better-auth/api';
import { bearer, genericOAuth, organization, twoFactor } from 'better-auth/plugins';
import type { Database } from '../../database/database.ts';
import { ObjectosError, type ErrorCode } from '../../errors.ts';
import type { Logger } from '../../kernel/log.ts';
import { newId } from '../../kernel/new-id.ts';
import { createDatabaseAdapter } from './adapter.ts';
import { decode, unsign } from './cookie.ts';
import type { Mailer } from './mail.ts';
import { addressHeader, authPath, cookiePrefix } from './names.ts';
import type { Policies } from './policies.ts';
import type { Records } from './records.ts';
import type { IdentitySettings } from './settings.ts';

export interface AuthOptions {
  readonly database: Database;
  readonly records: Records;
  readonly settings: IdentitySettings;
  readonly policies: Policies;
  readonly signUp: boolean;
  readonly url: string;
  readonly secret: string;
  readonly mail: Mailer;
  readonly log: Logger;
}

export interface Answer {
  readonly body: Readonly<Record<string, unknown>>;
  /** Cookies that better-auth sets, by name. */
  readonly cookies: ReadonlyMap<string, string>;
  /** The same as header values. */
  readonly setCookies: readonly string[];
}

export interface Auth {
  call(endpoint: string, input: { readonly body?: object; readonly query?: object; readonly headers: Headers }): Promise<Answer>;
  /** For requests of browsers. */
  handle(request: Request): Promise<Response>;
  verify(input: { readonly hash: string; readonly password: string }): Promise<boolean>;
  /** The person that a reset token is for. */
  userOfReset(token: string): Promise<string | undefined>;
  /** The person whose sign-in waits for a second factor. */
  userOfTwoFactor(token: string): Promise<string | undefined>;
  readonly cookies: { readonly session: string; readonly twoFactor: string };
  /** Address that redirects and links begin with. */
  readonly url: string;
}

type Endpoint = (input: object) => Promise<{ readonly headers?: Headers | null; readonly response: unknown }>;

/** better-auth, configured. This module is loaded when somebody signs in, not when the platform starts. */
export async function createAuth({ database, records, settings, policies, signUp, url, secret, mail, log }: AuthOptions): Promise<Auth> {
  const auth = betterAuth({
    appName: 'ObjectOS',
    baseURL: url,
    basePath: authPath,
    secret,
    telemetry: { enabled: false },
    database: createDatabaseAdapter(database, records),
    logger: { disabled: true },
    // Attempts are counted by the plugin, in the database.
    rateLimit: { enabled: false },
    advanced: {
      cookiePrefix,
      database: { generateId: newId },
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    session: { expiresIn: policies.longest.absoluteTimeout * 60, disableSessionRefresh: true },
    verification: { storeIdentifier: 'hashed' },
    account: { encryptOAuthTokens: true, accountLinking: { enabled: true, trustedProviders: [] } },
    emailAndPassword: {
      enabled: true,
      disableSignUp: !signUp,
      requireEmailVerification: settings.requireVerifiedEmail,
      minPasswordLength: 1,
      // Lengths and classes are checked by the policy of the person.
      maxPasswordLength: 4_096,
      revokeSessionsOnPasswordReset: true,
      // Where addresses are verified, the answer is the same for addresses that are known.
      onExistingUserSignUp: ({ user }) => {
        mail.sendLater({ to: user.email, subject: 'You have an account', text: `Somebody, hopefully you, wants to sign up with ${user.email}, which has an account already.\n\nSign in with it, or have a new password sent. If it was not you, there is nothing to do.` });
        return Promise.resolve();
      },
      sendResetPassword: ({ user, token }) => {
        mail.sendLater({ to: user.email, subject: 'Reset your password', text: `Somebody, hopefully you, wants to set a new password for ${user.email}.\n\nThe code is ${token}\n\nIt is valid for one hour. If it was not you, there is nothing to do.` });
        return Promise.resolve();
      },
    },
    user: { changeEmail: { enabled: true } },
    emailVerification: {
      sendOnSignUp: settings.requireVerifiedEmail,
      sendVerificationEmail: ({ user, token, url: link }) => {
        mail.check();
        mail.sendLater({ to: user.email, subject: 'Verify your e-mail address', text: `Open ${link}\n\nor use the code ${token}\n\nIt is valid for one hour.` });
        return Promise.resolve();
      },
    },
    databaseHooks: {
      session: {
        create: {
          async before(made) {
            const { rows } = await database.query<{ active: boolean | null; organization_id: string | null }>({
              text: 'SELECT u.active, (SELECT m.organization_id FROM sys_member m WHERE m.user_id = u.id ORDER BY m.created_at, m.id LIMIT 1) AS organization_id FROM sys_user u WHERE u.id = $1',
              values: [made.userId],
            });
            if (rows[0]?.active === false || !rows[0]) throw new APIError('UNAUTHORIZED', { message: 'Invalid email or password', code: 'INVALID_EMAIL_OR_PASSWORD' });
            const active = (made as { readonly activeOrganizationId?: string | null }).activeOrganizationId ?? rows[0].organization_id;
            const policy = await policies.of({ userId: made.userId, organizationId: active ?? undefined });
            if (!policy.isTrusted(made.ipAddress ?? undefined)) throw new APIError('UNAUTHORIZED', { message: 'Credentials are not accepted from this address', code: 'ADDRESS_NOT_TRUSTED' });
            const expiresAt = new Date(Date.now() + policy.session.absoluteTimeout * 60_000);
            return { data: { ...made, expiresAt, ...(active !== null && { activeOrganizationId: active }) } };
          },
        },
      },
    },
    plugins: [
      bearer(),
      organization({
        sendInvitationEmail: ({ id, email, organization: { name }, inviter }) =>
          mail.send({ to: email, subject: `Invitation to ${name}`, text: `${inviter.user.name} invites you to ${name}.\n\nSign in and accept the invitation ${id}.` }),
      }),
      afterProviders(twoFactor({ issuer: 'ObjectOS', allowPasswordless: true })),
      genericOAuth({
        config: settings.providers.map(({ id, discoveryUrl, authorizationUrl, tokenUrl, userInfoUrl, clientId, clientSecret, scopes }) => ({
          providerId: id,
          discoveryUrl,
          authorizationUrl,
          tokenUrl,
          userInfoUrl,
          clientId,
          clientSecret,
          scopes,
          pkce: true,
          disableSignUp: !signUp,
        })),
      }),
    ],
  });
  const context = await auth.$context;
  const api = auth.api as unknown as Readonly<Record<string, Endpoint | undefined>>;
  const cookies = { session: context.authCookies.sessionToken.name, twoFactor: context.createAuthCookie('two_factor').name };

  return {
    cookies,
    url,
    async call(endpoint, input) {
      const run = api[endpoint];
      if (!run) throw new TypeError(`better-auth has no endpoint "${endpoint}".`);
      try {
        const { headers, response } = await run({ ...input, returnHeaders: true });
        const setCookies = headers?.getSetCookie() ?? [];
        return { body: (response ?? {}) as Answer['body'], cookies: new Map(setCookies.map(readCookie)), setCookies };
      } catch (error) {
        throw explain(error, log);
      }
    },
    handle: (request) => auth.handler(request),
    verify: (input) => context.password.verify(input),
    async userOfReset(token) {
      const found = await context.internalAdapter.findVerificationValue(`reset-password:${token}`);
      return found && found.expiresAt > new Date() ? found.value : undefined;
    },
    async userOfTwoFactor(token) {
      const identifier = unsign(decode(token), secret);
      return identifier === undefined ? undefined : (await context.internalAdapter.findVerificationValue(identifier))?.value;
    },
  };
}

/** Asks for the second factor after sign-ins through providers, as after those with a password. */
function afterProviders<T extends ReturnType<typeof twoFactor>>(plugin: T): T {
  const after = plugin.hooks.after.map((hook) => ({ ...hook, matcher: (request: Parameters<typeof hook.matcher>[0]) => hook.matcher(request) || request.path?.startsWith('/oauth2/callback/') === true }));
  return { ...plugin, hooks: { ...plugin.hooks, after } };
}

function readCookie(text: string): readonly [string, string] {
  const [pair = ''] = text.split(';');
  const mark = pair.indexOf('=');
  return [pair.slice(0, mark), pair.slice(mark + 1)];
}

const codes: Readonly<Record<number, ErrorCode>> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 409: 'CONFLICT', 429: 'RATE_LIMITED' };

function explain(error: unknown, log: Logger): unknown {
  if (!(error instanceof Error) || error.name !== 'APIError') return error;
  const { statusCode, body } = error as unknown as { readonly statusCode: number; readonly body?: { readonly code?: string; readonly message?: string } };
  if (statusCode >= 500) {
    log.error({ err: error }, 'better-auth failed.');
    return error;
  }
  const message = body?.message ?? error.message;
  const code = body?.code?.includes('ALREADY_EXISTS') === true ? 'CONFLICT' : (codes[statusCode] ?? 'BAD_REQUEST');
  return new ObjectosError(code, /[.!?]$/.test(message) ? message : `${message}.`, {
    cause: error,
    ...(body?.code !== undefined && { extensions: { reason: body.code } }),
  });
}
