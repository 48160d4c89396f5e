import { expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase, type Open } from '../../support/database.ts';
import { recording } from '../../support/recording.ts';
import { eventually } from '../jobs/support.ts';
import { ask, listOf, startAutomation } from './support.ts';

const summary = (fn: string, object: string, field?: string, more: object = {}) => ({ type: 'summary', summaryOperations: { object, function: fn, ...(field !== undefined && { field }), ...more } });
const account = (...workflows: readonly DefinitionInput[]): DefinitionInput => ({
  name: 'account',
  softDelete: true,
  fields: {
    name: 'text', rating: 'text', note: 'text', review_on: 'date',
    deals: { ...summary('count', 'deal'), label: 'Number of deals' }, total: { ...summary('sum', 'deal', 'amount'), scale: 0 }, biggest: summary('max', 'deal', 'amount'), worth: { type: 'formula', expression: 'total * 2', returnType: 'number' },
  },
  workflows,
});
const deal: DefinitionInput = { name: 'deal', softDelete: true, fields: { name: 'text', amount: { type: 'number', scale: 0 }, account: { type: 'lookup', reference: 'account', relatedName: 'open_deals', onDelete: 'cascade' } } };
const entry: DefinitionInput = { name: 'entry', fields: { text: 'text' } };
const objects = (...workflows: readonly DefinitionInput[]) => [account(...workflows), deal, entry];
const note = (name: string, criteria: string, text: string, more: DefinitionInput = {}): DefinitionInput => ({ name, triggerType: 'on_update', criteria, runIn: 'commit', actions: [{ type: 'create_record', objectName: 'entry', fields: { text } }], ...more });

async function start(open: Open, workflows: readonly DefinitionInput[], options: Parameters<typeof startAutomation>[2] = {}) {
  const app = await startAutomation(await open(), objects(...workflows), { ...options, plugins: [rules(), ...(options.plugins ?? [])] });
  const created = async (type: string, input: object): Promise<string> => ((await ask(app, `mutation ($input: ${type}CreateInput!) { made: create${type}(input: $input) { record { id } } }`, { input }))['made'] as { record: { id: string } }).record.id;
  return {
    app,
    account: (name: string) => created('Account', { name }),
    deal: (accountId: string, amount: number) => created('Deal', { accountId, amount }),
    update: (id: string, input: object) => ask(app, 'mutation ($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { automations { rule status } } }', { id, input }),
    texts: async () => (await listOf(app, 'entries', 'text')).map(({ text }) => text),
  };
}

