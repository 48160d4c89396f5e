import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { responseCache } from '../../../src/plugins/response-cache/index.ts';
import { tablesIn } from '../../../src/plugins/response-cache/reads.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase, openEmpty } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { recording } from '../../support/recording.ts';
import { problems } from '../../metadata/support/compile.ts';

const yaml = `
name: account
fields:
  name: { type: text, required: true, trackHistory: true }
  owner: { type: user }
  tags: { type: lookup, reference: tag, multiple: true }
  deal_count: { type: summary, summaryOperations: { object: deal, function: count } }
  mine: { type: formula, expression: "owner = $user.id", returnType: boolean }
  minutes: { type: formula, expression: "NOW()", returnType: datetime }
---
name: tag
fields: { name: text }
---
name: deal
softDelete: true
fields: { name: text, account: { type: master_detail, reference: account } }
---
name: price
cache: { maxAge: 1 }
fields: { name: text }
---
name: quote
cache: false
fields: { name: text }
`;

let resolved = 0;
const shout: Plugin = {
  name: 'shout', version: '1.0.0', description: 'Has a field with a resolver.',
  schema: { extend: (schema) => schema.addRecordField({ object: 'account', name: 'shout', type: 'String', needs: ['name'], resolve: ({ name }) => `${String(name)} ${(resolved += 1)}` }) },
};

