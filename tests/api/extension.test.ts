import { beforeAll, expect, it } from 'vitest';
import type { Database, Statement } from '../../src/database/database.ts';
import { ObjectosError } from '../../src/errors.ts';
import type { Plugin } from '../../src/kernel/plugin.ts';
import { systemAccess, type Access, type AccessProvider } from '../../src/resolvers/access.ts';
import { describeEachDatabase } from '../support/database.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';
import { answer, refusals, yaml, type Row } from './model.ts';

const batches: string[][] = [];
const heard: string[] = [];

const fields: Plugin = {
  name: 'fields', version: '1.0.0', description: 'Adds fields with resolvers.',
  schema: {
    extend(schema) {
      schema.addRecordField<{ times?: number }>({
        object: 'account', name: 'shout', type: 'String', args: { times: { type: 'Int' } }, needs: ['name', 'stage', 'topics'],
        resolve: ({ name, stage, topics }, { times }) => `${String(name).toUpperCase()}${'!'.repeat(times ?? 1)} ${String(stage)} ${(topics as string[]).length}`,
      });
      schema.addRecordField({
        object: 'contact', name: 'score', type: 'Int', needs: ['name'],
        resolve: ({ name }, _args, context) =>
          context.loader('score', (names: readonly string[]) => {
            batches.push([...names]);
            return Promise.resolve(names.map((one) => (one === 'Bad' ? new ObjectosError('CONFLICT', 'No score.') : one.length)));
          }).load(String(name)),
      });
      schema.addRecordField({ object: 'topic', name: 'constant', type: 'Int!', resolve: () => 42 });
      schema.addFields('Query', {
        echo: { type: 'String', args: { text: { type: 'String!' } }, resolve: (_parent, { text }) => String(text) },
        broken: { type: 'String', resolve: () => { throw new Error('the secret text of a bug'); } },
      });
      schema.addFields('Mutation', { rename: { type: 'Int', args: { to: { type: 'String!' } }, resolve: async (_parent, { to }, context) => (await context.database.query({ text: 'update account set name = $1', values: [to] })).count } });
    },
  },
};

const hooks: Plugin = {
  name: 'hooks', version: '1.0.0', description: 'Takes part in every write.',
  mutation: {
    before: (changes) => changes.forEach(({ kind, object }) => void heard.push(`before ${kind} ${object}`)),
    after: (changes) => changes.forEach(({ kind, object, record }) => void heard.push(`after ${kind} ${object} ${String(record['name'])}`)),
    committed: (changes) => void heard.push(`committed ${changes.length}`),
  },
};

const contacts: Plugin = {
  name: 'contacts', version: '1.0.0', description: 'Keeps contacts in order.',
  mutation: {
    objects: ['contact'],
    before(changes) {
      for (const { kind, values, previous } of changes) {
        if (typeof values['name'] === 'string') values['name'] = values['name'].trim();
        if (kind === 'delete' && previous?.['name'] === 'Keep') throw new ObjectosError('FORBIDDEN', 'This contact stays.');
        if (values['name'] === 'Crash') throw new Error('an unexpected thing');
      }
    },
    validate: (changes, _context, report) => changes.forEach((change) => change.record['name'] === 'Bob' && report(change, { field: 'name', code: 'NOT_BOB', message: 'Not Bob.' })),
    async after(changes, context) {
      for (const { kind, record } of changes) {
        if (kind !== 'create' || record['account'] === null || record['account'] === undefined) continue;
        await context.writer.write({ object: 'account', operation: 'update', id: String(record['account']), input: { stage: 'customer' }, options: {} }, context);
      }
    },
  },
};

/** Hides revenue and e-mail addresses from users. */
const guarded: Access = {
  ...systemAccess,
  fingerprint: 'guarded',
  object: (name) => {
    const all = systemAccess.object(name);
    return { ...all, field: (field) => (field === 'revenue' || field === 'email' ? { ...all.field(field), read: false, filter: false, sort: false, aggregate: false } : all.field(field)) };
  },
};
const provider: AccessProvider = { name: 'test', accessOf: ({ kind }) => (kind === 'user' ? guarded : systemAccess) };
const access: Plugin = { name: 'test-access', version: '1.0.0', description: 'Hides some fields.', lifecycle: { init: ({ services }) => services.register('access', provider) } };

