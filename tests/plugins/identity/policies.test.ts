import { expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { identitySettings, type IdentitySettingsInput } from '../../../src/plugins/identity/settings.ts';
import { tenancy } from '../../../src/plugins/tenancy/index.ts';
import { createLog } from '../../../src/server/log.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { password, startIdentity } from './support.ts';

type Answer = { readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[] };
const codeOf = ({ errors }: Answer): unknown => errors?.[0]?.extensions?.['code'];
const problemsOf = ({ errors }: Answer): unknown => (errors?.[0]?.extensions?.['problems'] as { code: string }[] | undefined)?.map(({ code }) => code);

const profile = (name: string) => ({ kind: 'profile' as const, value: { name, isProfile: true, objects: { note: { allowRead: true } } } });
const definitions = [profile('clerk'), profile('banker'), profile('partner')];

const settings: IdentitySettingsInput = {
  trustedProxies: ['127.0.0.0/8', '::1'],
  policy: { session: { idleTimeout: 30, absoluteTimeout: 480 } },
  policies: [
    { name: 'money', assignedProfiles: ['banker'], password: { minLength: 20, expirationDays: 30 }, session: { idleTimeout: 5, absoluteTimeout: 600 } },
    { name: 'outside', assignedProfiles: ['partner', 'banker'], password: { requireSymbols: true, requireUppercase: false }, session: { idleTimeout: 60, absoluteTimeout: 60, forceMfa: true }, network: { trustedRanges: ['10.0.0.0/8'], vpnRequired: true } },
  ],
};

describeEachDatabase('policies of profiles', (open) => {
  async function start(profiles: readonly string[]) {
    const database = await open();
    const app = await startIdentity({ database, settings, plugins: [permissions({ definitions })], open: false });
    const { rows } = await database.query<{ id: string }>({ text: "SELECT id FROM sys_user WHERE email = 'rep@example.com'", values: [] });
    const runtime = app.platform.kernel.services.get('runtime', 'test-policies');
    for (const permissionSet of profiles) {
      await runtime.writer.write({ object: 'sys_permission_assignment', operation: 'create', options: {}, input: { userId: rows[0]?.id, permissionSet } }, runtime.systemContext());
    }
    const ask = (query: string, headers: Record<string, string> = {}, from = '10.1.1.1') => app.ask(query, { 'x-forwarded-for': from, ...headers });
    const signIn = (from?: string) => ask(`mutation { signIn(email: "rep@example.com", password: "${password}") { token user { mustEnableTwoFactor sessions { createdAt expiresAt } } } }`, {}, from) as unknown as Promise<Answer & { data: { signIn: { token: string; user: { mustEnableTwoFactor: boolean; sessions: { createdAt: string; expiresAt: string }[] } } } }>;
    return { app, database, ask, signIn };
  }
  const minutesOf = ([session]: readonly { createdAt: string; expiresAt: string }[]): number => Math.round((Date.parse(session?.expiresAt ?? '') - Date.parse(session?.createdAt ?? '')) / 60_000);

  it('are found beside the plugin that keeps organizations apart', async () => {
    const app = await startIdentity({ database: await open(), plugins: [permissions({ definitions }), tenancy()], open: false });
    expect(app.platform.kernel.services.get('access', 'test').profiles?.names()).toEqual(['clerk', 'banker', 'partner', 'administrator']);
  });

  it('leave others with the policy of everybody', async () => {
    const { signIn, ask } = await start(['clerk']);
    const { signIn: signed } = (await signIn('8.8.8.8')).data;
    expect(signed.user.mustEnableTwoFactor).toBe(false);
    expect(minutesOf(signed.user.sessions)).toBe(480);
    const change = await ask(`mutation { changePassword(currentPassword: "${password}", newPassword: "short") }`, { authorization: `Bearer ${signed.token}` });
    expect(problemsOf(change)).toEqual(['TOO_SHORT', 'NO_UPPERCASE', 'NO_NUMBER']);
  });

  it('say how passwords of their people look, how long they count, and when sessions end', async () => {
    const { app, database, ask, signIn } = await start(['banker']);
    expect(codeOf(await signIn('8.8.8.8'))).toBe('UNAUTHENTICATED');
    const { signIn: signed } = (await signIn()).data;
    // The stricter value of each key of both policies.
    expect(minutesOf(signed.user.sessions)).toBe(60);
    expect(signed.user.mustEnableTwoFactor).toBe(true);
    const headers = { authorization: `Bearer ${signed.token}` };
    expect(codeOf(await ask('{ notes { nodes { title } } }', headers))).toBe('FORBIDDEN');
    expect(codeOf(await ask('{ me { id } }', headers, '8.8.8.8'))).toBe('UNAUTHENTICATED');
    const change = await ask(`mutation { changePassword(currentPassword: "${password}", newPassword: "lettersanddigits1") }`, headers);
    expect(problemsOf(change)).toEqual(['TOO_SHORT', 'NO_UPPERCASE', 'NO_SYMBOL']);
    await app.data('mutation { requestPasswordReset(email: "rep@example.com") }');
    const code = /code is (\S+)/.exec(app.mails.at(-1)?.text ?? '')?.[1] ?? '';
    expect(problemsOf(await ask(`mutation { resetPassword(token: "${code}", password: "Another-1") }`))).toEqual(['TOO_SHORT']);

    await database.query({ text: "UPDATE sys_user SET password_changed_at = now() - interval '31 days' WHERE email = 'rep@example.com'", values: [] });
    const again = (await signIn()).data.signIn;
    expect(await ask('{ me { mustChangePassword } }', { authorization: `Bearer ${again.token}` })).toMatchObject({ data: { me: { mustChangePassword: true } } });
    await database.query({ text: "UPDATE sys_session SET created_at = now() - interval '6 minutes', last_seen_at = now() - interval '6 minutes'", values: [] });
    const later = await startIdentity({ database, settings, plugins: [permissions({ definitions })], open: false });
    expect(codeOf(await later.ask('{ me { id } }', { ...headers, 'x-forwarded-for': '10.1.1.1' }))).toBe('UNAUTHENTICATED');
  });
});

describeEachDatabase('settings of policies', (open) => {
  const warnings = async (given: IdentitySettingsInput, plugins = [permissions({ definitions })]): Promise<string[]> => {
    const lines: string[] = [];
    const log = createLog({ level: 'warn', destination: { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) } });
    await startIdentity({ database: await open(), settings: given, plugins, open: plugins.length === 0, log });
    return lines.filter((line) => line.startsWith('identity: '));
  };

  it('warn of what has no effect', async () => {
    expect(await warnings({})).toEqual([]);
    expect(await warnings({ policy: { audit: { captureRead: true } }, policies: [{ name: 'odd', assignedProfiles: ['clerk', 'clown'] }] })).toEqual([
      expect.stringContaining('"audit" of the policy "policy" has no effect'),
      expect.stringContaining('names profiles that do not exist: clown. There are: clerk, banker, partner, administrator.'),
    ]);
    expect(await warnings({ policies: [{ name: 'odd', assignedProfiles: ['clerk'] }] }, [])).toEqual([expect.stringContaining('its profiles come from the plugin "permissions", which is not on')]);
  });
});

it('refuses policies that cannot be meant', () => {
  const messages = (given: unknown) => identitySettings.safeParse(given).error?.issues.map(({ message }) => message);
  expect(messages({ policy: { network: { blockUnknown: true } } })).toEqual(['blockUnknown and vpnRequired need trustedRanges: nobody could sign in']);
  expect(messages({ policies: [{ name: 'a', isDefault: true }, { name: 'b', isDefault: true }] })).toEqual(['only one policy can be the default']);
  expect(messages({ policies: [{ name: 'a' }] })).toEqual(['a policy needs assignedProfiles or isDefault: it would count for nobody']);
  expect(messages({ policies: [{ name: 'a', isDefault: true, colour: 'red' }] })).toEqual([expect.stringContaining('colour')]);
});