describeEachDatabase('rules over roll-ups', (open) => {
  it('start when records that are summed up make their criteria true', async () => {
    const { app, account, deal, update, texts } = await start(open, [
      note('big', 'total >= 100', '{name} is big with {total}'),
      note('small', 'worth <= 20 AND ISCHANGED(total)', '{name} shrank to {total}'),
      note('most', 'ISCHANGED(biggest)', '{name}: {biggest}'),
      note('renamed', 'ISCHANGED(name)', 'never'),
      note('any', 'true', 'never', { reevaluateOnChange: true }),
    ]);
    const [a, b] = [await account('A'), await account('B')];
    const first = await deal(a, 60);
    await eventually(async () => expect(await texts()).toEqual(['A: 60']));
    // A change of amount, which makes it big, and tells the payload.
    expect(await update(first, { amount: 110 })).toEqual({ updateDeal: { automations: [{ rule: 'big', status: 'PENDING' }, { rule: 'most', status: 'PENDING' }] } });
    // It is big already; the biggest stays.
    const second = await deal(a, 10);
    // To another account: both hear of it, by the largest that has gone as well.
    expect(await update(first, { accountId: b })).toMatchObject({ updateDeal: { automations: expect.arrayContaining([{ rule: 'big', status: 'PENDING' }, { rule: 'most', status: 'PENDING' }]) as unknown } });
    await ask(app, 'mutation ($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id: second });
    await eventually(async () => expect([...(await texts())].sort()).toEqual(['A is big with 110', 'A shrank to 0', 'A shrank to 10', 'A: ', 'A: 10', 'A: 110', 'A: 60', 'B is big with 110', 'B: 110']));
    await ask(app, 'mutation ($id: ID!) { restoreDeal(id: $id) { record { id } } }', { id: second });
    await eventually(async () => expect((await texts()).slice(9)).toEqual(['A: 10', 'A shrank to 10']));
    await app.close();
  });

  it('start once for a bulk write, nested records and many chunks, and with their records only', async () => {
    const { app, account, texts } = await start(open, [note('big', 'total >= 100', '{name} {total}'), note('moved', 'ISCHANGED(total)', '{name} moved')]);
    const ids = [await account('A'), await account('B'), await account('C')];
    const input = Array.from({ length: 3_000 }, (_, n) => ({ name: `D${n}`, amount: n % 3 === 2 ? 0 : 1, accountId: ids[n % 3] }));
    await ask(app, 'mutation ($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input });
    await eventually(async () => expect([...(await texts())].sort()).toEqual(['A 1000', 'A moved', 'B 1000', 'B moved']));
    const made = await ask(app, 'mutation { createAccount(input: { name: "N", openDeals: { create: [{ amount: 70 }, { amount: 50 }] } }) { record { total } automations { rule } } }');
    expect(made).toEqual({ createAccount: { record: { total: '120' }, automations: [{ rule: 'big' }, { rule: 'moved' }] } });
    await eventually(async () => expect((await texts()).filter((text) => String(text).startsWith('N')).sort()).toEqual(['N 120', 'N moved']));
    // What goes with its deals is not told of that, and a refused write tells nothing.
    await ask(app, 'mutation ($id: ID!) { deleteAccount(id: $id) { record { id } automations { rule } } }', { id: ids[2] });
    expect(await ask(app, 'mutation ($id: ID!) { deleteAccount(id: $id) { automations { rule } } }', { id: ids[1] })).toEqual({ deleteAccount: { automations: [] } });
    await ask(app, 'mutation ($id: ID!) { createDeal(input: { accountId: $id, amount: 5 }, dryRun: true) { record { id } } }', { id: ids[0] });
    await eventually(async () => expect(await ask(app, '{ automationRuns(where: { status: { ne: COMPLETED } }) { nodes { id } } }')).toEqual({ automationRuns: { nodes: [] } }));
    expect(await texts()).toHaveLength(6);
    await app.close();
  });

  it('write fields and other records as a part of the write, and fail it', async () => {
    const { app, account, deal, texts } = await start(open, [
      { name: 'rate', triggerType: 'on_create_or_update', criteria: 'total >= 100', actions: [{ type: 'field_update', field: 'rating', value: 'hot' }, { type: 'field_update', field: 'note', value: '{deals} deals' }] },
      { name: 'follow', triggerType: 'on_update', criteria: "rating = 'hot'", runIn: 'transaction', actions: [{ type: 'create_record', objectName: 'entry', fields: { text: '{name} {rating} {note}' } }] },
      { name: 'circle', triggerType: 'on_update', criteria: 'total > 1000 AND ISCHANGED(total)', runIn: 'transaction', actions: [{ type: 'create_record', objectName: 'deal', fields: { account: '{id}', amount: 1 } }] },
    ], { options: { maxChain: 3 } });
    const a = await account('A');
    await deal(a, 60);
    expect(await ask(app, 'mutation ($id: ID!) { createDeal(input: { accountId: $id, amount: 40 }) { record { account { rating note version } } automations { rule status run { id } } } }', { id: a })).toEqual({
      createDeal: { record: { account: { rating: 'hot', note: '2 deals', version: 2 } }, automations: [{ rule: 'follow', status: 'COMPLETED', run: null }, { rule: 'rate', status: 'COMPLETED', run: null }] },
    });
    expect(await texts()).toEqual(['A hot 2 deals']);
    expect(await app.query('mutation ($id: ID!) { createDeal(input: { accountId: $id, amount: 5000 }) { record { id } } }', { id: a })).toMatchObject({ errors: [{ message: 'Automations started each other more than 3 times: circle → circle → circle → circle.', extensions: { code: 'RECURSION_LIMIT' } }] });
    expect(await ask(app, '{ accounts { nodes { total } } }')).toEqual({ accounts: { nodes: [{ total: '100' }] } });
    await app.close();
  });

  it('set and take back what waits for its time', async () => {
    const { app, account, deal, update } = await start(open, [
      { name: 'review', triggerType: 'on_create_or_update', criteria: 'deals > 0 AND total < 50', timeTriggers: [{ id: 'soon', timeLength: 3, timeUnit: 'days', offsetDirection: 'after', actions: [{ type: 'create_record', objectName: 'entry', fields: { text: 'x' } }] }] },
    ]);
    const waiting = async () => (await listOf(app, 'automationRuns', 'status')).map(({ status }) => status);
    const one = await deal(await account('A'), 10);
    expect(await waiting()).toEqual(['SCHEDULED']);
    await update(one, { amount: 50 });
    expect(await waiting()).toEqual(['CANCELLED']);
    await app.close();
  });

  it('call handlers whose criteria look at them', async () => {
    const called: unknown[] = [];
    const handler = (criteria?: string): Plugin => ({
      name: 'totals' as Plugin['name'], version: '1.0.0', description: 'Follows totals.', requires: ['automation'],
      lifecycle: { init: ({ services }) => services.get('automation').on('account', 'updated', ({ record, previous, changedFields }) => void called.push([previous?.['total'], record['total'], changedFields]), criteria === undefined ? {} : { criteria }) },
    });
    const { app, account, deal } = await start(open, [], { plugins: [handler('ISCHANGED(total)')] });
    await deal(await account('A'), 7);
    await eventually(() => Promise.resolve(expect(called).toEqual([['0', '7', ['deals', 'total', 'biggest']]])));
    await ask(app, 'mutation ($id: ID!) { updateAccount(id: $id, input: { name: "B" }) { record { id } } }', { id: (await listOf(app, 'accounts', 'id'))[0]?.['id'] });
    expect(await listOf(app, 'automationRuns', 'rule')).toHaveLength(1);
    await app.close();
    await expect(start(open, [], { plugins: [handler('ISCHANGED(totl)')] })).rejects.toThrow(/The criteria of the handler "account.updated": .*"totl"/);
  });

  it('leave writes of others one statement', async () => {
    const statements: string[] = [];
    const app = await startAutomation(recording(await open(), ({ text }) => void statements.push(text)), objects(note('renamed', "name = 'B'", 'x'), note('made', 'total > 5', 'x', { triggerType: 'on_create' })), { plugins: [rules()], run: false });
    const { createAccount } = await ask(app, 'mutation { createAccount(input: { name: "A" }) { record { id } } }');
    const { id } = (createAccount as { record: { id: string } }).record;
    statements.length = 0;
    await ask(app, 'mutation ($id: ID!) { createDeal(input: { accountId: $id, name: "x" }) { clientMutationId } }', { id });
    expect(statements.filter((text) => text.includes('INSERT INTO "deal"'))).toHaveLength(1);
    expect(statements.filter((text) => !text.includes('pg_notify'))).toHaveLength(1);
    await app.close();
  });
});
