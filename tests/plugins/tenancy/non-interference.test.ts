import fc from '../../support/fast-check.ts';
import { expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import type { TestPlatform } from '../../support/platform.ts';
import { generateOperation, rootFields, type Pools } from './generate-operation.ts';
import { accountId, contactId, organizations, people, startTenancy, type TenancyApp } from './support.ts';

/** Sequences of operations per engine and access provider. `TENANCY_RUNS=2000` is the long mode. */
const runs = Number(process.env['TENANCY_RUNS'] ?? 25);

const definitions = [
  {
    kind: 'profile',
    value: [{
      name: 'all',
      objects: Object.fromEntries(['account', 'contact', 'tag', 'rate', 'order', 'country', 'sys_user', 'sys_organization', 'sys_member', 'sys_invitation', 'sys_api_key', 'sys_session'].map((object) => [object, { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true, viewAllRecords: true, modifyAllRecords: true }])),
      systemPermissions: ['manage_users', 'manage_sharing'],
    }, { name: 'some', objects: {} }],
  },
  { kind: 'role', value: [{ name: 'boss' }, { name: 'worker', parent: 'boss' }] },
  { kind: 'group', value: [{ name: 'team' }] },
] as const;

const tables = ['account', 'contact', 'tag', 'rate', 'order', 'country', 'account_tags_link', 'sys_user', 'sys_member', 'sys_invitation', 'sys_api_key', 'sys_session', 'objectos_idempotency'];
const grants = ['sys_permission_assignment', 'sys_role_assignment', 'sys_group_member', 'sys_record_share'];

interface World {
  readonly app: TenancyApp;
  readonly me: TestPlatform;
  readonly cursors: readonly string[];
  /** Puts everything back; says whether records of Beta were changed. */
  reset(): Promise<boolean>;
}

/** Alpha is the same in every world. */
async function build(database: Database, world: 'full' | 'other', withPermissions: boolean): Promise<World> {
  const app = await startTenancy({ database, open: !withPermissions, plugins: withPermissions ? [permissions({ definitions })] : [] });
  const as = (organization: 'alpha' | 'beta', who: keyof typeof people): TestPlatform =>
    app.as({ userId: people[who], organizationId: organizations[organization], profile: 'all', roles: [] });
  const fill = async (organization: 'alpha' | 'beta', who: keyof typeof people, document: string): Promise<void> => {
    const { errors } = await as(organization, who).query(`mutation { ${document} }`);
    if (errors) throw new Error(JSON.stringify(errors));
  };
  await fill('alpha', 'ann', `
    createTags(input: [{ id: "${accountId(90)}", name: "n1" }, { id: "${accountId(91)}", name: "n2" }]) { count }
    createAccounts(input: [
      { id: "${accountId(1)}", name: "n1", code: "c1", taxId: "t1", stage: A, amount: 1, ownerId: "${people.ann}", tagIds: ["${accountId(90)}"] }
      { id: "${accountId(2)}", name: "n2", code: "c2", stage: B, amount: 2, parentId: "${accountId(1)}", ownerId: "${people.cat}" }
      { id: "${accountId(3)}", name: "n3", stage: A, amount: 3 }]) { count }
    createContacts(input: [{ id: "${contactId(1)}", name: "n1", email: "n1@example.com", accountId: "${accountId(1)}" }, { id: "${contactId(2)}", name: "n2", email: "n2", accountId: "${accountId(2)}", managerId: "${contactId(1)}" }, { id: "${contactId(3)}", name: "n5", email: "n5" }]) { count }
    deleteContact(id: "${contactId(3)}") { record { id } }
    createRates(input: [{ id: "${accountId(80)}", code: "c1", value: 1 }]) { count }
    createOrders(input: [{ id: "${accountId(70)}", title: "n1", rateId: "${accountId(80)}" }]) { count }
    createCountries(input: [{ id: "${accountId(60)}", code: "c1" }]) { count }`);
  const beta = world === 'full' ? { amount: '7', name: 'n4' } : { amount: '9', name: 'zz' };
  await fill('beta', 'bea', `createRates(input: [{ id: "${accountId(81)}", code: "c1", value: 5 }, { id: "${accountId(82)}", code: "c4", value: 6 }]) { count }`);
  await fill('beta', 'bea', `
    createTag(input: { id: "${accountId(95)}", name: "n1" }) { record { id } }
    createAccounts(idempotencyKey: "n1", input: [
      { id: "${accountId(11)}", name: "n1", code: "${world === 'full' ? 'c1' : 'z1'}", taxId: "t5", stage: A, amount: ${beta.amount}, ownerId: "${people.cat}", tagIds: ["${accountId(95)}"] }
      { id: "${accountId(12)}", name: "${beta.name}", code: "c4", stage: A, amount: ${beta.amount}, parentId: "${accountId(11)}" }
      ${world === 'full' ? `{ id: "${accountId(13)}", name: "n3", code: "c3", stage: B, amount: 8, ownerId: "${people.cat}" }` : ''}]) { count }
    createContacts(input: [{ id: "${contactId(11)}", name: "${beta.name}", email: "${world === 'full' ? 'n1@example.com' : 'z2'}", accountId: "${accountId(11)}" } ${world === 'full' ? `{ id: "${contactId(12)}", name: "n3", email: "n3", managerId: "${contactId(11)}" }` : ''}]) { count }
    deleteContact(id: "${contactId(11)}") { record { id } }
    ${withPermissions ? `createRoleAssignment(input: { userId: "${people.cat}", role: "${world === 'full' ? 'boss' : 'worker'}" }) { record { id } }
    ${world === 'full' ? `createPermissionAssignment(input: { userId: "${people.cat}", permissionSet: "some" }) { record { id } }` : ''}` : ''}`);
  if (withPermissions) await app.as({ ...systemCaller, organizationId: organizations.beta }).query(`mutation { createRecordShare(input: { object: "account", recordId: "${accountId(1)}", userId: "${people.cat}", accessLevel: ${world === 'full' ? 'EDIT' : 'READ'} }) { record { id } } }`);
  if (world === 'other') await database.exec(`UPDATE sys_user SET name = 'zoe', email = 'zoe@example.com' WHERE id = '${people.bea}'`);
  await database.exec(`
    INSERT INTO sys_invitation (id, organization_id, email, role, status, expires_at, inviter_id, created_at, updated_at, version) VALUES ('${accountId(50)}', '${organizations.beta}', '${world}@example.com', 'member', 'pending', now(), '${people.bea}', now(), now(), 1);
    INSERT INTO sys_api_key (id, name, hash, user_id, organization_id, created_at, updated_at, version) VALUES ('${accountId(51)}', '${world}', '${world}', '${people.cat}', '${organizations.beta}', now(), now(), 1)`);
  const { data } = await as('beta', 'bea').query('{ a: accounts(first: 1) { pageInfo { endCursor } } b: accounts(first: 1, orderBy: [{ amount: ASC }]) { pageInfo { endCursor } } }');
  const cursors = Object.values(data as Record<string, { pageInfo: { endCursor: string } }>).map(({ pageInfo }) => pageInfo.endCursor);

  const kept = withPermissions ? [...tables, ...grants] : tables;
  for (const table of kept) await database.exec(`CREATE TABLE "kept_${table}" AS SELECT * FROM "${table}"`);
  const owned = kept.filter((table) => !['account_tags_link', 'country', 'sys_user', 'sys_session', 'objectos_idempotency'].includes(table)).map((table) => {
    const rows = (name: string): string => `(SELECT coalesce(string_agg(t::text, '|' ORDER BY id), '') FROM "${name}" t WHERE ${table === 'tag' ? 'tenant_id' : 'organization_id'} = '${organizations.beta}')`;
    return `${rows(table)} <> ${rows(`kept_${table}`)}`;
  });
  const links = (name: string): string => `(SELECT string_agg(t::text, '|' ORDER BY source_id, target_id) FROM "${name}" t WHERE source_id = '${accountId(11)}')`;
  return {
    app,
    me: as('alpha', 'cat'),
    cursors,
    async reset() {
      const { rows } = await database.query<{ touched: boolean }>({ text: `SELECT ${[...owned, `${links('account_tags_link')} <> ${links('kept_account_tags_link')}`].join(' OR ')} AS touched`, values: [] });
      const back = kept.map((table) => `DELETE FROM "${table}"; INSERT INTO "${table}" SELECT * FROM "kept_${table}"`);
      await database.exec(`BEGIN; SET LOCAL session_replication_role = replica; ${back.join('; ')}; COMMIT`);
      return rows[0]?.touched !== false;
    },
  };
}

describeEachDatabase('answers to one organization', (open, kind) => {
  it.each([['open access', false], ['permissions', true]])('are the same bytes whatever another one holds, with %s', async (_name, withPermissions) => {
    const [full, other] = [await build(await open(), 'full', withPermissions), await build(await open(), 'other', withPermissions)];
    const { schema } = full.app.platform;
    const pools: Pools = {
      ids: [1, 1, 1, 2, 2, 3, 3, 11, 12, 13, 60, 70, 80, 81, 90, 91, 95, 99].map(accountId).concat([1, 2, 3, 11, 12].map(contactId), Object.values(people), Object.values(organizations)),
      // A key that all organizations share tells of others, and so does an id: see the attacks.
      freshIds: [201, 202, 203, 204, 205, 206, 1].map(accountId),
      texts: ['n1', 'n2', 'n3', 'n4', 'n5', 'c1', 'c3', 'account', 'cat'],
      cursors: [...full.cursors, 'forged'],
      byName: {
        'Account.id': [1, 2, 3, 1, 2, 3, 11, 12].map(accountId), 'Contact.id': [1, 2, 3, 11].map(contactId), 'Tag.id': [90, 91, 95].map(accountId), 'Rate.id': [80, 80, 81].map(accountId), 'Order.id': [accountId(70)], 'Country.id': [accountId(60)], 'User.id': Object.values(people),
        accountId: [1, 2, 11].map(accountId), parentId: [1, 2, 11].map(accountId), ownerId: [people.ann, people.cat, people.bea], managerId: [1, 2, 11].map(contactId), tagIds: [90, 91, 95].map(accountId), rateId: [80, 81].map(accountId), userId: [people.ann, people.cat, people.bea],
        taxId: ['t2', 't3', 't4', 't1'], code: ['c1', 'c2', 'c3', 'c4'], email: ['n1@example.com', 'n4', 'new@example.com'], permissionSet: ['some', 'all'], role: ['boss', 'worker'], group: ['team'], object: ['account', 'contact'], recordId: [accountId(1), accountId(11)],
      },
    };
    const seen = new Map<string, { asked: number; answered: number }>();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), async (seeds) => {
        try {
          for (const seed of seeds) {
            const { name, document } = generateOperation(schema, seed, pools);
            const [left, right] = [await full.me.query(document), await other.me.query(document)];
            const count = seen.get(name) ?? { asked: 0, answered: 0 };
            seen.set(name, { asked: count.asked + 1, answered: count.answered + (left.errors ? 0 : 1) });
            expect(JSON.stringify(left), document).toBe(JSON.stringify(right));
          }
        } finally {
          expect([await full.reset(), await other.reset()], 'records of Beta were changed').toEqual([false, false]);
        }
      }),
      { numRuns: runs, seed: kind === 'pglite' ? 11 : 12 },
    );
    const sum = (what: 'asked' | 'answered'): number => [...seen.values()].reduce((total, count) => total + count[what], 0);
    if (process.env['TENANCY_RUNS']) console.log(`${seen.size} of ${rootFields(schema).length} root fields, ${sum('asked')} operations, ${sum('answered')} without errors; never answered: ${[...seen].filter(([, { answered }]) => answered === 0).map(([name]) => name).join(' ')}`);
    expect(sum('answered')).toBeGreaterThan(runs);
    if (runs >= 300) expect(seen.size).toBe(rootFields(schema).length);
  }, runs * 10_000);
});
