import { beforeAll, describe, expect, it } from 'vitest';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { problems } from '../../metadata/support/compile.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;

const objects = [
  {
    name: 'account', sharingModel: 'public_read_write',
    fields: { name: { type: 'text' }, rate: { type: 'number', scale: 4, visible_to: ['finance'] }, tier: { type: 'select', options: ['gold', 'plain'] } },
  },
  {
    name: 'deal', sharingModel: 'public_read_write',
    fields: {
      name: { type: 'text' }, amount: { type: 'currency' }, probability: { type: 'percent', scale: 0 }, margin: { type: 'currency', visible_to: ['finance'] },
      close_date: { type: 'date' }, account: { type: 'lookup', reference: 'account' },
      weighted: { type: 'formula', expression: 'amount * probability / 100', returnType: 'currency' },
      exact: { type: 'formula', expression: 'amount / 3' },
      size: { type: 'formula', expression: "IF(weighted >= 500, 'large', 'small')" },
      title: { type: 'formula', expression: "account.name & ': ' & name" },
      is_gold: { type: 'formula', expression: "account.tier = 'gold'" },
      due: { type: 'formula', expression: { dialect: 'cel', source: 'close_date + 30' }, returnType: 'date' },
      steps: { type: 'formula', expression: 'ROUND(amount)', returnType: 'number', scale: 0 },
      profit: { type: 'formula', expression: 'margin * 2' },
      discounted: { type: 'formula', expression: 'amount * account.rate' },
      profit_class: { type: 'formula', expression: "IF(profit > 100, 'A', 'B')" },
      shown_profit: { type: 'formula', expression: 'margin * 2', returnType: 'currency', visible_to: ['sales', 'finance'] },
    },
  },
];

const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true };
const definitions = [{ kind: 'profile', value: [{ name: 'sales', objects: { account: rights, deal: rights } }, { name: 'finance', objects: { account: rights, deal: rights } }] }] as const;

