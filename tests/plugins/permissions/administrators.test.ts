import { expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import type { RuleDefinition } from '../../../src/plugins/permissions/definitions/read-rules.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { administrator, startIdentity } from '../identity/support.ts';

/** A field for a set that nobody has. */
const hidden: Plugin = { name: 'test-hidden', version: '1.0.0', description: 'Hides a field.', metadata: { objects: [{ name: 'safe', fields: { code: { type: 'text', visible_to: ['keeper'] } } }] } };
const keeper: RuleDefinition = { kind: 'permission', value: { name: 'keeper', objects: { note: { allowRead: true } } } };
const small: RuleDefinition = { kind: 'profile', value: { name: 'administrator', objects: { note: { allowRead: true } } } };
const assignments = '{ permissionAssignments { nodes { permissionSet user { email } } } }';

describeEachDatabase('the first administrator', (open) => {
  it('reads and changes everything and gives rights, in an app that has no rules yet', async () => {
    const app = await startIdentity({ database: await open(), open: false, plugins: [hidden, permissions({ definitions: [keeper] })] });
    const me = await app.signIn();
    expect(await app.data('mutation { createSafe(input: { code: "4711" }) { record { code } } createNote(input: { title: "Hello" }) { record { title } } }', me)).toEqual({
      createSafe: { record: { code: '4711' } },
      createNote: { record: { title: 'Hello' } },
    });
    expect(await app.data('{ safes(where: { code: { eq: "4711" } }) { totalCount } users(orderBy: [{ email: ASC }]) { nodes { email } } sessions { totalCount } accessAudits { totalCount } }', me)).toEqual({
      safes: { totalCount: 1 },
      users: { nodes: [{ email: administrator }, { email: 'rep@example.com' }] },
      sessions: { totalCount: 1 },
      accessAudits: { totalCount: 1 },
    });
    const rep = await app.signIn('rep@example.com');
    expect((await app.ask('{ notes { nodes { title } } }', rep)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    const { users } = (await app.data('{ users(where: { email: { eq: "rep@example.com" } }) { nodes { id } } }', me)) as unknown as { users: { nodes: [{ id: string }] } };
    await app.data(`mutation { createPermissionAssignment(input: { userId: "${users.nodes[0].id}", permissionSet: "keeper" }) { record { id } } }`, me);
    expect(await app.data('{ notes { totalCount } }', rep)).toEqual({ notes: { totalCount: 0 } });
  });

  it('has the profile of the files where these define one, and keeps what was taken away', async () => {
    const database = await open();
    const app = await startIdentity({ database, open: false, plugins: [permissions({ definitions: [small] })] });
    const me = await app.signIn();
    expect(await app.data('{ notes { totalCount } }', me)).toEqual({ notes: { totalCount: 0 } });
    expect((await app.ask('mutation { createNote(input: { title: "x" }) { record { id } } }', me)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
    expect((await app.ask(assignments, me)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('gets the profile at the next start where rules come later, once', async () => {
    const database = await open();
    const before = await startIdentity({ database });
    await before.signIn();
    for (const start of [1, 2]) {
      const app = await startIdentity({ database, open: false, plugins: [permissions()] });
      expect([start, await app.data(assignments, await app.signIn())]).toEqual([start, { permissionAssignments: { nodes: [{ permissionSet: 'administrator', user: { email: administrator } }] } }]);
    }
  });
});
