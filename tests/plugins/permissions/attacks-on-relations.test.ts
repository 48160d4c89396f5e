import { beforeAll, describe, expect, it } from 'vitest';
import { setSealingKey } from '../../../src/metadata/sealing.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

setSealingKey(Buffer.alloc(32, 7));

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [me, other, ada, bob, cyd] = [id(1), id(2), id(3), id(4), id(5)];
const nobody = id(99);

const masked = (strategy: string, more = {}) => ({ maskingRule: { strategy, exemptRoles: ['hr'], ...more } });
const objects = [
  {
    name: 'employee', sharingModel: 'public_read_write',
    fields: {
      name: { type: 'text' }, code: { type: 'text', unique: true, externalId: true }, owner: { type: 'user' }, boss: { type: 'lookup', reference: 'employee', relatedName: 'team', visible_to: ['hr'] },
      mentor: { type: 'lookup', reference: 'employee', relatedName: 'mentees', ...masked('nullify') }, age: { type: 'number', ...masked('nullify') }, born: { type: 'date', ...masked('nullify') },
      phone: { type: 'text', ...masked('partial', { keepTail: 2 }) }, iban: { type: 'text', ...masked('hash') }, pin: { type: 'text', ...masked('redact') },
      friends: { type: 'lookup', reference: 'employee', multiple: true, relatedName: 'friendOf', editable_by: ['hr'] }, rivals: { type: 'lookup', reference: 'employee', multiple: true, relatedName: 'rivalOf', editable_by: ['own'] },
    },
  },
  { name: 'memo', fields: { name: { type: 'text' }, about: { type: 'lookup', reference: 'employee', deleteBehavior: 'restrict' }, owner: { type: 'user' } } },
  { name: 'asset', fields: { name: { type: 'text' }, kind: { type: 'text' }, owner: { type: 'user' } } },
];
const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [
  { kind: 'profile', value: [{ name: 'staff', objects: { employee: rights, memo: rights, asset: { ...rights, modifyAllRecords: false, viewAllRecords: true }, sys_user: { allowRead: true } } }, { name: 'hr', objects: { employee: { modifyAllRecords: true }, memo: { modifyAllRecords: true } } }] },
  {
    kind: 'permission',
    value: [
      { name: 'own', objects: { employee: { allowRead: true, allowEdit: true, allowCreate: true } }, rowLevelSecurity: [{ name: 'own', object: 'employee', using: 'owner = current_user.id' }] },
      { name: 'movers', objects: { asset: { allowRead: true, allowEdit: true, allowTransfer: true } }, rowLevelSecurity: [{ name: 'tools', object: 'asset', using: "kind = 'tool'" }] },
    ],
  },
  { kind: 'role', value: [{ name: 'lead' }, { name: 'member', parent: 'lead' }] },
] as const;

