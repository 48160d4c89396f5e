import { expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { readChanges } from '../../../src/resolvers/write/change-log/read-changes.ts';
import { until } from '../../support/cli.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { codeAt, password, startIdentity } from './support.ts';

const seen = (list: { object: string; kind: string }[]): Plugin => ({
  name: 'test-watch',
  version: '1.0.0',
  description: 'Notes what was committed.',
  mutation: { committed: (changes) => void list.push(...changes.map(({ object, kind }) => ({ object, kind }))) },
});

describeEachDatabase('records of identity', (open) => {
  it('are in the change log with their maker, and shown to hooks, like every other write', async () => {
    const database = await open();
    const committed: { object: string; kind: string }[] = [];
    const app = await startIdentity({ database, plugins: [seen(committed)] });
    const { cursor } = await readChanges(database);
    committed.length = 0;
    const log = async () => (await readChanges(database, { after: cursor })).changes;

    const ada = await app.signUp('ada');
    const { createOrganization: organization } = await app.data('mutation { createOrganization(name: "Example", slug: "example") }', ada.headers);
    await app.data('mutation { inviteMember(email: "bob@example.com", role: "member") }', ada.headers);
    const { createApiKey: key } = (await app.data('mutation { createApiKey(name: "K", scopes: ["read"]) { id key } }', ada.headers)) as unknown as { createApiKey: { id: string; key: string } };
    await app.data(`mutation { revokeApiKey(id: "${key.id}") }`, ada.headers);
    await app.data('mutation { signOut }', ada.headers);

    const changes = await log();
    const lines = changes.map(({ object, kind }) => `${kind} ${object}`);
    for (const line of ['create sys_user', 'create sys_credential', 'create sys_session', 'create sys_organization', 'create sys_member', 'update sys_session', 'create sys_invitation', 'create sys_api_key', 'update sys_api_key', 'delete sys_session']) expect(lines).toContain(line);
    expect(committed.map(({ object, kind }) => `${kind} ${object}`).sort()).toEqual([...lines].sort());
    const made = changes.find(({ object }) => object === 'sys_organization');
    expect(made).toMatchObject({ actor: ada.id, recordId: organization, changes: { name: [null, 'Example'] } });
    expect(changes.find(({ object, kind }) => object === 'sys_session' && kind === 'create')?.actor).toBe(ada.id);
    expect(changes.find(({ object, kind }) => object === 'sys_api_key' && kind === 'update')).toMatchObject({ actor: ada.id, changes: { revoked_at: [null, expect.any(String)] } });
    const { rows } = await database.query<{ created_by: string; version: number }>({ text: 'SELECT created_by, version FROM sys_api_key', values: [] });
    expect(rows).toEqual([{ created_by: ada.id, version: 2 }]);
  });

  it('never show a secret in the change log', async () => {
    const database = await open();
    const app = await startIdentity({ database });
    const ada = await app.signUp('ada');
    const { enableTwoFactor: setup } = (await app.data(`mutation { enableTwoFactor(password: "${password}") { totpUri backupCodes } }`, ada.headers)) as unknown as { enableTwoFactor: { totpUri: string; backupCodes: string[] } };
    await app.data(`mutation { confirmTwoFactor(code: "${codeAt(new URL(setup.totpUri).searchParams.get('secret') ?? '')}") { token } }`, ada.headers);
    const key = ((await app.data('mutation { createApiKey(name: "K", scopes: ["read"]) { key } }', await app.signIn())) as unknown as { createApiKey: { key: string } }).createApiKey.key;

    const { changes } = await readChanges(database, { limit: 1000 });
    expect(changes.find(({ object }) => object === 'sys_credential')?.changes).toMatchObject({ password: [null, '••••••••'], provider_id: [null, '••••••••'] });
    expect(changes.find(({ object }) => object === 'sys_two_factor')?.changes).toMatchObject({ secret: [null, '••••••••'], backup_codes: [null, '••••••••'] });
    const secrets = await database.query<{ secret: string }>({
      text: 'SELECT password AS secret FROM sys_credential UNION SELECT token FROM sys_session UNION SELECT secret FROM sys_two_factor UNION SELECT backup_codes FROM sys_two_factor UNION SELECT hash FROM sys_api_key UNION SELECT hash FROM objectos_password_history',
      values: [],
    });
    const logged = JSON.stringify(changes);
    for (const secret of [...secrets.rows.map((row) => row.secret), key, password, String(ada.headers['authorization']).slice(7), ...setup.backupCodes]) expect(logged).not.toContain(secret);
  });

  it('do not fill the log when sessions and keys are used', async () => {
    const database = await open();
    const app = await startIdentity({ database });
    const headers = await app.signIn();
    const { createApiKey: key } = (await app.data('mutation { createApiKey(name: "K", scopes: ["read"]) { id key } }', headers)) as unknown as { createApiKey: { id: string; key: string } };
    await database.query({ text: "UPDATE sys_session SET last_seen_at = now() - interval '20 minutes'", values: [] });
    const { cursor } = await readChanges(database);
    const later = await startIdentity({ database });
    await later.data('{ me { id } }', headers);
    await later.data('{ notes { nodes { id } } }', { 'x-api-key': key.key });
    const { rows } = await database.query({ text: "SELECT 1 FROM sys_session s, sys_api_key k WHERE s.last_seen_at > now() - interval '1 minute' AND k.last_used_at IS NOT NULL", values: [] });
    expect(rows).toHaveLength(1);
    expect((await readChanges(database, { after: cursor })).changes).toEqual([]);
  });

  it('stop a sign-up that a hook refuses, and leave nothing of it', async () => {
    const database = await open();
    const refusing: Plugin = {
      name: 'test-refuse',
      version: '1.0.0',
      description: 'Refuses people.',
      mutation: { objects: ['sys_credential'], validate: (changes, _, report) => changes.forEach((change) => report(change, { code: 'NO', message: 'Not here.' })) },
    };
    const first = await startIdentity({ database });
    await first.platform.stop();
    const app = await startIdentity({ database, plugins: [refusing] });
    const { errors } = await app.ask(`mutation { signUp(name: "Eve", email: "eve@example.com", password: "${password}") { token } }`);
    expect(errors).toHaveLength(1);
    expect((await database.query({ text: "SELECT 1 FROM sys_user WHERE email = 'eve@example.com'", values: [] })).rows).toEqual([]);
  });

  it('are cleaned up regularly once sessions and codes have expired', async () => {
    const database = await open();
    const app = await startIdentity({ database, cleanUpInterval: 100 });
    const [kept] = [await app.signIn(), await app.signIn(), await app.signIn()];
    await app.data('mutation { requestPasswordReset(email: "rep@example.com") }');
    const { cursor } = await readChanges(database);
    const sessions = await database.query<{ id: string }>({ text: 'SELECT id FROM sys_session ORDER BY created_at, id', values: [] });
    const [, second, third] = sessions.rows.map(({ id }) => id);
    await database.query({ text: "UPDATE sys_session SET expires_at = now() - interval '1 second' WHERE id = $1", values: [second] });
    await database.query({ text: "UPDATE sys_session SET created_at = now() - interval '1 hour', last_seen_at = now() - interval '31 minutes' WHERE id = $1", values: [third] });
    await database.query({ text: "UPDATE objectos_verification SET expires_at = now() - interval '1 second'", values: [] });
    await database.query({ text: "UPDATE objectos_sign_in_attempt SET expires_at = now() - interval '1 second'", values: [] });
    const count = async (table: string) => (await database.query({ text: `SELECT 1 FROM ${table}`, values: [] })).rows.length;
    await until(async () => ((await count('sys_session')) === 1 && (await count('objectos_verification')) === 0 && (await count('objectos_sign_in_attempt')) === 0) ? true : undefined, () => 'something is left', 5_000);
    expect((await readChanges(database, { after: cursor })).changes.map(({ object, kind, recordId }) => [object, kind, recordId]).sort()).toEqual([['sys_session', 'delete', second], ['sys_session', 'delete', third]].sort());
    expect(await app.data('{ me { sessions { current } } }', kept)).toEqual({ me: { sessions: [{ current: true }] } });
  });
});
