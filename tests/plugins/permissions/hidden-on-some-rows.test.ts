import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { recording } from '../../support/recording.ts';

const id = (kind: string, n: number): string => `018f0000-0000-7000-8000-0000000000${kind}${n}`;
const [me, other] = [id('a', 1), id('a', 2)];
const [mine, theirs] = [id('b', 1), id('b', 2)];
const [red, blue] = [id('c', 1), id('c', 2)];

const guarded = ['price', 'place', 'tags', 'firm', 'note'];
const objects = [
  { name: 'firm', sharingModel: 'public_read', fields: { name: { type: 'text' } } },
  { name: 'tag', sharingModel: 'public_read', fields: { name: { type: 'text' } } },
  {
    name: 'deal', sharingModel: 'private',
    fields: {
      name: { type: 'text' }, price: { type: 'currency' }, place: { type: 'address' }, note: { type: 'text', maskingRule: { strategy: 'nullify', roles: ['outsider'] } },
      tags: { type: 'lookup', reference: 'tag', multiple: true }, firm: { type: 'lookup', reference: 'firm', relatedName: 'deals' }, owner: { type: 'user', defaultValue: 'current_user' },
    },
  },
];
const readable = { allowRead: true };
/** `own` shows everything of one's own deals; `wide` shows all deals without the guarded fields. */
const definitions = [
  { kind: 'role', value: { name: 'outsider' } },
  {
    kind: 'permission',
    value: [
      { name: 'own', objects: { deal: { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true }, firm: readable, tag: readable, sys_user: readable }, rowLevelSecurity: [{ name: 'own', object: 'deal', using: 'owner = current_user.id' }], fields: Object.fromEntries(guarded.map((name) => [`deal.${name}`, { readable: true, editable: true }])) },
      { name: 'wide', objects: { deal: { viewAllRecords: true, modifyAllRecords: true } }, fields: Object.fromEntries(guarded.map((name) => [`deal.${name}`, { readable: false }])) },
    ],
  },
] as const;

const custom: Plugin = {
  name: 'custom', version: '1.0.0', description: 'Fields made of fields.',
  schema: {
    extend(schema) {
      schema.addRecordField({ object: 'deal', name: 'priceTag', type: 'String', needs: ['price', 'name'], resolve: ({ price, name }) => `${String(name)}: ${String(price)}` });
      schema.addRecordField({ object: 'deal', name: 'shout', type: 'String', needs: ['name'], resolve: ({ name }) => String(name).toUpperCase() });
    },
  },
};

