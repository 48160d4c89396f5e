import { getNamedType, isInputObjectType, type GraphQLInputObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startIdentity, type IdentityApp } from '../identity/support.ts';

const everything = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true, allowTransfer: true, viewAllRecords: true, modifyAllRecords: true };
const own = ['sys_session', 'sys_organization', 'sys_member', 'sys_invitation', 'sys_api_key'];
const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [
  {
    kind: 'profile',
    value: [
      { name: 'readers', objects: { note: rights, sys_user: { allowRead: true } } },
      { name: 'editors', objects: { note: rights, sys_user: { allowRead: true, allowEdit: true } } },
      // As much as a profile can say, without a system permission.
      { name: 'greedy', objects: Object.fromEntries(['note', 'sys_user', ...own].map((object) => [object, everything])) },
      { name: 'chief', objects: { sys_user: everything }, systemPermissions: ['manage_users', 'manage_sharing'] },
    ],
  },
] as const;

interface Person {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function start(app: IdentityApp, names: readonly string[]): Promise<Readonly<Record<string, Person>>> {
  const people: Record<string, Person> = {};
  for (const name of names) {
    const { id, headers } = await app.signUp(name);
    people[name] = { id, headers };
    const { errors } = await app.platform.execute({ query: `mutation { createPermissionAssignment(input: { userId: "${id}", permissionSet: "${name}" }) { record { id } } }`, caller: systemCaller });
    expect(errors).toBeUndefined();
  }
  return people;
}

async function codes(app: IdentityApp, { headers }: Person, id: string, input: string): Promise<readonly unknown[] | undefined> {
  return (await app.ask(`mutation { updateUser(id: "${id}", input: { ${input} }) { record { id } } }`, headers)).errors?.map(({ extensions }) => extensions?.['code']);
}

describeEachDatabase('objects of the platform', (open) => {
  it('of identity are written in no way but by its mutations, whatever a profile says', async () => {
    const app = await startIdentity({ database: await open(), plugins: [permissions({ definitions })], open: false });
    const { schema } = app.platform;
    const types = ['Session', 'Organization', 'Member', 'Invitation', 'ApiKey'];
    const written = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ extensions: { objectos: source } }) => (source?.kind === 'mutation' ? [source.object] : []));
    expect(written).toContain('sys_user');
    for (const object of own) expect(written).not.toContain(object);
    // No input of a write leads to them, at whatever depth.
    for (const type of Object.values(schema.getTypeMap()).filter((each): each is GraphQLInputObjectType => isInputObjectType(each) && /(Create|Update)Input$/.test(each.name))) {
      const nested = Object.values(type.getFields()).filter((field) => isInputObjectType(getNamedType(field.type)) && new RegExp(`^(${types.join('|')})ToManyInput$`).test(getNamedType(field.type).name));
      expect(nested.map(({ name }) => `${type.name}.${name}`)).toEqual([]);
    }

    const { greedy, readers } = await start(app, ['readers', 'greedy']) as { greedy: Person; readers: Person };
    await app.data('mutation { createOrganization(name: "Example", slug: "example") }', readers.headers);
    const found = await app.data('{ members { nodes { id } } }', greedy.headers) as unknown as { members: { nodes: { id: string }[] } };
    const [member] = found.members.nodes;
    for (const input of [`memberships: { connect: [{ id: "${member?.id}" }] }`, 'memberships: { set: [] }', 'sessions: { set: [] }', 'apiKeys: { set: [] }', 'sentInvitations: { set: [] }']) {
      expect(await codes(app, greedy, readers.id, input), input).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    }
  });

  it('that decide about rights are closed to everybody without the system permission, nested writes too', async () => {
    const app = await startIdentity({ database: await open(), plugins: [permissions({ definitions })], open: false });
    const { editors, greedy, chief } = await start(app, ['readers', 'editors', 'greedy', 'chief']) as Record<'editors' | 'greedy' | 'chief', Person>;
    const { data } = await app.ask('{ permissionAssignments { nodes { id userId } } }', chief.headers);
    const assignment = (data as { permissionAssignments: { nodes: { id: string; userId: string }[] } }).permissionAssignments.nodes.find(({ userId }) => userId === chief.id)?.id ?? '';
    for (const { id, headers } of [editors, greedy]) {
      for (const input of [
        'permissionAssignments: { create: [{ permissionSet: "chief" }] }', `permissionAssignments: { connect: [{ id: "${assignment}" }] }`, `permissionAssignments: { set: [{ id: "${assignment}" }] }`, 'permissionAssignments: { set: [] }',
        `permissionAssignments: { upsert: [{ input: { id: "${assignment}" permissionSet: "chief" } }] }`, `permissionAssignments: { update: [{ id: "${assignment}", input: { permissionSet: "greedy" } }] }`, `permissionAssignments: { delete: [{ id: "${assignment}" }] }`,
        'roleAssignments: { create: [{ role: "ceo" }] }', 'groupMemberships: { create: [{ group: "board" }] }',
      ]) {
        expect(await codes(app, { id, headers }, id, input), input).not.toBeUndefined();
      }
      expect((await app.ask('{ permissionAssignments { totalCount } }', headers)).data).toEqual({ permissionAssignments: { totalCount: 0 } });
    }
    const after = await app.platform.execute({ query: '{ permissionAssignments { nodes { userId permissionSet } } roleAssignments { totalCount } groupMembers { totalCount } }', caller: systemCaller });
    expect(after.data).toMatchObject({ roleAssignments: { totalCount: 0 }, groupMembers: { totalCount: 0 } });
    const { nodes } = (after.data as { permissionAssignments: { nodes: { userId: string; permissionSet: string }[] } }).permissionAssignments;
    expect(nodes.filter(({ permissionSet }) => permissionSet === 'chief').map(({ userId }) => userId)).toEqual([chief.id]);
  });

  it('of people take from a person with a right to read them nothing, and from one with a right to edit them no more than the shown fields of their own', async () => {
    const app = await startIdentity({ database: await open(), plugins: [permissions({ definitions })], open: false });
    const { readers, editors, greedy } = await start(app, ['readers', 'editors', 'greedy']) as Record<'readers' | 'editors' | 'greedy', Person>;
    const write = (who: Person, id: string, input: string) => codes(app, who, id, input);
    const { createNote } = await app.data(`mutation { createNote(input: { title: "hers", ownerId: "${greedy.id}" }) { record { id } } }`, greedy.headers) as unknown as { createNote: { record: { id: string } } };

    expect(await write(readers, readers.id, 'name: "x"')).toEqual(['FORBIDDEN']);
    expect(await write(readers, greedy.id, 'email: "mine@example.com"')).toEqual(['FORBIDDEN']);
    // People whom they did not make are not theirs to change: not the address, which leads to the password.
    expect(await write(editors, greedy.id, 'email: "mine@example.com"')).toEqual(['FORBIDDEN']);
    for (const input of ['administrator: true', 'emailVerified: true', 'twoFactorEnabled: false', 'passwordChangedAt: "2020-01-01T00:00:00Z"', 'version: 9', 'createdById: null', 'id: "018f0000-0000-7000-8000-000000000001"']) {
      expect(await codes(app, greedy, greedy.id, input), input).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    }
    // What belongs to others is not taken along with the person either.
    const note = createNote.record.id;
    for (const operation of [`connect: [{ id: "${note}" }]`, `set: [{ id: "${note}" }]`, `update: [{ id: "${note}", input: { title: "x" } }]`, `delete: [{ id: "${note}" }]`, `disconnect: [{ id: "${note}" }]`]) {
      for (const target of [editors.id, greedy.id]) expect(await write(editors, target, `notes: { ${operation} }`), `${operation} ${target}`).not.toBeUndefined();
    }
    const after = await app.platform.execute({ query: `{ note(id: "${note}") { title ownerId } user(id: "${greedy.id}") { email administrator } }`, caller: systemCaller });
    expect(after.data).toEqual({ note: { title: 'hers', ownerId: greedy.id }, user: { email: 'greedy@example.com', administrator: false } });
  });
});
