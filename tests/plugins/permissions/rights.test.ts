import { beforeAll, describe, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const ids = { boss: '018f0000-0000-7000-8000-000000000001', rep: '018f0000-0000-7000-8000-000000000002', agent: '018f0000-0000-7000-8000-000000000003', auditor: '018f0000-0000-7000-8000-000000000004', admin: '018f0000-0000-7000-8000-000000000005' };
type Person = keyof typeof ids;

const objects = [
  {
    name: 'account', sharingModel: 'private',
    fields: {
      name: { type: 'text', required: true }, industry: { type: 'select', options: ['tech', 'retail'] }, revenue: { type: 'currency', visible_to: ['finance', 'boss'] },
      phone: { type: 'text', maskingRule: { keepHead: 2, keepTail: 2, exemptRoles: ['admin'] } }, rating: { type: 'number', editable_by: ['boss'] }, owner: { type: 'user' },
    },
  },
  { name: 'contact', sharingModel: 'controlled_by_parent', fields: { name: { type: 'text' }, account: { type: 'master_detail', reference: 'account' } } },
  { name: 'article', sharingModel: 'public_read', fields: { name: { type: 'text' }, owner: { type: 'user' } } },
  { name: 'note', fields: { name: { type: 'text' }, account: { type: 'lookup', reference: 'account', visible_to: ['boss'] } }, sharingModel: 'public_read_write' },
];
const all = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [
  { kind: 'role', value: { roles: [{ name: 'boss' }, { name: 'sales', parentRole: 'boss' }, { name: 'support' }] } },
  { kind: 'group', value: { name: 'retail_team' } },
  { kind: 'profile', value: { name: 'staff', objects: { account: all, contact: all, article: all, note: all, sys_user: { read: true } } } },
  { kind: 'permission', value: { name: 'finance', objects: {} } },
  { kind: 'profile', value: { name: 'auditor', objects: { account: { allowRead: true, viewAllRecords: true } }, fields: { account: { revenue: { readable: true } } } } },
  { kind: 'profile', value: { name: 'admin', objects: { '*': { modifyAllRecords: true } }, systemPermissions: ['manage_users', 'manage_sharing'] } },
  { kind: 'profile', value: { name: 'guest', objects: { article: { allowRead: true } } } },
  { kind: 'sharing', value: { name: 'retail', object: 'account', condition: "industry = 'retail'", accessLevel: 'edit', sharedWith: { type: 'group', value: 'retail_team' } } },
] as const;

describeEachDatabase('permissions', (openDatabase) => {
  let app: TestPlatform;
  const as = (person: Person): TestPlatform => app.as({ userId: ids[person] });

  async function run(who: TestPlatform, document: string) {
    const { data, errors } = await who.query(document);
    return { data, codes: errors?.map(({ extensions }) => extensions?.['code']) };
  }
  const names = async (who: TestPlatform): Promise<unknown> => (await who.query('{ accounts(orderBy: [{ name: ASC }]) { totalCount nodes { name } } }')).data?.['accounts'];
  const listed = (...list: string[]) => ({ totalCount: list.length, nodes: list.map((name) => ({ name })) });

  beforeAll(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [permissions({ definitions })], open: false });
    const result = await app.as(systemCaller).query(`mutation {
      createUsers(input: [${Object.entries(ids).map(([name, id]) => `{ id: "${id}", name: "${name}", email: "${name}@example.com" }`).join(' ')}]) { count }
      createRoleAssignments(input: [{ userId: "${ids.boss}", role: "boss" }, { userId: "${ids.rep}", role: "sales" }, { userId: "${ids.agent}", role: "support" }]) { count }
      createPermissionAssignments(input: [${(['boss', 'rep', 'agent'] as const).map((name) => `{ userId: "${ids[name]}", permissionSet: "staff" }`).join(' ')} { userId: "${ids.auditor}", permissionSet: "auditor" } { userId: "${ids.admin}", permissionSet: "admin" }]) { count }
      createAccounts(input: [
        { id: "018f0000-0000-7000-8000-0000000000a1", name: "of rep", industry: TECH, revenue: "10", phone: "0123456789", ownerId: "${ids.rep}", contacts: { create: [{ name: "Ada" }] } }
        { id: "018f0000-0000-7000-8000-0000000000a2", name: "of agent", industry: RETAIL, revenue: "20", phone: "0123", ownerId: "${ids.agent}", contacts: { create: [{ name: "Bea" }] } }
        { id: "018f0000-0000-7000-8000-0000000000a3", name: "of nobody", revenue: "30" }
      ]) { count }
      createArticle(input: { name: "news", ownerId: "${ids.agent}" }) { record { id } }
      createNote(input: { name: "about rep", accountId: "018f0000-0000-7000-8000-0000000000a1" }) { record { id } }
    }`);
    expect(result.errors).toBeUndefined();
  });

  const account = (digit: number): string => `018f0000-0000-7000-8000-0000000000a${digit}`;

  describe('rows', () => {
    it('belong to their owner, to the roles above, and to those with viewAll', async () => {
      expect(await names(as('rep'))).toEqual(listed('of rep'));
      expect(await names(as('boss'))).toEqual(listed('of rep'));
      expect(await names(as('agent'))).toEqual(listed('of agent'));
      expect(await names(as('auditor'))).toEqual(listed('of agent', 'of nobody', 'of rep'));
      expect(await names(as('admin'))).toEqual(listed('of agent', 'of nobody', 'of rep'));
    });

    it('do not exist for anonymous callers and for people without a set', async () => {
      for (const who of [app, app.as({ userId: '018f0000-0000-7000-8000-000000000009' })]) {
        expect(await run(who, '{ accounts { totalCount nodes { name } } }')).toEqual({ data: { accounts: listed() }, codes: ['FORBIDDEN'] });
        expect((await run(who, '{ accounts(orderBy: [{ name: ASC }]) { totalCount } }')).codes).toEqual(['FORBIDDEN']);
        expect((await run(who, 'mutation { createAccount(input: { name: "x" }) { record { id } } }')).codes).toEqual(['FORBIDDEN']);
      }
      expect((await run(app, '{ articles { nodes { name } } }')).data).toEqual({ articles: { nodes: [{ name: 'news' }] } });
    });

    it('of details go with their master', async () => {
      expect((await run(as('rep'), '{ contacts { nodes { name } } }')).data).toEqual({ contacts: { nodes: [{ name: 'Ada' }] } });
      expect((await run(as('rep'), `mutation { createContact(input: { name: "x", accountId: "${account(1)}" }) { record { name } } }`)).codes).toBeUndefined();
      expect((await run(as('rep'), `mutation { createContact(input: { name: "x", accountId: "${account(2)}" }) { record { name } } }`)).codes).toEqual(['FORBIDDEN']);
      const told = async (id: string) => JSON.stringify((await as('rep').query(`mutation { createContact(input: { name: "x", accountId: "${id}" }) { record { name } } }`)).errors).replaceAll(id, 'ID');
      expect(await told(account(2))).toBe(await told('018f0000-0000-7000-8000-00000000dead'));
    });

    it('that are seen and not owned are not edited', async () => {
      const { data } = await run(as('rep'), '{ articles { nodes { id } } }');
      const [{ id }] = (data as { articles: { nodes: [{ id: string }] } }).articles.nodes;
      expect((await run(as('rep'), `mutation { updateArticle(id: "${id}", input: { name: "x" }) { record { name } } }`)).codes).toEqual(['FORBIDDEN']);
      expect((await run(as('agent'), `mutation { updateArticle(id: "${id}", input: { name: "news" }) { record { name } } }`)).codes).toBeUndefined();
    });

    it('are given away only with the right to transfer', async () => {
      const give = (from: Person, digit: number) => run(as(from), `mutation { updateAccount(id: "${account(digit)}", input: { ownerId: "${ids.agent}" }) { record { name } } }`);
      expect((await give('rep', 1)).codes).toEqual(['FORBIDDEN']);
      expect((await give('admin', 1)).codes).toBeUndefined();
      expect(await names(as('rep'))).toEqual(listed());
      await run(as('admin'), `mutation { updateAccount(id: "${account(1)}", input: { ownerId: "${ids.rep}" }) { record { name } } }`);
    });
  });

  describe('fields', () => {
    it('that name their readers are hidden from others, and refused in filters', async () => {
      expect(await run(as('rep'), '{ accounts { nodes { name revenue } } }')).toEqual({ data: { accounts: { nodes: [{ name: 'of rep', revenue: null }] } }, codes: ['FORBIDDEN'] });
      expect((await run(as('boss'), '{ accounts { nodes { revenue } } }')).data).toEqual({ accounts: { nodes: [{ revenue: '10.00' }] } });
      expect((await run(as('rep'), '{ accounts(where: { revenue: { gt: "1" } }) { totalCount } }')).codes).toEqual(['FORBIDDEN']);
      expect((await run(as('rep'), `mutation { updateAccount(id: "${account(1)}", input: { revenue: "1" }) { record { name } } }`)).codes).toEqual(['FORBIDDEN']);
    });

    it('that name their writers are read by all and written by them', async () => {
      const write = (who: Person) => run(as(who), `mutation { updateAccount(id: "${account(1)}", input: { rating: 5 }) { record { rating } } }`);
      expect((await write('rep')).codes).toEqual(['FORBIDDEN']);
      expect((await write('boss')).data).toEqual({ updateAccount: { record: { rating: 5 } } });
      expect((await run(as('rep'), '{ accounts { nodes { rating } } }')).data).toEqual({ accounts: { nodes: [{ rating: 5 }] } });
    });

    it('are masked where the rule says so, and cannot be searched for', async () => {
      expect((await run(as('rep'), '{ accounts { nodes { phone } } }')).data).toEqual({ accounts: { nodes: [{ phone: '01••••••••89' }] } });
      expect((await run(as('agent'), '{ accounts { nodes { phone } } }')).data).toEqual({ accounts: { nodes: [{ phone: '••••••••' }] } });
      expect((await run(as('admin'), '{ accounts(where: { name: { eq: "of rep" } }) { nodes { phone } } }')).data).toEqual({ accounts: { nodes: [{ phone: '0123456789' }] } });
      for (const use of ['where: { phone: { startsWith: "0123" } }', 'orderBy: [{ phone: ASC }]']) expect((await run(as('rep'), `{ accounts(${use}) { totalCount } }`)).codes).toEqual(['FORBIDDEN']);
    });

    it('that make a relation hide it from the other side too', async () => {
      expect(await run(as('rep'), '{ accounts { nodes { name notes { totalCount nodes { name } } } } }')).toEqual({ data: { accounts: { nodes: [{ name: 'of rep', notes: { totalCount: 0, nodes: [] } }] } }, codes: ['FORBIDDEN'] });
      for (const use of ['where: { notes: { some: { name: { eq: "x" } } } }', 'where: { notesAggregate: { count: { gt: 0 } } }', 'orderBy: [{ notesCount: ASC }]']) {
        expect((await run(as('rep'), `{ accounts(${use}) { totalCount } }`)).codes, use).toEqual(['FORBIDDEN']);
      }
      expect((await run(as('boss'), '{ accounts { nodes { notes { totalCount } } } }')).data).toEqual({ accounts: { nodes: [{ notes: { totalCount: 1 } }] } });
    });
  });

  describe('records of rights', () => {
    it('take effect at once', async () => {
      const made = await run(as('admin'), `mutation { createGroupMember(input: { userId: "${ids.rep}", group: "retail_team" }) { record { id } } }`);
      expect(made.codes).toBeUndefined();
      expect(await names(as('rep'))).toEqual(listed('of agent', 'of rep'));
      const { id } = (made.data as { createGroupMember: { record: { id: string } } }).createGroupMember.record;
      expect((await as('admin').query(`mutation { deleteGroupMember(id: "${id}") { record { id } } }`)).errors).toBeUndefined();
      expect(await names(as('rep'))).toEqual(listed('of rep'));
    });

    it('share single records, until they expire', async () => {
      const share = (until: string) => `mutation { createRecordShare(input: { object: "account", recordId: "${account(3)}", userId: "${ids.rep}", accessLevel: READ, expiresAt: "${until}" }) { record { id } } }`;
      await run(as('admin'), share('2020-01-01T00:00:00Z'));
      expect(await names(as('rep'))).toEqual(listed('of rep'));
      const made = await run(as('admin'), share('2999-01-01T00:00:00Z'));
      expect(await names(as('rep'))).toEqual(listed('of nobody', 'of rep'));
      expect((await run(as('rep'), `mutation { updateAccount(id: "${account(3)}", input: { name: "x" }) { record { name } } }`)).codes).toEqual(['FORBIDDEN']);
      const { id } = (made.data as { createRecordShare: { record: { id: string } } }).createRecordShare.record;
      await run(as('admin'), `mutation { deleteRecordShare(id: "${id}") { record { id } } }`);
    });

    it('are for those with the system permission', async () => {
      expect((await run(as('boss'), '{ permissionAssignments { totalCount } }')).data).toEqual({ permissionAssignments: { totalCount: 0 } });
      expect((await run(as('boss'), `mutation { createPermissionAssignment(input: { userId: "${ids.boss}", permissionSet: "admin" }) { record { id } } }`)).codes).toEqual(['FORBIDDEN']);
    });

    it('name what exists', async () => {
      expect((await run(as('admin'), `mutation { createPermissionAssignment(input: { userId: "${ids.boss}", permissionSet: "admn" }) { record { id } } }`)).codes).toEqual(['VALIDATION_FAILED']);
    });
  });
});
