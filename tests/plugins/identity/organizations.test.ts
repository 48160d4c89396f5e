import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { codeAt, password, showCaller, startIdentity } from './support.ts';

type Answer = { readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] };
const codeOf = ({ errors }: Answer): unknown => errors?.[0]?.extensions?.['code'];

describeEachDatabase('organizations', (open) => {
  it('are made, joined by invitation, switched and left', async () => {
    const app = await startIdentity({ database: await open(), plugins: [showCaller] });
    const [ada, bob, eve] = [await app.signUp('ada'), await app.signUp('bob'), await app.signUp('eve')];
    const make = async (name: string): Promise<string> => ((await app.data(`mutation { createOrganization(name: "${name}", slug: "${name}") }`, ada.headers)) as unknown as { createOrganization: string }).createOrganization;
    const first = await make('first');
    const second = await make('second');
    expect(await app.data('{ caller }', ada.headers)).toMatchObject({ caller: { organizationId: second, roles: ['owner'] } });
    await app.data(`mutation { setActiveOrganization(id: "${first}") }`, ada.headers);
    expect(await app.data('{ me { activeOrganizationId organizations { name role } } }', ada.headers)).toEqual({ me: { activeOrganizationId: first, organizations: [{ name: 'first', role: 'owner' }, { name: 'second', role: 'owner' }] } });
    expect(codeOf(await app.ask(`mutation { setActiveOrganization(id: "${first}") }`, bob.headers))).toBe('FORBIDDEN');
    expect(codeOf(await app.ask('mutation { inviteMember(email: "bob@example.com", role: "king") }', ada.headers))).toBe('VALIDATION_FAILED');

    const { inviteMember: invitation } = (await app.data('mutation { inviteMember(email: "bob@example.com", role: "member") }', ada.headers)) as unknown as { inviteMember: string };
    expect(app.mails.at(-1)).toMatchObject({ to: 'bob@example.com', text: expect.stringContaining(invitation) as string });
    expect(codeOf(await app.ask(`mutation { acceptInvitation(id: "${invitation}") }`, eve.headers))).toBe('FORBIDDEN');
    expect((await app.ask(`mutation { acceptInvitation(id: "${invitation}") }`, bob.headers)).errors?.[0]?.extensions?.['reason']).toMatch(/^EMAIL_VERIFICATION_REQUIRED/);
    await app.data('mutation { sendVerificationEmail }', bob.headers);
    const code = /code (\S+)/.exec(app.mails.at(-1)?.text ?? '')?.[1] ?? '';
    await app.data(`mutation { verifyEmail(token: "${code}") }`);
    await app.data(`mutation { acceptInvitation(id: "${invitation}") }`, bob.headers);
    await app.data(`mutation { setActiveOrganization(id: "${first}") }`, bob.headers);
    expect(await app.data('{ caller }', bob.headers)).toMatchObject({ caller: { organizationId: first, roles: ['member'] } });
    expect(codeOf(await app.ask('mutation { inviteMember(email: "eve@example.com", role: "member") }', bob.headers))).toBe('FORBIDDEN');
    const { me } = (await app.data('{ me { organizations { organizationId members { id email role } } } }', bob.headers)) as unknown as { me: { organizations: { members: { id: string; email: string; role: string }[] }[] } };
    expect(me.organizations[0]?.members.map(({ email, role }) => `${email} ${role}`)).toEqual(['ada@example.com owner', 'bob@example.com member']);
    const membership = me.organizations[0]?.members.find(({ email }) => email === bob.email)?.id ?? '';
    expect(await app.data('{ members { nodes { role user { email } organization { slug } } } }')).toMatchObject({ members: { nodes: expect.arrayContaining([{ role: 'member', user: { email: bob.email }, organization: { slug: 'first' } }]) as unknown } });

    expect(codeOf(await app.ask(`mutation { setMemberRole(memberId: "${membership}", role: "owner") }`, bob.headers))).toBe('FORBIDDEN');
    await app.data(`mutation { setMemberRole(memberId: "${membership}", role: "admin") }`, ada.headers);
    expect(await app.data('{ caller }', bob.headers)).toMatchObject({ caller: { roles: ['admin'] } });
    await app.data(`mutation { removeMember(memberId: "${membership}") }`, ada.headers);
    expect(await app.data('{ me { activeOrganizationId roles } }', bob.headers)).toEqual({ me: { activeOrganizationId: null, roles: [] } });
  });
});

