import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { soon, startLive } from './support.ts';

const objects = [
  { name: 'account', fields: { name: { type: 'text' }, industry: { type: 'select', options: ['tech', 'retail'] } } },
  { name: 'deal', enable: { trash: true }, fields: { name: { type: 'text', required: true }, stage: { type: 'select', options: ['open', 'won'] }, amount: { type: 'currency' }, account: { type: 'lookup', reference: 'account' } } },
];
const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const message = 'cursor kind recordId changedFields at';

describeEachDatabase('subscriptions to changes', (open) => {
  it('begin with READY and tell what is created, updated and deleted', async () => {
    const app = await startLive({ database: await open(), objects });
    const deals = app.follow(`subscription { dealChanges { ${message} record { name account { name } } } }`);
    await expect.poll(() => deals.kinds, soon).toEqual(['READY']);
    await app.system(`mutation { createAccount(input: { id: "${id(1)}", name: "Acme" }) { record { id } } }`);
    await app.system(`mutation { createDeal(input: { id: "${id(2)}", name: "a", accountId: "${id(1)}" }) { record { id } } }`);
    await expect.poll(() => deals.messages.length, soon).toBe(2);
    await app.system(`mutation { updateDeal(id: "${id(2)}", input: { name: "b", amount: "5" }) { record { id } } }`);
    await expect.poll(() => deals.messages.length, soon).toBe(3);
    await app.system(`mutation { deleteDeal(id: "${id(2)}") { record { id } } }`);
    await expect.poll(() => deals.kinds, soon).toEqual(['READY', 'CREATED', 'UPDATED', 'DELETED']);
    expect(deals.messages.slice(1)).toMatchObject([
      { recordId: id(2), record: { name: 'a', account: { name: 'Acme' } }, changedFields: [], at: expect.any(String) as string },
      { record: { name: 'b' }, changedFields: ['name', 'amount'] },
      { recordId: id(2), record: null, changedFields: [] },
    ]);
    expect(new Set(deals.messages.map(({ cursor }) => cursor)).size).toBe(4);
    expect(deals.errors).toEqual([]);
  });

  it('name the fields of their own object, whichever was asked for first', async () => {
    const app = await startLive({ database: await open(), objects });
    const accounts = app.follow('subscription { accountChanges { kind changedFields } }');
    const deals = app.follow('subscription { dealChanges { kind changedFields } }');
    await expect.poll(() => [...accounts.kinds, ...deals.kinds], soon).toEqual(['READY', 'READY']);
    await app.system(`mutation { createAccount(input: { id: "${id(1)}", name: "Acme" }) { record { id } } createDeal(input: { id: "${id(2)}", name: "a" }) { record { id } } }`);
    // Changes of a record that are read together are told as one.
    await expect.poll(() => [accounts.messages.at(-1), deals.messages.at(-1)], soon).toMatchObject([{ kind: 'CREATED' }, { kind: 'CREATED' }]);
    await app.system(`mutation { updateAccount(id: "${id(1)}", input: { industry: TECH }) { record { id } } updateDeal(id: "${id(2)}", input: { amount: "5" }) { record { id } } }`);
    await expect.poll(() => accounts.messages.at(-1), soon).toEqual({ kind: 'UPDATED', changedFields: ['industry'] });
    await expect.poll(() => deals.messages.at(-1), soon).toEqual({ kind: 'UPDATED', changedFields: ['amount'] });
  });

  it('tell of updates of some fields alone, under the rights on them', async () => {
    const app = await startLive({ database: await open(), objects });
    const deals = app.follow('subscription { dealChanges(changedFields: ["amount", "accountId"]) { kind changedFields record { name } } }');
    const record = app.follow(`subscription { recordChanges(object: "deal", id: "${id(2)}", kinds: [UPDATED], changedFields: ["name"]) { kind changedFields } }`);
    await expect.poll(() => [...deals.kinds, ...record.kinds], soon).toEqual(['READY', 'READY']);
    await app.system(`mutation { createDeal(input: { id: "${id(2)}", name: "a" }) { record { id } } }`);
    await expect.poll(() => deals.kinds, soon).toEqual(['READY', 'CREATED']);
    await app.system(`mutation { updateDeal(id: "${id(2)}", input: { stage: WON }) { record { id } } }`);
    await app.system(`mutation { updateDeal(id: "${id(2)}", input: { name: "b" }) { record { id } } }`);
    await expect.poll(() => record.messages.length, soon).toBe(2);
    await app.system(`mutation { updateDeal(id: "${id(2)}", input: { name: "c", amount: "5" }) { record { id } } }`);
    await expect.poll(() => deals.messages.length, soon).toBe(3);
    expect(deals.messages[2]).toEqual({ kind: 'UPDATED', changedFields: ['name', 'amount'], record: { name: 'c' } });
    await expect.poll(() => record.messages.at(-1), soon).toEqual({ kind: 'UPDATED', changedFields: ['name', 'amount'] });
    await app.system(`mutation { deleteDeal(id: "${id(2)}") { record { id } } }`);
    await expect.poll(() => deals.kinds.at(-1), soon).toBe('DELETED');
    const wrong = app.follow('subscription { dealChanges(changedFields: ["nome"]) { kind } }');
    await expect.poll(() => wrong.errors, soon).toMatchObject([{ message: 'Deal has no field "nome". changedFields takes names as messages show them under changedFields.' }]);
  });

  it('tell when a record begins and ceases to match', async () => {
    const app = await startLive({ database: await open(), objects });
    await app.system(`mutation { createDeals(input: [{ id: "${id(1)}", name: "a", stage: OPEN }, { id: "${id(2)}", name: "b", stage: WON }]) { count } }`);
    const open1 = app.follow(`subscription { dealChanges(where: { stage: { eq: OPEN } }, snapshot: true) { ${message} record { name } } }`);
    await expect.poll(() => open1.kinds, soon).toEqual(['SNAPSHOT', 'READY']);
    for (const [n, stage] of [[1, 'WON'], [2, 'OPEN'], [2, 'OPEN'], [1, 'OPEN']] as const) {
      const before = open1.messages.length;
      await app.system(`mutation { updateDeal(id: "${id(n)}", input: { stage: ${stage}, amount: "${before}" }) { record { id } } }`);
      await expect.poll(() => open1.messages.length, soon).toBe(before + 1);
    }
    await app.system(`mutation { updateDeal(id: "${id(1)}", input: { stage: WON }) { record { id } } deleteDeal(id: "${id(1)}") { record { id } } }`);
    await expect.poll(() => open1.kinds, soon).toEqual(['SNAPSHOT', 'READY', 'LEFT', 'ENTERED', 'UPDATED', 'ENTERED', expect.stringMatching(/LEFT|DELETED/)]);
  });
});
