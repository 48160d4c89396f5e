import { expect, it } from 'vitest';
import { createView } from '../../../src/plugins/realtime/views/view.ts';
import { presentRows } from '../../../src/plugins/realtime/views/record-changes.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { computedField } from '../../../src/resolvers/computed.ts';
import { constant, type Filter } from '../../../src/resolvers/filter/filter.ts';
import { filterToPredicate } from '../../../src/resolvers/filter/to-predicate.ts';
import { columnPlans } from '../../../src/resolvers/write/object-plan.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { soon, startLive, type LiveApp } from '../realtime/support.ts';

const formula = (expression: string, more: Readonly<Record<string, unknown>> = {}) => ({ type: 'formula', expression, ...more });

const objects = [
  { name: 'account', fields: { name: { type: 'text' } } },
  {
    name: 'deal',
    fields: {
      name: { type: 'text' }, amount: { type: 'currency', precision: 18, scale: 2 }, share: { type: 'percent' }, rate: { type: 'number' }, count: { type: 'number', scale: 0 },
      due: { type: 'date' }, seen: { type: 'datetime' }, stage: { type: 'select', options: ['open', 'won'] }, account: { type: 'lookup', reference: 'account' },
      // Rounded where it is read by others.
      weighted: formula('amount * share / 100', { returnType: 'currency', scale: 2 }),
      twice: formula('weighted * 2 + rate', { returnType: 'number' }),
      exact: formula('amount / 3'),
      whole: formula('amount * count', { returnType: 'number', scale: 0 }),
      title: formula("UPPER(name) & ' ' & TEXT(whole)"),
      won: formula("stage = 'won' AND weighted > 10"),
      ends: formula('due + count'),
      local: formula('DATE(seen)'),
      late: formula('due < TODAY()'),
      mine: formula('account = current_user.organization_id', { returnType: 'boolean' }),
      label: formula("account.name & ': ' & name"),
    },
  },
];

const values: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { name: 'a', amount: '10.05', share: 50, rate: 0.1, count: 3, due: '2026-02-27', seen: '2026-03-01T23:30:00Z', stage: 'WON' },
  { name: 'b', amount: '99999999.99', share: 12.345, rate: -2.5, count: 2_000_000_000, due: '2025-12-31', seen: '2026-06-30T22:00:00Z', stage: 'OPEN' },
  { name: 'Zoë', amount: '-0.01', share: 50, rate: 1e12, count: -1, due: '2024-02-29', seen: '2026-01-01T00:00:00Z', stage: 'WON' },
  { name: '', amount: '25.25', share: 99.9, count: 0, stage: 'WON' },
];
const compared = ['weighted', 'twice', 'exact', 'whole', 'title', 'won', 'ends', 'local', 'late'];

describeEachDatabase('formulas in memory', (open) => {
  const start = async (): Promise<LiveApp> => startLive({ objects, database: await open(), plugins: [rules({ timeZone: 'Europe/Berlin' })] });

  it('give what the database computes, and tell the same records apart', async () => {
    const app = await start();
    await app.system('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: values });
    const { database, kernel } = app.platform;
    const { catalog, systemContext } = kernel.services.get('runtime', 'the test');
    const deal = catalog.objects.get('deal');
    if (!deal) throw new Error('There is no deal.');
    const { deals } = await app.system(`{ deals(orderBy: [{ id: ASC }]) { nodes { id ${compared.join(' ')} } } }`) as { deals: { nodes: Record<string, unknown>[] } };
    const rows = await presentRows(deal, deals.nodes.map(({ id }) => String(id)), [...columnPlans(deal).keys()], database);
    expect(deals.nodes).toHaveLength(values.length);
    for (const node of deals.nodes) {
      const record = rows.get(String(node['id'])) ?? {};
      for (const name of compared) {
        const field = deal.fields.get(name);
        const computed = field && computedField(field)?.value?.(record, systemContext());
        expect([name, String(computed ?? null)]).toEqual([name, String(node[name] ?? null)]);
      }
      const context = systemContext();
      for (const [field, operator, operand] of [['weighted', 'gt', '5'], ['exact', 'lte', '8.4166666666666666'], ['won', 'eq', true], ['title', 'startsWith', 'A '], ['ends', 'isNull', true], ['whole', 'lt', 0]] as const) {
        const filter: Filter = { kind: 'compare', field, operator, operand: constant(operand) };
        const { deals: found } = await app.system('query($where: DealWhere) { deals(where: $where) { nodes { id } } }', { where: { [field]: { [operator]: operand } } }) as { deals: { nodes: { id: string }[] } };
        expect([field, filterToPredicate(filter, { object: deal, catalog })(record, context)]).toEqual([field, found.nodes.some(({ id }) => id === node['id'])]);
      }
    }
  });

  it('say of a subscription whether memory can test it', async () => {
    const app = await start();
    const { catalog } = app.platform.kernel.services.get('runtime', 'the test');
    const deal = catalog.objects.get('deal');
    const view = (field: string) => deal && createView(deal, { kind: 'compare', field, operator: 'eq', operand: constant(true) }, catalog);
    expect(view('won')).toMatchObject({ timed: false, test: expect.any(Function) as unknown, needs: new Set(['stage', 'amount', 'share']) });
    expect(view('late')).toMatchObject({ timed: true, test: undefined });
    expect(view('label')).toMatchObject({ test: undefined, needs: new Set(['account', 'name']), dependencies: new Set(['account']) });
    expect(() => view('mine')).toThrow('Mine depends on who asks, so that changes cannot be told by it.');
  });

  it('decide who hears of a change', async () => {
    const app = await start();
    const own = app.follow('subscription { dealChanges(where: { weighted: { gt: "100" } }) { kind record { name weighted } } }');
    const behind = app.follow('subscription { dealChanges(where: { label: { startsWith: "Acme" } }) { kind record { label } } }');
    await expect.poll(() => [own.kinds, behind.kinds], soon).toEqual([['READY'], ['READY']]);
    const { createDeal, createAccount } = await app.system('mutation { createDeal(input: { name: "d", amount: "100", share: 50 }) { record { id } } createAccount(input: { name: "Acme" }) { record { id } } }') as Record<string, { record: { id: string } }>;
    const update = (input: Readonly<Record<string, unknown>>) => app.system('mutation($id: ID!, $input: DealUpdateInput!) { updateDeal(id: $id, input: $input) { record { id } } }', { id: createDeal?.record.id, input });
    await update({ amount: '300', accountId: createAccount?.record.id });
    await expect.poll(() => [own.kinds, behind.kinds], soon).toEqual([['READY', 'ENTERED'], ['READY', 'ENTERED']]);
    expect([own.messages[1]?.record, behind.messages[1]?.record]).toEqual([{ name: 'd', weighted: '150.00' }, { label: 'Acme: d' }]);
    await update({ share: 1 });
    await expect.poll(() => own.kinds, soon).toEqual(['READY', 'ENTERED', 'LEFT']);
    expect([...own.errors, ...behind.errors]).toEqual([]);
  });
});