describeEachDatabase('a field that some rows hide', (openDatabase) => {
  let app: TestPlatform;
  let who: TestPlatform;
  let statements: string[] = [];
  const nonces = new Set<string>();

  beforeAll(async () => {
    const database = recording(await openDatabase(), ({ text, name }) => {
      // Plans of operations are named; looking up rights may run beside them.
      if (name?.startsWith('r') === true) statements.push(text);
      for (const [, nonce] of text.matchAll(/'"([0-9a-f]{32}):\d+"'::json/g)) nonces.add(String(nonce));
    });
    app = await startPlatform({ database, objects, plugins: [custom, permissions({ definitions })], open: false });
    who = app.as({ userId: me, permissionSets: ['own', 'wide'] });
    const { errors } = await app.as(systemCaller).query(`mutation {
      createUsers(input: [{ id: "${me}", name: "me", email: "me@example.com" }, { id: "${other}", name: "other", email: "other@example.com" }]) { count }
      createTags(input: [{ id: "${red}", name: "red" }, { id: "${blue}", name: "blue" }]) { count }
      createFirm(input: { id: "${id('d', 1)}", name: "Firm" }) { record { id } }
      createDeals(input: [
        { id: "${mine}", name: "mine", price: "10", note: "n", place: { city: "Rome" }, tagIds: ["${red}", "${blue}"], firmId: "${id('d', 1)}", ownerId: "${me}" }
        { id: "${theirs}", name: "theirs", price: "20", note: "n", place: { city: "Oslo" }, tagIds: ["${red}"], firmId: "${id('d', 1)}", ownerId: "${other}" }
      ]) { count }
    }`);
    expect(errors).toBeUndefined();
  });

  beforeEach(() => {
    statements = [];
  });

  /** Data and errors; no answer may hold the mark of hidden cells. */
  async function ask(document: string, variables?: Record<string, unknown>, as = who) {
    const { data, errors } = await as.query(document, variables);
    for (const nonce of nonces) expect(JSON.stringify({ data, errors })).not.toContain(nonce);
    return { data, errors: errors?.map(({ path, message, extensions }) => [String(extensions?.['code']), (path ?? []).join('.'), message]) };
  }
  const denied = (path: string, field = path.split('.').at(-1)) => ['FORBIDDEN', path, `You may not read Deal.${String(field)}.`];
  const everything = 'name price place { city } tagIds firmId firm { name }';
  const whole = { name: 'mine', price: '10.00', place: { city: 'Rome' }, tagIds: [red, blue], firmId: id('d', 1), firm: { name: 'Firm' } };
  const part = { name: 'theirs', price: null, place: null, tagIds: null, firmId: null, firm: null };
  const deniedParts = (path: string) => ['price', 'place', 'tagIds', 'firmId', 'firm'].map((name) => denied(`${path}.${name}`, { tagIds: 'tags', firm: 'firmId' }[name] ?? name));

  it('is null there, with one error that names it', async () => {
    expect(await ask(`{ deals { nodes { ${everything} } } }`)).toEqual({ data: { deals: { nodes: [whole, part] } }, errors: deniedParts('deals.nodes.1').map((error) => [error[0], error[1], expect.any(String)]) });
    expect(statements).toHaveLength(1);
    expect(await ask(`{ deals(where: { name: { eq: "mine" } }) { nodes { ${everything} } } }`)).toEqual({ data: { deals: { nodes: [whole] } }, errors: undefined });
    expect(nonces.size).toBe(1);
  });

  it('is reported with all its places, the first ten of them by path', async () => {
    const create = `mutation { createDeals(input: [${Array.from({ length: 11 }, (_, index) => `{ name: "of other ${index}", price: "1", ownerId: "${other}" }`).join(', ')}]) { records { id } } }`;
    const { data: made } = await app.as(systemCaller).query(create);
    const { errors } = await who.query('{ deals(orderBy: [{ name: ASC }]) { edges { node { name price } } } }');
    const places = Array.from({ length: 12 }, (_, index) => ['deals', 'edges', index + 1, 'node', 'price']);
    expect(errors).toEqual([{ message: 'You may not read Deal.price.', path: places[0], extensions: { code: 'FORBIDDEN', count: 12, paths: places.slice(0, 10) } }]);
    const never = await app.as({ userId: me, permissionSets: ['wide'] }).query('{ deals(orderBy: [{ name: ASC }], first: 2) { nodes { price } } none: deals(where: { name: { eq: "nobody" } }) { nodes { price } } }');
    expect(never.errors?.map(({ path, extensions }) => [path, extensions?.['count']])).toEqual([[['deals', 'nodes', 0, 'price'], 2], [['none', 'nodes'], undefined]]);
    const ids = (made as { createDeals: { records: { id: string }[] } }).createDeals.records.map((record) => record.id);
    expect((await app.as(systemCaller).query('mutation ($ids: [ID!]!) { deleteDeals(ids: $ids) { count } }', { ids })).errors).toBeUndefined();
  });

  it('is reported at each place that selects it', async () => {
    const { data, errors } = await ask(`{ a: deal(id: "${theirs}") { p: price } b: deal(id: "${mine}") { price } node(id: "${theirs}") { ... on Deal { price } } firms { nodes { deals { edges { node { id } } } } } }`);
    expect(data).toMatchObject({ a: { p: null }, b: { price: '10.00' }, node: { price: null }, firms: { nodes: [{ deals: { edges: [{ node: { id: mine } }] } }] } });
    expect(errors).toEqual([['FORBIDDEN', 'firms.nodes.0.deals', 'Only those are here whose Deal.firmId you may read.'], denied('a.p', 'price'), denied('node.price')]);
  });

  it('is null in payloads of every write', async () => {
    const update = (target: string, more = '') => ask(`mutation { u: updateDeal(id: "${target}", input: { name: "${target === mine ? 'mine' : 'theirs'}" }${more}) { record { price } } }`);
    expect(await update(mine)).toEqual({ data: { u: { record: { price: '10.00' } } }, errors: undefined });
    expect(await update(theirs)).toEqual({ data: { u: { record: { price: null } } }, errors: [denied('u.record.price')] });
    expect(await update(theirs, ', dryRun: true')).toEqual({ data: { u: { record: { price: null } } }, errors: [denied('u.record.price')] });
    const bulk = await ask(`mutation { updateDeals(where: {}, input: { name: "x" }, dryRun: true) { records { price } rows { record { price } } } deleteDeals(ids: ["${mine}", "${theirs}"], dryRun: true) { records { price } } }`);
    expect(bulk.errors).toEqual([denied('updateDeals.records.1.price'), denied('updateDeals.rows.1.record.price'), denied('deleteDeals.records.1.price')]);
    expect(bulk.data).toMatchObject({ deleteDeals: { records: [{ price: '10.00' }, { price: null }] } });
    expect((await ask(`mutation { updateDeal(id: "${theirs}", ifVersion: 99, input: { name: "x" }) { record { price } } }`)).errors).toEqual([['CONFLICT', 'updateDeal', expect.any(String)]]);
  });

  it('is reported to a repeat as to the first call, and undoes no atomic operation', async () => {
    const call = (key: string) => ask(`mutation { ${key}: updateDeal(id: "${theirs}", input: { name: "theirs" }, idempotencyKey: "once") { record { price version } } }`);
    const first = await call('a');
    const second = await call('b');
    expect(first.errors).toEqual([denied('a.record.price')]);
    expect(second.errors).toEqual([denied('b.record.price')]);
    expect(second.data?.['b']).toEqual(first.data?.['a']);
    const atomic = await ask(`mutation @atomic { createDeal(input: { name: "kept" }) { record { price } } updateDeal(id: "${theirs}", input: { name: "theirs" }) { record { price } } }`);
    expect(atomic).toEqual({ data: { createDeal: { record: { price: null } }, updateDeal: { record: { price: null } } }, errors: [denied('updateDeal.record.price')] });
    expect((await ask('mutation { deleteDeals(where: { name: { eq: "kept" } }) { count } }')).data).toEqual({ deleteDeals: { count: 1 } });
  });

  it('hides the custom fields that need it, and no others', async () => {
    const { data, errors } = await ask('{ deals { nodes { tag: priceTag shout price } } }');
    expect(data).toEqual({ deals: { nodes: [{ tag: 'mine: 10.00', shout: 'MINE', price: '10.00' }, { tag: null, shout: 'THEIRS', price: null }] } });
    expect(errors).toEqual([denied('deals.nodes.1.price'), denied('deals.nodes.1.tag', 'priceTag')]);
    const never = await ask('{ deals { nodes { priceTag shout } } }', undefined, app.as({ userId: me, permissionSets: ['wide'] }));
    expect(never).toEqual({ data: { deals: { nodes: [{ priceTag: null, shout: 'MINE' }, { priceTag: null, shout: 'THEIRS' }] } }, errors: [denied('deals.nodes.0.priceTag')] });
    expect(await ask(`mutation { updateDeal(id: "${theirs}", input: { name: "theirs" }) { record { priceTag } } }`)).toEqual({ data: { updateDeal: { record: { priceTag: null } } }, errors: [denied('updateDeal.record.priceTag')] });
  });

  it('cannot be filtered, sorted, grouped or aggregated by', async () => {
    for (const use of ['deals(where: { price: { gt: "1" } }) { totalCount }', 'deals(orderBy: [{ price: ASC }]) { totalCount }', 'dealGroups(by: [{ field: PRICE }]) { key { price } }', 'dealGroups(by: [{ field: FIRM_ID }]) { key { firm { name } } }', 'dealsAggregate { max { price } }']) {
      expect((await ask(`{ ${use} }`)).errors?.map(([code]) => code), use).toEqual(['FORBIDDEN']);
    }
  });

  it('may be masked to nothing as well', async () => {
    const { data, errors } = await ask('{ deals { nodes { note } } }', undefined, app.as({ userId: me, permissionSets: ['own', 'wide'], roles: ['outsider'] }));
    expect(data).toEqual({ deals: { nodes: [{ note: null }, { note: null }] } });
    expect(errors).toEqual([denied('deals.nodes.1.note')]);
  });

  it('is marked by nothing that a client can write', async () => {
    await ask('{ deals { nodes { price } } }');
    const [nonce] = nonces;
    const like = `${'0'.repeat(32)}:0`;
    for (const name of [like, `"${like}"`, `\\"${like}\\"`, `"${String(nonce).replace(/^./, (first) => (first === 'f' ? 'e' : 'f'))}:0"`]) {
      const { data } = await ask('mutation ($name: String) { createDeal(input: { name: $name }, dryRun: true) { record { name price } clientMutationId } }', { name });
      expect(data).toEqual({ createDeal: { record: { name, price: null }, clientMutationId: null } });
    }
  });

  it('costs other plans nothing', async () => {
    statements = [];
    await ask('{ deals { nodes { name } } }');
    expect(statements.join()).not.toMatch(/[0-9a-f]{32}:\d/);
  });
});
