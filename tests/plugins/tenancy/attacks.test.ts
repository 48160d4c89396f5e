import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { anonymous } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import type { TestPlatform } from '../../support/platform.ts';
import { accountId, codesOf, contactId, organizations, people, startTenancy, type TenancyApp } from './support.ts';

const mine = accountId(1);
const theirs = accountId(11);
const nothing = accountId(99);
const theirContact = contactId(11);
const definitions = [
  {
    kind: 'profile',
    value: { name: 'all', objects: { '*': { modifyAllRecords: true, allowCreate: true }, ...Object.fromEntries(['sys_user', 'sys_member', 'sys_organization', 'sys_invitation', 'sys_api_key'].map((object) => [object, { modifyAllRecords: true, allowCreate: true }])) }, systemPermissions: ['manage_users', 'manage_sharing'] },
  },
] as const;

describeEachDatabase('attacks on another organization', (open) => {
  describe.each([['open access', false], ['permissions', true]])('with %s', (_name, withPermissions) => {
    let app: TenancyApp;
    let database: Database;
    /** In both organizations, acting in Alpha with all rights. */
    let me: TestPlatform;

    beforeAll(async () => {
      database = await open();
      app = await startTenancy({ database, open: !withPermissions, plugins: withPermissions ? [permissions({ definitions })] : [] });
      const as = (organization: 'alpha' | 'beta'): TestPlatform => app.as({ userId: people.cat, organizationId: organizations[organization], profile: 'all' });
      me = as('alpha');
      const fill = async (organization: 'alpha' | 'beta', document: string): Promise<void> => expect((await as(organization).query(`mutation { ${document} }`)).errors).toBeUndefined();
      await fill('alpha', `createTag(input: { id: "${accountId(90)}", name: "t" }) { record { id } } createAccounts(input: [{ id: "${mine}", name: "Mine", code: "m", taxId: "1" }]) { count } createContact(input: { id: "${contactId(1)}", name: "Mia", accountId: "${mine}" }) { record { id } } createRate(input: { id: "${accountId(80)}", code: "r" }) { record { id } }`);
      await fill('beta', `createTag(input: { id: "${accountId(95)}", name: "t" }) { record { id } } createAccount(idempotencyKey: "key", input: { id: "${theirs}", name: "Theirs", code: "x", taxId: "2", ownerId: "${people.cat}", tagIds: ["${accountId(95)}"] }) { record { id } } createContact(input: { id: "${theirContact}", name: "Tom", email: "tom", accountId: "${theirs}" }) { record { id } } createRate(input: { id: "${accountId(81)}", code: "r", value: 5 }) { record { id } }`);
    });

    /** What Beta holds, as the database tells it. */
    const beta = async (): Promise<unknown> => (await database.query({ text: `SELECT (SELECT string_agg(a::text, '|' ORDER BY id) FROM account a WHERE organization_id = $1), (SELECT string_agg(c::text, '|' ORDER BY id) FROM contact c WHERE organization_id = $1), (SELECT string_agg(r::text, '|' ORDER BY id) FROM rate r WHERE organization_id = $1), (SELECT string_agg(l::text, '|') FROM account_tags_link l)`, values: [organizations.beta] })).rows;

    it.each([
      ['record', (id: string) => `account(id: "${id}") { name }`, { account: null }],
      ['node and nodes', (id: string) => `node(id: "${id}") { id } nodes(ids: ["${id}"]) { id }`, { node: null, nodes: [null] }],
      ['filter on the id', (id: string) => `accounts(where: { id: { eq: "${id}" } }) { totalCount nodes { id } }`, { accounts: { totalCount: 0, nodes: [] } }],
      ['filter on the organization', () => `accounts(where: { organizationId: { eq: "${organizations.beta}" } }) { totalCount }`, { accounts: { totalCount: 0 } }],
      ['filter through a relation', (id: string) => `contacts(where: { account: { id: { eq: "${id}" } } }) { totalCount } users(where: { accounts: { some: { id: { eq: "${id}" } } } }) { totalCount }`, { contacts: { totalCount: 0 }, users: { totalCount: 0 } }],
      ['reverse relation of a shared person', () => `user(id: "${people.cat}") { accounts { totalCount } memberships { totalCount } }`, { user: { accounts: { totalCount: 0 }, memberships: { totalCount: 1 } } }],
      ['reverse relation of an organization', () => `organizations(where: { id: { eq: "${organizations.beta}" } }) { nodes { accounts { totalCount } accountsAggregate { count } } }`, { organizations: { nodes: [{ accounts: { totalCount: 0 }, accountsAggregate: { count: 0 } }] } }],
      ['aggregate and groups', () => 'accountsAggregate { count max { name } } accountGroups(by: [{ field: CODE }]) { key { code } count }', { accountsAggregate: { count: 1, max: { name: 'Mine' } }, accountGroups: [{ key: { code: 'm' }, count: 1 }] }],
      ['search', () => 'accounts(search: "Theirs") { totalCount }', { accounts: { totalCount: 0 } }],
      ['trash', () => 'contacts(trash: INCLUDE) { totalCount }', { contacts: { totalCount: 1 } }],
      ['unique key', () => 'account(by: { code: "x" }) { id } global: account(by: { taxId: "2" }) { id } contact(by: { email: "tom" }) { id }', { account: null, global: null, contact: null }],
      ['a key of an object that may be read across', () => 'rate(by: { code: "r" }) { id value } rates(orderBy: [{ value: DESC_NULLS_LAST }]) { nodes { value } }', { rate: { id: accountId(80), value: null }, rates: { nodes: [{ value: 5 }, { value: null }] } }],
      ['members, invitations, keys and people', () => `members { nodes { organizationId } } invitations { totalCount } apiKeys { totalCount } users { nodes { name } } user(id: "${people.bea}") { name }`, { members: { nodes: [{ organizationId: organizations.alpha }, { organizationId: organizations.alpha }] }, invitations: { totalCount: 0 }, apiKeys: { totalCount: 0 }, users: { nodes: [{ name: 'ann' }, { name: 'cat' }] }, user: null }],
    ])('nothing is read: %s', async (_what, selection, expected) => {
      expect(await me.query(`{ ${selection(theirs)} }`)).toEqual({ data: expected });
    });

    it('a cursor of theirs shows nothing of theirs', async () => {
      const { data } = await app.as({ userId: people.cat, organizationId: organizations.beta, profile: 'all' }).query('{ accounts { pageInfo { endCursor } } }');
      const { endCursor } = (data as { accounts: { pageInfo: { endCursor: string } } }).accounts.pageInfo;
      for (const side of ['first: 5, after', 'last: 5, before']) {
        const page = (await me.query(`{ accounts(${side}: "${endCursor}") { nodes { id } } }`)).data as { accounts: { nodes: { id: string }[] } };
        expect(page.accounts.nodes.filter(({ id }) => id !== mine)).toEqual([]);
      }
    });

    it.each([
      ['update', (id: string) => `updateAccount(id: "${id}", input: { name: "x" }) { record { id } }`],
      ['update by rows', (id: string) => `updateAccounts(rows: [{ id: "${id}", input: { name: "x" } }]) { count }`],
      ['update as a trial', (id: string) => `updateAccount(id: "${id}", input: { name: "x" }, dryRun: true) { record { id } }`],
      ['update with a version', (id: string) => `updateAccount(id: "${id}", input: { name: "x" }, ifVersion: 7) { record { id } }`],
      ['delete', (id: string) => `deleteAccount(id: "${id}") { record { id } }`],
      ['delete by ids', (id: string) => `deleteAccounts(ids: ["${id}"]) { count }`],
      ['lookup', (id: string) => `createContact(input: { name: "x", accountId: "${id}" }) { record { id } }`],
      ['lookup in bulk', (id: string) => `createContacts(input: [{ name: "x", accountId: "${id}" }]) { count }`],
      ['reparenting', (id: string) => `updateContact(id: "${contactId(1)}", input: { accountId: "${id}" }) { record { id } }`],
      ['tree', (id: string) => `updateAccount(id: "${mine}", input: { parentId: "${id}" }) { record { id } }`],
      ['connect of a parent', (id: string) => `createContact(input: { name: "x", account: { connect: { id: "${id}" } } }) { record { id } }`],
      ['connect of a child', (id: string) => `updateAccount(id: "${mine}", input: { children: { connect: [{ id: "${id}" }] } }) { record { id } }`],
      ['set of children', (id: string) => `updateAccount(id: "${mine}", input: { children: { set: [{ id: "${id}" }] } }) { record { id } }`],
      ['nested update', (id: string) => `updateAccount(id: "${mine}", input: { children: { update: [{ id: "${id}", input: { name: "x" } }] } }) { record { id } }`],
      ['nested delete', (id: string) => `updateAccount(id: "${mine}", input: { children: { delete: [{ id: "${id}" }] } }) { record { id } }`],
      ['nested disconnect', (id: string) => `updateAccount(id: "${mine}", input: { children: { disconnect: [{ id: "${id}" }] } }) { record { id } }`],
      ['a nested write below a record of theirs', (id: string) => `updateAccount(id: "${id}", input: { contacts: { create: [{ name: "x" }] } }) { record { id } }`],
      ['list of tags', (id: string) => `updateAccount(id: "${mine}", input: { tagIds: ["${id === theirs ? accountId(95) : nothing}"] }) { record { id } }`],
      ['the other side of a list', (id: string) => `updateTag(id: "${accountId(90)}", input: { accounts: { connect: [{ id: "${id}" }] } }) { record { id } }`],
      ['restore', (id: string) => `restoreContact(id: "${id === theirs ? theirContact : nothing}") { record { id } }`],
    ])('nothing is changed, and a record of theirs is answered like none: %s', async (_what, mutation) => {
      const before = await beta();
      const answer = async (id: string): Promise<string> => JSON.stringify(await me.query(`mutation { ${mutation(id)} }`)).replaceAll(theirs, nothing).replaceAll(theirContact, nothing).replaceAll(accountId(95), nothing);
      const [real, none] = [await answer(theirs), await answer(nothing)];
      expect(real).toBe(none);
      expect(real).toContain('NOT_FOUND');
      expect(await beta()).toEqual(before);
    });

    it('what a filter matches stays in the organization', async () => {
      const before = await beta();
      expect(await me.query(`mutation { updateAccounts(where: {}, input: { amount: 1 }) { count } deleteContacts(where: { name: { eq: "Tom" } }) { count } }`)).toEqual({ data: { updateAccounts: { count: 1 }, deleteContacts: { count: 0 } } });
      expect(await beta()).toEqual(before);
    });

    it('the organization of a record cannot be given, nor changed', async () => {
      expect(codesOf(await me.query(`mutation { createAccount(input: { name: "x", organizationId: "${organizations.beta}" }) { record { id } } }`))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
      expect(codesOf(await me.query(`mutation($input: AccountUpdateInput!) { updateAccount(id: "${mine}", input: $input) { record { id } } }`, { input: { organizationId: organizations.beta } }))).toEqual(['BAD_REQUEST']);
      const asMe = await app.requestOf({ ...anonymous, kind: 'user', userId: people.cat, organizationId: organizations.alpha, profile: 'all' });
      await expect(app.platform.writer.write({ object: 'account', operation: 'create', options: {}, input: { name: 'x', organizationId: organizations.beta } }, asMe)).rejects.toMatchObject({ problems: [{ path: ['input', 'organizationId'], code: 'READ_ONLY' }] });
    });

    it('the same values are free in each organization, and say nothing of another', async () => {
      const before = await beta();
      expect(await me.query('mutation { createAccount(dryRun: true, input: { name: "New", code: "x" }) { record { code } } upsertAccount(dryRun: true, by: CODE, input: { name: "New", code: "x" }) { created record { code } } createContact(dryRun: true, input: { email: "tom" }) { record { email } } }')).toEqual({
        data: { createAccount: { record: { code: 'x' } }, upsertAccount: { created: true, record: { code: 'x' } }, createContact: { record: { email: 'tom' } } },
      });
      const twice = await me.query('mutation { createAccount(input: { name: "New", code: "m" }) { record { id } } }');
      expect(twice.errors?.[0]?.extensions?.['problems']).toEqual([{ path: ['input', 'code'], code: 'NOT_UNIQUE', message: 'Another Account has this Code already.' }]);
      expect(await beta()).toEqual(before);
    });

    it('a global key of theirs is answered like one of mine, on create, update and upsert', async () => {
      const problems = async (taxId: string): Promise<unknown> => {
        const { errors } = await me.query(`mutation { a: createAccount(input: { name: "x", taxId: "${taxId}" }) { record { id } } b: createAccounts(input: [{ name: "y" }, { name: "x", taxId: "${taxId}" }]) { count } }`);
        return errors?.map(({ message, path, extensions }) => ({ message, path, extensions }));
      };
      expect(await problems('2')).toEqual(await problems('1'));
      expect((await me.query(`mutation { upsertAccount(by: TAX_ID, input: { name: "x", taxId: "2" }) { record { id } } }`)).errors?.[0]?.extensions?.['problems']).toEqual([{ path: ['input', 'taxId'], code: 'NOT_UNIQUE', message: 'Another Account has this Tax Id already.' }]);
    });

    it('an id of theirs is answered like one of mine, on create and upsert', async () => {
      const before = await beta();
      const answer = async (id: string): Promise<string> => JSON.stringify((await me.query(`mutation { createAccount(input: { id: "${id}", name: "x" }) { record { id } } }`)).errors);
      expect(await answer(theirs)).toBe(await answer(mine));
      expect(codesOf(await me.query(`mutation { upsertAccount(input: { id: "${theirs}", name: "x" }) { record { id } } }`))).toEqual(['CONFLICT']);
      expect(await beta()).toEqual(before);
    });

    it('an idempotency key of another organization neither answers nor collides', async () => {
      expect(await me.query('mutation { createAccount(dryRun: true, idempotencyKey: "key", input: { name: "Own" }) { record { name } } }')).toEqual({ data: { createAccount: { record: { name: 'Own' } } } });
    });

    it('a record that may be read across is neither changed nor named', async () => {
      const before = await beta();
      expect(codesOf(await me.query(`mutation { updateRate(id: "${accountId(81)}", input: { value: 1 }) { record { id } } }`))).toEqual(['FORBIDDEN']);
      expect(codesOf(await me.query(`mutation { deleteRate(id: "${accountId(81)}") { record { id } } }`))).toEqual(['FORBIDDEN']);
      expect((await me.query(`mutation { createOrder(input: { title: "x", rateId: "${accountId(81)}" }) { record { id } } }`)).errors?.[0]?.extensions?.['problems']).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect((await me.query(`mutation { createOrders(input: [{ title: "x", rate: { connect: { id: "${accountId(81)}" } } }]) { count } }`)).errors?.[0]?.extensions?.['problems']).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect(await beta()).toEqual(before);
    });

    it('what is deleted takes along only what belongs to the organization', async () => {
      const before = await beta();
      expect((await me.query(`mutation { a: createAccount(input: { id: "${accountId(5)}", name: "Gone", contacts: { create: [{ id: "${contactId(5)}", name: "Gone too" }] }, children: { create: [{ id: "${accountId(6)}", name: "Left" }] } }) { record { id } } b: deleteAccount(id: "${accountId(5)}") { record { id } } }`)).errors).toBeUndefined();
      expect(await me.query(`{ account(id: "${accountId(6)}") { parentId } contact(id: "${contactId(5)}") { id } }`)).toEqual({ data: { account: { parentId: null }, contact: null } });
      expect(await beta()).toEqual(before);
      const crossing = await database.query({ text: 'SELECT 1 FROM contact c JOIN account a ON a.id = c.account_id WHERE a.organization_id <> c.organization_id UNION ALL SELECT 1 FROM account_tags_link l JOIN account a ON a.id = l.source_id JOIN tag t ON t.id = l.target_id WHERE a.organization_id <> t.tenant_id', values: [] });
      expect(crossing.rows).toEqual([]);
    });

    it('people of several organizations are not changed from one of them, and nobody is deleted', async () => {
      expect(codesOf(await app.as({ userId: people.ann, organizationId: organizations.alpha, profile: 'all' }).query(`mutation { updateUser(id: "${people.cat}", input: { email: "taken@example.com" }) { record { id } } }`))).toEqual(['FORBIDDEN']);
      expect(codesOf(await me.query(`mutation { updateUser(id: "${people.bea}", input: { name: "x" }) { record { id } } }`))).toEqual(['NOT_FOUND']);
      expect(codesOf(await me.query(`mutation { deleteUser(id: "${people.ann}") { record { id } } }`))).toEqual(['FORBIDDEN']);
      expect(await me.query(`mutation { a: updateUser(id: "${people.ann}", input: { locale: "de" }) { record { name } } b: updateUser(id: "${people.cat}", input: { locale: "de" }) { record { name } } }`)).toEqual({ data: { a: { record: { name: 'ann' } }, b: { record: { name: 'cat' } } } });
    });

    it('nobody joins an organization by a nested write', async () => {
      const { rows } = await database.query<{ id: string }>({ text: 'SELECT id FROM sys_member WHERE organization_id = $1', values: [organizations.beta] });
      for (const { id } of rows) expect(codesOf(await me.query(`mutation { updateUser(id: "${people.cat}", input: { memberships: { connect: [{ id: "${id}" }] } }) { record { id } } }`))).toBeDefined();
      expect(codesOf(await me.query(`mutation { updateUser(id: "${people.ann}", input: { memberships: { connect: [{ organizationAndUser: { organizationId: "${organizations.alpha}", userId: "${people.cat}" } }] } }) { record { id } } }`))).toBeDefined();
    });

    it('who acts in no organization sees nothing and creates nothing', async () => {
      const outside = app.as({ userId: people.dan, profile: 'all' });
      expect(await outside.query(`{ accounts { totalCount } accountsAggregate { count } node(id: "${theirs}") { id } users { nodes { name } } organizations { totalCount } members { totalCount } }`)).toEqual({
        data: { accounts: { totalCount: 0 }, accountsAggregate: { count: 0 }, node: null, users: { nodes: [{ name: 'dan' }] }, organizations: { totalCount: 0 }, members: { totalCount: 0 } },
      });
      expect((await outside.query('mutation { createAccount(input: { name: "x" }) { record { id } } }')).errors?.[0]?.extensions?.['problems']).toEqual([{ path: ['input'], code: 'ORGANIZATION_REQUIRED', message: 'Accounts belong to an organization: switch to one first.' }]);
    });

    it.runIf(withPermissions)('explanations tell nothing of records of another organization, administrators neither', async () => {
      for (const roles of [[], ['administrator']]) {
        const asker = app.as({ userId: people.cat, organizationId: organizations.alpha, profile: 'all', roles });
        const { data } = await asker.query(`{ a: explainAccess(object: "account", id: "${theirs}", action: READ) { allowed } b: explainAccess(object: "account", id: "${nothing}", action: READ) { allowed } c: explainAccess(object: "account", id: "${mine}", action: READ) { allowed } }`);
        expect(data).toEqual({ a: null, b: null, c: { allowed: true } });
      }
    });

    it('an administrator of the platform acts in one organization too', async () => {
      const administrator = app.as({ userId: people.ann, organizationId: organizations.alpha, profile: 'all', roles: ['administrator'] });
      expect(await administrator.query(`{ accounts(where: { id: { eq: "${theirs}" } }) { totalCount } user(id: "${people.bea}") { name } organizations { totalCount } }`)).toEqual({ data: { accounts: { totalCount: 0 }, user: { name: 'bea' }, organizations: { totalCount: 2 } } });
    });
  });
});
