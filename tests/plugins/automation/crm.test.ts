import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../../support/cli.ts';
import { startCrm, type Crm } from '../../support/crm.ts';
import { eventually } from '../jobs/support.ts';

const variables = { ERP_URL: '', ERP_SECRET: 'a secret that the ERP knows', WEB_FORM_TOKEN: 'a token that the form sends' };

let crm: Crm;
let erp: ChildProcess;
const toldToErp: Record<string, unknown>[] = [];

beforeAll(async () => {
  erp = spawn(process.execPath, [join(repository, 'schema/webhooks/erp-stub.mjs')], { env: { ...process.env, ...variables, ERP_PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  if (!erp.stdout) throw new Error('The ERP says nothing.');
  const lines = createInterface(erp.stdout);
  const [first] = (await once(lines, 'line')) as [string];
  lines.on('line', (line) => toldToErp.push(JSON.parse(line) as Record<string, unknown>));
  Object.assign(process.env, variables, { ERP_URL: first.replace(/^ERP /, '') });
  crm = await startCrm(undefined, { webhooks: { env: Object.keys(variables), allowPrivateAddresses: true } });
}, 120_000);
afterAll(async () => {
  for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
  erp.kill();
  await crm.stop();
});

async function ask<T>(query: string, email = 'admin@example.com'): Promise<T> {
  const { data, errors } = await crm.ask(query, email);
  if (errors) throw new Error(JSON.stringify(errors));
  return data as T;
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const dayIn = (days: number): string => inDays(days).slice(0, 10);
const mailbox = async (): Promise<string> => (await fetch(`${crm.url}/dev/mailbox`)).text();
const firstAccount = async (type: string) => (await ask<{ accounts: { nodes: { id: string; name: string }[] } }>(`{ accounts(first: 1, where: { type: { eq: ${type} } }) { nodes { id name } } }`, 'rep@example.com')).accounts.nodes[0] ?? { id: '', name: '' };
const tasksOf = async (relation: string, id: string) =>
  (await ask<{ tasks: { nodes: Record<string, unknown>[] } }>(`{ tasks(where: { ${relation}Id: { eq: "${id}" } }, orderBy: [{ dueDate: ASC }]) { nodes { subject priority dueDate owner { email } } } }`)).tasks.nodes;
const createDeal = async (name: string, fields: string) =>
  (await ask<{ createOpportunity: { record: { id: string } } }>(`mutation { createOpportunity(input: { name: "${name}", ${fields} }) { record { id } } }`, 'rep@example.com')).createOpportunity.record.id;

describe('automations of the sample CRM', () => {
  it('give leads of the web form to the person of their region with the fewest, who is to call', async () => {
    const send = (token: string, number: number) => fetch(`${crm.url}/hooks/web-form`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ name: `Person ${number}`, company: 'Isar Pumpen', email: `person${number}@isar-pumpen.example`, address: { city: 'Munich', countryCode: number === 1 ? 'DE' : 'FR' }, answers: { sites: 3 } }),
    });
    expect((await send('a token that somebody made up', 1)).status).toBe(401);
    for (const number of [1, 2]) expect((await send(variables.WEB_FORM_TOKEN, number)).status).toBe(200);
    for (const [number, email] of [[1, 'lena.fischer@example.com'], [2, 'rep@example.com']] as const) {
      await eventually(async () => {
        const { leads } = await ask<{ leads: { nodes: { id: string }[] } }>(`{ leads(where: { fullName: { eq: "Person ${number}" } }) { nodes { id source formAnswers owner { email } } } }`);
        const [lead] = leads.nodes;
        expect(lead).toMatchObject({ source: 'WEB', formAnswers: { sites: 3 }, owner: { email } });
        expect(await tasksOf('lead', lead?.id ?? '')).toEqual([{ subject: `Call Person ${number}`, priority: 'NORMAL', dueDate: dayIn(1), owner: { email } }]);
      });
    }
  });

  it('tell the manager of a big deal once', async () => {
    const account = await firstAccount('CUSTOMER');
    const { products } = await ask<{ products: { nodes: { id: string }[] } }>('{ products(first: 1) { nodes { id } } }');
    const id = await createDeal('Bridges', `accountId: "${account.id}", closeDate: "${dayIn(30)}", lineItems: { create: [{ position: 1, name: "Sensors", quantity: "5", unitPrice: "30000", productId: "${products.nodes[0]?.id ?? ''}" }] }`);
    for (const event of ['PROPOSE', 'NEGOTIATE']) await ask(`mutation { transitionOpportunityStage(id: "${id}", event: ${event}) { record { id } } }`, 'rep@example.com');
    await eventually(async () => expect(await mailbox()).toContain('Bridges is worth $150,000.00'));
    const { automationRunsAggregate } = await ask<{ automationRunsAggregate: { count: number } }>(`{ automationRunsAggregate(where: { rule: { eq: "big_deal" }, record: { eq: "${id}" } }) { count } }`);
    expect(automationRunsAggregate.count).toBe(1);
  });

  it('make a prospect a customer with its first deal, and onboard it', async () => {
    const account = await firstAccount('PROSPECT');
    const id = await createDeal('Locks', `accountId: "${account.id}", closeDate: "${dayIn(30)}"`);
    for (const event of ['PROPOSE', 'WIN']) await ask(`mutation { transitionOpportunityStage(id: "${id}", event: ${event}) { record { id } } }`, 'rep@example.com');
    expect(await ask(`{ account(id: "${account.id}") { type } }`)).toEqual({ account: { type: 'CUSTOMER' } });
    const owner = { email: 'rep@example.com' };
    await eventually(async () => expect(await tasksOf('opportunity', id)).toEqual([
      { subject: 'Hand Locks over to onboarding', priority: 'HIGH', dueDate: dayIn(3), owner }, { subject: `Kick-off with ${account.name}`, priority: 'NORMAL', dueDate: dayIn(7), owner },
    ]));
  });

  it('remind of tasks a day after they were due', async () => {
    const { createTask } = await ask<{ createTask: { record: { id: string } } }>(`mutation { createTask(input: { subject: "Send the plan", dueDate: "${dayIn(-2)}" }) { record { id } } }`, 'rep@example.com');
    await eventually(async () => {
      expect(await ask(`{ task(id: "${createTask.record.id}") { priority } }`)).toEqual({ task: { priority: 'HIGH' } });
      expect(await ask('{ notifications(where: { title: { endsWith: "Send the plan" } }) { nodes { title kind message } } }', 'rep@example.com')).toMatchObject({ notifications: { nodes: [{ title: 'Overdue: Send the plan', kind: 'WARNING' }] } });
      expect(await mailbox()).toContain('Overdue: Send the plan');
    });
  });

  it('escalate urgent cases that are not answered in time', async () => {
    const account = await firstAccount('CUSTOMER');
    const { createCase } = await ask<{ createCase: { record: { id: string; caseNumber: string } } }>(`mutation { createCase(input: { subject: "No heat", priority: URGENT, openedAt: "${inDays(-1)}", accountId: "${account.id}" }) { record { id caseNumber } } }`, 'support@example.com');
    const { id, caseNumber } = createCase.record;
    await eventually(async () => {
      expect(await ask(`{ case(id: "${id}") { status } }`)).toEqual({ case: { status: 'ESCALATED' } });
      expect(await tasksOf('case', id)).toMatchObject([{ subject: `Answer ${caseNumber}: No heat`, priority: 'HIGH', owner: { email: 'support@example.com' } }]);
      expect(await mailbox()).toContain(`Escalated: ${caseNumber}, No heat`);
    });
  });

  it('ask about deals whose date has passed, every Monday', async () => {
    const account = await firstAccount('CUSTOMER');
    const id = await createDeal('Weirs', `accountId: "${account.id}", closeDate: "${dayIn(-5)}"`);
    const jobs = crm.platform.kernel.services.get('jobs', 'the test');
    const { jobs: waiting } = await ask<{ jobs: { nodes: { runAt: string }[] } }>('{ jobs(where: { name: { eq: "automation.schedule.stale_deals" } }) { nodes { runAt } } }');
    expect(waiting.nodes.map(({ runAt }) => `${new Date(runAt).getUTCDay()} ${runAt.slice(11, 16)}`)).toEqual(['1 07:00']);
    await jobs.enqueue('automation.schedule.stale_deals', {});
    await eventually(async () => expect(await tasksOf('opportunity', id)).toMatchObject([{ subject: 'When will Weirs close?', dueDate: dayIn(2) }]));
  });

  it('mend totals every night', async () => {
    const { jobs: planned } = await ask<{ jobs: { nodes: { status: string; runAt: string }[] } }>('{ jobs(where: { name: { eq: "rules.recheck" } }) { nodes { status runAt } } }');
    expect(planned.nodes.map(({ status, runAt }) => `${status} ${runAt.slice(11, 16)}`)).toEqual(['WAITING 03:00']);
    const { database } = crm.platform.kernel.services.get('runtime', 'the test');
    await database.query({ text: `UPDATE opportunity SET amount = 1 WHERE opportunity_number = 'OPP-0002'`, values: [] });
    await crm.platform.kernel.services.get('jobs', 'the test').enqueue('rules.recheck', {});
    await eventually(async () => expect(await ask('{ opportunity(by: { opportunityNumber: "OPP-0002" }) { amount } }')).toEqual({ opportunity: { amount: '28310.00' } }));
  });

  it('tell the ERP of contracts, signed', async () => {
    const account = await firstAccount('CUSTOMER');
    await ask(`mutation { createContract(input: { accountId: "${account.id}", startDate: "2027-01-01", annualValue: "1200" }) { record { id } } }`);
    await eventually(() => expect(toldToErp).toMatchObject([{ type: 'contract.created', data: { record: { status: 'DRAFT', startDate: '2027-01-01', annualValue: '1200.00', account: { name: account.name } } } }]));
    await eventually(async () => expect(await ask('{ webhookDeliveries { nodes { webhook status responseStatus } } }')).toEqual({ webhookDeliveries: { nodes: [{ webhook: 'erp_contracts', status: 'DELIVERED', responseStatus: 204 }] } }));
  });

  it('fail nowhere', async () => {
    expect(await ask('{ automationRuns(where: { status: { in: [FAILED, RETRYING] } }) { nodes { rule error } } notificationDeliveries(where: { status: { in: [FAILED, RETRYING] } }) { nodes { error } } }')).toEqual({ automationRuns: { nodes: [] }, notificationDeliveries: { nodes: [] } });
  });
});