describeEachDatabase('extensions', (open) => {
  let app: TestPlatform;
  const statements: Statement[] = [];
  const run = (document: string, variables?: Row) => answer(app, document, variables);

  beforeAll(async () => {
    const real = await open();
    const database = new Proxy(real, {
      get(target, key) {
        if (key === 'query') return (statement: Statement) => {
            // Plans of operations are named; the platform's own upkeep may run beside them.
            if (statement.name?.startsWith('r')) statements.push(statement);
            return target.query(statement);
          };
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }) as Database;
    app = await startPlatform({ yaml, database, plugins: [fields, hooks, contacts, access], open: false, settings: { server: { limits: { cost: 100_000_000 } } } });
    await run(`mutation {
      createTopics(input: [{ name: "Energy" }, { name: "Water" }]) { count }
      createAccount(input: { name: "A", revenue: 1, topics: { connect: [{ name: "Energy" }, { name: "Water" }] }, contacts: { create: [{ name: " Ada " }, { name: "Bad" }] }, children: { create: [{ name: "B", revenue: 2, contacts: { create: [{ name: "Grace", email: "g@example.com" }] } }] } }) { record { id } }
    }`);
    return () => app.close();
  });

  const generated = `
    accounts(where: $where, orderBy: [{ name: ASC }], first: $first) { totalCount edges { cursor node { ...A parent { ...A } } } pageInfo { hasNextPage } }
    topics(orderBy: [{ name: ASC }]) { nodes { name accounts { nodes { name children { nodes { ...A } } } } CONSTANT } }
    one: account(id: "0197f3c0-0000-7000-8000-00000000dead") { ...A }
    accountGroups(by: [{ field: PARENT_ID }]) { count key { parent { name SHOUT } } }
    accountsAggregate { sum { revenue } }
    metadata { object(name: "topic") { name } }
  `;
  const plain = `query ($where: AccountWhere, $first: Int = 2, $with: Boolean = true) { ${generated} } fragment A on Account { __typename name revenue topicIds contacts(orderBy: [{ name: ASC }]) @include(if: $with) { nodes { name account { ... on Node { id } } SCORE } } SHOUT }`;
  const without = plain.replace(/CONSTANT|SHOUT|SCORE/g, '');
  const withFields = plain.replace('CONSTANT', 'constant').replaceAll('SHOUT', 'shout loud: shout(times: 3)').replace('SCORE', 'score').replace('accountsAggregate', 'echo(text: "hi") accountsAggregate');

  it('answers generated fields beside custom ones as without them, in one statement', async () => {
    for (const variables of [{}, { where: { name: { in: ['A', 'B'] } }, first: 1 }, { with: false, where: null }]) {
      statements.length = 0;
      const expected = await app.query(without, variables);
      expect(expected.errors).toBeUndefined();
      expect(statements).toHaveLength(1);
      statements.length = 0;
      const { data, errors } = await app.query(withFields, variables);
      expect(statements).toHaveLength(1);
      expect(errors?.map(({ message }) => message) ?? []).toEqual(errors ? errors.map(() => 'No score.') : []);
      expect(errors === undefined).toBe('with' in variables);
      const stripped: unknown = JSON.parse(JSON.stringify(data, (key, value: unknown) => (['shout', 'loud', 'score', 'constant', 'echo'].includes(key) ? undefined : value)));
      expect(stripped).toEqual(expected.data);
      expect(JSON.stringify(data)).toContain('"shout":"A! CUSTOMER 2","loud":"A!!! CUSTOMER 2"');
    }
  });

  it('loads for all records of an answer at once', async () => {
    batches.length = 0;
    const { data, errors } = await refusals(app, '{ accounts(orderBy: [{ name: ASC }]) { nodes { ...C children { nodes { ...C } } } } contacts { nodes { score } } } fragment C on Account { contacts(orderBy: [{ name: ASC }]) { nodes { score } } }');
    expect(batches).toEqual([['Ada', 'Bad', 'Grace']]);
    expect(data?.['accounts']).toEqual({ nodes: [{ contacts: { nodes: [{ score: 3 }, { score: null }] }, children: { nodes: [{ contacts: { nodes: [{ score: 5 }] } }] } }, { contacts: { nodes: [{ score: 5 }] }, children: { nodes: [] } }] });
    expect(errors).toEqual([{ code: 'CONFLICT', path: ['accounts', 'nodes', 0, 'contacts', 'nodes', 1, 'score'] }, { code: 'CONFLICT', path: ['contacts', 'nodes', expect.any(Number), 'score'] }]);
  });

  it('serves custom fields through node, interfaces and payloads of every kind', async () => {
    const { accounts } = (await run('{ accounts(orderBy: [{ name: ASC }]) { nodes { id } } }')) as { accounts: { nodes: { id: string }[] } };
    const id = accounts.nodes[0]?.id;
    expect(await run('query ($id: ID!) { node(id: $id) { __typename id ... on Account { shout contacts(first: 1, orderBy: [{ name: ASC }]) { nodes { score } } } } nodes(ids: [$id]) { ... on Account { shout } ... on Topic { constant } } }', { id })).toEqual({
      node: { __typename: 'Account', id, shout: 'A! CUSTOMER 2', contacts: { nodes: [{ score: 3 }] } }, nodes: [{ shout: 'A! CUSTOMER 2' }],
    });
    const written = await run(`mutation ($id: ID!) {
      updateAccount(id: $id, input: { slug: "a" }) { record { slug shout contacts(first: 1, orderBy: [{ name: ASC }]) { nodes { name score account { shout } } } } clientMutationId }
      createTopics(input: [{ name: "X" }, { name: "Y" }]) { count records { name constant } rows { index record { constant name } problems { code } } }
      deleteTopics(where: { name: { in: ["X", "Y"] } }) { records { name constant } }
    }`, { id });
    expect(written).toEqual({
      updateAccount: { record: { slug: 'a', shout: 'A! CUSTOMER 2', contacts: { nodes: [{ name: 'Ada', score: 3, account: { shout: 'A! CUSTOMER 2' } }] } }, clientMutationId: null },
      createTopics: { count: 2, records: [{ name: 'X', constant: 42 }, { name: 'Y', constant: 42 }], rows: [{ index: 0, record: { constant: 42, name: 'X' }, problems: [] }, { index: 1, record: { constant: 42, name: 'Y' }, problems: [] }] },
      deleteTopics: { records: [{ name: 'X', constant: 42 }, { name: 'Y', constant: 42 }] },
    });
    const dry = await run('mutation { createAccount(input: { name: "dry", contacts: { create: [{ name: "Eve" }] } }, dryRun: true, idempotencyKey: "dry") { record { shout contacts { nodes { score } } } } }');
    expect(dry).toEqual({ createAccount: { record: { shout: 'DRY! CUSTOMER 0', contacts: { nodes: [{ score: 3 }] } } } });
    const twice = 'mutation { createAccount(input: { name: "twice" }, idempotencyKey: "twice") { record { id shout } } }';
    expect(await run(twice)).toEqual(await run(twice));
    await run('mutation { deleteAccounts(where: { name: { eq: "twice" } }) { count } }');
  });

  it('tells of hidden fields alike with and without custom fields', async () => {
    const staff = app.as({ kind: 'user' });
    const query = (more: string) => staff.query(`{ accounts(orderBy: [{ name: ASC }]) { nodes { name revenue contacts { nodes { email ${more && 'score'} } } ${more} } } contacts(where: { name: { eq: "Ada" } }) { nodes { email } } }`);
    const [compiled, mixed] = [await query(''), await query('shout')];
    expect(compiled.errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.['code']])).toEqual(expect.arrayContaining([['accounts.nodes.0.revenue', 'FORBIDDEN'], ['accounts.nodes.0.contacts.nodes.0.email', 'FORBIDDEN']]));
    const forbidden = (errors: typeof compiled.errors) => errors?.filter(({ extensions }) => extensions?.['code'] === 'FORBIDDEN').map(({ message }) => message).sort();
    expect(forbidden(mixed.errors)).toEqual(forbidden(compiled.errors));
    const update = (more: string) => staff.query(`mutation { updateAccounts(where: { name: { eq: "A" } }, input: { slug: "s${more}" }) { records { name revenue ${more} } } }`);
    expect(forbidden((await update('shout')).errors)).toEqual(forbidden((await update('')).errors));
    expect(forbidden((await update('')).errors)).toHaveLength(1);
  });

  it('masks what a custom field throws, and leaves the rest', async () => {
    const { data, errors } = await app.query('{ broken topics { totalCount } echo(text: "x") }');
    expect(data).toEqual({ broken: null, topics: { totalCount: 2 }, echo: 'x' });
    expect(errors).toMatchObject([{ message: 'Internal error', path: ['broken'], extensions: { code: 'INTERNAL' } }]);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  it('answers the same over HTTP', async () => {
    const document = '{ accounts(orderBy: [{ name: ASC }], first: 1) { nodes { shout } } echo(text: "x") }';
    expect(await app.fetch(document)).toEqual({ status: 200, body: await app.query(document) });
  });

  it('runs hooks of all objects and of some, in order, once for all records', async () => {
    heard.length = 0;
    await run('mutation { createAccount(input: { name: "Hooked", contacts: { create: [{ name: " x " }, { name: "y" }] } }) { record { id } } }');
    expect(heard).toEqual([
      'before create account', 'before create contact', 'before create contact',
      'after create account Hooked', 'after create contact x', 'after create contact y',
      'before update account', 'after update account Hooked', ...heard.slice(8),
    ]);
    expect(heard.filter((line) => line.startsWith('committed')).length).toBeGreaterThan(0);
    expect(await run('{ accounts(where: { name: { eq: "Hooked" } }) { nodes { stage version contacts(orderBy: [{ name: ASC }]) { nodes { name } } } } }')).toEqual({ accounts: { nodes: [{ stage: 'CUSTOMER', version: 2, contacts: { nodes: [{ name: 'x' }, { name: 'y' }] } }] } });
  });

  it('stops a write that a hook refuses, by path, and masks what it throws', async () => {
    const before = await run('{ contactsAggregate { count } accountsAggregate { count } }');
    expect((await refusals(app, 'mutation { createAccount(input: { name: "N", contacts: { create: [{ name: "Al" }, { name: "Bob" }] } }) { record { id } } }')).errors).toEqual([{ code: 'VALIDATION_FAILED', path: ['createAccount'], problems: ['input.contacts.create.1.name NOT_BOB'] }]);
    expect((await refusals(app, 'mutation { createAccount(input: { name: "N", contacts: { create: [{ name: "Crash" }] } }) { record { id } } }')).errors).toMatchObject([{ code: 'INTERNAL', path: ['createAccount'] }]);
    expect(await run('{ contactsAggregate { count } accountsAggregate { count } }')).toEqual(before);
    await run('mutation { createContact(input: { name: "Keep" }) { record { id } } }');
    expect((await refusals(app, 'mutation { deleteContacts(where: { name: { eq: "Keep" } }) { count } }')).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(await run('{ contacts(where: { name: { eq: "Keep" } }) { totalCount } }')).toEqual({ contacts: { totalCount: 1 } });
  });

  it('rolls back what a custom mutation writes in an atomic operation', async () => {
    const { data } = await refusals(app, 'mutation @atomic { rename(to: "Z") createTopic(input: { name: "" }) { record { id } } }');
    expect(data).toBeNull();
    expect(await run('{ accounts(where: { name: { eq: "Z" } }) { totalCount } }')).toEqual({ accounts: { totalCount: 0 } });
  });
});
