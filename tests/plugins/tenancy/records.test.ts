import { expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { accountId, codesOf, organizations, people, startTenancy } from './support.ts';

describeEachDatabase('records of tenant-aware objects', (open) => {
  it('belong to the organization in which their creator acts, those of nested and bulk writes too', async () => {
    const database = await open();
    const app = await startTenancy({ database });
    const { data } = await app.acting('cat', 'beta').query(`mutation {
      one: createAccount(input: { name: "One", contacts: { create: [{ name: "Below" }] }, parent: { create: { name: "Above" } }, tags: { create: [{ name: "t" }] } }) { record { organization { name } contacts { nodes { organizationId } } parent { organizationId } tags { nodes { tenant { name } } } } }
      many: upsertAccounts(by: CODE, input: [{ name: "Two", code: "2" }, { name: "Three", code: "3" }]) { records { organizationId } }
    }`);
    const organizationId = organizations.beta;
    expect(data).toEqual({
      one: { record: { organization: { name: 'beta' }, contacts: { nodes: [{ organizationId }] }, parent: { organizationId }, tags: { nodes: [{ tenant: { name: 'beta' } }] } } },
      many: { records: [{ organizationId }, { organizationId }] },
    });
    expect(await app.acting('cat').query('{ accounts { totalCount } contacts { totalCount } tags { totalCount } }')).toEqual({ data: { accounts: { totalCount: 0 }, contacts: { totalCount: 0 }, tags: { totalCount: 0 } } });
    const { rows } = await database.query({ text: `SELECT DISTINCT "organization" FROM "objectos_change_log" WHERE "object" IN ('account', 'contact', 'tag')`, values: [] });
    expect(rows).toEqual([{ organization: organizationId }]);
  });

  it('are told their organization by the platform itself, whose changes are logged under it', async () => {
    const database = await open();
    const app = await startTenancy({ database, data: [{ object: 'tag', externalId: 'name', records: [{ name: 'seeded', tenant_id: 'beta' }] }] });
    expect(await app.acting('bea', 'beta').query('{ tags { nodes { name } } }')).toEqual({ data: { tags: { nodes: [{ name: 'seeded' }] } } });
    const system = app.platform.kernel.services.get('runtime', 'a test').systemContext();
    const { writer } = app.platform;
    await expect(writer.write({ object: 'tag', operation: 'create', options: {}, input: { name: 'lost' } }, system)).rejects.toMatchObject({
      problems: [{ path: ['input'], code: 'ORGANIZATION_REQUIRED', message: 'Organization is required: nothing else says to which organization Tags of the platform belong.' }],
    });
    await writer.write({ object: 'tag', operation: 'create', options: {}, input: { name: 'given', tenantId: organizations.alpha } }, system);
    await writer.write({ object: 'tag', operation: 'create', options: {}, input: { name: 'acting' } }, { ...system, caller: { ...systemCaller, organizationId: organizations.alpha } });
    for (const tenantId of [organizations.alpha, organizations.beta]) await writer.write({ object: 'tag', operation: 'upsert', by: 'name', options: {}, input: { name: 'seeded', tenantId } }, system);
    expect(await app.system('{ tags(orderBy: [{ name: ASC }, { tenantId: ASC }]) { nodes { name tenant { name } } } }')).toEqual({
      tags: { nodes: [{ name: 'acting', tenant: { name: 'alpha' } }, { name: 'given', tenant: { name: 'alpha' } }, { name: 'seeded', tenant: { name: 'alpha' } }, { name: 'seeded', tenant: { name: 'beta' } }] },
    });
    const { rows } = await database.query({ text: `SELECT "organization", count(*)::int FROM "objectos_change_log" WHERE "object" = 'tag' GROUP BY 1 ORDER BY 1`, values: [] });
    expect(rows).toEqual([{ organization: organizations.alpha, count: 3 }, { organization: organizations.beta, count: 1 }]);
  });

  it('stay in their organization whatever a hook writes, and hooks see which it is', async () => {
    const seen: unknown[] = [];
    const mover: Plugin = {
      name: 'mover', version: '1.0.0', description: 'Moves records.',
      mutation: {
        objects: ['account'],
        before(changes) {
          for (const { values, record } of changes) {
            seen.push(record['organization']);
            if (values['name'] === 'Mover') values['organization'] = organizations.beta;
          }
        },
      },
    };
    const app = await startTenancy({ database: await open(), plugins: [mover] });
    const me = app.acting('ann');
    expect(codesOf(await me.query('mutation { createAccount(input: { name: "Mover" }) { record { id } } }'))).toEqual(['FORBIDDEN']);
    expect((await me.query(`mutation { createAccount(input: { id: "${accountId(1)}", name: "Stays" }) { record { id } } }`)).errors).toBeUndefined();
    expect(codesOf(await me.query(`mutation { updateAccount(id: "${accountId(1)}", input: { name: "Mover" }) { record { id } } }`))).toEqual(['FORBIDDEN']);
    expect(codesOf(await me.query(`mutation { updateAccounts(rows: [{ id: "${accountId(1)}", input: { name: "Mover" } }]) { count } }`))).toEqual(['FORBIDDEN']);
    expect(new Set(seen)).toEqual(new Set([organizations.alpha]));
    expect(await app.acting('bea', 'beta').query('{ accounts { totalCount } }')).toEqual({ data: { accounts: { totalCount: 0 } } });
  });

  it('have keys within their organization, and global ones', async () => {
    const database = await open();
    const app = await startTenancy({ database });
    const make = (organization: 'alpha' | 'beta', input: string) => app.acting('cat', organization).query(`mutation { createAccount(input: { ${input} }) { record { id } } }`);
    expect((await make('alpha', 'name: "n", code: "c", stage: A, taxId: "t"')).errors).toBeUndefined();
    expect((await make('beta', 'name: "n", code: "c", stage: A')).errors).toBeUndefined();
    expect((await make('alpha', 'name: "n", stage: A')).errors?.[0]?.extensions?.['problems']).toEqual([{ path: ['input'], code: 'NOT_UNIQUE', message: 'Another Account has this Name and Stage already.' }]);
    expect((await make('beta', 'name: "o", taxId: "t"')).errors?.[0]?.extensions?.['problems']).toEqual([{ path: ['input', 'taxId'], code: 'NOT_UNIQUE', message: 'Another Account has this Tax Id already.' }]);
    const rename = await app.acting('cat', 'beta').query('mutation { upsertAccount(by: STAGE_AND_NAME, input: { name: "n", stage: A, code: "d" }) { created record { code organization { name } } } }');
    expect(rename.data).toEqual({ upsertAccount: { created: false, record: { code: 'd', organization: { name: 'beta' } } } });
    expect(await app.acting('cat').query('{ account(by: { stageAndName: { stage: A, name: "n" } }) { code } }')).toEqual({ data: { account: { code: 'c' } } });
    const { rows } = await database.query<{ definition: string }>({ text: `SELECT regexp_replace(indexdef, '^.* USING ', '') AS definition FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'account' ORDER BY 1`, values: [] });
    expect(rows.map(({ definition }) => definition).filter((definition) => definition.startsWith('btree'))).toEqual([
      'btree (id)', 'btree (organization_id, code)', 'btree (organization_id, id)', 'btree (organization_id, stage)', 'btree (organization_id, stage, name)', 'btree (owner_id, id)', 'btree (parent_id, id)', 'btree (tax_id)',
    ]);
  });
});

const definitions = [
  { kind: 'profile', value: [{ name: 'staff', objects: { account: { allowRead: true, allowCreate: true }, sys_user: { allowRead: true } } }, { name: 'manager', objects: { account: { viewAllRecords: true } }, systemPermissions: ['manage_users', 'manage_sharing'] }] },
  { kind: 'role', value: [{ name: 'boss' }, { name: 'worker', parent: 'boss' }] },
] as const;

describeEachDatabase('rights within organizations', (open) => {
  it('hold in the organization in which they were granted, and what the platform grants holds everywhere', async () => {
    const app = await startTenancy({ database: await open(), open: false, plugins: [permissions({ definitions })] });
    const as = (user: keyof typeof people, organization: 'alpha' | 'beta', profile?: string) => app.as({ userId: people[user], organizationId: organizations[organization], roles: [], ...(profile !== undefined && { profile }) });
    const total = async (user: keyof typeof people, organization: 'alpha' | 'beta'): Promise<unknown> => (await as(user, organization).query('{ accountsAggregate { count } }')).data?.['accountsAggregate'];
    await app.as(systemCaller).query(`mutation { createPermissionAssignments(input: [{ userId: "${people.ann}", permissionSet: "staff" }, { userId: "${people.bea}", permissionSet: "staff" }]) { count } }`);
    for (const [user, organization] of [['ann', 'alpha'], ['bea', 'beta']] as const) expect((await as(user, organization).query(`mutation { createAccount(input: { id: "${accountId(organization === 'alpha' ? 1 : 2)}", name: "${user}", ownerId: "${people[user]}" }) { record { id } } }`)).errors).toBeUndefined();
    expect([await total('cat', 'alpha'), await total('cat', 'beta')]).toEqual([{ count: 0 }, { count: 0 }]);

    // A manager of Alpha makes cat a manager, which she is in Alpha only.
    const granted = await as('ann', 'alpha', 'manager').query(`mutation { createPermissionAssignment(input: { userId: "${people.cat}", permissionSet: "manager" }) { record { organizationId } } }`);
    expect(granted).toEqual({ data: { createPermissionAssignment: { record: { organizationId: organizations.alpha } } } });
    expect([await total('cat', 'alpha'), await total('cat', 'beta')]).toEqual([{ count: 1 }, { count: 0 }]);
    expect(await as('ann', 'alpha', 'manager').query('{ permissionAssignments { totalCount } }')).toEqual({ data: { permissionAssignments: { totalCount: 1 } } });
    expect(await as('bea', 'beta', 'manager').query('{ permissionAssignments { totalCount } }')).toEqual({ data: { permissionAssignments: { totalCount: 0 } } });
    expect(codesOf(await as('ann', 'alpha', 'manager').query(`mutation { createPermissionAssignment(input: { userId: "${people.bea}", permissionSet: "manager" }) { record { id } } }`))).toEqual(['VALIDATION_FAILED']);

    // Shares and roles of one organization open nothing in another.
    await app.as(systemCaller).query(`mutation { createPermissionAssignment(input: { userId: "${people.cat}", permissionSet: "staff" }) { record { id } } }`);
    expect(await total('cat', 'beta')).toEqual({ count: 0 });
    expect(codesOf(await as('ann', 'alpha', 'manager').query(`mutation { createRecordShare(input: { object: "account", recordId: "${accountId(2)}", userId: "${people.cat}" }) { record { id } } createRoleAssignment(input: { userId: "${people.cat}", role: "boss" }) { record { id } } }`))).toEqual(['VALIDATION_FAILED']);
    expect(await total('cat', 'beta')).toEqual({ count: 0 });
    expect((await as('bea', 'beta', 'manager').query(`mutation { createRoleAssignment(input: { userId: "${people.bea}", role: "worker" }) { record { id } } }`)).errors).toBeUndefined();
    expect(await total('cat', 'beta')).toEqual({ count: 0 });
    expect((await as('bea', 'beta', 'manager').query(`mutation { createRoleAssignment(input: { userId: "${people.cat}", role: "boss" }) { record { id } } }`)).errors).toBeUndefined();
    expect(await total('cat', 'beta')).toEqual({ count: 1 });
  });

  it('are granted once everywhere, and once in each organization', async () => {
    const app = await startTenancy({ database: await open(), open: false, plugins: [permissions({ definitions })] });
    const grant = async (organizationId: string | undefined) => codesOf(await app.as({ ...systemCaller, organizationId }).query(`mutation { createPermissionAssignment(input: { userId: "${people.cat}", permissionSet: "staff" }) { record { id } } }`));
    for (const organization of [undefined, organizations.alpha, organizations.beta]) expect([await grant(organization), await grant(organization)]).toEqual([undefined, ['CONFLICT']]);
  });
});
