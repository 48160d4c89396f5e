import { expect, it } from 'vitest';
import { createLog } from '../../../src/server/log.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import type { SignInHint } from '../../../src/server/phase.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { administrator, startIdentity } from './support.ts';

/** A log whose lines are kept. */
function keptLog() {
  const lines: string[] = [];
  const log = createLog({ level: 'warn', destination: { write: (line: string) => void lines.push(line) } });
  return { log, lines, printed: () => lines.flatMap((line) => /The password is (\S+), which is shown only now/.exec(line)?.[1] ?? []) };
}

/** A plugin that stands for the command line, with what it was told. */
function keptBanner() {
  const hints: SignInHint[] = [];
  const plugin: Plugin = { name: 'test-banner', version: '1.0.0', description: 'Keeps what people are told.', lifecycle: { init: ({ services }) => services.register('banner', { signIn: (hint) => void hints.push(hint) }) } };
  return { plugin, hints };
}

describeEachDatabase('the first start', (open, kind) => {
  it('prints a password that signs the administrator in, once', async () => {
    const database = await open();
    const first = keptLog();
    const app = await startIdentity({ database, settings: { samplePassword: undefined }, log: first.log });
    const [secret = '', ...others] = first.printed();
    expect(others).toEqual([]);
    const headers = await app.signIn(administrator, secret);
    expect(await app.data('{ me { email administrator emailVerified } }', headers)).toEqual({ me: { email: administrator, administrator: true, emailVerified: true } });
    await app.signIn('rep@example.com', secret);

    const second = keptLog();
    const again = await startIdentity({ database, settings: { samplePassword: undefined }, log: second.log });
    expect(second.printed()).toEqual([]);
    await again.signIn(administrator, secret);
  });

  it('tells a person who watches instead of the log, and later who may sign in', async () => {
    const database = await open();
    const { log, printed } = keptLog();
    const first = keptBanner();
    const app = await startIdentity({ database, settings: { samplePassword: undefined }, log, plugins: [first.plugin] });
    expect(printed()).toEqual([]);
    expect(first.hints).toEqual([{ addresses: [administrator, 'rep@example.com'], newPassword: expect.any(String), password: expect.stringContaining('shown only now') }]);
    await app.signIn(administrator, first.hints[0]?.newPassword);

    const second = keptBanner();
    await startIdentity({ database, settings: { samplePassword: undefined }, plugins: [second.plugin] });
    expect(second.hints).toEqual([{ addresses: [administrator, 'rep@example.com'], newPassword: undefined, password: expect.stringContaining('of the first start') }]);
  });

  it('gives the password to those alone whom the settings name, and says whom it does not find', async () => {
    const { log, lines } = keptLog();
    const app = await startIdentity({ database: await open(), settings: { samplePeople: ['Ada@example.com'] }, log });
    await app.signIn();
    await expect(app.signIn('rep@example.com')).rejects.toThrow('UNAUTHENTICATED');
    expect(lines.join('')).toContain('identity.samplePeople names ada@example.com, but there is no such user.');
  });

  it('gives it to nobody else in production, and warns that the setting has no effect', async () => {
    const { log, lines } = keptLog();
    const app = await startIdentity({ database: await open(), mode: 'production', log });
    await app.signIn();
    await expect(app.signIn('rep@example.com')).rejects.toThrow('UNAUTHENTICATED');
    expect(lines.join('')).toContain('identity.samplePeople has no effect in production');
  });

  it('makes one administrator when several processes start at once, and prints the one password that is right', async () => {
    const database = await open();
    const logs = [keptLog(), keptLog(), keptLog()];
    const { rows: schemas } = await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] });
    // Each with connections of its own, where there can be more than one.
    const own = () => (kind === 'postgres' ? open({ schema: schemas[0]?.name ?? '' }) : database);
    const apps = await Promise.all(logs.map(async ({ log }) => startIdentity({ database: await own(), settings: { samplePassword: undefined }, log })));
    const printed = logs.flatMap((log) => log.printed());
    expect(printed).toHaveLength(1);
    for (const app of apps) await app.signIn(administrator, printed[0]);
    const { rows } = await database.query({ text: 'SELECT u.email, count(*)::int AS credentials FROM sys_user u JOIN sys_credential c ON c.user_id = u.id GROUP BY u.email ORDER BY u.email', values: [] });
    expect(rows).toEqual([{ email: administrator, credentials: 1 }, { email: 'rep@example.com', credentials: 1 }]);
  });

  it('gives an administrator of the data files the same way in, and leaves a password that is there', async () => {
    const database = await open();
    const app = await startIdentity({ database, settings: { administratorEmail: 'rep@example.com', samplePassword: 'Rep-horse-battery-9' } });
    await app.signIn('rep@example.com', 'Rep-horse-battery-9');
    await database.query({ text: 'UPDATE sys_user SET administrator = false', values: [] });
    const again = await startIdentity({ database, settings: { administratorEmail: 'rep@example.com', samplePassword: 'Other-horse-battery-9' } });
    await again.signIn('rep@example.com', 'Rep-horse-battery-9');
    expect((await database.query({ text: "SELECT 1 FROM sys_user WHERE administrator AND email = 'rep@example.com'", values: [] })).rows).toHaveLength(1);
  });
});
