import { expect, it } from 'vitest';
import { v7 as newId } from 'uuid';
import { describeEachDatabase } from '../../support/database.ts';
import { openSales } from './sales.ts';
import { recording } from '../../support/recording.ts';

describeEachDatabase('roll-ups', (open) => {
  it('follow creates, changes, moves and deletes of records', async () => {
    const sales = await openSales(await open());
    const [a, b] = [await sales.create('account', { name: 'A' }), await sales.create('account', { name: 'B' })];
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 0, open_amount: '0.00', least_score: null, average: null, child_count: 0 });
    const big = await sales.create('deal', { name: 'big', amount: '100.10', score: 50, weight: 0.1, accountId: a });
    await sales.create('deal', { name: 'small', amount: '0.20', score: 10, weight: 0.2, accountId: a });
    await sales.create('deal', { name: 'tiny', amount: '5', score: 3, accountId: a });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 3, open_amount: '100.30', weight: '0.3', least_score: '3', best_score: '50', average: '21' });
    await sales.update('deal', big, { score: 1 });
    expect(await sales.numbers('account', a)).toMatchObject({ open_amount: '0.20', least_score: '1', best_score: '10' });
    await sales.update('deal', big, { score: 60, accountId: b });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 2, open_amount: '0.20', weight: '0.2', least_score: '3', best_score: '10' });
    expect(await sales.numbers('account', b)).toMatchObject({ deal_count: 1, open_amount: '100.10', least_score: '60', best_score: '60', average: '60' });
    await sales.ask('mutation($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id: big });
    expect(await sales.numbers('account', b)).toMatchObject({ deal_count: 0, open_amount: '0.00', least_score: null, best_score: null, average: null });
    await sales.ask('mutation($id: ID!) { restoreDeal(id: $id) { record { id } } }', { id: big });
    expect(await sales.numbers('account', b)).toMatchObject({ deal_count: 1, open_amount: '100.10', least_score: '60' });
    await sales.ask('mutation($id: ID!) { updateDeal(id: $id, input: { stage: LOST }) { record { id } } }', { id: big });
    expect(await sales.numbers('account', b)).toMatchObject({ deal_count: 1, open_amount: '0.00' });
    await sales.ask('mutation($id: ID!) { deleteDeal(id: $id, purge: true) { record { id } } }', { id: big });
    expect(await sales.numbers('account', b)).toMatchObject({ deal_count: 0, best_score: null });
    await sales.expectExact();
  });

  it('take roll-ups of roll-ups along, in trees too', async () => {
    const sales = await openSales(await open());
    const top = await sales.create('account', { name: 'top' });
    const middle = await sales.create('account', { name: 'middle', parentId: top });
    const deal = await sales.create('deal', { name: 'd', accountId: middle });
    const [first, second] = [await sales.create('line', { dealId: deal, price: '10.50' }), await sales.create('line', { dealId: deal, price: '4.25' })];
    expect(await sales.numbers('deal', deal)).toMatchObject({ total: '14.75' });
    expect(await sales.numbers('account', middle)).toMatchObject({ deal_count: 1, line_total: '14.75', biggest_total: '14.75' });
    expect(await sales.numbers('account', top)).toMatchObject({ deal_count: 0, child_count: 1, family_deals: '1' });
    await sales.update('line', first, { price: '1' });
    await sales.ask('mutation($id: ID!) { deleteLine(id: $id) { record { id } } }', { id: second });
    expect(await sales.numbers('account', middle)).toMatchObject({ line_total: '1.00', biggest_total: '1.00' });
    const other = await sales.create('account', { name: 'other' });
    await sales.update('account', middle, { parentId: other });
    expect(await sales.numbers('account', top)).toMatchObject({ child_count: 0, family_deals: '0' });
    expect(await sales.numbers('account', other)).toMatchObject({ child_count: 1, family_deals: '1' });
    await sales.expectExact();
  });

  it('follow bulk writes, upserts, nested writes, cascades and cleared lookups', async () => {
    const sales = await openSales(await open());
    const { createAccount } = await sales.ask(`mutation {
      createAccount(input: { name: "A", deals: { create: [
        { name: "x", amount: "10", score: 20, lines: { create: [{ price: "1.5" }, { price: "2.5" }] } }, { name: "y", amount: "20", score: 30 }
      ] } }) { record { id dealCount openAmount bestScore lineTotal } }
    }`) as { readonly createAccount: { record: Record<string, unknown> } };
    expect(createAccount.record).toMatchObject({ dealCount: 2, openAmount: '30.00', bestScore: '30', lineTotal: '4.00' });
    const a = createAccount.record['id'];
    const input = Array.from({ length: 300 }, (_, index) => ({ name: `d${index}`, amount: '1', score: index, accountId: a }));
    await sales.ask('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input });
    expect(await sales.numbers('account', String(a))).toMatchObject({ deal_count: 302, open_amount: '320.00', least_score: '0', best_score: '299' });
    await sales.ask('mutation($a: ID!) { updateDeals(where: { accountId: { eq: $a }, score: { gte: 200 } }, input: { stage: LOST, score: 1 }) { count } }', { a });
    expect(await sales.numbers('account', String(a))).toMatchObject({ open_amount: '220.00', best_score: '199' });
    await sales.ask('mutation($a: ID!) { deleteDeals(where: { accountId: { eq: $a }, score: { lt: 100 } }) { count } }', { a });
    expect(await sales.numbers('account', String(a))).toMatchObject({ deal_count: 100, least_score: '100', line_total: '0.00' });
    await sales.expectExact();
    await sales.ask('mutation($a: ID!) { deleteAccount(id: $a) { record { id } } }', { a });
    await sales.expectExact();
  });

  it('follow upserts, whether they create or change', async () => {
    const sales = await openSales(await open());
    const [a, b] = [await sales.create('account', { name: 'A' }), await sales.create('account', { name: 'B' })];
    const [first, second] = [newId(), newId()];
    const upsert = (input: Readonly<Record<string, unknown>>) => sales.ask('mutation($input: DealCreateInput!) { upsertDeal(input: $input) { created } }', { input: { name: 'd', ...input } });
    expect(await upsert({ id: first, amount: '10', score: 20, accountId: a })).toEqual({ upsertDeal: { created: true } });
    expect(await upsert({ id: first, amount: '15', score: 30 })).toEqual({ upsertDeal: { created: false } });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 1, open_amount: '15.00', least_score: '30', average: '30' });
    await sales.ask('mutation($input: [DealCreateInput!]!) { upsertDeals(input: $input) { count } }', { input: [{ id: first, name: 'd', accountId: b, score: 12 }, { id: second, name: 'e', accountId: b, amount: '1', score: 11 }] });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 0, open_amount: '0.00', least_score: null });
    expect(await sales.numbers('account', b)).toMatchObject({ deal_count: 2, open_amount: '16.00', least_score: '11', best_score: '12' });
    await sales.expectExact();
  });

  it('follow every operation of nested writes', async () => {
    const sales = await openSales(await open());
    const [a, b] = [await sales.create('account', { name: 'A' }), await sales.create('account', { name: 'B' })];
    const make = (score: number, accountId: string | null = a) => sales.create('deal', { name: `d${score}`, amount: `${score}`, score, accountId });
    const [kept, changed, gone, away, found] = await Promise.all([make(10), make(20), make(30), make(40), make(50, b)]);
    const nested = (deals: Readonly<Record<string, unknown>>) => sales.ask('mutation($id: ID!, $input: AccountUpdateInput!) { updateAccount(id: $id, input: $input) { record { dealCount } } }', { id: a, input: { deals } });
    await nested({
      create: [{ name: 'new', amount: '1', score: 60, lines: { create: [{ price: '2.50' }] } }],
      update: [{ id: changed, input: { score: 25, amount: '25', lines: { create: [{ price: '7' }] } } }],
      delete: [{ id: gone }],
      disconnect: [{ id: away }],
      connect: [{ id: found }],
    });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 4, open_amount: '86.00', least_score: '10', best_score: '60', line_total: '9.50', biggest_total: '7.00' });
    expect(await sales.numbers('account', b)).toMatchObject({ deal_count: 0, best_score: null });
    await nested({ set: [{ id: kept }, { id: away }] });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 2, open_amount: '50.00', best_score: '40', line_total: '0.00', biggest_total: '0.00' });
    await sales.ask('mutation($id: ID!) { updateDeal(id: $id, input: { account: { create: { name: "C", parent: { connect: { id: "' + b + '" } } } } }) { record { account { dealCount } } } }', { id: kept });
    expect(await sales.numbers('account', b)).toMatchObject({ child_count: 1, family_deals: '1' });
    await sales.expectExact();
  });

  it('follow what a deletion takes along, and what comes back with a restore', async () => {
    const sales = await openSales(await open());
    const a = await sales.create('account', { name: 'A' });
    const deal = await sales.create('deal', { name: 'd', amount: '5', score: 5, accountId: a });
    const before = await sales.create('line', { dealId: deal, price: '1' });
    await sales.create('line', { dealId: deal, price: '2' });
    await sales.ask('mutation($id: ID!) { deleteLine(id: $id) { record { id } } }', { id: before });
    await sales.ask('mutation($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id: deal });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 0, line_total: '0.00', biggest_total: null });
    await sales.expectExact();
    await sales.ask('mutation($id: ID!) { restoreDeal(id: $id) { record { total } } }', { id: deal });
    expect(await sales.numbers('deal', deal)).toMatchObject({ total: '2.00' });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 1, line_total: '2.00', biggest_total: '2.00', least_score: '5' });
    await sales.ask('mutation($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id: deal });
    await sales.ask('mutation($id: ID!) { deleteDeal(id: $id, purge: true) { record { id } } }', { id: deal });
    expect((await sales.ask('{ linesAggregate { count } }'))).toEqual({ linesAggregate: { count: 0 } });
    await sales.expectExact();
    // The account goes for good: its deals stay, and belong to none.
    const lonely = await sales.create('deal', { name: 'l', accountId: a });
    await sales.ask('mutation($id: ID!) { deleteAccount(id: $id) { record { id } } }', { id: a });
    expect(await sales.numbers('deal', lonely)).toMatchObject({ account_id: null });
    await sales.expectExact();
  });

  it('stay as they are when a write fails or is only tried', async () => {
    const sales = await openSales(await open());
    const a = await sales.create('account', { name: 'A' });
    await sales.ask('mutation($a: ID!) { createDeal(input: { name: "x", score: 5, accountId: $a }, dryRun: true) { record { account { dealCount bestScore } } } }', { a });
    const { errors } = await sales.query('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [{ name: 'x', accountId: a }, { name: 'y', accountId: newId() }] });
    expect(errors).toHaveLength(1);
    const partial = await sales.query('mutation($input: [DealCreateInput!]!) { createDeals(input: $input, mode: PARTIAL) { count } }', { input: [{ name: 'x', accountId: a }, { name: 'y', accountId: newId() }] });
    expect(partial.data).toEqual({ createDeals: { count: 1 } });
    expect(await sales.numbers('account', a)).toMatchObject({ deal_count: 1, best_score: null });
    await sales.expectExact();
  });

  it('show up in the answer of the write, in the change log, and neither in the version nor in the stamps', async () => {
    const sales = await openSales(await open());
    const a = await sales.create('account', { name: 'A' });
    const before = await sales.numbers('account', a);
    const answer = await sales.ask('mutation($a: ID!) { createDeal(input: { name: "x", amount: "7", score: 12, accountId: $a }) { record { account { dealCount openAmount } } } }', { a });
    expect(answer).toEqual({ createDeal: { record: { account: { dealCount: 1, openAmount: '7.00' } } } });
    const after = await sales.numbers('account', a);
    expect([after['version'], after['updated_at']]).toEqual([before['version'], before['updated_at']]);
    const changes = await sales.changesOf(a);
    expect(changes.reduce<Record<string, unknown>>((all, change) => ({ ...all, ...change }), {})).toMatchObject({ deal_count: [0, 1], open_amount: ['0.00', '7.00'], best_score: [null, '12'], average: [null, '12'] });
    await sales.ask('mutation($a: ID!) { updateAccount(id: $a, ifVersion: 1, input: { name: "B" }) { record { id } } }', { a });
    await sales.ask('mutation($a: ID!) { updateDeals(where: { accountId: { eq: $a } }, input: { name: "same" }) { count } }', { a });
    expect(await sales.changesOf(a)).toHaveLength(changes.length + 1);
  });

  it('average without reading the records again, and find the next extremum by an index', async () => {
    const statements: string[] = [];
    const sales = await openSales(recording(await open(), ({ text }) => statements.push(text)));
    const a = await sales.create('account', { name: 'A' });
    const input = [{ amount: '1.10', score: 1 }, { amount: null, score: 2 }, { amount: '0.20', score: 9 }, { amount: '0.20', score: null }].map((values) => ({ name: 'd', accountId: a, ...values }));
    await sales.ask('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input });
    expect(await sales.numbers('account', a)).toMatchObject({ average: '4', average_amount: '0.5000' });
    statements.length = 0;
    const { createDeal } = await sales.ask('mutation($a: ID!) { createDeal(input: { name: "x", amount: "0.50", score: 4, accountId: $a }) { record { id account { average averageAmount } } } }', { a });
    expect(createDeal).toMatchObject({ record: { account: { average: '4', averageAmount: '0.5000' } } });
    expect(statements.filter((text) => text.includes('avg(') || text.includes('FROM "deal" c '))).toEqual([]);
    await sales.expectExact();
    const b = await sales.create('account', { name: 'B' });
    await sales.ask('mutation($b: ID!) { deleteAccount(id: $b) { clientMutationId } }', { b });
    expect([...(await sales.changesOf(a)), ...(await sales.changesOf(b))].flatMap((change) => Object.keys(change)).filter((name) => name.includes('_avg_'))).toEqual([]);

    const indexes = sales.platform.catalog.objects.get('deal')?.indexes.map(({ fields }) => fields.join());
    expect(indexes).toEqual(expect.arrayContaining(['account,score', 'account,total']));
    expect(indexes?.filter((fields) => fields.includes('worth'))).toEqual([]);
  });

  it('can be filtered, sorted and aggregated, and not written', async () => {
    const sales = await openSales(await open());
    for (const count of [0, 2, 1]) {
      const a = await sales.create('account', { name: `A${count}` });
      for (let index = 0; index < count; index += 1) await sales.create('deal', { name: 'd', amount: '3', score: 10, accountId: a });
    }
    const answer = await sales.ask('{ accounts(where: { dealCount: { gt: 0 } }, orderBy: [{ openAmount: DESC }]) { nodes { name } } accountsAggregate { sum { dealCount openAmount } } }');
    expect(answer).toEqual({ accounts: { nodes: [{ name: 'A2' }, { name: 'A1' }] }, accountsAggregate: { sum: { dealCount: '3', openAmount: '9.00' } } });
    const { errors } = await sales.query('mutation { createAccount(input: { name: "x", dealCount: 5 }) { record { id } } }');
    expect(errors).toHaveLength(1);
  });

  it('are exact under eight concurrent writers on one parent', async () => {
    const sales = await openSales(await open({ pool: 10 }));
    const [a, b] = [await sales.create('account', { name: 'A' }), await sales.create('account', { name: 'B' })];
    const writer = async (writer: number): Promise<void> => {
      const ids: string[] = [];
      for (let step = 0; step < 12; step += 1) {
        const accountId = (step + writer) % 5 === 0 ? b : a;
        ids.push(await sales.create('deal', { name: `${writer}-${step}`, amount: `${step}.10`, score: (step * 7 + writer * 3) % 40, accountId }));
        const [other = ''] = ids.slice(step % ids.length);
        if (step % 4 === 1) await sales.update('deal', other, { accountId: step % 8 === 1 ? b : a, score: step });
        if (step % 4 === 3) await sales.ask('mutation($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id: ids.shift() });
        if (step % 6 === 5) await sales.ask('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [{ name: 'p', score: 99, accountId: b }, { name: 'q', score: 0, accountId: a }] });
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => writer(index)));
    await sales.expectExact();
    expect((await sales.ask('{ dealsAggregate { count } accountsAggregate { sum { dealCount } } }'))).toEqual({ dealsAggregate: { count: 8 * 13 }, accountsAggregate: { sum: { dealCount: '104' } } });
    const logged = (await sales.changesOf(a)).flatMap((change) => (change['deal_count'] ? [change['deal_count']] : []));
    for (const [index, pair] of logged.entries()) if (index > 0) expect(pair[0]).toBe(logged[index - 1]?.[1]);
  });
});
