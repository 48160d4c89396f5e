import { beforeEach, describe, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const [me, other] = [id(1), id(2)];
const folders = { mine: id(11), hidden: id(12), seen: id(13), trashed: id(14), mineTrashed: id(15) } as const;
const pages = { mine: id(21), hidden: id(22), seen: id(23) } as const;
const nobody = id(99);

const objects = [
  {
    name: 'folder', softDelete: true,
    fields: { name: { type: 'text' }, code: { type: 'text', unique: true, externalId: true }, locked: { type: 'boolean', defaultValue: false }, shown: { type: 'boolean' }, owner: { type: 'user', defaultValue: 'current_user' }, parent: { type: 'lookup', reference: 'folder', relatedName: 'children' } },
  },
  { name: 'page', sharingModel: 'controlled_by_parent', fields: { name: { type: 'text' }, number: { type: 'text', unique: true, externalId: true }, folder: { type: 'master_detail', reference: 'folder', relatedName: 'pages' } } },
];
const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [
  { kind: 'profile', value: [{ name: 'staff', objects: { folder: rights, page: rights, sys_user: { allowRead: true } } }] },
  { kind: 'sharing', value: [{ name: 'shown', object: 'folder', condition: { shown: true }, accessLevel: 'read', sharedWith: { type: 'group', value: 'all' } }] },
  { kind: 'group', value: [{ name: 'all', roles: ['member'] }] },
  { kind: 'role', value: [{ name: 'member' }] },
  { kind: 'policy', value: [{ name: 'not in locked ones', object: 'folder', operation: 'insert', check: 'NOT parent.locked' }, { name: 'not under locked ones', object: 'folder', operation: 'update', using: 'owner = current_user.id OR shown', check: 'NOT parent.locked' }] },
] as const;

describeEachDatabase('attacks by writing', (openDatabase) => {
  let app: TestPlatform;
  let staff: TestPlatform;

  beforeEach(async () => {
    app = await startPlatform({ database: await openDatabase(), objects, plugins: [permissions({ definitions })], open: false });
    staff = app.as({ userId: me, profile: 'staff', roles: ['member'] });
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [{ id: "${me}", name: "me", email: "me@example.com" }, { id: "${other}", name: "other", email: "other@example.com" }]) { count }
      createFolders(input: [
        { id: "${folders.mine}", name: "mine", code: "M", ownerId: "${me}" } { id: "${folders.hidden}", name: "hidden", code: "H", ownerId: "${other}" } { id: "${folders.seen}", name: "seen", code: "S", ownerId: "${other}", shown: true }
        { id: "${folders.trashed}", name: "trashed", code: "T", ownerId: "${other}" } { id: "${folders.mineTrashed}", name: "mine trashed", code: "MT", ownerId: "${me}" }
      ]) { count }
      createPages(input: [{ id: "${pages.mine}", name: "mine", number: "1", folderId: "${folders.mine}" }, { id: "${pages.hidden}", name: "hidden", number: "2", folderId: "${folders.hidden}" }, { id: "${pages.seen}", name: "seen", number: "3", folderId: "${folders.seen}" }]) { count }
      deleteFolders(ids: ["${folders.trashed}", "${folders.mineTrashed}"]) { count }
    }`);
    expect(errors).toBeUndefined();
  });

  const errorsOf = async (document: string, variables?: Record<string, unknown>) => (await staff.query(document, variables)).errors;
  const codes = async (document: string, variables?: Record<string, unknown>) => (await errorsOf(document, variables))?.map(({ extensions }) => extensions?.['code']);
  const told = async (document: string, target: string) => JSON.stringify(await errorsOf(document.replaceAll('ID', target))).replaceAll(target, 'ID');
  const stored = async (): Promise<unknown> => (await app.as(systemCaller).query('{ folders(trash: INCLUDE, orderBy: [{ id: ASC }]) { nodes { id name code ownerId parentId version deletedAt } } pages(orderBy: [{ id: ASC }]) { nodes { id name number folderId version } } }')).data;
  const unchanged = async (work: () => Promise<void>): Promise<void> => {
    const before = await stored();
    await work();
    expect(await stored()).toEqual(before);
  };

  it.each([
    ['restore', 'mutation { restoreFolder(id: "ID") { record { id } } }', folders.trashed], ['purge from the trash', 'mutation { deleteFolder(id: "ID", purge: true) { record { id } } }', folders.trashed],
    ['purge', 'mutation { deleteFolder(id: "ID", purge: true) { record { id } } }', folders.hidden], ['delete', 'mutation { deleteFolder(id: "ID") { record { id } } }', folders.hidden], ['bulk delete', 'mutation { deleteFolders(ids: ["ID"]) { count } }', folders.hidden],
    ['update in the trash', 'mutation { updateFolder(id: "ID", input: { name: "x" }) { record { id } } }', folders.trashed], ['connect to the trash', `mutation { updateFolder(id: "${folders.mine}", input: { parentId: "ID" }) { record { id } } }`, folders.trashed],
    ['connect a child', `mutation { updateFolder(id: "${folders.mine}", input: { children: { connect: [{ id: "ID" }] } }) { record { id } } }`, folders.hidden],
    ['set children', `mutation { updateFolder(id: "${folders.mine}", input: { children: { set: [{ id: "ID" }] } }) { record { id } } }`, folders.hidden],
    ['a row of a bulk update', `mutation { updateFolders(rows: [{ id: "${folders.mine}", input: { name: "x" } }, { id: "ID", input: { name: "x" } }]) { count } }`, folders.hidden],
  ])('%s answers for a hidden record as for one that is not there', async (_name, document, target) => {
    await unchanged(async () => {
      expect(await told(document, target)).toBe(await told(document, nobody));
      expect(await told(document, target)).toContain('NOT_FOUND');
    });
  });

  it('the trash shows what the caller could see, and conditions reach nothing else in it', async () => {
    const { data } = await staff.query(`{ only: folders(trash: ONLY) { totalCount nodes { name } } all: folders(trash: INCLUDE, where: { name: { contains: "trashed" } }) { totalCount } foldersAggregate(trash: ONLY) { count } folderGroups(trash: ONLY, by: [{ field: CODE }]) { key { code } } }`);
    expect(data).toEqual({ only: { totalCount: 1, nodes: [{ name: 'mine trashed' }] }, all: { totalCount: 1 }, foldersAggregate: { count: 1 }, folderGroups: [{ key: { code: 'MT' } }] });
    await unchanged(async () => {
      expect((await staff.query('mutation { deleteFolders(where: { name: { contains: "hidden" } }, purge: true) { count } }')).data).toEqual({ deleteFolders: expect.objectContaining({ count: 0 }) as unknown });
    });
  });

  it('details get no other master that the caller may not edit, and are taken from none, from whichever side', async () => {
    const nested = (folder: string, operation: string) => `mutation { updateFolder(id: "${folder}", input: { pages: { ${operation} } }) { record { id } } }`;
    await unchanged(async () => {
      // Into a folder that is seen only, and out of one.
      for (const document of [
        `mutation { updatePage(id: "${pages.mine}", input: { folderId: "${folders.seen}" }) { record { id } } }`, `mutation { updatePage(id: "${pages.mine}", input: { folder: { connect: { code: "S" } } }) { record { id } } }`,
        `mutation { updatePage(id: "${pages.seen}", input: { folderId: "${folders.mine}" }) { record { id } } }`, nested(folders.mine, `connect: [{ id: "${pages.seen}" }]`), nested(folders.mine, `set: [{ id: "${pages.seen}" }]`), nested(folders.seen, `connect: [{ id: "${pages.mine}" }]`),
        `mutation { upsertPage(by: NUMBER, input: { number: "3", folderId: "${folders.mine}" }) { record { id } } }`, `mutation { upsertPage(by: NUMBER, input: { number: "1", folderId: "${folders.seen}" }) { record { id } } }`,
        `mutation { createPage(input: { name: "new", folderId: "${folders.seen}" }) { record { id } } }`, nested(folders.seen, 'create: [{ name: "new" }]'), `mutation { updatePages(where: {}, input: { folderId: "${folders.mine}" }) { count } }`,
        `mutation { updatePage(id: "${pages.seen}", input: { folder: { create: { name: "own" } } }) { record { id } } }`, `mutation { updatePage(id: "${pages.seen}", input: { folder: { update: { name: "x" } } }) { record { id } } }`,
      ]) expect(await codes(document), document).toEqual(['FORBIDDEN']);
      expect(await codes(nested(folders.mine, `upsert: [{ by: NUMBER, input: { number: "3", name: "x" } }]`))).not.toBeUndefined();
      // Into one that is hidden, and out of one.
      for (const [document, target] of [
        [`mutation { updatePage(id: "${pages.mine}", input: { folderId: "ID" }) { record { id } } }`, folders.hidden], [`mutation { updatePage(id: "${pages.mine}", input: { folder: { connect: { id: "ID" } } }) { record { id } } }`, folders.hidden],
        [`mutation { createPage(input: { name: "new", folder: { connect: { id: "ID" } } }) { record { id } } }`, folders.hidden], [`mutation { updatePage(id: "ID", input: { folderId: "${folders.mine}" }) { record { id } } }`, pages.hidden],
        [nested(folders.mine, 'connect: [{ id: "ID" }]'), pages.hidden], [nested(folders.mine, 'update: [{ id: "ID", input: { name: "x" } }]'), pages.hidden], [nested(folders.mine, 'delete: [{ id: "ID" }]'), pages.hidden],
      ] as const) {
        expect(await told(document, target), document).toBe(await told(document, nobody));
        expect(await told(document, target), document).toMatch(/NOT_FOUND|FORBIDDEN/);
      }
      expect(await codes(`mutation { upsertPage(by: NUMBER, input: { number: "2", folderId: "${folders.mine}" }) { record { id } } }`)).toEqual(['CONFLICT']);
      expect(await codes(nested(folders.mine, `upsert: [{ by: NUMBER, input: { number: "2", name: "x" } }]`))).toEqual(['CONFLICT']);
    });
  });

  it('stamps, versions, organizations and ids are not taken from inputs, over HTTP neither', async () => {
    const { body: { data } } = await staff.fetch('{ __type(name: "FolderUpdateInput") { inputFields { name } } }');
    expect(data).toEqual({ __type: null });
    for (const field of ['createdAt', 'updatedAt', 'createdById', 'updatedById', 'createdBy', 'version', 'deletedAt']) {
      for (const document of [`mutation($input: FolderUpdateInput!) { updateFolder(id: "${folders.mine}", input: $input) { record { id } } }`, 'mutation($input: FolderCreateInput!) { createFolder(input: $input) { record { id } } }', 'mutation($input: FolderCreateInput!) { upsertFolder(input: $input) { record { id } } }']) {
        expect((await errorsOf(document, { input: { [field]: null } }))?.[0]?.message, `${field} ${document}`).toContain(field);
      }
    }
    await unchanged(async () => {
      expect(await codes(`mutation($input: FolderUpdateInput!) { updateFolder(id: "${folders.mine}", input: $input) { record { id } } }`, { input: { id: folders.hidden } })).not.toBeUndefined();
      // The owner is whoever creates; to give a record away on creation is a transfer.
      expect(await codes(`mutation { createFolder(input: { name: "planted", ownerId: "${other}" }) { record { id } } }`)).toEqual(['FORBIDDEN']);
      expect(await codes(`mutation { updateFolder(id: "${folders.mine}", input: { ownerId: "${other}" }) { record { id } } }`)).toEqual(['FORBIDDEN']);
    });
  });

  it('PARTIAL tells of hidden rows what it tells of missing ones, and writes the others', async () => {
    const rows = async (target: string) => {
      const { data } = await staff.query(`mutation { updateFolders(mode: PARTIAL, dryRun: true, rows: [{ id: "${folders.mine}", input: { name: "x" } }, { id: "${target}", input: { name: "x" } }, { id: "${folders.seen}", input: { name: "x" } }]) { count rows { index record { name } problems { code path message } } } }`);
      return JSON.stringify(data).replaceAll(target, 'ID');
    };
    expect(await rows(folders.hidden)).toBe(await rows(nobody));
    expect(JSON.parse(await rows(folders.hidden))).toMatchObject({ updateFolders: { count: 1, rows: [{ problems: [] }, { problems: [{ code: 'NOT_FOUND' }] }, { problems: [{ code: 'FORBIDDEN' }] }] } });
    const made = async (parent: string) => JSON.stringify((await staff.query(`mutation { createFolders(mode: PARTIAL, dryRun: true, input: [{ name: "a" }, { name: "b", parentId: "${parent}" }]) { count rows { problems { code message } } } }`)).data).replaceAll(parent, 'ID');
    expect(await made(folders.hidden)).toBe(await made(nobody));
  });

  it('an id of a hidden record is neither taken over nor a way to point at it', async () => {
    await unchanged(async () => {
      expect(await codes(`mutation { upsertFolder(input: { id: "${folders.hidden}", name: "taken" }) { record { id } } }`)).toEqual(['CONFLICT']);
      expect(await codes(`mutation { createFolder(input: { id: "${folders.hidden}", name: "taken" }) { record { id } } }`)).toEqual(['CONFLICT']);
      const { data } = await staff.query(`mutation { createFolders(mode: PARTIAL, dryRun: true, input: [{ id: "${folders.hidden}", name: "taken" }, { name: "below", parentId: "${folders.hidden}" }]) { count rows { problems { code } } } }`);
      expect(data).toEqual({ createFolders: { count: 0, rows: [{ problems: [{ code: 'NOT_UNIQUE' }] }, { problems: [{ code: 'NOT_FOUND' }] }] } });
    });
  });

  describe('a right that looks at another record of the same write', () => {
    it('is asked with that one as it was, and as it becomes: creating', async () => {
      await unchanged(async () => {
        expect(await codes(`mutation { createFolders(input: [{ id: "${id(31)}", name: "locked", locked: true, parentId: null }, { id: "${id(32)}", name: "below", locked: false, parentId: "${id(31)}" }]) { count } }`)).toEqual(['FORBIDDEN']);
        expect(await codes(`mutation { createFolder(input: { name: "locked", locked: true, children: { create: [{ name: "below" }] } }) { record { id } } }`)).toEqual(['FORBIDDEN']);
      });
      const { data } = await staff.query(`mutation { createFolders(mode: PARTIAL, input: [{ id: "${id(31)}", name: "locked", locked: true, parentId: null }, { id: "${id(32)}", name: "below", locked: false, parentId: "${id(31)}" }]) { count rows { problems { code } } } }`);
      expect(data).toEqual({ createFolders: { count: 1, rows: [{ problems: [] }, { problems: [{ code: 'FORBIDDEN' }] }] } });
    });

    it('is asked with that one as it was, and as it becomes: updating', async () => {
      await app.as(systemCaller).query(`mutation { createFolders(input: [{ id: "${id(31)}", name: "a", ownerId: "${me}" }, { id: "${id(32)}", name: "b", ownerId: "${me}" }, { id: "${id(33)}", name: "c", locked: true, ownerId: "${me}" }]) { count } }`);
      const both = (left: string, right: string) => `mutation { updateFolders(rows: [{ id: "${id(31)}", input: { ${left} } }, { id: "${id(32)}", input: { ${right} } }]) { count } }`;
      await unchanged(async () => {
        // Each below the other, and both locked: in no order could one come to stand after the other.
        expect(await codes(both(`parentId: "${id(32)}", locked: true`, `parentId: "${id(31)}", locked: true`))).toEqual(['FORBIDDEN']);
        expect(await codes(both('parentId: null, locked: true', `parentId: "${id(31)}", locked: false`))).toEqual(['FORBIDDEN']);
        expect(await codes(`mutation { updateFolders(rows: [{ id: "${id(33)}", input: { parentId: null, locked: false } }, { id: "${id(32)}", input: { parentId: "${id(33)}", locked: false } }]) { count } }`)).toEqual(['FORBIDDEN']);
      });
      expect(await codes(both('parentId: null, locked: false', `parentId: "${id(31)}", locked: true`))).toBeUndefined();
    });
  });
});