describeEachDatabase('kept answers', (openDatabase, kind) => {
  let app: TestPlatform;
  let other: TestPlatform;
  let asked = 0;
  let account: string;

  const start = (database: Database, counts: boolean) =>
    startPlatform({ yaml, plugins: [rules(), shout, responseCache()], database: recording(database, ({ name }) => void (counts && /^r/.test(name ?? '') && (asked += 1))) });
  beforeAll(async () => {
    const database = await openDatabase();
    app = await start(database, true);
    const schema = (await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] })).rows[0]?.name ?? '';
    // Another process: with a pool of its own where the engine lets it.
    other = await start(kind === 'postgres' ? await openDatabase({ schema }) : database, false);
  });
  beforeEach(async () => {
    account = await create(app, 'Account', { name: 'Acme' });
    asked = 0;
  });

  const data = async (of: TestPlatform, document: string, variables?: Readonly<Record<string, unknown>>) => {
    const answer = await of.query(document, variables);
    expect(answer.errors).toBeUndefined();
    return answer.data as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  const create = async (of: TestPlatform, type: string, input: object) => ((await data(of, `mutation($input: ${type}CreateInput!) { create${type}(input: $input) { record { id } } }`, { input }))[`create${type}`]?.['record'] as { id: string }).id;
  const change = (of: TestPlatform, document: string) => data(of, `mutation { ${document} }`);
  /** What the platform answers, and how many statements that took. */
  const ask = async (document: string, variables?: Readonly<Record<string, unknown>>) => {
    const before = asked;
    return [await data(app, document, variables), asked - before] as const;
  };
  const nameOf = `query($id: ID!) { account(id: $id) { name } }`;
  const named = (name: string) => ({ account: { name } });

  it('are given again while nothing changes, by document and variables', async () => {
    expect(await ask(nameOf, { id: account })).toEqual([named('Acme'), 1]);
    expect(await ask(nameOf, { id: account })).toEqual([named('Acme'), 0]);
    expect(await ask('query($id: ID!) { account(id: $id) { name id } }', { id: account })).toMatchObject([named('Acme'), 1]);
    expect(await ask(nameOf, { id: await create(app, 'Account', { name: 'Other' }) })).toEqual([named('Other'), 1]);
  });

  it('are made anew after a write of any process, before anybody can ask', async () => {
    const list = `query($id: ID!) { account(id: $id) { name dealCount tags { nodes { name } } deals { nodes { name } } } }`;
    const seen = async () => (await ask(list, { id: account }))[0]['account'];
    const tag = await create(app, 'Tag', { name: 'big' });
    expect(await seen()).toEqual({ name: 'Acme', dealCount: 0, tags: { nodes: [] }, deals: { nodes: [] } });
    for (const from of [app, other]) {
      await change(from, `updateAccount(id: "${account}", input: { tags: { connect: [{ id: "${tag}" }] } }) { record { id } }`);
      expect(await seen()).toMatchObject({ tags: { nodes: [{ name: 'big' }] } });
      const deal = await create(from, 'Deal', { name: 'One', accountId: account });
      expect(await seen()).toMatchObject({ dealCount: 1, deals: { nodes: [{ name: 'One' }] } });
      await change(from, `updateTag(id: "${tag}", input: { name: "${from === app ? 'bigger' : 'biggest'}" }) { record { id } }`);
      expect(await seen()).toMatchObject({ tags: { nodes: [{ name: from === app ? 'bigger' : 'biggest' }] } });
      await change(from, `deleteDeal(id: "${deal}") { record { id } }`);
      expect(await seen()).toMatchObject({ dealCount: 0, deals: { nodes: [] } });
      await change(from, `updateAccount(id: "${account}", input: { tags: { disconnect: [{ id: "${tag}" }] } }) { record { id } }`);
      expect(await seen()).toMatchObject({ tags: { nodes: [] } });
      await change(from, `updateTag(id: "${tag}", input: { name: "big" }) { record { id } }`);
    }
    await ask(list, { id: account });
    await create(app, 'Price', { name: 'of something else' });
    expect((await ask(list, { id: account }))[1]).toBe(0);
  });

  it('are never older than what was written before the question, however much happens at a time', async () => {
    let written = 0;
    const write = async () => {
      for (let n = 1; n <= 25; n += 1) {
        await change(n % 2 === 0 ? app : other, `updateAccount(id: "${account}", input: { name: "${n}" }) { record { id } }`);
        written = n;
      }
    };
    const read = async () => {
      while (written < 25) {
        const before = written;
        const [{ account: found }] = await ask(nameOf, { id: account });
        expect(Number(found?.['name'] === 'Acme' ? 0 : found?.['name'])).toBeGreaterThanOrEqual(before);
      }
    };
    await Promise.all([write(), ...Array.from({ length: 6 }, read)]);
  });

  it('do not stand between a transaction and what it writes', async () => {
    await ask(nameOf, { id: account });
    await app.platform.database.transaction(async () => {
      await change(app, `updateAccount(id: "${account}", input: { name: "Inside" }) { record { id } }`);
      expect((await ask(nameOf, { id: account }))[0]).toEqual(named('Inside'));
    }, { rollback: true });
    expect((await ask(nameOf, { id: account }))[0]).toEqual(named('Acme'));
  });

  it('leave fields with resolvers to them', async () => {
    const document = `query($id: ID!) { account(id: $id) { shout } }`;
    const [first, second] = [await ask(document, { id: account }), await ask(document, { id: account })];
    expect([first[1], second[1]]).toEqual([1, 0]);
    expect(second[0]).not.toEqual(first[0]);
  });

  it('are shared by those alone of whom the database would be asked the same', async () => {
    const document = '{ accounts(where: { mine: { eq: true } }) { totalCount } }';
    const user = await create(app, 'User', { name: 'Ada', email: `${account}@example.com` });
    await change(app, `updateAccount(id: "${account}", input: { ownerId: "${user}" }) { record { id } }`);
    const count = async (userId: string) => (await app.as({ userId }).query(document)).data;
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await count(user)).toEqual({ accounts: { totalCount: 1 } });
      expect(await count(account)).toEqual({ accounts: { totalCount: 0 } });
    }
  });

  it.each([
    ['the moment', '{ accounts(where: { minutes: { gt: "2020-01-01T00:00:00Z" } }) { totalCount } }'],
    ['the moment, shown', '{ accounts { nodes { minutes } } }'],
    ['the log of changes', '{ accounts { nodes { history { nodes { field } } } } }'],
    ['objects that keep no answers', '{ accounts { totalCount } quotes { totalCount } }'],
    ['objects of the platform', '{ nodes(ids: []) { id } }'],
  ])('are not made of %s', async (_what, document) => {
    await ask(document);
    expect((await ask(document))[1]).toBe(1);
  });

  it('are made of the day, and of people', async () => {
    for (const document of ['{ accounts(where: { createdAt: { within: TODAY } }) { totalCount } }', '{ accounts { nodes { owner { name } } } }']) {
      await ask(document);
      expect((await ask(document))[1]).toBe(0);
    }
  });

  it('end after their time, for what changes beside the write path', async () => {
    const price = await create(app, 'Price', { name: 'old' });
    const document = `{ price(id: "${price}") { name } }`;
    await ask(document);
    await app.platform.database.query({ text: `UPDATE price SET name = 'new'`, values: [] });
    await expect.poll(async () => (await ask(document))[0], { timeout: 10_000 }).toEqual({ price: { name: 'new' } });
  });
});

