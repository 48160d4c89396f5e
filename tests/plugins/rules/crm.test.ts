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

/** What a refused operation says. */
async function told(query: string, email: string): Promise<readonly string[] | undefined> {
  return (await crm.ask(query, email)).errors?.map(({ message }) => message);
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

  it('are of every kind', () => {
    const { catalog } = crm.platform;
    const objects = [...catalog.objects.values()].filter(({ name }) => !name.startsWith('sys_'));
    const validations = objects.flatMap(({ definition }) => (definition['validations'] ?? []) as readonly object[]);
    expect(validations.length).toBeGreaterThanOrEqual(10);
    const types = new Set(objects.flatMap(({ fields }) => [...fields.values()].map(({ type }) => type.name)));
    expect([...types]).toEqual(expect.arrayContaining(['formula', 'summary', 'autonumber']));
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
    const lead = (email: string) => `createLead(input: { fullName: "Ada", company: "Palmer", email: "${email}" }) { record { id } }`;
    expect(await refused(lead('ada@palmer.example'))).toEqual([]);
    expect(await refused(lead('ADA@palmer.example'))).toEqual([['email', 'NOT_UNIQUE']]);
  });

  it('number accounts and call contacts by their names', async () => {
    const { createAccount } = await ask<{ createAccount: { record: { accountNumber: string; contacts: { nodes: { id: string; fullName: string }[] } } } }>(
      'mutation { createAccount(input: { name: "Pier 9", contacts: { create: [{ firstName: "Ada", lastName: "Palmer" }] } }) { record { accountNumber contacts { nodes { id fullName } } } } }',
    );
    const [contact] = createAccount.record.contacts.nodes;
    expect(createAccount.record.accountNumber).toMatch(/^ACC-\d{4}$/);
    expect(contact?.fullName).toBe('Ada Palmer');
    const called = async (input: string): Promise<unknown> => ask(`mutation { updateContact(id: "${contact?.id ?? ''}", input: ${input}) { record { fullName } } }`);
    expect(await called('{ lastName: "Lind" }')).toEqual({ updateContact: { record: { fullName: 'Ada Lind' } } });
    expect(await called('{ firstName: "Eva", fullName: "Dr. Lind" }')).toEqual({ updateContact: { record: { fullName: 'Dr. Lind' } } });
    expect(await called('{ title: "Pilot" }')).toEqual({ updateContact: { record: { fullName: 'Dr. Lind' } } });
  });

  it('lead a deal through its stages', async () => {
    const { accounts } = await ask<{ accounts: { nodes: { id: string }[] } }>('{ accounts(first: 1) { nodes { id } } }', 'rep@example.com');
    const values = `name: "Stages", closeDate: "2030-01-01", accountId: "${accounts.nodes[0]?.id ?? ''}"`;
    expect(await told(`mutation { createOpportunity(input: { ${values}, stage: PROPOSAL }) { record { id } } }`, 'rep@example.com')).toEqual(['Stage begins as Prospecting, not as Proposal.']);
    const { createOpportunity } = await ask<{ createOpportunity: { record: { id: string } } }>(`mutation { createOpportunity(input: { ${values} }) { record { id stage } } }`, 'rep@example.com');
    const { id } = createOpportunity.record;
    const go = (args: string): string => `mutation { transitionOpportunityStage(id: "${id}", ${args}) { record { stage probability forecastCategory lossReason closeDate } } }`;
    const available = async (email: string): Promise<readonly string[]> => (await ask<{ opportunity: { availableTransitions: { event: string }[] } }>(`{ opportunity(id: "${id}") { availableTransitions { event } } }`, email)).opportunity.availableTransitions.map(({ event }) => event);
    expect(await available('rep@example.com')).toEqual(['QUALIFY', 'PROPOSE', 'LOSE']);
    expect(await told(go('event: WIN'), 'rep@example.com')).toEqual(['WIN is not possible while Stage is Prospecting. Allowed: Qualification, Proposal, Closed lost.']);
    expect(await told(`mutation { updateOpportunity(id: "${id}", input: { stage: CLOSED_WON }) { record { id } } }`, 'rep@example.com')).toEqual(['Stage cannot go from Prospecting to Closed won. Allowed: Qualification, Proposal, Closed lost.']);
    expect(await told(go('event: LOSE'), 'rep@example.com')).toEqual(['Reason of loss is required.']);
    expect(await told(go('event: LOSE, input: { stage: PROPOSAL }'), 'rep@example.com')).toEqual(['Give the state with event or to, and not in the input.']);
    const closeDate = new Date().toISOString().slice(0, 10);
    expect(await ask(go('event: LOSE, input: { lossReason: PRICE }'), 'rep@example.com')).toEqual({ transitionOpportunityStage: { record: { stage: 'CLOSED_LOST', probability: '0.00', forecastCategory: 'OMITTED', lossReason: 'PRICE', closeDate } } });
    expect(await available('rep@example.com')).toEqual([]);
    expect(await told(go('event: REOPEN'), 'rep@example.com')).toEqual(['You may not update this Opportunity.']);
    expect(await ask(go('event: REOPEN, input: { closeDate: "2031-01-01" }'), 'manager@example.com')).toMatchObject({ transitionOpportunityStage: { record: { stage: 'QUALIFICATION', lossReason: null, closeDate: '2031-01-01' } } });
    for (const event of ['NEGOTIATE', 'STEP_BACK', 'NEGOTIATE', 'WIN']) await ask(go(`event: ${event}`), 'rep@example.com');
    expect(await ask(`{ opportunity(id: "${id}") { stage probability forecastCategory } }`, 'rep@example.com')).toEqual({ opportunity: { stage: 'CLOSED_WON', probability: '100.00', forecastCategory: 'CLOSED' } });
    expect(await available('admin@example.com')).toEqual([]);
    expect(await available('manager@example.com')).toEqual(['REOPEN']);
    expect(await ask(go('event: REOPEN'), 'manager@example.com')).toMatchObject({ transitionOpportunityStage: { record: { stage: 'NEGOTIATION', forecastCategory: 'PIPELINE', probability: null } } });
  });

  it('lead a case from its report to its solution', async () => {
    const agent = 'support@example.com';
    expect(await told('mutation { createCase(input: { subject: "Leak", status: CLOSED }) { record { id } } }', agent)).toEqual(['Status begins as New, not as Closed.']);
    const { createCase } = await ask<{ createCase: { record: { id: string } } }>('mutation { createCase(input: { subject: "Leak", priority: URGENT, openedAt: "2026-01-05T10:00:00Z" }) { record { id status dueAt } } }', agent);
    expect(createCase.record).toMatchObject({ status: 'NEW', dueAt: '2026-01-05T16:00:00.000Z' });
    const { id } = createCase.record;
    const go = (event: string): string => `mutation { transitionCaseStatus(id: "${id}", event: ${event}) { record { status closedAt } } }`;
    expect(await told(go('ANSWER'), agent)).toEqual(['ANSWER is not possible while Status is New. Allowed: In progress, Escalated, Closed.']);
    for (const [event, status] of [['START', 'IN_PROGRESS'], ['ASK', 'WAITING'], ['ESCALATE', 'ESCALATED'], ['CALM', 'IN_PROGRESS']]) expect(await ask(go(event ?? ''), agent)).toEqual({ transitionCaseStatus: { record: { status, closedAt: null } } });
    expect(await ask(`mutation { updateCase(id: "${id}", input: { priority: LOW }) { record { dueAt } } }`, agent)).toEqual({ updateCase: { record: { dueAt: '2026-01-12T10:00:00.000Z' } } });
    const closed = await ask<{ transitionCaseStatus: { record: { closedAt: string } } }>(go('CLOSE'), agent);
    expect(Date.parse(closed.transitionCaseStatus.record.closedAt)).toBeGreaterThan(Date.now() - 60_000);
    expect(await ask(`{ case(id: "${id}") { progress overdue availableTransitions { event to } } }`, agent)).toEqual({ case: { progress: 100, overdue: false, availableTransitions: [{ event: 'REOPEN', to: 'IN_PROGRESS' }] } });
    expect(await ask(go('REOPEN'), agent)).toEqual({ transitionCaseStatus: { record: { status: 'IN_PROGRESS', closedAt: null } } });
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
    expect(made.createCase.record).toEqual({ caseNumber: expect.stringMatching(/^CASE-00[4-9]\d$/) as string, daysOpen: 3, overdue: true, commentCount: 0 });
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
