import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { administrator, password, showCaller, startIdentity } from './support.ts';

type Answer = { readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] };
const codeOf = ({ errors }: Answer): unknown => errors?.[0]?.extensions?.['code'];
const problemsOf = ({ errors }: Answer): unknown => (errors?.[0]?.extensions?.['problems'] as { code: string }[] | undefined)?.map(({ code }) => code);

const change = (from: string, to: string): string => `mutation { changePassword(currentPassword: "${from}", newPassword: "${to}") }`;

describeEachDatabase('passwords', (open) => {
  it('are changed by those who know them, which ends other sessions', async () => {
    const app = await startIdentity({ database: await open() });
    const [one, two] = [await app.signIn('rep@example.com'), await app.signIn('rep@example.com')];
    expect(codeOf(await app.ask(change('Wrong-1234', 'Another-horse-9'), one))).toBe('BAD_REQUEST');
    expect(await app.data(change(password, 'Another-horse-9'), one)).toEqual({ changePassword: true });
    expect(codeOf(await app.ask('{ me { id } }', two))).toBe('UNAUTHENTICATED');
    expect(await app.data('{ me { email } }', one)).toEqual({ me: { email: 'rep@example.com' } });
    await expect(app.signIn('rep@example.com')).rejects.toThrow('UNAUTHENTICATED');
    await app.signIn('rep@example.com', 'Another-horse-9');
  });

  it('have length, classes of characters and a history', async () => {
    const policy = { password: { minLength: 12, maxLength: 20, requireSymbols: true, historyCount: 2 } };
    const app = await startIdentity({ database: await open(), settings: { policy } });
    const signUp = (secret: string) => app.ask(`mutation { signUp(name: "A", email: "a@example.com", password: "${secret}") { token } }`);
    expect(problemsOf(await signUp('abc'))).toEqual(['TOO_SHORT', 'NO_UPPERCASE', 'NO_NUMBER', 'NO_SYMBOL']);
    expect(problemsOf(await signUp('ABCDEFGH-1234567890-ABC'))).toEqual(['TOO_LONG', 'NO_LOWERCASE']);
    const me = await app.signIn('rep@example.com');
    const [first, second, third] = ['First-horse-01', 'Second-horse-02', 'Third-horse-03'] as const;
    await app.data(change(password, first), me);
    expect(problemsOf(await app.ask(change(first, first), me))).toEqual(['USED_BEFORE']);
    expect(problemsOf(await app.ask(change(first, password), me))).toEqual(['USED_BEFORE']);
    await app.data(change(first, second), me);
    expect(problemsOf(await app.ask(change(second, first), me))).toEqual(['USED_BEFORE']);
    await app.data(change(second, third), me);
    await app.data(change(third, first), me);
    await app.signIn('rep@example.com', first);
  });

  it('are reset with the code of a mail, once, which ends all sessions; the answer does not tell who is known', async () => {
    const app = await startIdentity({ database: await open() });
    const me = await app.signIn('rep@example.com');
    expect(await app.data('mutation { requestPasswordReset(email: "nobody@example.com") }')).toEqual({ requestPasswordReset: true });
    expect(app.mails).toEqual([]);
    expect(await app.data('mutation { requestPasswordReset(email: "rep@example.com") }')).toEqual({ requestPasswordReset: true });
    expect(app.mails).toMatchObject([{ to: 'rep@example.com' }]);
    const token = /code is (\S+)/.exec(app.mails[0]?.text ?? '')?.[1] ?? '';
    const reset = (secret: string) => app.ask(`mutation { resetPassword(token: "${token}", password: "${secret}") }`);
    expect(problemsOf(await reset('short'))).toContain('TOO_SHORT');
    expect(problemsOf(await reset(password))).toEqual(['USED_BEFORE']);
    expect(await reset('Another-horse-9')).toMatchObject({ data: { resetPassword: true } });
    expect(codeOf(await reset('Yet-another-horse-9'))).toBe('BAD_REQUEST');
    expect(codeOf(await app.ask('{ me { id } }', me))).toBe('UNAUTHENTICATED');
    await app.signIn('rep@example.com', 'Another-horse-9');
  });

  it('expire: nothing but changing them is allowed then', async () => {
    const database = await open();
    const app = await startIdentity({ database, settings: { policy: { password: { expirationDays: 90 } } } });
    await database.query({ text: "UPDATE sys_user SET password_changed_at = now() - interval '91 days' WHERE email = 'rep@example.com'", values: [] });
    const me = await app.signIn('rep@example.com');
    expect(await app.data('{ me { mustChangePassword } }', me)).toEqual({ me: { mustChangePassword: true } });
    expect(codeOf(await app.ask('{ notes { nodes { title } } }', me))).toBe('FORBIDDEN');
    expect(codeOf(await app.ask('mutation { createNote(input: { title: "A" }) { record { id } } }', me))).toBe('FORBIDDEN');
    expect((await app.ask('mutation { createApiKey(name: "X", scopes: ["write"]) { key } }', me)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'PASSWORD_EXPIRED' });
    await app.data(change(password, 'Another-horse-9'), me);
    expect(await app.data('{ me { mustChangePassword } notes { nodes { title } } }', me)).toEqual({ me: { mustChangePassword: false }, notes: { nodes: [] } });
  });
});