describeEachDatabase('attacks along relations', (openDatabase) => {
  let app: TestPlatform;
  let staff: TestPlatform;

  beforeAll(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [permissions({ definitions })], open: false });
    staff = app.as({ userId: me, profile: 'staff' });
    const person = 'age: 41, born: "1980-05-05", phone: "0123456789", iban: "DE1", pin: "1234"';
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [{ id: "${me}", name: "me", email: "me@example.com" }, { id: "${other}", name: "other", email: "other@example.com" }]) { count }
      createEmployees(input: [{ id: "${ada}", name: "Ada", ownerId: "${me}", ${person} }, { id: "${bob}", name: "Bob", code: "B", bossId: "${ada}", mentorId: "${ada}", ownerId: "${other}", ${person} }, { id: "${cyd}", name: "Cyd" }]) { count }
      createMemos(input: [{ name: "1", aboutId: "${ada}", ownerId: "${other}" }, { name: "2", aboutId: "${ada}", ownerId: "${other}" }]) { count }
      createRoleAssignments(input: [{ userId: "${me}", role: "lead" }, { userId: "${other}", role: "member" }]) { count }
      createAssets(input: [{ id: "${id(11)}", name: "car", kind: "car", ownerId: "${other}" }, { id: "${id(12)}", name: "saw", kind: "tool", ownerId: "${other}" }]) { count }
    }`);
    expect(errors).toBeUndefined();
  });

  const codes = async (document: string, who = staff) => (await who.query(document)).errors?.map(({ extensions }) => extensions?.['code']);
  const update = (target: string, input: string) => `mutation { updateEmployee(id: "${target}", dryRun: true, input: { ${input} }) { record { id version } } }`;

  describe('a lookup that the caller may not read', () => {
    it.each(['create: [{ name: "x" }]', `connect: [{ id: "${bob}" }]`, `disconnect: [{ id: "${bob}" }]`, `set: []`, `update: [{ id: "${bob}", input: { name: "x" } }]`, `delete: [{ id: "${bob}" }]`, 'upsert: [{ by: CODE, input: { code: "B" } }]'])(
      'is neither written nor told from its other side: %s',
      async (operation) => {
        for (const target of [ada, cyd]) expect(await codes(update(target, `team: { ${operation} }`)), target).toEqual(['FORBIDDEN']);
      },
    );

    it.each(['update: { name: "x" }', 'delete: true', 'upsert: { name: "x" }'])('is not followed: boss: { %s }', async (operation) => {
      for (const target of [bob, cyd]) expect(await codes(update(target, `boss: { ${operation} }`)), target).toEqual(['FORBIDDEN']);
    });
  });

  describe('a mask', () => {
    it('of every strategy shows, on every type it takes', async () => {
      const { data, errors } = await staff.query(`{ employee(id: "${bob}") { age born phone iban pin mentorId } }`);
      expect(errors).toBeUndefined();
      expect(data).toEqual({ employee: { age: null, born: null, phone: '••••••••89', iban: expect.stringMatching(/^[0-9a-f]{64}$/) as string, pin: '••••••••', mentorId: null } });
      expect((await app.as({ userId: other, profile: 'hr' }).query(`{ employee(id: "${bob}") { age phone mentor { name } } }`)).data).toEqual({ employee: { age: 41, phone: '0123456789', mentor: { name: 'Ada' } } });
    });

    it('on a lookup hides the record behind it, and the collection on the other side', async () => {
      expect((await staff.query(`{ bob: employee(id: "${bob}") { mentor { name } } ada: employee(id: "${ada}") { mentees { totalCount nodes { name } } menteesAggregate { count } } }`)).data).toEqual({
        bob: { mentor: null }, ada: { mentees: { totalCount: 0, nodes: [] }, menteesAggregate: { count: 0 } },
      });
      for (const target of [bob, cyd]) expect(await codes(update(target, 'mentor: { update: { name: "x" } }')), target).toEqual(['FORBIDDEN']);
      for (const target of [ada, cyd]) expect(await codes(update(target, `mentees: { update: [{ id: "${bob}", input: { name: "x" } }] }`)), target).toEqual(['FORBIDDEN']);
    });

    it('cannot be guessed by writing: the same value counts as a change', async () => {
      const version = async (input: string) => (await staff.query(update(ada, input))).data;
      expect(await version('phone: "0123456789"')).toEqual(await version('phone: "0123456780"'));
      expect(await version('age: 41')).toEqual(await version('age: 42'));
    });
  });

  describe('a multiple lookup that the caller may not write', () => {
    it('is not written from its other side', async () => {
      for (const operation of ['create: [{ name: "x" }]', `connect: [{ id: "${bob}" }]`]) expect(await codes(update(ada, `friendOf: { ${operation} }`)), operation).toEqual(['FORBIDDEN']);
    });

    it('is written on those records only for which a set opens it', async () => {
      const both = app.as({ userId: me, profile: 'staff', permissionSets: ['own'] });
      expect(await codes(update(ada, `rivalIds: ["${cyd}"]`), both)).toBeUndefined();
      expect(await codes(update(bob, `rivalIds: ["${cyd}"]`), both)).toEqual(['FORBIDDEN']);
      expect(await codes(update(bob, `rivals: { connect: [{ id: "${cyd}" }] }`), both)).toEqual(['FORBIDDEN']);
      expect(await codes(update(cyd, `rivalOf: { connect: [{ id: "${bob}" }] }`), both)).toEqual(['FORBIDDEN']);
      expect(await codes(update(cyd, `rivalOf: { connect: [{ id: "${ada}" }] }`), both)).toBeUndefined();
      const create = (owner: string) => `mutation { createEmployee(dryRun: true, input: { name: "x"${owner}, rivalIds: ["${cyd}"] }) { record { id } } }`;
      expect(await codes(create(`, ownerId: "${me}"`), both)).toBeUndefined();
      expect(await codes(create(''), both)).toEqual(['FORBIDDEN']);
    });
  });

  it('the right to transfer counts on the rows of its set', async () => {
    const mover = app.as({ userId: me, profile: 'staff', permissionSets: ['movers'] });
    const give = (asset: string) => codes(`mutation { updateAsset(id: "${asset}", dryRun: true, input: { ownerId: "${me}" }) { record { id } } }`, mover);
    expect(await give(id(12))).toBeUndefined();
    expect(await give(id(11))).toEqual(['FORBIDDEN']);
  });

  it('what keeps a record from being deleted is not told to those who do not see it', async () => {
    const { errors } = await staff.query(`mutation { deleteEmployee(id: "${ada}", dryRun: true) { record { id } } }`, undefined);
    // Deleting takes more than the sharing model gives, except to the owner.
    expect(errors?.[0]).toMatchObject({ message: 'Employee cannot be deleted: other records still point to it.', extensions: { code: 'CONFLICT' } });
    expect(JSON.stringify(errors)).not.toMatch(/memo/i);
    expect((await app.as({ userId: other, profile: 'hr' }).query(`mutation { deleteEmployee(id: "${ada}", dryRun: true) { record { id } } }`)).errors?.[0]?.message).toContain('2 Memos');
  });

  it('a record that is not there answers as one that is out of sight, whatever is nested in it', async () => {
    for (const input of ['team: { create: [{ name: "x" }] }', 'boss: { update: { name: "x" } }', 'friendOf: { create: [{ name: "x" }] }']) {
      expect(await codes(update(nobody, input)), input).toEqual(['FORBIDDEN']);
    }
  });
});
