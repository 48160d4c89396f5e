import type { InputFields, OutputField, OutputFields, Resolver } from '../../../builder/spec.ts';
import { ObjectosError } from '../../../errors.ts';
import { anonymous, type Caller } from '../../../resolvers/caller.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { createApiKey, revokeApiKey } from '../api-keys.ts';
import { forgetInBrowser, keepInBrowser } from '../cookie.ts';
import { findPerson } from '../people.ts';
import { restrictionOf, scopePattern } from '../scopes.ts';
import type { Asker, Identity, SignedIn } from '../service.ts';
import { hasSession } from '../sessions.ts';
import type { Me } from './types.ts';

type Args = Readonly<Record<string, unknown>>;
type Work = (identity: Identity, args: Args, asker: Asker, context: RequestContext) => unknown;

const text = (args: Args, name: string): string => String(args[name]);

/** The person of the session that asks. API keys and tokens of other issuers act for people, but do not manage them. */
function requireSession({ caller }: Asker): string {
  if (caller.userId === undefined || !hasSession(caller)) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first; API keys and tokens of other issuers cannot do this.');
  return caller.userId;
}

/** The same, with nothing that must be done first. */
function requireFree(asker: Asker): string {
  const userId = requireSession(asker);
  const restriction = restrictionOf(asker.caller);
  if (restriction !== undefined) throw new ObjectosError('FORBIDDEN', restriction === 'PASSWORD_EXPIRED' ? 'Change your password first.' : 'Set up two-factor authentication first.', { extensions: { reason: restriction } });
  return userId;
}

const inputs = (fields: Readonly<Record<string, string>>): InputFields => Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, { type }]));