describe('the memory for answers', () => {
  it('is bounded', async () => {
    let asked = 0;
    const database = await openEmpty();
    const app = await startPlatform({ yaml: 'name: memo\nfields: { title: text }', plugins: [responseCache({ maxBytes: 5_000 })], database: recording(database, ({ name }) => void (/^r/.test(name ?? '') && (asked += 1))) });
    try {
      const count = (n: number) => app.query(`{ memos(where: { title: { eq: "${n}" } }) { totalCount } }`);
      for (let n = 0; n < 40; n += 1) await count(n);
      await count(39);
      expect(asked).toBe(40);
      await count(0);
      expect(asked).toBe(41);
    } finally {
      await app.close();
      await database.close();
    }
  });
});

describe('what a statement reads', () => {
  const tables = new Map(['deal', 'task', 'we"ird'].map((name) => [name, { name } as never]));
  const read = (sql: string) => tablesIn(sql, tables)?.map((object) => (object as { readonly name: string }).name);

  it.each([
    ['SELECT 1 FROM "deal" t1 JOIN LATERAL (SELECT 1 FROM "task" t2) x ON true', ['deal', 'task']],
    ['SELECT 1 FROM "deal" t1, "task" t2', ['deal', 'task']],
    ['WITH p AS MATERIALIZED (SELECT 1 FROM "deal") SELECT 1 FROM p', ['deal']],
    ['SELECT 1 FROM unnest($1::uuid[]) i JOIN "we""ird" w ON true', ['we"ird']],
    [`SELECT 1 FROM "deal" t1 WHERE t1."name" IS DISTINCT FROM $1 AND extract(year FROM t1."at") = 1 AND t1."x" = 'from secret'`, ['deal']],
  ])('is found in %s', (sql, names) => {
    expect(read(sql)).toEqual(names);
  });

  it.each([
    'SELECT 1 FROM "objectos_change_log" l', 'SELECT 1 FROM secret', 'SELECT 1 FROM "deal" JOIN public.secret ON true', 'SELECT now() FROM "deal"', 'SELECT 1 FROM "deal" WHERE "at" < CURRENT_DATE', 'SELECT random() FROM "deal"',
    `SELECT current_setting('x') FROM "deal"`, 'SELECT 1 FROM "deal" WHERE "owner" = current_user',
  ])('is not trusted in %s', (sql) => {
    expect(read(sql)).toBeUndefined();
  });
});

describe('definitions', () => {
  it('say where the key has no meaning, or a wrong one', () => {
    const file = { 'memo.object.yml': 'name: memo\ncache: { maxAge: 0 }\nfields: { title: text }' };
    expect(problems(file)).toEqual([expect.stringContaining('plugins: [response-cache] in objectos.config.yml')]);
    expect(problems({ 'memo.object.yml': 'name: memo\nfields: { title: text }', 'more.extension.yml': 'extend: memo\ncache: false' }, [responseCache()])).toEqual([]);
    expect(problems(file, [responseCache()])).toEqual([expect.stringMatching(/memo\.object\.yml:2:\d+ error memo: .*cache/)]);
  });
});
