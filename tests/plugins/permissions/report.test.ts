import { beforeAll, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const admin = id(999);
const objects = [{ name: 'account', fields: { name: { type: 'text' }, revenue: { type: 'currency', visible_to: ['finance'] }, phone: { type: 'text', maskingRule: { strategy: 'redact' } }, owner: { type: 'user' } } }];
const definitions = [
  { kind: 'role', value: [{ name: 'boss' }, { name: 'rep', parent: 'boss' }] },
  { kind: 'group', value: { name: 'managers', roles: ['boss'] } },
  {
    kind: 'permission', value: [
      { name: 'everyone', isDefault: true, objects: {} }, { name: 'reader', objects: { account: { allowRead: true } } },
      { name: 'finance', objects: { account: { allowRead: true, viewAllRecords: true, allowEdit: true, allowTransfer: true } } }, { name: 'admin', systemPermissions: ['manage_users'] },
    ],
  },
  { kind: 'sharing', value: { name: 'for managers', object: 'account', condition: { name: 'x' }, accessLevel: 'edit', sharedWith: { type: 'group', value: 'managers' } } },
] as const;
const people = 23;

describeEachDatabase('accessReport', (openDatabase) => {
  let app: TestPlatform;
  const report = async (selection: string, who = admin) => {
    const { data, errors } = await app.as({ userId: who }).query(`{ accessReport(object: "account") { ${selection} } }`);
    return { report: data?.['accessReport'] as Readonly<Record<string, never>> | undefined, codes: errors?.map(({ extensions }) => extensions?.['code']) };
  };

  beforeAll(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [permissions({ definitions })], open: false });
    const all = Array.from({ length: people }, (_, n) => n + 1);
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [${[...all.map(id), admin].map((user, n) => `{ id: "${user}", name: "u${n}", email: "u${n}@example.com", active: ${n !== 0} }`).join(' ')}]) { count }
      createPermissionAssignments(input: [${all.map((n) => `{ userId: "${id(n)}", permissionSet: "${n % 2 ? 'reader' : 'finance'}" }`).join(' ')} { userId: "${admin}", permissionSet: "admin" } { userId: "${id(2)}", permissionSet: "reader", expiresAt: "2020-01-01T00:00:00Z" }]) { count }
      createRoleAssignments(input: [{ userId: "${id(3)}", role: "boss" }]) { count }
    }`);
    expect(errors).toBeUndefined();
  });

  it('says what is defined for the object', async () => {
    expect((await report('object sharingModel ownerField policies sharingRules { name accessLevel sharedWith }')).report).toEqual({
      object: 'account', sharingModel: 'private', ownerField: 'owner', policies: [], sharingRules: [{ name: 'for managers', accessLevel: 'edit', sharedWith: ['group managers'] }],
    });
  });

  it('counts active people by what they have been given', async () => {
    const { report: told } = await report('combinations { endCursor nodes { permissionSets roles groups userCount rights { read edit create viewAll transfer sharingRules fields { name read edit mask } } } }');
    const nodes = (told as unknown as { combinations: { endCursor: null; nodes: { rights: object }[] } }).combinations.nodes;
    expect(nodes.map(({ rights: _, ...node }) => node)).toEqual([
      { permissionSets: ['admin', 'everyone'], roles: [], groups: [], userCount: 1 },
      { permissionSets: ['everyone', 'finance'], roles: [], groups: [], userCount: 11 },
      { permissionSets: ['everyone', 'reader'], roles: [], groups: [], userCount: 10 },
      { permissionSets: ['everyone', 'reader'], roles: ['boss'], groups: ['managers'], userCount: 1 },
    ]);
    expect(nodes[1]?.rights).toMatchObject({ read: 'ALL', edit: 'SOME', create: 'NONE', viewAll: true, transfer: true, sharingRules: [] });
    expect(nodes[3]?.rights).toMatchObject({
      read: 'SOME', edit: 'NONE', sharingRules: ['for managers'],
      fields: expect.arrayContaining([{ name: 'revenue', read: 'NONE', edit: 'NONE', mask: null }, { name: 'phone', read: 'ALL', edit: 'NONE', mask: 'redact' }]) as unknown,
    });
  });

  it.each(['combinations', 'users'])('pages through %s without a gap', async (list) => {
    const found: string[] = [];
    let after: string | null = null;
    do {
      const { report: told, codes }: Awaited<ReturnType<typeof report>> = await report(`page: ${list}(first: 3${after === null ? '' : `, after: "${after}"`}) { cursor: endCursor nodes { ${list === 'users' ? 'name' : 'permissionSets roles'} } }`);
      expect(codes).toBeUndefined();
      const page = (told as unknown as { page: { cursor: string | null; nodes: object[] } }).page;
      found.push(...page.nodes.map((node) => JSON.stringify(node)));
      after = page.cursor;
    } while (after !== null);
    expect(found).toHaveLength(list === 'users' ? people : 4);
    expect(new Set(found).size).toBe(found.length);
  });

  it('gives each user what counts for them', async () => {
    const { report: told } = await report('users(first: 2) { nodes { id permissionSets roles groups rights { read viewAll modifyAll delete } } }');
    expect(told).toEqual({
      users: {
        nodes: [
          { id: id(2), permissionSets: ['everyone', 'finance'], roles: [], groups: [], rights: { read: 'ALL', viewAll: true, modifyAll: false, delete: 'NONE' } },
          { id: id(3), permissionSets: ['everyone', 'reader'], roles: ['boss'], groups: ['managers'], rights: { read: 'SOME', viewAll: false, modifyAll: false, delete: 'NONE' } },
        ],
      },
    });
  });

  it('is for holders of manage_users', async () => {
    expect((await report('object', id(2))).codes).toEqual(['FORBIDDEN']);
    expect((await report('users(first: 1000) { endCursor }')).codes).toEqual(['BAD_REQUEST']);
    expect((await report('users(after: "x") { endCursor }')).codes).toEqual(['BAD_REQUEST']);
    expect((await app.as({ userId: admin }).query('{ accessReport(object: "acount") { object } }')).errors?.[0]?.message).toContain('account');
  });
});
