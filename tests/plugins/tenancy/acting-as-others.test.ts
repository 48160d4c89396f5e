import { beforeAll, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller, type Caller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { accountId, codesOf, organizations, people, startTenancy, type TenancyApp } from './support.ts';

const mine = accountId(1);
const theirs = accountId(11);
const definitions = [{ kind: 'role', value: [{ name: 'owner' }, { name: 'member' }, { name: 'administrator' }] }, { kind: 'profile', value: { name: 'all', objects: { '*': { modifyAllRecords: true, allowCreate: true }, sys_user: { modifyAllRecords: true } }, systemPermissions: ['manage_users'] } }, { kind: 'profile', value: { name: 'narrow', objects: { account: { allowRead: true }, sys_user: { allowRead: true, viewAllRecords: true } }, systemPermissions: ['manage_users'] } }] as const;

describeEachDatabase('trying a write as somebody else', (open) => {
  let app: TenancyApp;
  const cat: Partial<Caller> = { userId: people.cat, organizationId: organizations.alpha, profile: 'all' };
  const rename = (id: string) => `mutation { updateAccount(id: "${id}", input: { name: "New" }, dryRun: true, dryRunAs: "${people.ann}") { clientMutationId } }`;
  const asKey = (...scopes: string[]) => app.as({ ...cat, kind: 'apiKey', attributes: { scopes } });

  beforeAll(async () => {
    const database = await open();
    app = await startTenancy({ database, open: false, plugins: [permissions({ definitions })] });
    for (const [organization, id] of [['alpha', mine], ['beta', theirs]] as const) {
      const { errors } = await app.as({ ...cat, organizationId: organizations[organization] }).query(`mutation { createAccount(input: { id: "${id}", name: "Old" }) { record { id } } }`);
      expect(errors).toBeUndefined();
    }
    // Ann is a member of Alpha, and an administrator of the whole platform.
    await database.query({ text: 'UPDATE sys_user SET administrator = true WHERE id = $1', values: [people.ann] });
    const { errors } = await app.as(systemCaller).query(`mutation { createPermissionAssignment(input: { userId: "${people.ann}", permissionSet: "all" }) { record { id } } }`);
    expect(errors).toBeUndefined();
  });

  it('stays in the organization of who tries, also as an administrator of all', async () => {
    expect(await app.as(cat).query(rename(mine))).toEqual({ data: { updateAccount: { clientMutationId: null } } });
    expect(codesOf(await app.as(cat).query(rename(theirs)))).toEqual(['NOT_FOUND']);
    const renameUser = (id: string, as: string) => `mutation { updateUser(id: "${id}", input: { name: "New" }, dryRun: true${as}) { clientMutationId } }`;
    expect((await app.as({ ...cat, userId: people.ann, roles: ['administrator'] }).query(renameUser(people.bea, ''))).errors).toBeUndefined();
    expect(codesOf(await app.as(cat).query(renameUser(people.bea, `, dryRunAs: "${people.ann}"`)))).toEqual(['NOT_FOUND']);
  });

  it('shows the record, as far as the asker reads all of its kind in the organization', async () => {
    const named = (write: string) => app.as(cat).query(`mutation { ${write}, dryRun: true, dryRunAs: "${people.ann}") { record { name } } }`);
    expect(await named(`updateAccount(id: "${mine}", input: { name: "New" }`)).toEqual({ data: { updateAccount: { record: { name: 'New' } } } });
    expect(await named('createAccount(input: { name: "Another" }')).toEqual({ data: { createAccount: { record: { name: 'Another' } } } });
    // Who reads some of them could write a record into sight.
    const narrow: Partial<Caller> = { ...cat, profile: 'narrow' };
    const own = await app.as(narrow).query(`mutation { createAccount(input: { name: "Mine", ownerId: "${people.cat}" }, dryRun: true, dryRunAs: "${people.ann}") { record { name } } }`);
    expect([own.data, codesOf(own)]).toEqual([{ createAccount: { record: null } }, ['FORBIDDEN']]);
  });

  it('is reported with the roles that people have by membership there', async () => {
    const combinations = async (organizationId: string) => (await app.as({ ...cat, organizationId }).query('{ accessReport(object: "Account") { combinations { nodes { permissionSets roles userCount } } } }')).data;
    expect(await combinations(organizations.alpha)).toEqual({
      accessReport: { combinations: { nodes: [{ permissionSets: [], roles: ['member'], userCount: 1 }, { permissionSets: ['all'], roles: ['administrator', 'owner'], userCount: 1 }] } },
    });
    expect(await combinations(organizations.beta)).toEqual({ accessReport: { combinations: { nodes: [{ permissionSets: [], roles: [], userCount: 1 }, { permissionSets: [], roles: ['owner'], userCount: 1 }] } } });
  });

  it('stays within the scopes of the key that tries', async () => {
    expect(await asKey('write').query(rename(mine))).toEqual({ data: { updateAccount: { clientMutationId: null } } });
    expect(codesOf(await asKey('account:write').query(rename(mine)))).toEqual(['FORBIDDEN']);
    expect(codesOf(await asKey('sys_permission_assignment:write', 'sys_user:read', 'account:read').query(rename(mine)))).toEqual(['FORBIDDEN']);
  });

  it('explains nothing about records that a key is not for', async () => {
    const explain = `{ explainAccess(object: "account", id: "${mine}", action: READ, as: "${people.ann}") { allowed } }`;
    expect(await asKey('read').query(explain)).toEqual({ data: { explainAccess: { allowed: true } } });
    expect(await asKey('sys_permission_assignment:read', 'sys_user:read').query(explain)).toEqual({ data: { explainAccess: null } });
  });
});
