import { beforeEach, describe, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const ids = { owner: '018f0000-0000-7000-8000-000000000001', friend: '018f0000-0000-7000-8000-000000000002', admin: '018f0000-0000-7000-8000-000000000003' };
type Person = keyof typeof ids;
const mine = '018f0000-0000-7000-8000-0000000000a1';
const theirs = '018f0000-0000-7000-8000-0000000000a2';
const nobody = '018f0000-0000-7000-8000-00000000dead';

const objects = [
  { name: 'account', fields: { name: { type: 'text' }, owner: { type: 'user' } } },
  { name: 'contact', sharingModel: 'controlled_by_parent', fields: { name: { type: 'text' }, account: { type: 'master_detail', reference: 'account' } } },
  { name: 'memo', enable: { trash: true }, fields: { name: { type: 'text' }, owner: { type: 'user' } } },
];
const definitions = [
  {
    kind: 'profile', value: [
      { name: 'staff', objects: { account: { allowRead: true, allowCreate: true, allowEdit: true, allowDelete: true }, contact: { allowRead: true }, memo: { allowRead: true, allowDelete: true }, sys_user: { allowRead: true } } },
      { name: 'admin', objects: { '*': { modifyAllRecords: true } }, systemPermissions: ['manage_users', 'manage_sharing', 'view_audit'] },
    ],
  },
  { kind: 'role', value: [{ name: 'boss' }] },
] as const;

describeEachDatabase('records of rights', (openDatabase) => {
  let app: TestPlatform;
  const as = (person: Person): TestPlatform => app.as({ userId: ids[person] });
  const run = async (who: TestPlatform, document: string) => {
    const { data, errors } = await who.query(document);
    const problems = errors?.flatMap(({ extensions }) => (extensions?.['problems'] as { code: string; path: string[] }[] | undefined)?.map(({ code, path }) => `${code} ${path.at(-1) ?? ''}`) ?? [String(extensions?.['code'])]);
    return { data, problems };
  };
  const share = async (who: Person, record: string, more = '', object = 'account') => {
    const { data, problems } = await run(as(who), `mutation { createRecordShare(input: { object: "${object}", recordId: "${record}", userId: "${ids.friend}", accessLevel: READ ${more} }) { record { id } } }`);
    return { id: (data?.['createRecordShare'] as { record: { id: string } } | null)?.record.id ?? '', problems };
  };
  const sees = async (who: Person, list = 'accounts'): Promise<unknown> => ((await as(who).query(`{ ${list} { totalCount } }`)).data?.[list] as { totalCount: number }).totalCount;
  const audit = async (where = '') =>
    ((await as('admin').query(`{ accessAudits(orderBy: [{ id: ASC }], where: { actorId: { isNull: false } ${where} }) { nodes { event actorId userId kind name object recordId before after } } }`)).data?.['accessAudits'] as { nodes: Readonly<Record<string, unknown>>[] }).nodes;

  beforeEach(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [permissions({ definitions })], open: false });
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [${Object.entries(ids).map(([name, id]) => `{ id: "${id}", name: "${name}", email: "${name}@example.com" }`).join(' ')}]) { count }
      createPermissionAssignments(input: [{ userId: "${ids.owner}", permissionSet: "staff" }, { userId: "${ids.friend}", permissionSet: "staff" }, { userId: "${ids.admin}", permissionSet: "admin" }]) { count }
      createAccounts(input: [{ id: "${mine}", name: "mine", ownerId: "${ids.owner}", contacts: { create: [{ name: "c" }] } }, { id: "${theirs}", name: "theirs", ownerId: "${ids.admin}" }]) { count }
      createMemo(input: { id: "${mine}", name: "m", ownerId: "${ids.owner}" }) { record { id } }
    }`);
    expect(errors).toBeUndefined();
  });

  describe('leave a trace', () => {
    it('of who gave, changed and took what', async () => {
      const { data } = await run(as('admin'), `mutation { createRoleAssignment(input: { userId: "${ids.owner}", role: "boss" }) { record { id } } }`);
      const { id } = (data?.['createRoleAssignment'] as { record: { id: string } }).record;
      await run(as('admin'), `mutation { deleteRoleAssignment(id: "${id}") { record { id } } }`);
      const shared = await share('admin', theirs);
      await run(as('admin'), `mutation { updateRecordShare(id: "${shared.id}", input: { accessLevel: EDIT }) { record { id } } }`);
      const row = (event: string, more: object) => expect.objectContaining({ event, actorId: ids.admin, ...more }) as unknown;
      expect(await audit()).toEqual([
        row('GRANTED', { userId: ids.owner, kind: 'sys_role_assignment', name: 'boss', before: null, after: { user: ids.owner, role: 'boss' } }),
        row('REVOKED', { userId: ids.owner, kind: 'sys_role_assignment', name: 'boss', after: null }),
        row('GRANTED', { userId: ids.friend, kind: 'sys_record_share', object: 'account', recordId: theirs }),
        row('CHANGED', { before: expect.objectContaining({ access_level: 'read' }) as unknown, after: expect.objectContaining({ access_level: 'edit' }) as unknown }),
      ]);
      expect(await audit(`object: { eq: "account" } recordId: { eq: "${theirs}" }`)).toHaveLength(2);
    });

    it('also when the user goes, and none when the change is not kept', async () => {
      const before = await audit();
      await run(as('admin'), `mutation { createRoleAssignment(dryRun: true, input: { userId: "${ids.owner}", role: "boss" }) { record { id } } }`);
      await run(as('admin'), `mutation @atomic { createRoleAssignment(input: { userId: "${ids.owner}", role: "boss" }) { record { id } } other: createRoleAssignment(input: { userId: "${ids.owner}", role: "bos" }) { record { id } } }`);
      expect(await audit()).toEqual(before);
      await app.as(systemCaller).query(`mutation { deleteUser(id: "${ids.friend}") { record { id } } }`);
      const { data } = await as('admin').query(`{ accessAudits(where: { userId: { eq: "${ids.friend}" }, event: { eq: REVOKED } }) { nodes { name } } }`);
      expect(data).toEqual({ accessAudits: { nodes: [{ name: 'staff' }] } });
    });

    it('for those with view_audit, and for nobody to write', async () => {
      await share('admin', theirs);
      expect((await run(as('owner'), '{ accessAudits { totalCount } }')).data).toEqual({ accessAudits: { totalCount: 0 } });
      expect(Object.keys(app.platform.schema.getMutationType()?.getFields() ?? {}).filter((name) => name.includes('AccessAudit'))).toEqual([]);
    });
  });

  describe('are shared by hand', () => {
    it('by owners, as far as their own rights go', async () => {
      expect(await sees('friend')).toBe(0);
      const { id, problems } = await share('owner', mine);
      expect(problems).toBeUndefined();
      expect(await sees('friend')).toBe(1);
      expect((await run(as('owner'), `mutation { deleteRecordShare(id: "${id}") { record { id } } }`)).problems).toBeUndefined();
      expect(await sees('friend')).toBe(0);
    });

    it('not by those who merely see or edit the record', async () => {
      expect((await share('owner', mine)).problems).toBeUndefined();
      expect((await share('friend', mine)).problems).toEqual(['FORBIDDEN recordId']);
    });

    it('for no more than the sharer may do', async () => {
      const memo = await run(as('owner'), `mutation { createRecordShare(input: { object: "memo", recordId: "${mine}", userId: "${ids.friend}", accessLevel: EDIT }) { record { id } } }`);
      expect(memo.problems).toEqual(['FORBIDDEN accessLevel']);
      expect((await share('owner', mine, '', 'memo')).problems).toBeUndefined();
    });

    it('never where the record is hidden, which answers as one that is not there', async () => {
      const told = async (id: string) => JSON.stringify((await as('owner').query(`mutation { createRecordShare(input: { object: "account", recordId: "${id}", userId: "${ids.friend}", accessLevel: READ }) { record { id } } }`)).errors).replaceAll(id, 'ID');
      expect(await told(theirs)).toBe(await told(nobody));
      expect((await share('admin', nobody)).problems).toEqual(['INVALID_VALUE recordId']);
      expect((await share('admin', 'x')).problems).toEqual(['INVALID_VALUE recordId']);
    });

    it('not in the place of their master, and not where a system permission decides', async () => {
      expect((await share('admin', mine, '', 'contact')).problems).toEqual(['INVALID_VALUE object']);
      expect((await share('admin', mine, '', 'sys_role_assignment')).problems).toEqual(['INVALID_VALUE object']);
    });

    it('and what others have shared is not theirs to see or to take back', async () => {
      const { id } = await share('admin', theirs);
      expect((await run(as('owner'), `mutation { deleteRecordShare(id: "${id}") { record { id } } }`)).problems).toEqual(['NOT_FOUND id']);
      expect((await run(as('friend'), '{ recordShares { totalCount } }')).data).toEqual({ recordShares: { totalCount: 1 } });
      expect((await run(as('friend'), `mutation { updateRecordShare(id: "${id}", input: { accessLevel: EDIT }) { record { id } } }`)).problems).toEqual(['FORBIDDEN input']);
    });
  });

  describe('end', () => {
    it('with the record: one of the same id is shared with nobody', async () => {
      await share('owner', mine);
      await run(as('owner'), `mutation { deleteAccount(id: "${mine}") { record { id } } }`);
      await app.as(systemCaller).query(`mutation { createAccount(input: { id: "${mine}", name: "again" }) { record { id } } }`);
      expect(await sees('friend')).toBe(0);
      expect((await run(as('admin'), '{ recordShares { totalCount } }')).data).toEqual({ recordShares: { totalCount: 0 } });
    });

    it('not while the record is in the trash', async () => {
      await share('owner', mine, '', 'memo');
      await run(as('owner'), `mutation { deleteMemo(id: "${mine}") { record { id } } }`);
      expect(await sees('friend', 'memos')).toBe(0);
      await run(as('owner'), `mutation { restoreMemo(id: "${mine}") { record { id } } }`);
      expect(await sees('friend', 'memos')).toBe(1);
      await app.as(systemCaller).query(`mutation { deleteMemo(id: "${mine}", purge: true) { record { id } } }`);
      expect((await run(as('admin'), '{ recordShares { totalCount } }')).data).toEqual({ recordShares: { totalCount: 0 } });
    });

    it('with their owner, whose choice they were', async () => {
      await share('owner', mine);
      await share('admin', mine, ', expiresAt: "2999-01-01T00:00:00Z"', 'memo');
      await share('admin', theirs);
      expect((await run(as('admin'), `mutation { updateAccounts(where: {}, input: { name: "renamed", ownerId: "${ids.admin}" }) { count } }`)).problems).toBeUndefined();
      expect(await sees('friend')).toBe(1);
      expect(await sees('friend', 'memos')).toBe(1);
      expect(await audit(`event: { eq: REVOKED }`)).toEqual([expect.objectContaining({ actorId: ids.admin, object: 'account', recordId: mine })]);
      await run(as('admin'), `mutation { updateMemo(id: "${mine}", dryRun: true, input: { ownerId: "${ids.admin}" }) { record { id } } }`);
      expect(await sees('friend', 'memos')).toBe(1);
      await run(as('admin'), `mutation { updateMemo(id: "${mine}", input: { ownerId: "${ids.admin}" }) { record { id } } }`);
      expect(await sees('friend', 'memos')).toBe(0);
    });

    it('by themselves once they have expired', async () => {
      await share('owner', mine, ', expiresAt: "2020-01-01T00:00:00Z"');
      await app.platform.kernel.start();
      await expect.poll(async () => (await run(as('admin'), '{ recordShares { totalCount } }')).data).toEqual({ recordShares: { totalCount: 0 } });
      const { data } = await as('admin').query('{ accessAudits(where: { event: { eq: EXPIRED } }) { nodes { actorId recordId } } }');
      expect(data).toEqual({ accessAudits: { nodes: [{ actorId: null, recordId: mine }] } });
      await app.platform.kernel.stop();
    });
  });
});
