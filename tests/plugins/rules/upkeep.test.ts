import { expect, it } from 'vitest';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform } from '../../support/platform.ts';
import { openSales } from './sales.ts';

const deal: DefinitionInput = { name: 'deal', fields: { name: 'text', amount: { type: 'currency', scale: 2 }, account: { type: 'lookup', reference: 'account' } } };
const account = (more: Readonly<Record<string, unknown>> = {}): DefinitionInput => ({ name: 'account', fields: { name: 'text', ...more } });
const summary = (operations: Readonly<Record<string, unknown>>) => ({ type: 'summary', summaryOperations: { object: 'deal', field: 'amount', ...operations } });

describeEachDatabase('upkeep of roll-ups', (open) => {
  it('makes numbers of roll-ups that are new or changed, once', async () => {
    const database = await open();
    const start = (object: DefinitionInput) => startPlatform({ objects: [object, deal], plugins: [rules()], database });
    const bare = await start(account());
    await bare.query('mutation { createAccount(input: { name: "A", deals: { create: [{ amount: "5" }, { amount: "7" }] } }) { record { id } } }');
    await bare.query('mutation { createAccount(input: { name: "B" }) { record { id } } }');
    const read = async (object: DefinitionInput): Promise<unknown> => {
      const app = await start(object);
      const { data } = await app.query('{ accounts(orderBy: [{ name: ASC }]) { nodes { total } } }');
      return (data as { accounts: { nodes: { total: unknown }[] } }).accounts.nodes.map(({ total }) => total);
    };
    expect(await read(account({ total: summary({ function: 'sum' }) }))).toEqual(['12.00', '0.00']);
    const logged = async (): Promise<unknown> => (await database.query({ text: `SELECT count(*)::int AS n FROM objectos_change_log WHERE kind = 'update'`, values: [] })).rows[0];
    const before = await logged();
    expect(await read(account({ total: summary({ function: 'sum' }) }))).toEqual(['12.00', '0.00']);
    expect(await logged()).toEqual(before);
    expect(await read(account({ total: summary({ function: 'sum', filter: { amount: { $gt: 5 } } }) }))).toEqual(['7.00', '0.00']);
    expect(await read(account({ total: summary({ function: 'max' }) }))).toEqual(['7.00', null]);
  });

  it('finds and mends numbers that were changed behind its back', async () => {
    const sales = await openSales(await open());
    const a = await sales.create('account', { name: 'A' });
    const deal = await sales.create('deal', { name: 'd', accountId: a, score: 4 });
    await sales.create('line', { dealId: deal, price: '3' });
    const service = sales.platform.kernel.services.get('rollUps', 'the test');
    await sales.platform.database.query({ text: 'UPDATE deal SET total = 9; UPDATE account SET best_score = NULL', values: [] });
    const wrong = (await service.check()).filter(({ different }) => different > 0);
    expect(wrong.map(({ name, different, examples }) => [name, different, examples])).toEqual([
      ['deal.total', 1, [{ id: deal, stored: '9.00', actual: '3.00' }]],
      ['account.best_score', 1, [{ id: a, stored: null, actual: '4' }]],
      ['account.line_total', 1, [{ id: a, stored: '3.00', actual: '9.00' }]],
      ['account.biggest_total', 1, [{ id: a, stored: '3.00', actual: '9.00' }]],
    ]);
    expect((await service.recompute()).filter(({ different }) => different > 0).map(({ name }) => name)).toEqual(expect.arrayContaining(['deal.total', 'account.best_score']));
    await sales.expectExact();
    await expect(service.check('account.bset_score')).rejects.toThrow('There is no roll-up "account.bset_score". Did you mean "account.best_score"?');
  });

  it('recomputes while others write', async () => {
    const sales = await openSales(await open({ pool: 10 }));
    const accounts = await Promise.all([1, 2, 3].map((index) => sales.create('account', { name: `${index}` })));
    const service = sales.platform.kernel.services.get('rollUps', 'the test');
    let writing = true;
    const mend = async (): Promise<void> => {
      while (writing) await service.recompute();
    };
    const write = async (writer: number): Promise<void> => {
      for (let step = 0; step < 20; step += 1) await sales.create('deal', { name: 'd', accountId: accounts[(writer + step) % 3], amount: '1.5', score: (writer * step) % 17 });
    };
    const mending = mend();
    await Promise.all([0, 1, 2, 3].map(write));
    writing = false;
    await mending;
    await sales.expectExact();
  });
});
