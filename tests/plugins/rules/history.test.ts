import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { setSealingKey } from '../../../src/metadata/sealing.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { pruneChanges } from '../../../src/resolvers/write/change-log/prune-changes.ts';
import { readChanges } from '../../../src/resolvers/write/change-log/read-changes.ts';
import { problems } from '../../metadata/support/compile.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { recording } from '../../support/recording.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const objects = [
  {
    name: 'account', sharingModel: 'public_read_write', softDelete: true, enable: { trackHistory: true },
    fields: {
      name: { type: 'text' },
      tier: { type: 'select', options: [{ value: 'gold', label: 'Golden' }, { value: 'plain', label: 'Plain one' }] },
      marks: { type: 'multiselect', options: [{ value: 'a', label: 'First' }, { value: 'b', label: 'Second' }] },
      revenue: { type: 'currency', scale: 2, visible_to: ['finance'] },
      phone: { type: 'text', maskingRule: { strategy: 'partial', keepHead: 2, keepTail: 0, exemptRoles: ['finance'] } },
      pin: { type: 'secret' },
      notes: { type: 'text', trackHistory: false },
      region: { type: 'lookup', reference: 'region' },
      deal_count: { type: 'summary', summaryOperations: { object: 'deal', function: 'count' } },
      tags: { type: 'lookup', reference: 'region', multiple: true, relatedName: 'tagged' },
      teams: { type: 'lookup', reference: 'team', multiple: true, relatedName: 'teamed' },
    },
  },
  { name: 'region', sharingModel: 'public_read_write', fields: { name: { type: 'text' } } },
  { name: 'team', sharingModel: 'private', fields: { name: { type: 'text' }, owner: { type: 'lookup', reference: 'sys_user' } } },
  {
    name: 'deal', sharingModel: 'public_read_write',
    fields: { name: { type: 'text' }, stage: { type: 'select', options: ['open', 'won'], trackHistory: true }, account: { type: 'lookup', reference: 'account', deleteBehavior: 'set_null', trackHistory: true } },
  },
];
const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const all = { account: rights, region: rights, deal: rights, team: rights };
const definitions = [{ kind: 'profile', value: [{ name: 'sales', objects: all }, { name: 'finance', objects: { ...all, team: { ...rights, viewAllRecords: true }, sys_user: { allowRead: true, viewAllRecords: true } } }] }] as const;

const entries = (args = ''): string => `history${args} { totalCount nodes { kind field label oldValue newValue oldText newText actorId at } }`;
interface Entry { readonly kind: string; readonly field: string | null; readonly [part: string]: unknown }
interface History { readonly totalCount: number; readonly nodes: readonly Entry[] }