export function identityFields(current: () => Identity): { readonly query: OutputFields; readonly mutation: OutputFields } {
  const field = (type: string, description: string, args: Readonly<Record<string, string>>, work: Work): OutputField => {
    const resolve: Resolver = (_, given, context) => work(current(), given as Args, { caller: context.caller, request: context.request }, context);
    return { type, description, args: inputs(args), resolve };
  };

  /** `me` of a fresh sign-in: the request itself was made by somebody who was not known yet. */
  const result = async (identity: Identity, { token, twoFactorToken, userId, setCookies }: SignedIn, context: RequestContext): Promise<object> => {
    if (token === undefined || userId === undefined) return { token: null, twoFactorToken: twoFactorToken ?? null, user: null };
    const { request } = context;
    keepInBrowser(request, setCookies);
    const header = (name: string): string | undefined => (name === 'authorization' ? `Bearer ${token}` : name === 'x-forwarded-for' ? request?.header(name) : undefined);
    const caller = (await identity.authenticate({ header, remoteAddress: request?.remoteAddress })) ?? anonymous;
    return { token, twoFactorToken: null, user: await me(identity, userId, caller) };
  };

  const me = async ({ database }: Identity, userId: string, caller: Caller): Promise<Me> => ({ ...(await findPerson(database, userId)), caller });

  return {
    query: {
      me: field('Me', 'The person who is signed in; null for everybody else.', {}, (identity, _, { caller }) => (caller.userId === undefined ? null : me(identity, caller.userId, caller))),
    },
    mutation: {
      signUp: field('SignInResult!', 'Registers a person and signs them in, unless the address must be verified first.', { name: 'String!', email: 'String!', password: 'String!' }, async (identity, args, { request }, context) =>
        result(identity, await identity.signUp({ name: text(args, 'name'), email: text(args, 'email'), password: text(args, 'password') }, request), context)),
      signIn: field('SignInResult!', 'Signs in with e-mail address and password.', { email: 'String!', password: 'String!' }, async (identity, args, { request }, context) =>
        result(identity, await identity.signIn({ email: text(args, 'email'), password: text(args, 'password') }, request), context)),
      verifyTwoFactor: field('SignInResult!', 'Completes a sign-in with a code of the authenticator app, or with a backup code.', { twoFactorToken: 'String!', code: 'String', backupCode: 'String' }, async (identity, args, { request }, context) => {
        const { code, backupCode } = args;
        if ((typeof code === 'string') === (typeof backupCode === 'string')) throw new ObjectosError('BAD_REQUEST', 'Give either code or backupCode.');
        return result(identity, await identity.verifyTwoFactor({ token: text(args, 'twoFactorToken'), code: String(code ?? backupCode), backup: typeof backupCode === 'string' }, request), context);
      }),
      signOut: field('Boolean!', 'Ends the session of this request.', {}, async ({ sessions }, _, asker, context) => {
        const ended = await sessions.end(requireSession(asker), { only: String(asker.caller.attributes['sessionId']) });
        forgetInBrowser(context.request);
        return ended > 0;
      }),
      revokeSession: field('Boolean!', 'Ends one of the own sessions and closes its sockets.', { id: 'ID!' }, async ({ sessions }, args, asker) => {
        const id = text(args, 'id');
        const userId = requireSession(asker);
        if (!/^[0-9a-f-]{36}$/i.test(id) || (await sessions.end(userId, { only: id })) === 0) throw new ObjectosError('NOT_FOUND', 'There is no such session.');
        return true;
      }),
      revokeSessions: field('Int!', 'Ends all own sessions but this one, or this one too; says how many.', { includeCurrent: 'Boolean' }, async ({ sessions }, { includeCurrent }, asker, context) => {
        const ended = await sessions.end(requireSession(asker), includeCurrent === true ? {} : { except: String(asker.caller.attributes['sessionId']) });
        if (includeCurrent === true) forgetInBrowser(context.request);
        return ended;
      }),
      changePassword: field('Boolean!', 'Sets another password and ends all other sessions.', { currentPassword: 'String!', newPassword: 'String!' }, async (identity, args, asker) => {
        requireSession(asker);
        await identity.changePassword({ current: text(args, 'currentPassword'), next: text(args, 'newPassword') }, asker);
        return true;
      }),
      requestPasswordReset: field('Boolean!', 'Sends a code to the address, if it is known. The answer does not tell.', { email: 'String!' }, async (identity, args, { request }) => {
        await identity.requestPasswordReset(text(args, 'email'), request);
        return true;
      }),
      resetPassword: field('Boolean!', 'Sets a password with the code of a mail and ends all sessions.', { token: 'String!', password: 'String!' }, async (identity, args, { request }) => {
        await identity.resetPassword({ token: text(args, 'token'), password: text(args, 'password') }, request);
        return true;
      }),
      sendVerificationEmail: field('Boolean!', 'Sends a code to the own address.', {}, async (identity, _, asker) => {
        const userId = requireSession(asker);
        await identity.begin('verification', userId, asker.request);
        const { email } = await findPerson(identity.database, userId);
        await identity.asPerson('sendVerificationEmail', { body: { email } }, asker);
        return true;
      }),
      verifyEmail: field('Boolean!', 'Confirms an address of mail with the code sent there.', { token: 'String!' }, async (identity, args, asker) => {
        await identity.verifyEmail(text(args, 'token'), asker);
        return true;
      }),
      changeEmail: field('Boolean!', 'Sends a code to another address; verifyEmail makes it that of the caller. People who have a password must give it. The answer does not tell whether the address is somebody else\'s.', { email: 'String!', password: 'String' }, async (identity, args, asker) => {
        requireFree(asker);
        await identity.changeEmail({ email: text(args, 'email'), password: typeof args['password'] === 'string' ? args['password'] : undefined }, asker);
        return true;
      }),
      enableTwoFactor: field('TwoFactorSetup!', 'Makes a secret for an authenticator app; confirmTwoFactor turns it on. People who have a password must give it.', { password: 'String' }, async (identity, args, asker) => {
        const succeed = await identity.begin('password', requireSession(asker), asker.request);
        const { body } = await identity.asPerson('enableTwoFactor', { body: passwordIn(args) }, asker);
        await succeed();
        return { totpUri: body['totpURI'], backupCodes: body['backupCodes'] };
      }),
      confirmTwoFactor: field('SignInResult!', 'Turns two-factor authentication on with the first code. The session gets another token.', { code: 'String!' }, async (identity, args, asker, context) => {
        const userId = requireSession(asker);
        const succeed = await identity.begin('two-factor', userId, asker.request);
        const answer = await identity.asPerson('verifyTOTP', { body: { code: text(args, 'code') } }, asker);
        await succeed();
        const token = (await identity.tokenIn(answer)) ?? (asker.request && (await identity.tokenOf(asker.request)));
        return result(identity, { token, userId, twoFactorToken: undefined, setCookies: answer.setCookies }, context);
      }),
      disableTwoFactor: field('SignInResult!', 'Turns two-factor authentication off. People who have a password must give it. The session gets another token.', { password: 'String' }, async (identity, args, asker, context) => {
        const userId = requireSession(asker);
        const succeed = await identity.begin('password', userId, asker.request);
        const answer = await identity.asPerson('disableTwoFactor', { body: passwordIn(args) }, asker);
        await succeed();
        return result(identity, { token: await identity.tokenIn(answer), userId, twoFactorToken: undefined, setCookies: answer.setCookies }, context);
      }),
      createOrganization: field('ID!', 'Makes an organization with the caller as owner, who acts in it from now on.', { name: 'String!', slug: 'String!' }, async (identity, args, asker) => {
        requireFree(asker);
        return (await identity.asPerson('createOrganization', { body: { name: text(args, 'name'), slug: text(args, 'slug') } }, asker)).body['id'];
      }),
      setActiveOrganization: field('Boolean!', 'Lets this session act in another organization of the caller, or in none.', { id: 'ID' }, async (identity, { id }, asker) => {
        requireFree(asker);
        await identity.asPerson('setActiveOrganization', { body: { organizationId: id ?? null } }, asker);
        return true;
      }),
      inviteMember: field('ID!', 'Invites somebody to the active organization by mail; gives the id of the invitation.', { email: 'String!', role: 'String!' }, async (identity, args, asker) => {
        await identity.begin('invitation', requireFree(asker), asker.request, invitationFactor);
        await identity.begin('invitation to', text(args, 'email'), asker.request, invitationFactor);
        return (await identity.asPerson('createInvitation', { body: { email: text(args, 'email'), role: roleOf(args) } }, asker)).body['id'];
      }),
      cancelInvitation: field('Boolean!', 'Takes an invitation back.', { id: 'ID!' }, async (identity, args, asker) => {
        requireFree(asker);
        await identity.asPerson('cancelInvitation', { body: { invitationId: text(args, 'id') } }, asker);
        return true;
      }),
      acceptInvitation: field('Boolean!', 'Joins the organization that the invitation is for.', { id: 'ID!' }, async (identity, args, asker) => {
        requireFree(asker);
        await identity.asPerson('acceptInvitation', { body: { invitationId: text(args, 'id') } }, asker);
        return true;
      }),
      setMemberRole: field('Boolean!', 'Gives a member of the active organization another role.', { memberId: 'ID!', role: 'String!' }, async (identity, args, asker) => {
        requireFree(asker);
        await identity.asPerson('updateMemberRole', { body: { memberId: text(args, 'memberId'), role: roleOf(args) } }, asker);
        return true;
      }),
      removeMember: field('Boolean!', 'Takes a member out of the active organization.', { memberId: 'ID!' }, async (identity, args, asker) => {
        requireFree(asker);
        await identity.asPerson('removeMember', { body: { memberIdOrEmail: text(args, 'memberId') } }, asker);
        return true;
      }),
      createApiKey: field('CreatedApiKey!', 'Makes a key with which a program acts for the caller, in the active organization.', { name: 'String!', scopes: '[String!]!', expiresAt: 'DateTime' }, async ({ records }, args, asker, { catalog }) => {
        const userId = requireFree(asker);
        const scopes = args['scopes'] as readonly string[];
        const wrong = scopes.findIndex((scope) => !scopePattern.test(scope) || (scope.includes(':') && !catalog.objects.has(scope.slice(0, scope.indexOf(':')))));
        if (wrong >= 0 || scopes.length === 0) {
          const message = 'A scope is read, write, <object>:read or <object>:write, with the machine name of an object; at least one is needed.';
          throw new ObjectosError('VALIDATION_FAILED', message, { problems: [{ path: ['scopes', Math.max(wrong, 0)], code: 'INVALID_SCOPE', message }] });
        }
        const expiresAt = args['expiresAt'];
        return createApiKey(records, { userId, name: text(args, 'name'), organizationId: asker.caller.organizationId, scopes, expiresAt: expiresAt === undefined || expiresAt === null ? undefined : new Date(expiresAt as string) });
      }),
      revokeApiKey: field('Boolean!', 'Ends one of the own API keys at once.', { id: 'ID!' }, async ({ database, records }, args, asker) => {
        await revokeApiKey(database, records, requireSession(asker), text(args, 'id'));
        return true;
      }),
    },
  };
}

const passwordIn = ({ password }: Args): object => (typeof password === 'string' ? { password } : {});

/** Whoever builds a team invites more people than they fail to sign in. */
const invitationFactor = 4;

const memberRoles = ['owner', 'admin', 'member'];

function roleOf(args: Args): string {
  const role = text(args, 'role');
  if (memberRoles.includes(role)) return role;
  const message = `A role is one of ${memberRoles.join(', ')}.`;
  throw new ObjectosError('VALIDATION_FAILED', message, { problems: [{ path: ['role'], code: 'INVALID_ROLE', message }] });
}
