import { beforeAll, expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const ids = { rep: '018f0000-0000-7000-8000-000000000001', boss: '018f0000-0000-7000-8000-000000000002', admin: '018f0000-0000-7000-8000-000000000003', clerk: '018f0000-0000-7000-8000-000000000004' };
type Person = keyof typeof ids;
const ofRep = '018f0000-0000-7000-8000-0000000000a1';
const ofBoss = '018f0000-0000-7000-8000-0000000000a2';

const objects = [
  { name: 'account', fields: { name: { type: 'text', required: true }, code: { type: 'text', unique: true, externalId: true }, revenue: { type: 'currency', visible_to: ['sales'] }, owner: { type: 'user', defaultValue: 'current_user' } } },
  { name: 'contact', sharingModel: 'controlled_by_parent', fields: { name: { type: 'text' }, account: { type: 'master_detail', reference: 'account' } } },
];
const all = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [
  {
    kind: 'profile', value: [
      { name: 'sales', objects: { account: all, contact: all, sys_user: { allowRead: true } } },
      { name: 'admin', objects: { '*': { viewAllRecords: true } }, systemPermissions: ['manage_users', 'view_audit'] },
      { name: 'clerk', objects: { account: { allowRead: true } }, systemPermissions: ['manage_users'] },
    ],
  },
] as const;

const hooked: (string | undefined)[] = [];
const watcher: Plugin = {
  name: 'watcher', version: '1.0.0', description: 'Notes who writes.',
  mutation: { objects: ['account'], before: (_changes, { caller }) => void hooked.push(caller.userId) },
};

describeEachDatabase('dryRunAs', (openDatabase) => {
  let app: TestPlatform;
  const run = async (person: Person, mutation: string, prefix = 'mutation') => {
    const { data, errors } = await app.as({ userId: ids[person] }).query(`${prefix} { ${mutation} }`);
    return { data, codes: errors?.map(({ extensions }) => extensions?.['code']) };
  };
  const as = (person: Person): string => `dryRun: true, dryRunAs: "${ids[person]}"`;
  const stored = async (): Promise<unknown> => (await app.as(systemCaller).query('{ accounts(orderBy: [{ id: ASC }]) { nodes { id name code version ownerId } } contacts { totalCount } }')).data;

  beforeAll(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [permissions({ definitions }), watcher], open: false });
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [${Object.entries(ids).map(([name, id]) => `{ id: "${id}", name: "${name}", email: "${name}@example.com" }`).join(' ')}]) { count }
      createPermissionAssignments(input: [${(['rep', 'boss'] as const).map((name) => `{ userId: "${ids[name]}", permissionSet: "sales" }`).join(' ')} { userId: "${ids.admin}", permissionSet: "admin" } { userId: "${ids.clerk}", permissionSet: "clerk" }]) { count }
      createAccounts(input: [{ id: "${ofRep}", name: "rep's", code: "R", revenue: "7", ownerId: "${ids.rep}" }, { id: "${ofBoss}", name: "boss's", code: "B", revenue: "8", ownerId: "${ids.boss}" }]) { count }
    }`);
    expect(errors).toBeUndefined();
  });

  it('writes with the rights, defaults and hooks of the other, and keeps nothing', async () => {
    const before = await stored();
    hooked.length = 0;
    expect(await run('admin', `createAccount(input: { name: "new" }, ${as('rep')}) { record { name ownerId owner { name } } }`)).toEqual({ data: { createAccount: { record: { name: 'new', ownerId: ids.rep, owner: { name: 'rep' } } } }, codes: undefined });
    expect(hooked).toEqual([ids.rep]);
    expect((await run('admin', `updateAccount(id: "${ofRep}", input: { name: "x" }, ${as('rep')}) { record { name } }`)).data).toEqual({ updateAccount: { record: { name: 'x' } } });
    expect((await run('admin', `updateAccount(id: "${ofBoss}", input: { name: "x" }, ${as('rep')}) { record { name } }`)).codes).toEqual(['NOT_FOUND']);
    expect((await run('admin', `createAccount(input: { name: "" }, ${as('rep')}) { record { name } }`)).codes).toEqual(['VALIDATION_FAILED']);
    expect(await stored()).toEqual(before);
  });

  it('holds for bulk, nested, upserted and deleted records', async () => {
    const before = await stored();
    const ok = async (mutation: string) => {
      const { data, codes } = await run('admin', mutation);
      expect(codes, mutation).toBeUndefined();
      return Object.values(data ?? {})[0];
    };
    expect(await ok(`updateAccounts(where: {}, input: { name: "x" }, ${as('rep')}) { count records { id name } }`)).toEqual({ count: 1, records: [{ id: ofRep, name: 'x' }] });
    expect(await ok(`createAccounts(mode: PARTIAL, input: [{ name: "a" }, { name: "b", code: "B" }], ${as('rep')}) { count rows { index problems { code } } }`)).toEqual({ count: 1, rows: [{ index: 0, problems: [] }, { index: 1, problems: [{ code: 'NOT_UNIQUE' }] }] });
    expect(await ok(`updateAccount(id: "${ofRep}", input: { contacts: { create: [{ name: "c" }] } }, ${as('rep')}) { record { contacts { nodes { name } } } }`)).toEqual({ record: { contacts: { nodes: [{ name: 'c' }] } } });
    expect(await ok(`upsertAccount(by: CODE, input: { code: "R", name: "up" }, ${as('rep')}) { created record { name } }`)).toEqual({ created: false, record: { name: 'up' } });
    expect(await ok(`deleteAccount(id: "${ofRep}", ${as('rep')}) { record { name } }`)).toEqual({ record: { name: "rep's" } });
    expect(await ok(`deleteAccounts(where: {}, ${as('rep')}) { count records { name } }`)).toEqual({ count: 1, records: [{ name: "rep's" }] });
    expect((await run('admin', `updateAccount(id: "${ofRep}", input: { name: "x", contacts: { create: [{ name: "c" }] } }, ${as('boss')}) { record { name } }`)).codes).toEqual(['NOT_FOUND']);
    expect(await stored()).toEqual(before);
  });

  it('shows no values that the asker has no right to read', async () => {
    // The administrator reads all accounts, and no revenue.
    expect(await run('admin', `updateAccount(id: "${ofRep}", input: { name: "x" }, ${as('rep')}) { record { name revenue } }`)).toEqual({ data: { updateAccount: { record: { name: 'x', revenue: null } } }, codes: ['FORBIDDEN'] });
    expect((await run('rep', `updateAccount(id: "${ofRep}", input: { name: "x" }, dryRun: true) { record { revenue } }`)).data).toEqual({ updateAccount: { record: { revenue: '7.00' } } });
    // The clerk reads only accounts of their own.
    expect((await run('clerk', `updateAccount(id: "${ofRep}", input: { name: "x" }, ${as('rep')}) { record { name } }`)).data).toEqual({ updateAccount: { record: null } });
    expect((await run('clerk', `deleteAccount(id: "${ofRep}", ${as('rep')}) { record { name } }`)).data).toEqual({ deleteAccount: { record: null } });
    expect((await run('admin', `updateAccounts(where: { revenue: { gt: "1" } }, input: { name: "x" }, ${as('rep')}) { count }`)).codes).toEqual(['FORBIDDEN']);
  });

  it('is for holders of manage_users, and never without dryRun', async () => {
    const before = await stored();
    expect((await run('boss', `updateAccount(id: "${ofRep}", input: { name: "x" }, ${as('rep')}) { record { name } }`)).codes).toEqual(['FORBIDDEN']);
    expect((await run('boss', `updateAccount(id: "${ofRep}", input: { name: "x" }, dryRun: true, dryRunAs: "018f0000-0000-7000-8000-00000000dead") { record { name } }`)).codes).toEqual(['FORBIDDEN']);
    for (const dry of ['', 'dryRun: false,', 'dryRun: true, idempotencyKey: "k",']) {
      expect((await run('admin', `updateAccount(id: "${ofRep}", input: { name: "x" }, ${dry} dryRunAs: "${ids.rep}") { record { name } }`)).codes, dry).toEqual(['BAD_REQUEST']);
    }
    expect((await run('admin', `updateAccount(id: "${ofRep}", input: { name: "x" }, ${as('rep')}) { record { name } }`, 'mutation @atomic')).codes).toEqual(['BAD_REQUEST']);
    expect((await run('admin', `updateAccount(id: "${ofRep}", input: { name: "x" }, dryRun: true, dryRunAs: "018f0000-0000-7000-8000-00000000dead") { record { name } }`)).codes).toEqual(['NOT_FOUND']);
    expect(await stored()).toEqual(before);
  });

  it('leaves a trace that is kept', async () => {
    await run('admin', `updateAccount(id: "${ofRep}", input: { name: "x" }, ${as('boss')}) { record { name } }`);
    const { data } = await app.as({ userId: ids.admin }).query(`{ accessAudits(where: { event: { eq: TRIED }, userId: { eq: "${ids.boss}" } }, orderBy: [{ id: DESC }], first: 1) { nodes { actorId userId name object } } }`);
    expect(data).toEqual({ accessAudits: { nodes: [{ actorId: ids.admin, userId: ids.boss, name: 'update', object: 'account' }] } });
  });
});
