import { expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller, type Caller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { administrator, codeAt, password, startIdentity } from './support.ts';

type Answer = { readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] };
const codesOf = ({ errors }: Answer): unknown => errors?.map(({ extensions }) => extensions?.['code']);
const all = { allowCreate: true, allowRead: true, allowEdit: true, modifyAllRecords: true };

describeEachDatabase('accounts', (open) => {
  it('are not taken over by whoever may edit users: addresses change by their people, with password and code, or by administrators', async () => {
    const app = await startIdentity({ database: await open(), open: false, plugins: [permissions({ definitions: [{ kind: 'permission', value: { name: 'people', objects: { sys_user: all } } }] })] });
    const ada = await app.signUp('ada');
    const bob = await app.signUp('bob');
    const { errors } = await app.platform.execute({ query: `mutation { createPermissionAssignment(input: { userId: "${ada.id}", permissionSet: "people" }) { record { id } } }`, caller: systemCaller });
    expect(errors).toBeUndefined();
    const evil = '"evil@example.com"';
    for (const id of [bob.id, ada.id]) {
      for (const write of [
        `updateUser(id: "${id}", input: { email: ${evil} }) { clientMutationId }`, `updateUsers(where: { id: { eq: "${id}" } }, input: { email: ${evil} }) { count }`,
        `updateUsers(rows: [{ id: "${id}", input: { name: "x", email: ${evil} } }]) { count }`, `upsertUser(by: ID, input: { id: "${id}", name: "x", email: ${evil} }) { clientMutationId }`,
      ]) expect(codesOf(await app.ask(`mutation { ${write} }`, ada.headers)), write).toEqual(['FORBIDDEN']);
    }
    // What acts for an administrator without a sign-in, a key or the token of another issuer, changes people but not their addresses.
    const admin = await app.signIn();
    const { createApiKey, me } = (await app.data('mutation { createApiKey(name: "CI", scopes: ["write"]) { key } }', admin).then(async (made) => ({ ...made, ...(await app.data('{ me { id } }', admin)) }))) as unknown as { createApiKey: { key: string }; me: { id: string } };
    const token: Caller = { kind: 'user', userId: me.id, organizationId: undefined, roles: ['administrator'], attributes: { claims: { sub: me.id } } };
    const rename = `mutation { updateUser(id: "${bob.id}", input: { name: "Robert" }) { clientMutationId } }`;
    const move = `mutation { updateUser(id: "${bob.id}", input: { email: ${evil} }, dryRun: true) { clientMutationId } }`;
    const ways = [(query: string) => app.ask(query, { 'x-api-key': createApiKey.key }), (query: string) => app.platform.execute({ query, caller: token }), (query: string) => app.ask(query, admin)];
    expect(await Promise.all(ways.map(async (way) => [codesOf(await way(rename)), codesOf(await way(move))]))).toEqual([[undefined, ['FORBIDDEN']], [undefined, ['FORBIDDEN']], [undefined, undefined]]);
    expect(codesOf(await app.ask(`mutation { updateUser(id: "${bob.id}", input: { name: "Bobby", email: "bob@example.com" }) { clientMutationId } }`, ada.headers))).toBeUndefined();
    expect(codesOf(await app.ask('mutation { createUser(input: { name: "New", email: "new@example.com" }) { clientMutationId } }', ada.headers))).toBeUndefined();

    const change = (email: string, secret?: string) => app.ask(`mutation { changeEmail(email: "${email}"${secret === undefined ? '' : `, password: "${secret}"`}) }`, bob.headers);
    expect([codesOf(await change('bobby@example.com')), codesOf(await change('bobby@example.com', 'Wrong-horse-9'))]).toEqual([['BAD_REQUEST'], ['BAD_REQUEST']]);
    expect(app.mails).toEqual([]);
    expect(await change('bobby@example.com', password)).toMatchObject({ data: { changeEmail: true } });
    expect(app.mails.map(({ to }) => to).sort()).toEqual(['bob@example.com', 'bobby@example.com']);
    expect(await app.data('{ me { email } }', bob.headers)).toEqual({ me: { email: 'bob@example.com' } });
    const code = /code (\S+)/.exec(app.mails.find(({ to }) => to === 'bobby@example.com')?.text ?? '')?.[1] ?? '';
    expect(codesOf(await app.ask(`mutation { verifyEmail(token: "${code}") }`, ada.headers))).toBeDefined();
    expect(await app.data(`mutation { verifyEmail(token: "${code}") }`, bob.headers)).toEqual({ verifyEmail: true });
    expect(await app.data('{ me { email emailVerified sessions { current } } }', await app.signIn('bobby@example.com'))).toMatchObject({ me: { email: 'bobby@example.com', emailVerified: true, sessions: [{}, {}] } });
    // The link of the mail does the same, and signs nobody in.
    expect(await change('robert@example.com', password)).toMatchObject({ data: { changeEmail: true } });
    const link = /Open (\S+)/.exec(app.mails.find(({ to }) => to === 'robert@example.com')?.text ?? '')?.[1] ?? '';
    const opened = await fetch(link, { redirect: 'manual' });
    expect([opened.status, opened.headers.get('location'), opened.headers.getSetCookie()]).toEqual([302, '/', []]);
    expect(await app.data('{ me { email sessions { id } } }', bob.headers)).toMatchObject({ me: { email: 'robert@example.com', sessions: [{}, {}] } });
    expect((await fetch(link.replace(/token=[^&]+/, 'token=x'), { redirect: 'manual' })).status).toBeGreaterThanOrEqual(400);
    // An address of somebody else gets the same answer, and nothing happens.
    expect(await change('ada@example.com', password)).toMatchObject({ data: { changeEmail: true } });
    expect(app.mails.filter(({ to }) => to === 'ada@example.com')).toEqual([]);
  });

  it('do not show in sign-ups where addresses are verified: whoever has one gets a mail', async () => {
    const app = await startIdentity({ database: await open(), settings: { requireVerifiedEmail: true } });
    const signUp = (email: string) => app.ask(`mutation { signUp(name: "Somebody", email: "${email}", password: "${password}") { token twoFactorToken user { id } } }`);
    const [known, unknown] = [await signUp('REP@example.com'), await signUp('nobody@example.com')];
    expect(known).toEqual(unknown);
    expect(known).toMatchObject({ status: 200, data: { signUp: { token: null, user: null } } });
    expect(app.mails.map(({ to, subject }) => [to, subject])).toEqual([['rep@example.com', 'You have an account'], ['nobody@example.com', 'Verify your e-mail address']]);
    expect(await app.data('{ me { name } }', await app.signIn('rep@example.com'))).toEqual({ me: { name: 'Rep' } });
  });

  it('invite so many people, and one address so often', async () => {
    const app = await startIdentity({ database: await open(), settings: { signIn: { maxFailures: 1 } } });
    const [ada, bob] = [await app.signUp('ada'), await app.signUp('bob')];
    for (const { headers } of [ada, bob]) await app.data(`mutation { createOrganization(name: "O", slug: "o${headers['authorization']?.slice(-4).toLowerCase() ?? ''}") }`, headers);
    const invite = async (who: typeof ada, email: string) => codesOf(await app.ask(`mutation { inviteMember(email: "${email}", role: "member") }`, who.headers));
    expect(await invite(ada, 'x@example.com')).toBeUndefined();
    for (const again of [1, 2, 3]) expect(await invite(ada, 'x@example.com'), String(again)).not.toEqual(['RATE_LIMITED']);
    expect(await invite(ada, 'y@example.com')).toEqual(['RATE_LIMITED']);
    expect(await invite(bob, 'x@example.com')).toEqual(['RATE_LIMITED']);
    expect(await invite(bob, 'y@example.com')).toBeUndefined();
  });

  it('get a new password from those who run the platform, which ends sessions, locks and, if wanted, the second factor', async () => {
    const app = await startIdentity({ database: await open(), settings: { signIn: { maxFailures: 1 } } });
    const accounts = app.platform.kernel.services.get('accounts', 'a test');
    const ada = await app.signUp('ada');
    const setup = (await app.data(`mutation { enableTwoFactor(password: "${password}") { totpUri } }`, ada.headers)) as unknown as { enableTwoFactor: { totpUri: string } };
    await app.data(`mutation { confirmTwoFactor(code: "${codeAt(new URL(setup.enableTwoFactor.totpUri).searchParams.get('secret') ?? '')}") { token } }`, ada.headers);
    const signIn = (secret: string) => app.ask(`mutation { signIn(email: "ada@example.com", password: "${secret}") { token twoFactorToken } }`);
    for (const expected of ['UNAUTHENTICATED', 'RATE_LIMITED']) expect(codesOf(await signIn('Wrong-horse-9'))).toEqual([expected]);

    const first = await accounts.resetPassword('ADA@example.com', { withoutTwoFactor: false });
    expect(first.endedSessions).toBeGreaterThan(0);
    expect(codesOf(await app.ask('{ me { id } }', ada.headers))).toEqual(['UNAUTHENTICATED']);
    expect(await signIn(first.password)).toMatchObject({ data: { signIn: { token: null, twoFactorToken: expect.any(String) as string } } });
    const second = await accounts.resetPassword('ada@example.com', { withoutTwoFactor: true });
    expect(codesOf(await signIn(first.password))).toEqual(['UNAUTHENTICATED']);
    await accounts.resetPassword(administrator, { withoutTwoFactor: false });
    const third = await accounts.resetPassword('ada@example.com', { withoutTwoFactor: false });
    expect(third.password).not.toBe(second.password);
    expect(await signIn(third.password)).toMatchObject({ data: { signIn: { token: expect.any(String) as string } } });
    await expect(accounts.resetPassword('nobody@example.com', { withoutTwoFactor: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