describeEachDatabase('formulas', (open) => {
  let app: TestPlatform;
  let sales: TestPlatform;
  let finance: TestPlatform;

  beforeAll(async () => {
    app = await startPlatform({ database: await open(), objects, plugins: [permissions({ definitions }), rules()], open: false });
    sales = app.as({ userId: id(1), profile: 'sales' });
    finance = app.as({ userId: id(2), profile: 'finance' });
    const { errors } = await app.as(systemCaller).query(`mutation {
      createAccounts(input: [{ id: "${id(10)}", name: "Initech", rate: "0.5", tier: GOLD }, { id: "${id(11)}", name: "Umbrella", tier: PLAIN }]) { count }
      createDeals(input: [
        { id: "${id(20)}", name: "a", amount: "1000.10", probability: 50, margin: "90.00", closeDate: "2026-01-31", accountId: "${id(10)}" },
        { id: "${id(21)}", name: "b", amount: "10.00", probability: 10, margin: "10.00", accountId: "${id(11)}" },
        { id: "${id(22)}", name: "c", amount: "2000.00", probability: 50 },
        { id: "${id(23)}", name: "d" }
      ]) { count }
    }`);
    expect(errors).toBeUndefined();
  });

  const data = async (document: string, who = finance): Promise<unknown> => {
    const { data: found, errors } = await who.query(document);
    expect(errors).toBeUndefined();
    return found;
  };

  it('are computed from own fields, through lookups and from other formulas', async () => {
    expect(await data('{ deals(orderBy: [{ name: ASC }]) { nodes { name weighted exact size title isGold due steps } } }')).toEqual({
      deals: {
        nodes: [
          { name: 'a', weighted: '500.05', exact: '333.36666666666666666666', size: 'large', title: 'Initech: a', isGold: true, due: '2026-03-02', steps: 1000 },
          { name: 'b', weighted: '1.00', exact: '3.33333333333333333333', size: 'small', title: 'Umbrella: b', isGold: false, due: null, steps: 10 },
          { name: 'c', weighted: '1000.00', exact: '666.66666666666666666666', size: 'large', title: ': c', isGold: false, due: null, steps: 2000 },
          { name: 'd', weighted: null, exact: null, size: 'small', title: ': d', isGold: false, due: null, steps: null },
        ],
      },
    });
  });

  it('can be filtered and ordered by, with cursors that go on', async () => {
    expect(await data('{ deals(where: { weighted: { gte: "500.05" }, title: { icontains: ":" }, isGold: { ne: true } }) { nodes { name } } }')).toEqual({ deals: { nodes: [{ name: 'c' }] } });
    expect(await data('{ accounts(where: { deals: { some: { size: { eq: "large" } } } }) { nodes { name } } }')).toEqual({ accounts: { nodes: [{ name: 'Initech' }] } });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = (await data(`{ deals(first: 1, orderBy: [{ weighted: DESC_NULLS_LAST }]${after === null ? '' : `, after: "${after}"`}) { nodes { name } pageInfo { hasNextPage endCursor } } }`)) as { deals: { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
      seen.push(...page.deals.nodes.map(({ name }) => name));
      after = page.deals.pageInfo.hasNextPage ? page.deals.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(['c', 'a', 'b', 'd']);
  });

  it('can be aggregated and grouped by, also below a parent', async () => {
    expect(await data('{ dealsAggregate { sum { weighted } max { due } } dealGroups(by: [{ field: SIZE }]) { key { size } count sum { weighted } } accounts(orderBy: [{ name: ASC }]) { nodes { dealsAggregate { sum { weighted } } } } }')).toEqual({
      dealsAggregate: { sum: { weighted: '1501.05' }, max: { due: '2026-03-02' } },
      dealGroups: [{ key: { size: 'large' }, count: 2, sum: { weighted: '1500.05' } }, { key: { size: 'small' }, count: 2, sum: { weighted: '1.00' } }],
      accounts: { nodes: [{ dealsAggregate: { sum: { weighted: '500.05' } } }, { dealsAggregate: { sum: { weighted: '1.00' } } }] },
    });
  });

  it('show in payloads right after a write, and cannot be written', async () => {
    expect(await data(`mutation { updateDeal(id: "${id(23)}", dryRun: true, input: { amount: "40.00", probability: 25, accountId: "${id(10)}" }) { record { weighted title } } }`)).toEqual({ updateDeal: { record: { weighted: '10.00', title: 'Initech: d' } } });
    const { errors } = await finance.query(`mutation { updateDeal(id: "${id(23)}", input: { weighted: "1" }) { record { id } } }`);
    expect(errors?.[0]?.message).toContain('"weighted" is not defined');
  });

  describe('rights', () => {
    const codes = async (document: string) => (await sales.query(document)).errors?.map(({ extensions }) => extensions?.['code']);

    it.each(['profit', 'discounted', 'profitClass'])('%s is hidden from whoever may not read what it is computed from', async (field) => {
      const { data: found, errors } = await sales.query(`{ deal(id: "${id(20)}") { name ${field} } }`);
      expect(found).toEqual({ deal: { name: 'a', [field]: null } });
      expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['FORBIDDEN']);
      expect(await codes(`{ deals(where: { ${field}: { isNull: false } }) { nodes { id } } }`)).toEqual(['FORBIDDEN']);
      expect(await codes(`{ deals(orderBy: [{ ${field}: ASC }]) { nodes { id } } }`)).toEqual(['FORBIDDEN']);
      expect(await codes(`{ dealsAggregate { max { ${field} } } }`)).toEqual(['FORBIDDEN']);
    });

    it('a rule of its own shows a formula to whoever may not read its inputs', async () => {
      expect(await data(`{ deal(id: "${id(20)}") { shownProfit } deals(where: { shownProfit: { gt: "100" } }) { nodes { name } } }`, sales)).toEqual({ deal: { shownProfit: '180.00' }, deals: { nodes: [{ name: 'a' }] } });
    });

    it('whoever may read the inputs reads the formula', async () => {
      expect(await data(`{ deal(id: "${id(20)}") { profit discounted profitClass } }`)).toEqual({ deal: { profit: '180', discounted: '500.05', profitClass: 'A' } });
    });
  });
});

describeEachDatabase('formulas of records that the caller may not see', (open) => {
  it('take a hidden record for one that is not there', async () => {
    const hidden = [
      { name: 'account', sharingModel: 'private', fields: { name: { type: 'text' }, owner: { type: 'user' } } },
      { name: 'deal', sharingModel: 'public_read', fields: { name: { type: 'text' }, account: { type: 'lookup', reference: 'account' }, client: { type: 'formula', expression: "COALESCE(account.name, 'nobody')" } } },
    ];
    const app = await startPlatform({
      database: await open(), objects: hidden, open: false,
      plugins: [permissions({ definitions: [{ kind: 'profile', value: [{ name: 'staff', objects: { account: { allowRead: true }, deal: { allowRead: true } } }] }] }), rules()] satisfies Plugin[],
    });
    const { errors } = await app.as(systemCaller).query(`mutation { createUser(input: { id: "${id(1)}", name: "x", email: "x@example.com" }) { record { id } } createAccounts(input: [{ id: "${id(10)}", name: "Secret" }, { id: "${id(11)}", name: "Own", ownerId: "${id(1)}" }]) { count } createDeals(input: [{ name: "a", accountId: "${id(10)}" }, { name: "b", accountId: "${id(11)}" }]) { count } }`);
    expect(errors).toBeUndefined();
    const staff = app.as({ userId: id(1), profile: 'staff' });
    expect((await staff.query('{ deals(orderBy: [{ name: ASC }]) { nodes { client } } }')).data).toEqual({ deals: { nodes: [{ client: 'nobody' }, { client: 'Own' }] } });
    expect((await staff.query('{ deals(where: { client: { contains: "Sec" } }) { totalCount } }')).data).toEqual({ deals: { totalCount: 0 } });
    await app.close();
  });
});

describeEachDatabase('formulas of the caller', (open) => {
  it('know the roles that records assign', async () => {
    const deal = { name: 'deal', sharingModel: 'public_read', fields: { name: { type: 'text' }, owner: { type: 'user' }, is_mine: { type: 'formula', expression: 'owner = current_user.id' }, for_lead: { type: 'formula', expression: "'lead' in current_user.roles" } } };
    const app = await startPlatform({
      database: await open(), objects: [deal], open: false,
      plugins: [permissions({ definitions: [{ kind: 'profile', value: [{ name: 'staff', objects: { deal: { allowRead: true }, sys_user: { allowRead: true } } }] }, { kind: 'role', value: [{ name: 'lead' }] }] }), rules()],
    });
    const { errors } = await app.as(systemCaller).query(`mutation { createUser(input: { id: "${id(1)}", name: "x", email: "x@example.com" }) { record { id } } createDeals(input: [{ name: "a", ownerId: "${id(1)}" }, { name: "b" }]) { count } createRoleAssignment(input: { userId: "${id(1)}", role: "lead" }) { record { id } } }`);
    expect(errors).toBeUndefined();
    const seen = async (userId: string) => (await app.as({ userId, profile: 'staff' }).query('{ deals(orderBy: [{ name: ASC }]) { nodes { isMine forLead } } }')).data;
    expect(await seen(id(1))).toEqual({ deals: { nodes: [{ isMine: true, forLead: true }, { isMine: false, forLead: true }] } });
    expect(await seen(id(2))).toEqual({ deals: { nodes: [{ isMine: false, forLead: false }, { isMine: false, forLead: false }] } });
    await app.close();
  });
});

describe('definitions of formulas', () => {
  const load = (fields: string) => problems({ 'deal.object.yml': `name: deal\nfields:\n  amount: { type: currency }\n${fields}` }, [rules()]);

  it('are refused with place and carets', () => {
    expect(load('  weighted:\n    type: formula\n    expression: amuont * 0.2\n')).toEqual([
      'deal.object.yml:6:5 error deal.weighted: deal has no field "amuont" | amuont * 0.2\n    ^^^^^^\n    Did you mean "amount"?',
    ]);
    expect(load('  weighted: { type: formula, expression: "amount * 2", returnType: text }\n')[0]).toContain('text is expected here, found a number');
    expect(load('  list: { type: formula, expression: "[1, 2]" }\n')[0]).toContain('a formula cannot give a list of numbers');
  });

  it('that go in a circle name the chain', () => {
    const found = load('  a: { type: formula, expression: "b + 1" }\n  b: { type: formula, expression: "c + 1" }\n  c: { type: formula, expression: "a + 1" }\n');
    expect(found.join('\n')).toContain('formulas go in a circle: deal.a → deal.b → deal.c → deal.a');
  });

  it('that grow beyond all bounds are refused', () => {
    const fields = Array.from({ length: 14 }, (_, index) => `  f${index}: { type: formula, expression: "${index === 0 ? 'amount' : `f${index - 1}`} + ${index === 0 ? 'amount' : `f${index - 1}`}" }\n`).join('');
    expect(load(fields).join('\n')).toContain('5000 are accepted');
  });
});
