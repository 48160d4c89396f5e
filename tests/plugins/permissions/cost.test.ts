import { beforeAll, describe, expect, it } from 'vitest';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import type { Statement } from '../../../src/database/database.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { recording } from '../../support/recording.ts';

const id = (kind: number, n: number): string => `018f0000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;
const people = Array.from({ length: 20 }, (_, n) => n);
const objects = [
  { name: 'account', sharingModel: 'private', enable: { trash: true }, fields: { name: { type: 'text' }, owner: { type: 'user' }, visible: { type: 'boolean' } } },
  { name: 'contact', sharingModel: 'controlled_by_parent', fields: { name: { type: 'text' }, row: { type: 'text' }, account: { type: 'master_detail', reference: 'account', relatedName: 'contacts' } } },
];
const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [
  { kind: 'profile', value: [{ name: 'sales', objects: { account: rights, contact: rights } }] },
  { kind: 'role', value: [{ name: 'manager' }, { name: 'rep', parent: 'manager' }] },
] as const;

describeEachDatabase('the cost of rights', (openDatabase) => {
  let app: TestPlatform;
  const statements: Statement[] = [];
  const as = (n: number): TestPlatform => app.as({ userId: id(1, n), profile: 'sales' });
  /** The data, and the last statement that was needed for it. */
  const ask = async (n: number, document: string) => {
    statements.length = 0;
    const { data, errors } = await as(n).query(document);
    expect(errors).toBeUndefined();
    return { data, text: statements.at(-1)?.text ?? '', count: statements.length };
  };

  beforeAll(async () => {
    const database = recording(await openDatabase(), (statement) => statements.push(statement));
    app = await startPlatform({ database, objects, plugins: [permissions({ definitions })], open: false });
    const { errors } = await app.as(systemCaller).query(
      `mutation ($users: [User!]!, $roles: [RoleAssignment!]!, $accounts: [Account!]!, $contacts: [Contact!]!) {
        createUsers(input: $users) { count } createRoleAssignments(input: $roles) { count } createAccounts(input: $accounts) { count } createContacts(input: $contacts) { count }
        deleteAccount(id: "${id(2, 3)}") { clientMutationId }
      }`.replace(/\[(\w+)!]!/g, '[$1CreateInput!]!'),
      {
        users: people.map((n) => ({ id: id(1, n), name: `p${n}`, email: `p${n}@example.com` })),
        roles: people.map((n) => ({ userId: id(1, n), role: n === 0 ? 'manager' : 'rep' })),
        accounts: people.map((n) => ({ id: id(2, n), name: `a${n}`, ownerId: id(1, n) })),
        contacts: people.map((n) => ({ id: id(3, n), name: `c${n}`, accountId: id(2, n) })),
      },
    );
    expect(errors).toBeUndefined();
  });

  it('of children that a visible parent controls is that of the parent', async () => {
    const { data, text } = await ask(4, '{ accounts { nodes { name contacts { nodes { name account { name } } } } } }');
    expect(data).toEqual({ accounts: { nodes: [{ name: 'a4', contacts: { nodes: [{ name: 'c4', account: { name: 'a4' } }] } }] } });
    expect(text).not.toContain('EXISTS');
  });

  it('is paid for children by themselves, and below a parent that may lie in the trash', async () => {
    const alone = await ask(3, '{ contacts { nodes { name } } }');
    expect(alone.data).toEqual({ contacts: { nodes: [] } });
    expect(alone.text).toContain('EXISTS');
    const trash = await ask(3, '{ accounts(trash: ONLY) { nodes { name contacts { nodes { name } } } } }');
    expect(trash.data).toEqual({ accounts: { nodes: [{ name: 'a3', contacts: { nodes: [] } }] } });
    expect(trash.text).toContain('EXISTS');
    const included = await ask(3, '{ accounts(trash: INCLUDE) { nodes { contactsAggregate { count } } } }');
    expect(included.data).toEqual({ accounts: { nodes: [{ contactsAggregate: { count: 0 } }] } });
  });

  /** How often a statement looks for a record's owner among the users below the caller. */
  const looks = (text: string): number => text.split('width_bucket').length - 1;

  it('of a master that a visible child leads to is that of the child', async () => {
    const { data, text } = await ask(0, `{ contact(id: "${id(3, 1)}") { account { name } } }`);
    expect(data).toEqual({ contact: { account: { name: 'a1' } } });
    expect(looks(text)).toBe(1);
  });

  it('is an index on owners where all records are meant, and a look at each row that something else finds', async () => {
    const all = await ask(0, '{ accountsAggregate { count } }');
    expect(all).toMatchObject({ data: { accountsAggregate: { count: 19 } }, text: expect.stringContaining('= ANY($') as string });
    expect(looks(all.text)).toBe(0);
    const some = await ask(0, `{ accountsAggregate(where: { ownerId: { eq: "${id(1, 1)}" } }) { count } accounts(first: 2) { nodes { name } } }`);
    expect(some.data).toMatchObject({ accountsAggregate: { count: 1 } });
    expect(some.text).not.toContain('= ANY($');
    expect(looks(some.text)).toBe(2);
  });

  it('is asked once by a write, where the same people read, edit and see what becomes of it', async () => {
    const updated = await ask(0, `mutation { updateAccount(id: "${id(2, 1)}", input: { name: "b1" }) { record { name } } }`);
    expect(updated.data).toEqual({ updateAccount: { record: { name: 'b1' } } });
    expect(statements.map(({ text }) => text).filter((text) => text.includes('UPDATE "account"')).map(looks)).toEqual([1]);
    const { errors } = await as(2).query(`mutation { updateAccount(id: "${id(2, 4)}", input: { name: "x" }) { record { name } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('is asked of records whose fields have the names of what statements say of rows', async () => {
    const write = async (document: string): Promise<unknown> => {
      const { data, errors } = await as(9).query(`mutation { ${document} }`);
      expect(errors).toBeUndefined();
      return data;
    };
    expect(await write(`createContact(input: { id: "${id(3, 100)}", accountId: "${id(2, 9)}", row: "first" }, dryRun: true) { record { row } }`)).toEqual({ createContact: { record: { row: 'first' } } });
    expect(await write(`updateAccount(id: "${id(2, 9)}", input: { visible: false }) { record { visible } }`)).toEqual({ updateAccount: { record: { visible: false } } });
    const { errors } = await as(8).query(`mutation { updateAccount(id: "${id(2, 9)}", input: { visible: true }) { record { visible } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('is one list of users for a whole statement, whatever their number', async () => {
    const { data } = await ask(0, '{ contacts(first: 50) { totalCount nodes { name account { name } } } accountsAggregate { count } }');
    expect(data).toMatchObject({ contacts: { totalCount: 19 }, accountsAggregate: { count: 19 } });
    const lists = statements.at(-1)?.values.filter((value) => Buffer.isBuffer(value));
    expect(lists).toHaveLength(1);
  });

  it('of a caller who comes again is no statement, until a grant changes', async () => {
    const document = '{ accounts { totalCount } }';
    await ask(5, document);
    expect(await ask(5, document)).toMatchObject({ data: { accounts: { totalCount: 1 } }, count: 1 });
    const { errors } = await app.as(systemCaller).query(`mutation { createRecordShare(input: { object: "account", recordId: "${id(2, 6)}", userId: "${id(1, 5)}", accessLevel: READ }) { record { id } } }`);
    expect(errors).toBeUndefined();
    expect((await ask(5, document)).data).toEqual({ accounts: { totalCount: 2 } });
  });

  it('ends with a share', async () => {
    const soon = new Date(Date.now() + 1_500).toISOString();
    const { errors } = await app.as(systemCaller).query(`mutation { createRecordShare(input: { object: "account", recordId: "${id(2, 8)}", userId: "${id(1, 7)}", accessLevel: READ, expiresAt: "${soon}" }) { record { id } } }`);
    expect(errors).toBeUndefined();
    const document = '{ accounts { totalCount } }';
    expect((await ask(7, document)).data).toEqual({ accounts: { totalCount: 2 } });
    await expect.poll(async () => (await ask(7, document)).data, { timeout: 5_000 }).toEqual({ accounts: { totalCount: 1 } });
  });
});

describe('rights in memory', () => {
  it('are compiled once for an access class, and no more classes are kept than may be', async () => {
    const sets = Array.from({ length: 9 }, (_, n) => `set${n}`);
    const app = await startPlatform({ objects: [{ name: 'thing', fields: { name: { type: 'text' } } }], plugins: [permissions({ definitions: [{ kind: 'permission', value: sets.map((name) => ({ name, objects: { thing: { allowRead: true } } })) }] })], open: false });
    const access = app.platform.kernel.services.get('access', 'the test');
    const accessOf = (bits: number, user: number) => access.accessOf({ kind: 'user', userId: id(1, user), organizationId: undefined, roles: [], attributes: {}, permissionSets: sets.filter((_, bit) => (bits >> bit) % 2 === 1) });
    const first = await accessOf(1, 0);
    expect(await accessOf(1, 1)).toBe(first);
    for (let bits = 2; bits <= 260; bits += 1) await accessOf(bits, 0);
    // Of somebody new: it had been forgotten, and means the same.
    const again = await accessOf(1, 2);
    expect([again === first, again.fingerprint]).toEqual([false, first.fingerprint]);
    await app.close();
  });
});
