import { beforeAll, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { identity } from '../../../src/plugins/identity/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const ids = { boss: '018f0000-0000-7000-8000-000000000001', rep: '018f0000-0000-7000-8000-000000000002', admin: '018f0000-0000-7000-8000-000000000003', gone: '018f0000-0000-7000-8000-000000000004', maker: '018f0000-0000-7000-8000-000000000005' };
type Person = keyof typeof ids;
const ofRep = '018f0000-0000-7000-8000-0000000000a1';
const ofBoss = '018f0000-0000-7000-8000-0000000000a2';
const nobody = '018f0000-0000-7000-8000-00000000dead';

const objects = [
  {
    name: 'account', enable: { trash: true },
    fields: {
      name: { type: 'text' }, industry: { type: 'select', options: ['tech', 'retail'] }, revenue: { type: 'currency', visible_to: ['boss'] },
      doubled: { type: 'formula', expression: 'revenue * 2', returnType: 'currency' }, phone: { type: 'text', maskingRule: { strategy: 'partial', keepTail: 2 } }, owner: { type: 'user' },
    },
  },
];
const definitions = [
  { kind: 'role', value: [{ name: 'boss' }, { name: 'sales', parent: 'boss' }] },
  { kind: 'profile', value: [{ name: 'staff', objects: { account: { allowRead: true, allowEdit: true } } }, { name: 'maker', objects: { account: { allowCreate: true } } }, { name: 'admin', objects: { '*': { viewAllRecords: true } }, systemPermissions: ['manage_users'] }] },
  { kind: 'sharing', value: { name: 'rich ones', object: 'account', condition: { revenue: { $gt: 100 } }, accessLevel: 'edit', sharedWith: { type: 'role', value: 'sales' } } },
  { kind: 'policy', value: { name: 'no retail', object: 'account', operation: 'update', using: "industry != 'retail'" } },
  { kind: 'policy', value: { name: 'new ones are named', object: 'account', operation: 'insert', check: 'NOT ISBLANK(name)' } },
] as const;

describeEachDatabase('explainAccess', (openDatabase) => {
  let app: TestPlatform;
  const as = (person: Person): TestPlatform => app.as({ userId: ids[person] });
  const ask = async (who: TestPlatform, args: string, selection = 'allowed summary layers { step kind permissionSet name outcome detail }') => {
    const { data, errors } = await who.query(`{ explainAccess(object: "account", ${args}) { ${selection} } }`);
    return { told: data?.['explainAccess'] as { allowed: boolean; summary: string; layers: readonly Readonly<Record<string, string>>[] } | null | undefined, codes: errors?.map(({ extensions }) => extensions?.['code']) };
  };

  beforeAll(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [rules(), permissions({ definitions }), identity({ mode: 'test' })], open: false });
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [${Object.entries(ids).map(([name, id]) => `{ id: "${id}", name: "${name}", email: "${name}@example.com", active: ${name !== 'gone'} }`).join(' ')}]) { count }
      createRoleAssignments(input: [{ userId: "${ids.boss}", role: "boss" }, { userId: "${ids.rep}", role: "sales" }]) { count }
      createPermissionAssignments(input: [${(['boss', 'rep', 'gone'] as const).map((name) => `{ userId: "${ids[name]}", permissionSet: "staff" }`).join(' ')} { userId: "${ids.maker}", permissionSet: "maker" } { userId: "${ids.admin}", permissionSet: "admin" }]) { count }
      createAccounts(input: [{ id: "${ofRep}", name: "a", industry: RETAIL, revenue: "500", phone: "123456", ownerId: "${ids.rep}" }, { id: "${ofBoss}", name: "b", industry: TECH, revenue: "500", ownerId: "${ids.boss}" }]) { count }
    }`);
    expect(errors).toBeUndefined();
  });

  it('tells administrators each layer', async () => {
    const { told } = await ask(as('admin'), `id: "${ofRep}", action: EDIT, as: "${ids.boss}"`);
    expect(told).toMatchObject({ allowed: false, summary: 'The record cannot be edited: no policy of account lets it through.' });
    expect(told?.layers.filter(({ step }) => step === 'CHANGE').map(({ kind, name, outcome, detail }) => [kind, name, outcome, detail])).toEqual([
      ['OBJECT_RIGHTS', 'staff', 'GRANTED', null],
      ['SHARING', 'sharing model private', 'DENIED', null],
      ['SHARING', 'owner', 'DENIED', null],
      ['SHARING', 'role hierarchy', 'GRANTED', null],
      ['SHARING', 'sharing rule rich ones', 'DENIED', 'it is not for the caller'],
      ['SHARING', 'manual share', 'DENIED', 'no record is shared with the caller by hand'],
      ['POLICY', 'no retail', 'DENIED', null],
      ['PERMISSION_SET', 'staff', 'DENIED', null],
    ]);
  });

  it('says where a right goes past sharing, and which object right is missing', async () => {
    const read = await ask(as('admin'), `id: "${ofBoss}", action: READ`);
    expect(read.told?.layers).toContainEqual({ step: 'SEE', kind: 'SHARING', permissionSet: null, name: 'owner', outcome: 'NOT_NEEDED', detail: null });
    expect(read.told?.layers).toContainEqual({ step: 'SEE', kind: 'PERMISSION_SET', permissionSet: 'admin', name: 'admin', outcome: 'GRANTED', detail: 'viewAllRecords' });
    expect((await ask(as('admin'), `id: "${ofBoss}", action: DELETE, as: "${ids.boss}"`)).told?.summary).toBe('The record cannot be deleted: no permission set of the caller allows it on account.');
  });

  it('explains the fields of the record', async () => {
    const fields = async (who: TestPlatform) => (await ask(who, `id: "${ofRep}", action: READ, as: "${ids.rep}"`, 'fields { name canRead canEdit canFilter mask guarded readers editors }')).told;
    expect(await fields(as('admin'))).toMatchObject({
      fields: expect.arrayContaining([
        { name: 'revenue', canRead: false, canEdit: false, canFilter: false, mask: null, guarded: true, readers: [], editors: [] },
        { name: 'phone', canRead: true, canEdit: false, canFilter: false, mask: 'partial', guarded: false, readers: ['staff'], editors: ['staff'] },
        { name: 'created_at', canRead: true, canEdit: false, canFilter: true, mask: null, guarded: false, readers: ['staff'], editors: [] },
      ]) as unknown,
    });
    expect(JSON.stringify(await fields(as('rep')))).not.toContain('revenue');
  });

  it('explains creating, without a record', async () => {
    const create = (who: TestPlatform, as: Person) => ask(who, `action: CREATE, as: "${ids[as]}"`, 'id allowed summary layers { step kind name outcome } fields { name canEdit hiddenBy }');
    const maker = await create(as('admin'), 'maker');
    expect(maker.told).toMatchObject({ id: null, allowed: true, summary: 'Allowed for records that the rules let through.' });
    expect(maker.told?.layers).toEqual([
      { step: 'CREATE', kind: 'OBJECT_RIGHTS', name: 'maker', outcome: 'GRANTED' }, { step: 'CREATE', kind: 'POLICY', name: 'new ones are named', outcome: 'DEPENDS' }, { step: 'CREATE', kind: 'PERMISSION_SET', name: 'maker', outcome: 'DEPENDS' },
    ]);
    expect((maker.told as unknown as { fields: unknown[] }).fields).toContainEqual({ name: 'name', canEdit: true, hiddenBy: [] });
    expect((await create(as('admin'), 'rep')).told).toMatchObject({ allowed: false, summary: 'The record cannot be created: no permission set of the caller allows it on account.' });
    expect([(await create(as('rep'), 'rep')).told, (await create(as('rep'), 'maker')).codes]).toEqual([null, ['FORBIDDEN']]);
  });

  it('names what hides a formula, to those who manage rights', async () => {
    const hiddenBy = async (who: TestPlatform) => ((await ask(who, `id: "${ofRep}", action: READ, as: "${ids.rep}"`, 'fields { name canRead hiddenBy }')).told as unknown as { fields: { name: string }[] } | null)?.fields.find(({ name }) => name === 'doubled');
    expect(await hiddenBy(as('admin'))).toEqual({ name: 'doubled', canRead: false, hiddenBy: ['account.revenue'] });
    expect(await hiddenBy(as('rep'))).toBeUndefined();
  });

  it('tells people about themselves nothing that hangs on values which they may not read', async () => {
    const { told } = await ask(as('rep'), `id: "${ofBoss}", action: EDIT`);
    expect(told?.allowed).toBe(true);
    expect(told?.layers.filter(({ kind }) => kind === 'SHARING' || kind === 'POLICY').every(({ outcome }) => outcome === 'DEPENDS' || outcome === 'DENIED')).toBe(true);
    expect(told?.layers).toContainEqual(expect.objectContaining({ name: 'sharing rule rich ones', outcome: 'DEPENDS' }));
    // Rules for others are not named.
    expect(JSON.stringify((await ask(as('boss'), `id: "${ofBoss}", action: EDIT`)).told)).not.toContain('rich ones');
  });

  it('knows no record that the asker may not see, and none for other people without manage_users', async () => {
    for (const id of [ofRep, nobody, 'x']) expect(await ask(app.as({ userId: ids.gone }), `id: "${id}", action: READ`)).toEqual({ told: null, codes: undefined });
    for (const id of [ofRep, nobody]) expect(await ask(as('rep'), `id: "${id}", action: READ, as: "${ids.boss}"`)).toEqual({ told: null, codes: ['FORBIDDEN'] });
    expect(await ask(as('rep'), `id: "${ofRep}", action: READ, as: "${nobody}"`)).toEqual({ told: null, codes: ['FORBIDDEN'] });
    expect((await ask(as('admin'), `id: "${ofRep}", action: READ, as: "${ids.gone}"`)).codes).toEqual(['NOT_FOUND']);
    expect((await ask(as('admin'), `id: "${nobody}", action: READ`)).told).toBeNull();
  });

  it('names the scopes of an API key as the reason', async () => {
    const key = app.as({ kind: 'apiKey', userId: ids.rep, attributes: { scopes: ['account:read'] } });
    const { told } = await ask(key, `id: "${ofBoss}", action: EDIT`);
    expect(told).toMatchObject({ allowed: false, summary: 'The record cannot be edited: it is out of reach for the organization, session, key or token of the caller.' });
    // A key that is for something else administrates nothing.
    expect((await ask(app.as({ kind: 'apiKey', userId: ids.admin, attributes: { scopes: ['account:read'] } }), `id: "${ofRep}", action: READ, as: "${ids.boss}"`)).codes).toEqual(['FORBIDDEN']);
  });
});