describeEachDatabase('field history', (open) => {
  let app: TestPlatform;
  let sales: TestPlatform;
  let finance: TestPlatform;
  let statements: string[] = [];
  const database = (): Database => app.platform.database;

  beforeAll(() => { setSealingKey(Buffer.alloc(32, 7)); });
  afterAll(() => { setSealingKey(undefined); });
  beforeEach(async () => {
    app = await startPlatform({ database: recording(await open(), ({ text }) => statements.push(text)), objects, plugins: [permissions({ definitions }), rules()], open: false });
    sales = app.as({ userId: id(1), profile: 'sales' });
    finance = app.as({ userId: id(2), profile: 'finance' });
    await ask(app.as(systemCaller), `mutation {
      createUsers(input: [{ id: "${id(1)}", name: "Sally", email: "sally@example.com" }, { id: "${id(2)}", name: "Finn", email: "finn@example.com" }]) { count }
      createRegions(input: [{ id: "${id(5)}", name: "North" }, { id: "${id(6)}", name: "South" }]) { count }
    }`);
    await ask(finance, `mutation { createAccount(input: { id: "${id(10)}", name: "Initech", tier: PLAIN, revenue: "5.00", phone: "123456", notes: "x" }) { record { id } } }`);
  });

  async function ask(as: TestPlatform, document: string): Promise<Record<string, unknown>> {
    const { data, errors } = await as.query(document);
    expect(errors ?? []).toEqual([]);
    return data as Record<string, unknown>;
  }
  async function historyOf(as: TestPlatform, args = ''): Promise<History> {
    return ((await ask(as, `{ account(id: "${id(10)}") { ${entries(args)} } }`))['account'] as { history: History }).history;
  }
  const update = (as: TestPlatform, input: string): Promise<unknown> => ask(as, `mutation { updateAccount(id: "${id(10)}", input: { ${input} }) { record { id } } }`);

  it('tells who changed what from what to what, the latest first, in one statement', async () => {
    await update(finance, `name: "Initrode", tier: GOLD, marks: [A, B], regionId: "${id(5)}", notes: "untracked"`);
    await update(sales, `regionId: "${id(6)}", tier: null`);
    await ask(finance, `{ account(id: "${id(10)}") { name } }`);
    statements = [];
    const { nodes, totalCount } = await historyOf(finance);
    expect(statements.filter((text) => text.includes('"account"'))).toHaveLength(1);
    expect(totalCount).toBe(7);
    expect(await ask(finance, `{ account(id: "${id(10)}") { history(first: 1) { nodes { actor { name } } } } }`)).toEqual({ account: { history: { nodes: [{ actor: { name: 'Sally' } }] } } });
    expect(nodes.map(({ at, ...entry }) => (expect(Date.parse(String(at))).toBeGreaterThan(Date.now() - 60_000), entry))).toEqual([
      { kind: 'UPDATED', field: 'tier', label: 'Tier', oldValue: 'GOLD', newValue: null, oldText: 'Golden', newText: null, actorId: id(1) },
      { kind: 'UPDATED', field: 'region', label: 'Region', oldValue: id(5), newValue: id(6), oldText: 'North', newText: 'South', actorId: id(1) },
      { kind: 'UPDATED', field: 'tier', label: 'Tier', oldValue: 'PLAIN', newValue: 'GOLD', oldText: 'Plain one', newText: 'Golden', actorId: id(2) },
      { kind: 'UPDATED', field: 'region', label: 'Region', oldValue: null, newValue: id(5), oldText: null, newText: 'North', actorId: id(2) },
      { kind: 'UPDATED', field: 'name', label: 'Name', oldValue: 'Initech', newValue: 'Initrode', oldText: 'Initech', newText: 'Initrode', actorId: id(2) },
      { kind: 'UPDATED', field: 'marks', label: 'Marks', oldValue: null, newValue: ['A', 'B'], oldText: null, newText: 'First, Second', actorId: id(2) },
      { kind: 'CREATED', field: null, label: null, oldValue: null, newValue: null, oldText: null, newText: null, actorId: id(2) },
    ]);
  });

  it('shows nothing of fields that the caller may not read, and masks what is masked', async () => {
    await update(finance, 'revenue: "6.50", phone: "654321", pin: "4711"');
    await update(finance, 'revenue: "7.50"');
    const seen = await historyOf(sales);
    expect(seen.totalCount).toBe(3);
    expect(seen.nodes.map(({ field, oldValue, newValue, newText }) => ({ field, oldValue, newValue, newText }))).toEqual([
      { field: 'pin', oldValue: null, newValue: '••••••••', newText: '••••••••' },
      { field: 'phone', oldValue: '12••••••••', newValue: '65••••••••', newText: '65••••••••' },
      { field: null, oldValue: null, newValue: null, newText: null },
    ]);
    const { nodes, totalCount } = await historyOf(finance, '(fields: [REVENUE, PHONE])');
    expect(totalCount).toBe(3);
    expect(nodes.map(({ field, oldValue, newValue }) => [field, oldValue, newValue])).toEqual([['revenue', '6.50', '7.50'], ['revenue', '5.00', '6.50'], ['phone', '123456', '654321']]);
    const refused = await sales.query(`{ account(id: "${id(10)}") { history(fields: [REVENUE]) { totalCount } } }`);
    expect(refused.errors?.[0]).toMatchObject({ message: 'You may not read Account.revenue.', extensions: { code: 'FORBIDDEN' } });
    const shown = await sales.query('{ __type(name: "AccountHistoryField") { enumValues { name } } }');
    expect(JSON.stringify(shown.data)).not.toContain('REVENUE');
    expect(JSON.stringify((await finance.query('{ __type(name: "AccountHistoryField") { enumValues { name } } }')).data)).toContain('REVENUE');
  });

  it('leaves out of lists what leads to records that the caller may not see, as the field does', async () => {
    await ask(app.as(systemCaller), `mutation { createTeams(input: [{ id: "${id(7)}", name: "Own", ownerId: "${id(1)}" }, { id: "${id(8)}", name: "Secret", ownerId: "${id(2)}" }]) { count } }`);
    const change = (operation: string, ...teams: readonly number[]): Promise<unknown> => update(finance, `teams: { ${operation}: [${teams.map((team) => `{ id: "${id(team)}" }`).join(', ')}] }`);
    await change('connect', 7, 8);
    await change('disconnect', 8);
    const shown = async (as: TestPlatform): Promise<unknown> => {
      const { totalCount, nodes } = await historyOf(as, '(fields: [TEAMS_ID])');
      return [totalCount, ...nodes.map(({ oldValue, newValue, newText }) => [oldValue, newValue, newText])];
    };
    expect(await shown(finance)).toEqual([2, [[id(7), id(8)], [id(7)], 'Own'], [[], [id(7), id(8)], 'Own, Secret']]);
    expect(await shown(sales)).toEqual([1, [[], [id(7)], 'Own']]);
    await change('disconnect', 7);
    await change('connect', 8);
    expect(await shown(sales)).toEqual([2, [[id(7)], [], null], [[], [id(7)], 'Own']]);
  });

  it('pages by cursors from both ends', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await update(finance, `name: "${name}", tier: ${name === 'b' ? 'PLAIN' : 'GOLD'}`);
    const page = async (args: string) => (await ask(finance, `{ account(id: "${id(10)}") { history(${args}) { __typename totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor } edges { cursor node { id field newValue } } } } }`))['account'] as { history: { __typename: string; totalCount: number; pageInfo: Record<string, unknown>; edges: { cursor: string; node: Entry }[] } };
    const shown = ({ history }: Awaited<ReturnType<typeof page>>) => history.edges.map(({ node }) => `${node.field ?? ''}=${String(node['newValue'])}`);
    const first = await page('first: 3');
    expect(first.history).toMatchObject({ __typename: 'HistoryConnection', totalCount: 8, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    expect(shown(first)).toEqual(['name=d', 'tier=GOLD', 'name=c']);
    const second = await page(`first: 3, after: "${String(first.history.pageInfo['endCursor'])}"`);
    expect(shown(second)).toEqual(['tier=PLAIN', 'name=b', 'tier=GOLD']);
    expect(shown(await page(`first: 5, after: "${String(second.history.pageInfo['endCursor'])}"`))).toEqual(['name=a', '=null']);
    expect(shown(await page('last: 2'))).toEqual(['name=a', '=null']);
    expect(shown(await page(`last: 1, before: "${String(second.history.pageInfo['startCursor'])}"`))).toEqual(['name=c']);
  });

  it('goes on through the trash, roll-ups, cascades and bulk writes', async () => {
    await ask(finance, `mutation { createDeals(input: [{ id: "${id(20)}", name: "a", stage: OPEN, accountId: "${id(10)}" }, { id: "${id(21)}", name: "b", stage: OPEN, accountId: "${id(10)}" }]) { count } }`);
    await ask(finance, `mutation { updateDeals(where: {}, input: { stage: WON, name: "untracked" }) { count } updateAccount(id: "${id(10)}", input: { tags: { connect: [{ id: "${id(5)}" }] }, name: "New" }) { record { id } } }`);
    await ask(finance, `mutation { deleteAccount(id: "${id(10)}") { record { id } } }`);
    const trash = (await ask(finance, `{ accounts(trash: ONLY) { nodes { ${entries('(first: 1)')} } } }`))['accounts'] as { nodes: { history: History }[] };
    expect(trash.nodes[0]?.history.nodes[0]).toMatchObject({ kind: 'DELETED', field: null, actorId: id(2) });
    await ask(finance, `mutation { restoreAccount(id: "${id(10)}") { record { id } } }`);
    expect((await historyOf(finance)).nodes.map(({ kind, field, oldText, newText }) => [kind, field, oldText, newText])).toEqual([
      ['RESTORED', null, null, null],
      ['DELETED', null, null, null],
      ['UPDATED', 'deal_count', '2', '0'],
      ['UPDATED', 'tags', null, 'North'],
      ['UPDATED', 'name', 'Initech', 'New'],
      ['UPDATED', 'deal_count', '0', '2'],
      ['CREATED', null, null, null],
    ]);
    const deals = (await ask(finance, `{ deals(orderBy: [{ id: ASC }]) { nodes { history { nodes { kind field oldText newText } } } } }`))['deals'] as { nodes: { history: History }[] };
    for (const { history } of deals.nodes) {
      expect(history.nodes.map(({ kind, field, oldText, newText }) => [kind, field, oldText, newText])).toEqual([['UPDATED', 'account', 'New', null], ['UPDATED', 'stage', 'open', 'won'], ['CREATED', null, null, null]]);
    }
  });

  it('shows the change in the answer of the write that made it', async () => {
    const written = await ask(finance, `mutation { updateAccount(id: "${id(10)}", input: { name: "Next" }) { record { name history(first: 1) { nodes { field newValue } } } } }`);
    expect(written).toEqual({ updateAccount: { record: { name: 'Next', history: { nodes: [{ field: 'name', newValue: 'Next' }] } } } });
  });

  it('outlives the retention of the log until the record is gone for good', async () => {
    await update(finance, 'notes: "only this"');
    await update(finance, 'name: "Kept"');
    // While older transactions of others are open, a cursor is not past what is pruned.
    const past = async () => (await database().query<{ past: boolean }>({ text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > (SELECT max(xid) FROM objectos_change_log) AS past', values: [] })).rows[0]?.past;
    await expect.poll(past, { timeout: 30_000 }).toBe(true);
    const { changes: before, cursor } = await readChanges(database());
    expect(before.length).toBeGreaterThan(4);
    const olderThan = new Date(Date.now() + 60_000);
    expect(await pruneChanges(database(), { olderThan })).toBe(before.length - 2);
    expect((await historyOf(finance)).nodes.map(({ kind, newValue }) => [kind, newValue])).toEqual([['UPDATED', 'Kept'], ['CREATED', null]]);
    expect(await readChanges(database(), { after: cursor })).toMatchObject({ gap: false, changes: [] });
    await ask(finance, `mutation { deleteAccount(id: "${id(10)}", purge: true) { clientMutationId } }`);
    expect(await pruneChanges(database(), { olderThan })).toBe(3);
  });

  it('is told by metadata, and closed where apiMethods leave it out', async () => {
    const metadata = await ask(finance, '{ metadata { object(name: "account") { fields { name trackHistory } } } }');
    const { fields } = (metadata['metadata'] as { object: { fields: { name: string; trackHistory: boolean }[] } }).object;
    expect(fields.filter(({ trackHistory }) => trackHistory).map(({ name }) => name)).toEqual(['name', 'tier', 'marks', 'revenue', 'phone', 'pin', 'region', 'deal_count', 'tags', 'teams']);
    const closed = await startPlatform({ objects: [{ name: 'thing', enable: { trackHistory: true, apiMethods: ['get', 'list', 'create'] }, fields: { name: { type: 'text' } } }], plugins: [rules()] });
    expect((await closed.query('{ things { nodes { history { totalCount } } } }')).errors?.[0]?.message).toContain('history');
    await closed.close();
  });

  it('is refused where the name is taken, and warns of what has no history', () => {
    const yaml = `
name: thing
fields:
  history: { type: text, trackHistory: true }
  twice: { type: formula, expression: history, trackHistory: true }
`;
    expect(problems({ 'thing.object.yml': yaml }, [rules()])).toEqual([
      'thing.object.yml:4:3 error thing.history: "history" is what the API calls the history of the record | Rename it, or leave "history" out of enable.apiMethods.',
      'thing.object.yml:5:48 warning thing.twice: the value is computed when it is read: it has no history of its own | Track the fields that it is computed from.',
    ]);
  });
});