describeEachDatabase('two-factor authentication', (open) => {
  it('is set up with an app, asked for at sign-in, replaced by backup codes once each, and turned off', async () => {
    const database = await open();
    const app = await startIdentity({ database });
    const before = await app.signIn('rep@example.com');
    expect(codeOf(await app.ask('mutation { enableTwoFactor(password: "Wrong-1234") { totpUri } }', before))).toBe('BAD_REQUEST');
    const { enableTwoFactor: setup } = (await app.data(`mutation { enableTwoFactor(password: "${password}") { totpUri backupCodes } }`, before)) as unknown as { enableTwoFactor: { totpUri: string; backupCodes: string[] } };
    const secret = new URL(setup.totpUri).searchParams.get('secret') ?? '';
    expect(codeOf(await app.ask('mutation { confirmTwoFactor(code: "000000") { token } }', before))).toBe('UNAUTHENTICATED');
    const { confirmTwoFactor } = (await app.data(`mutation { confirmTwoFactor(code: "${codeAt(secret)}") { token user { twoFactorEnabled } } }`, before)) as unknown as { confirmTwoFactor: { token: string } };
    expect(confirmTwoFactor).toMatchObject({ user: { twoFactorEnabled: true } });
    const after = { authorization: `Bearer ${confirmTwoFactor.token}` };
    expect(await app.data('{ me { twoFactorEnabled } }', after)).toEqual({ me: { twoFactorEnabled: true } });
    const { rows } = await database.query({ text: 'SELECT t::text AS row FROM sys_two_factor t', values: [] });
    for (const known of [secret, setup.backupCodes[0] ?? '']) expect(JSON.stringify(rows)).not.toContain(known);

    const begin = async (): Promise<string> => {
      const { signIn } = (await app.data(`mutation { signIn(email: "rep@example.com", password: "${password}") { token twoFactorToken user { id } } }`)) as unknown as { signIn: { twoFactorToken: string } };
      expect(signIn).toEqual({ token: null, twoFactorToken: expect.any(String) as string, user: null });
      return signIn.twoFactorToken;
    };
    const finish = (token: string, argument: string) => app.ask(`mutation { verifyTwoFactor(twoFactorToken: "${token}", ${argument}) { token user { email } } }`);
    const challenge = await begin();
    expect(codeOf(await finish(challenge, 'code: "000000"'))).toBe('UNAUTHENTICATED');
    expect(await finish(challenge, `code: "${codeAt(secret)}"`)).toMatchObject({ data: { verifyTwoFactor: { token: expect.any(String) as string, user: { email: 'rep@example.com' } } } });
    expect(codeOf(await finish(challenge, `code: "${codeAt(secret)}"`))).toBe('UNAUTHENTICATED');
    const backup = setup.backupCodes[0] ?? '';
    expect(await finish(await begin(), `backupCode: "${backup}"`)).toMatchObject({ data: { verifyTwoFactor: { user: { email: 'rep@example.com' } } } });
    expect(codeOf(await finish(await begin(), `backupCode: "${backup}"`))).toBe('UNAUTHENTICATED');

    const guessed = await begin();
    const codes: unknown[] = [];
    for (let count = 0; count < 6; count += 1) codes.push(codeOf(await finish(guessed, 'code: "000000"')));
    // The backup code above was the first wrong one.
    expect(codes).toEqual([...Array<string>(4).fill('UNAUTHENTICATED'), 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(codeOf(await finish(await begin(), `code: "${codeAt(secret)}"`))).toBe('RATE_LIMITED');

    const { disableTwoFactor } = (await app.data(`mutation { disableTwoFactor(password: "${password}") { token } }`, after)) as unknown as { disableTwoFactor: { token: string } };
    expect(await app.data('{ me { twoFactorEnabled } }', { authorization: `Bearer ${disableTwoFactor.token}` })).toEqual({ me: { twoFactorEnabled: false } });
    await app.signIn('rep@example.com');
  });

  it('can be demanded of everybody', async () => {
    const app = await startIdentity({ database: await open(), settings: { policy: { session: { forceMfa: true } } } });
    const me = await app.signIn('rep@example.com');
    expect(codeOf(await app.ask('{ notes { nodes { title } } }', me))).toBe('FORBIDDEN');
    const { enableTwoFactor: setup } = (await app.data(`mutation { enableTwoFactor(password: "${password}") { totpUri } }`, me)) as unknown as { enableTwoFactor: { totpUri: string } };
    const code = codeAt(new URL(setup.totpUri).searchParams.get('secret') ?? '');
    const { confirmTwoFactor } = (await app.data(`mutation { confirmTwoFactor(code: "${code}") { token } }`, me)) as unknown as { confirmTwoFactor: { token: string } };
    expect(await app.data('{ me { mustEnableTwoFactor } notes { nodes { title } } }', { authorization: `Bearer ${confirmTwoFactor.token}` })).toEqual({ me: { mustEnableTwoFactor: false }, notes: { nodes: [] } });
  });
});
