import fc from '../../support/fast-check.ts';
import { v7 as newId } from 'uuid';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../../support/database.ts';
import { openSales, type Sales } from './sales.ts';

/** What one writer does; numbers choose among the records that are there. */
interface Step {
  readonly kind: 'create' | 'bulk' | 'change' | 'changeMany' | 'line' | 'delete' | 'purge' | 'restore' | 'deleteAccount' | 'adopt' | 'upsert' | 'nested' | 'refused';
  readonly at: number;
  readonly to: number;
  readonly score: number;
}

const missing = '00000000-0000-7000-8000-000000000000';

const step = fc.record<Step>({
  kind: fc.constantFrom('create', 'create', 'bulk', 'change', 'change', 'changeMany', 'line', 'line', 'delete', 'purge', 'restore', 'deleteAccount', 'adopt', 'upsert', 'nested', 'refused'),
  at: fc.nat(30),
  to: fc.nat(3),
  score: fc.integer({ min: 0, max: 20 }),
});

async function take({ kind, at, to, score }: Step, sales: Sales): Promise<void> {
  const ids = async (table: string): Promise<readonly string[]> => (await sales.platform.database.query<{ id: string }>({ text: `SELECT id FROM "${table}" ORDER BY id`, values: [] })).rows.map(({ id }) => id);
  const [accounts, deals] = [await ids('account'), await ids('deal')];
  const [account, deal] = [accounts[to % Math.max(accounts.length, 1)], deals[at % Math.max(deals.length, 1)] ?? missing];
  const stage = score % 3 === 0 ? 'LOST' : 'OPEN';
  const values = { name: 'd', amount: at % 5 === 0 ? null : `${score}.25`, weight: at % 7 === 0 ? null : score / 10, score, stage, accountId: to === 3 ? null : (account ?? null) };
  const run = async (document: string, variables: Readonly<Record<string, unknown>>): Promise<void> => {
    const { errors = [] } = await sales.query(document, variables);
    // Records that are gone are refused, as is the id of one in the trash; nothing else may be wrong.
    expect(errors.filter(({ message }) => !/^There is no |does not exist|has this ID already|with this ID is in the trash/.test(message))).toEqual([]);
  };
  switch (kind) {
    case 'create': return run('mutation($input: DealCreateInput!) { createDeal(input: $input) { record { id } } }', { input: { ...values, lines: { create: [{ price: `${at}.5` }] } } });
    case 'bulk': return run('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [values, { ...values, score: at }, { ...values, accountId: accounts[at % Math.max(accounts.length, 1)] ?? null }] });
    case 'change': return run('mutation($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } } }', { id: deal, input: at % 2 === 0 ? values : { score } });
    case 'changeMany': return run('mutation($score: Int!, $input: DealUpdateInput!) { updateDeals(where: { score: { gte: $score } }, input: $input) { count } }', { score, input: { stage, score: at } });
    case 'line': return run('mutation($input: LineCreateInput!) { createLine(input: $input) { record { id } } }', { input: { price: `${score}.75`, dealId: deal } });
    case 'delete': return run('mutation($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id: deal });
    case 'purge': return run('mutation($id: ID!) { deleteDeal(id: $id, purge: true) { record { id } } }', { id: deal });
    case 'restore': return run('mutation($id: ID!) { restoreDeal(id: $id) { record { id } } }', { id: deal });
    case 'deleteAccount': return accounts.length > 2 ? run('mutation($id: ID!) { deleteAccount(id: $id) { record { id } } }', { id: account }) : undefined;
    case 'adopt': return run('mutation($id: ID!, $parent: ID) { updateAccount(id: $id, input: { parentId: $parent }) { record { id } } }', { id: accounts[1], parent: to === 1 ? null : accounts[0] });
    case 'upsert': return run('mutation($input: [DealCreateInput!]!) { upsertDeals(input: $input) { count } }', { input: [{ ...values, id: deal }, { ...values, id: newId(), score: at }] });
    case 'nested': return run('mutation($id: ID!, $input: AccountUpdateInput!) { updateAccount(id: $id, input: $input) { record { id } } }', { id: account, input: { deals: { create: [{ name: 'n', score, lines: { create: [{ price: `${at}.1` }] } }], connect: [{ id: deal }] }, children: { create: [{ name: 'child', deals: { create: [{ name: 'c', score: at }] } }] } } });
    case 'refused': return run('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [values, { ...values, accountId: missing }] });
  }
}

describeEachDatabase('roll-ups against their records', (open) => {
  it('agree after any sequence of writes', async () => {
    const sales = await openSales(await open());
    for (const name of ['A', 'B', 'C']) await sales.create('account', { name });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
        for (const one of steps) await take(one, sales);
        taken += steps.length;
        await sales.expectExact();
      }),
      { numRuns: 12, seed: 4, endOnFailure: true },
    );
    expect(taken).toBeGreaterThan(40);
    expect((await sales.ask('{ accountsAggregate { sum { dealCount } } }'))).not.toEqual({ accountsAggregate: { sum: { dealCount: '0' } } });
  }, 120_000);
});
