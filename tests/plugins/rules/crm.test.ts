import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCrm, type Crm } from '../../support/crm.ts';

let crm: Crm;
beforeAll(async () => {
  crm = await startCrm();
}, 120_000);
afterAll(() => crm.stop());

async function ask<T>(query: string, email = 'admin@example.com'): Promise<T> {
  const { data, errors } = await crm.ask(query, email);
  expect(errors).toBeUndefined();
  return data as T;
}

describe('rules of the sample CRM', () => {
  it('total its seeded records', async () => {
    const reports = await crm.platform.kernel.services.get('rollUps', 'the test').check();
    expect(reports.length).toBeGreaterThan(8);
    expect(reports.filter(({ different }) => different > 0)).toEqual([]);
    const { opportunity } = await ask<{ opportunity: Record<string, unknown> }>('{ opportunity(by: { opportunityNumber: "OPP-0002" }) { amount weightedAmount probability } }');
    expect(opportunity).toEqual({ amount: '28310.00', weightedAmount: '14155.00', probability: '50.00' });
    const { quote } = await ask<{ quote: Record<string, unknown> }>('{ quote(by: { quoteNumber: "Q-2026-0002" }) { subtotal tax total } }');
    expect(quote).toEqual({ subtotal: '28310.00', tax: '1769.38', total: '30079.38' });
  });

  it('keep deals, contracts, leads and campaigns in order', async () => {
    const refused = async (document: string): Promise<readonly unknown[]> => {
      const { errors } = await crm.ask(`mutation { ${document} }`, 'admin@example.com');
      return ((errors ?? []) as unknown as readonly { readonly extensions: { readonly problems?: readonly { readonly path: readonly unknown[]; readonly code: string }[] } }[]).flatMap(({ extensions }) => (extensions.problems ?? []).map(({ path, code }) => [path.at(-1), code]));
    };
    const { opportunity, contract } = await ask<{ opportunity: { id: string }; contract: { id: string } }>('{ opportunity(by: { opportunityNumber: "OPP-0004" }) { id } contract(by: { contractNumber: "CON-0001" }) { id } }');
    expect(await refused(`updateOpportunity(id: "${opportunity.id}", input: { stage: CLOSED_LOST }) { record { id } }`)).toEqual([['lossReason', 'REQUIRED']]);
    expect(await refused(`updateOpportunity(id: "${opportunity.id}", input: { forecastCategory: CLOSED }) { record { id } }`)).toEqual([['forecastCategory', 'NOT_AN_OPTION']]);
    expect(await refused(`updateContract(id: "${contract.id}", input: { endDate: "2001-01-01" }) { record { id } }`)).toEqual([['endDate', 'RULE_FAILED']]);
    expect(await refused('createCampaign(input: { code: "spring 26", name: "Spring" }) { record { id } }')).toEqual([['code', 'BAD_FORMAT']]);
    const lead = (number: string) => `createLead(input: { leadNumber: "${number}", fullName: "Ada", company: "Palmer", email: "${number === 'LEAD-9101' ? 'ada@palmer.example' : 'ADA@palmer.example'}" }) { record { id } }`;
    expect(await refused(lead('LEAD-9101'))).toEqual([]);
    expect(await refused(lead('LEAD-9102'))).toEqual([['email', 'NOT_UNIQUE']]);
  });

  it('follow a line up to the account and the campaign', async () => {
    const [{ opportunity }, { product }] = await Promise.all([
      ask<{ opportunity: { id: string; accountId: string } }>('{ opportunity(by: { opportunityNumber: "OPP-0002" }) { id accountId } }'),
      ask<{ product: { id: string } }>('{ product(by: { sku: "GTW-E1" }) { id } }'),
    ]);
    const read = async (): Promise<Record<string, string>> =>
      (await ask<{ account: Record<string, string> }>(`{ account(id: "${opportunity.accountId}") { openOpportunities openAmount wonAmount } }`)).account;
    const before = await read();
    await ask(`mutation { createOpportunityLineItem(input: { opportunityId: "${opportunity.id}", position: 9, name: "Extra", productId: "${product.id}", quantity: "3", unitPrice: "100.00", discount: "10.00" }) { record { id } } }`);
    expect(await read()).toEqual({ ...before, openAmount: cents(before['openAmount'], 270_00) });
    await ask(`mutation { updateOpportunity(id: "${opportunity.id}", input: { stage: CLOSED_WON }) { record { id } } }`);
    const won = 28_310_00 + 270_00;
    expect(await read()).toEqual({
      openOpportunities: Number(before['openOpportunities']) - 1,
      openAmount: cents(before['openAmount'], 270_00 - won),
      wonAmount: cents(before['wonAmount'], won),
    });
  });

  it('number quotes by year, contracts and cases one after the other', async () => {
    const made = await ask<{ createCase: { record: unknown }; createQuote: { record: { quoteNumber: string } } }>(
      `mutation {
        createCase(input: { subject: "Late delivery", openedAt: "2026-01-05T10:00:00Z", closedAt: "2026-01-08T09:00:00Z" }) { record { caseNumber daysOpen overdue commentCount } }
        createQuote(input: { name: "Offer", opportunity: { connect: { opportunityNumber: "OPP-0002" } } }) { record { quoteNumber subtotal total } }
      }`,
    );
    expect(made.createCase.record).toEqual({ caseNumber: 'CASE-0041', daysOpen: 3, overdue: true, commentCount: 0 });
    const year = new Date().getUTCFullYear();
    expect(made.createQuote.record).toEqual({ quoteNumber: year === 2026 ? 'Q-2026-0029' : `Q-${year}-0001`, subtotal: '0.00', total: '0.00' });
  });

  it('hide totals of deals from those who see no amounts', async () => {
    const { data, errors } = await crm.ask('{ accounts(first: 1) { nodes { name openAmount } } opportunitiesAggregate { count } }', 'support@example.com');
    expect(data).toMatchObject({ accounts: { nodes: [{ openAmount: null }] } });
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['FORBIDDEN']);
    const weighted = await crm.ask('{ opportunities(first: 1) { nodes { weightedAmount } } }', 'marketing@example.com');
    expect(weighted.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['FORBIDDEN']);
  });
});

/** An amount and more cents. */
function cents(amount: string | undefined, more: number): string {
  return ((Math.round(Number(amount) * 100) + more) / 100).toFixed(2);
}