describeEachDatabase('network and first start', (open) => {
  it('take credentials from trusted addresses only, behind trusted proxies', async () => {
    const network = { trustedRanges: ['10.1.0.0/16', '2001:db8::/32'], blockUnknown: true };
    const app = await startIdentity({ database: await open(), settings: { trustedProxies: ['127.0.0.0/8', '::1'], policy: { network } }, plugins: [showCaller] });
    const signIn = (forwarded: string) => app.ask(`mutation { signIn(email: "${administrator}", password: "${password}") { token user { sessions { ipAddress } } } }`, { 'x-forwarded-for': forwarded });
    const inside = (await signIn('8.8.8.8, 10.1.2.3')) as unknown as { data: { signIn: { token: string } } };
    expect(inside).toMatchObject({ data: { signIn: { user: { sessions: [{ ipAddress: '10.1.2.3' }] } } } });
    expect(codeOf(await signIn('10.1.2.3, 8.8.8.8'))).toBe('UNAUTHENTICATED');
    const headers = { authorization: `Bearer ${inside.data.signIn.token}` };
    expect(codeOf(await app.ask('{ me { id } }', { ...headers, 'x-forwarded-for': '8.8.8.8' }))).toBe('UNAUTHENTICATED');
    expect(await app.data('{ me { email } }', { ...headers, 'x-forwarded-for': '2001:db8::7' })).toEqual({ me: { email: administrator } });
    const closed: { readonly code: number }[] = [];
    const forged = app.socket({ ...headers, 'X-Forwarded-For': '10.1.2.3' }, (event) => closed.push(event));
    forged.subscribe({ query: '{ me { id } }' }, { next: () => undefined, error: () => undefined, complete: () => undefined });
    await expect.poll(() => closed[0]?.code).toBe(4401);
  });

  it('believe no X-Forwarded-For of others', async () => {
    const app = await startIdentity({ database: await open(), settings: { policy: { network: { trustedRanges: ['10.0.0.0/8'], blockUnknown: true } } } });
    expect(codeOf(await app.ask(`mutation { signIn(email: "${administrator}", password: "${password}") { token } }`, { 'x-forwarded-for': '10.1.2.3' }))).toBe('UNAUTHENTICATED');
  });

  it('make one administrator, once, and in production nobody else', async () => {
    const database = await open();
    const app = await startIdentity({ database, mode: 'production' });
    await app.signIn();
    await expect(app.signIn('rep@example.com')).rejects.toThrow('UNAUTHENTICATED');
    const again = await startIdentity({ database, mode: 'production', settings: { samplePassword: 'Changed-horse-9' } });
    await again.signIn(administrator, password);
    expect(codeOf(await again.ask(`mutation { signUp(name: "A", email: "a@example.com", password: "${password}") { token } }`))).toBeDefined();
  });
});
