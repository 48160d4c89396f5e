import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { administrator, password, showCaller, startIdentity } from './support.ts';

const codeOf = ({ errors }: { readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] }): unknown => errors?.[0]?.extensions?.['code'];

describeEachDatabase('signing in', (open) => {
  it('knows the first administrator and the people of the data files, and nobody with another password', async () => {
    const app = await startIdentity({ database: await open() });
    const { signIn } = (await app.data(`mutation { signIn(email: "${administrator}", password: "${password}") { token twoFactorToken user { id email administrator roles sessions { current } } } }`)) as unknown as { signIn: { token: string } };
    expect(signIn).toMatchObject({ token: expect.stringMatching(/^\w{20,}$/) as string, twoFactorToken: null, user: { email: administrator, administrator: true, roles: ['administrator'], sessions: [{ current: true }] } });
    expect(await app.data('{ me { email } }', { authorization: `Bearer ${signIn.token}` })).toEqual({ me: { email: administrator } });
    expect(await app.data('{ me { email } }', await app.signIn('Rep@Example.com'))).toEqual({ me: { email: 'rep@example.com' } });
    expect(await app.data('{ me { email } }')).toEqual({ me: null });
    expect(codeOf(await app.ask('{ me { email } }', { authorization: 'Bearer nonsense' }))).toBe('UNAUTHENTICATED');

    const wrong = await app.ask(`mutation { signIn(email: "${administrator}", password: "Wrong-1234") { token } }`);
    const unknown = await app.ask('mutation { signIn(email: "nobody@example.com", password: "Wrong-1234") { token } }');
    expect(codeOf(wrong)).toBe('UNAUTHENTICATED');
    expect(unknown.errors).toEqual(wrong.errors);
  });

  it('keeps tokens and passwords as hashes, and shows neither', async () => {
    const database = await open();
    const app = await startIdentity({ database });
    const headers = await app.signIn();
    const token = headers['authorization']?.slice(7) ?? '';
    for (const table of ['sys_session', 'sys_credential', 'objectos_password_history', 'objectos_verification']) {
      const { rows } = await database.query({ text: `SELECT t::text AS row FROM ${table} t`, values: [] });
      expect(JSON.stringify(rows)).not.toContain(token);
      expect(JSON.stringify(rows)).not.toContain(password);
    }
    const { __type: type } = (await app.data('{ __type(name: "Session") { fields { name } } }')) as unknown as { __type: { fields: { name: string }[] } };
    expect(type.fields.map(({ name }) => name)).not.toContain('token');
    const { __schema: schema } = (await app.data('{ __schema { types { name } mutationType { fields { name } } } }')) as unknown as { __schema: { types: { name: string }[]; mutationType: { fields: { name: string }[] } } };
    expect(schema.types.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['TwoFactor']));
    expect(schema.mutationType.fields.map(({ name }) => name).filter((name) => /(Session|Member|ApiKey|TwoFactor|Invitation)s?$/.test(name))).toEqual(
      expect.not.arrayContaining(['createSession', 'updateSession', 'createMember', 'updateMember', 'updateApiKey']),
    );
  });

  it('locks an address after five failures, for known and unknown people alike, and takes no right password meanwhile', async () => {
    const app = await startIdentity({ database: await open() });
    const attempt = (email: string, secret: string) => app.ask(`mutation { signIn(email: "${email}", password: "${secret}") { token } }`);
    for (const email of ['rep@example.com', 'nobody@example.com']) {
      const codes: unknown[] = [];
      for (let count = 0; count < 6; count += 1) codes.push(codeOf(await attempt(email, 'Wrong-1234')));
      expect(codes).toEqual([...Array<string>(5).fill('UNAUTHENTICATED'), 'RATE_LIMITED']);
    }
    const locked = await attempt('rep@example.com', password);
    expect(locked.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) as number });
    expect(codeOf(await attempt(administrator, password))).toBeUndefined();
  });

  it('lets nobody register, ask for mails or try codes without end, from one address neither', async () => {
    const app = await startIdentity({ database: await open(), settings: { signIn: { maxFailures: 2 } } });
    const codes = async (times: number, query: (turn: number) => string, headers = {}) => {
      const found: unknown[] = [];
      for (let turn = 0; turn < times; turn += 1) found.push(codeOf(await app.ask(query(turn), headers)));
      return found;
    };
    const limited = ['RATE_LIMITED'];
    expect((await codes(3, () => 'mutation { requestPasswordReset(email: "rep@example.com") }')).slice(2)).toEqual(limited);
    expect((await codes(21, (turn) => `mutation { requestPasswordReset(email: "x${turn}@example.com") }`)).slice(18)).toEqual([...limited, ...limited, ...limited]);
    expect(await codes(3, () => `mutation { signUp(name: "A", email: "${administrator}", password: "${password}") { token } }`)).toEqual(['CONFLICT', 'CONFLICT', 'RATE_LIMITED']);
    const rep = await app.signIn('rep@example.com');
    expect((await codes(3, () => 'mutation { sendVerificationEmail }', rep)).slice(2)).toEqual(limited);
    expect((await codes(3, () => 'mutation { verifyTwoFactor(twoFactorToken: "x.y", code: "000000") { token } }')).slice(2)).toEqual(limited);
    expect((await codes(3, (turn) => `mutation { resetPassword(token: "guess", password: "Guess-horse-${turn}") }`)).slice(2)).toEqual(limited);
    const { errors } = await app.ask('mutation { requestPasswordReset(email: "rep@example.com") }');
    expect(errors?.[0]).toMatchObject({ message: expect.stringMatching(/^Too many attempts. Try again in \d+ seconds.$/) as string, extensions: { retryAfter: expect.any(Number) as number } });
  });

  it('counts guesses that arrive together', async () => {
    const app = await startIdentity({ database: await open(), settings: { signIn: { maxFailures: 3 } } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => app.ask('mutation { signIn(email: "rep@example.com", password: "Wrong-1234") { token } }')));
    expect(answers.filter((answer) => codeOf(answer) === 'UNAUTHENTICATED')).toHaveLength(3);
    expect(answers.filter((answer) => codeOf(answer) === 'RATE_LIMITED')).toHaveLength(5);
  });

  it('refuses inactive people, and ends their sessions when they become inactive', async () => {
    const app = await startIdentity({ database: await open() });
    const admin = await app.signIn();
    const rep = await app.signIn('rep@example.com');
    const { me } = (await app.data('{ me { id } }', rep)) as unknown as { me: { id: string } };
    await app.data(`mutation { updateUser(id: "${me.id}", input: { active: false }) { record { active } } }`, admin);
    expect(codeOf(await app.ask('{ me { id } }', rep))).toBe('UNAUTHENTICATED');
    expect(codeOf(await app.ask(`mutation { signIn(email: "rep@example.com", password: "${password}") { token } }`))).toBe('UNAUTHENTICATED');
  });

  it('takes a changed address as not verified', async () => {
    const app = await startIdentity({ database: await open() });
    const { me } = (await app.data('{ me { id emailVerified } }', await app.signIn('rep@example.com'))) as unknown as { me: { id: string; emailVerified: boolean } };
    expect(me.emailVerified).toBe(true);
    expect(await app.data(`mutation { updateUser(id: "${me.id}", input: { email: "rep@example.com", name: "R" }) { record { emailVerified } } }`)).toEqual({ updateUser: { record: { emailVerified: true } } });
    expect(await app.data(`mutation { updateUser(id: "${me.id}", input: { email: "new@example.com" }) { record { emailVerified } } }`)).toEqual({ updateUser: { record: { emailVerified: false } } });
  });

  it('registers people, unless signing up is off', async () => {
    const app = await startIdentity({ database: await open(), plugins: [showCaller] });
    const { headers, id } = await app.signUp('ada');
    expect(await app.data('{ caller }', headers)).toMatchObject({ caller: { kind: 'user', userId: id, roles: [], attributes: { email: 'ada@example.com' } } });
    expect(await app.data('{ users(where: { email: { eq: "ada@example.com" } }) { nodes { id name emailVerified } } }')).toEqual({ users: { nodes: [{ id, name: 'ada', emailVerified: false }] } });
    expect(codeOf(await app.ask(`mutation { signUp(name: "A", email: "ADA@example.com", password: "${password}") { token } }`))).toBe('CONFLICT');
  });

  it('takes no sign-ups where they are off', async () => {
    const app = await startIdentity({ database: await open(), settings: { signUp: false } });
    expect((await app.ask(`mutation { signUp(name: "A", email: "a@example.com", password: "${password}") { token } }`)).errors).toHaveLength(1);
    expect(await app.data('{ usersAggregate { count } }')).toEqual({ usersAggregate: { count: 2 } });
  });

  it('asks for a verified address where settings say so', async () => {
    const app = await startIdentity({ database: await open(), settings: { requireVerifiedEmail: true } });
    expect(await app.data(`mutation { signUp(name: "Ada", email: "ada@example.com", password: "${password}") { token user { id } } }`)).toEqual({ signUp: { token: null, user: null } });
    expect(codeOf(await app.ask(`mutation { signIn(email: "ada@example.com", password: "${password}") { token } }`))).toBe('FORBIDDEN');
    const code = /code (\S+)/.exec(app.mails.at(-1)?.text ?? '')?.[1] ?? '';
    expect(codeOf(await app.ask(`mutation { verifyEmail(token: "${code}x") }`))).toBeDefined();
    expect(await app.data(`mutation { verifyEmail(token: "${code}") }`)).toEqual({ verifyEmail: true });
    expect(await app.data('{ me { emailVerified } }', await app.signIn('ada@example.com'))).toEqual({ me: { emailVerified: true } });
  });
});
