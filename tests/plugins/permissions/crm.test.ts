import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCrm, type Crm } from '../../support/crm.ts';

let crm: Crm;
beforeAll(async () => {
  crm = await startCrm();
}, 120_000);
afterAll(() => crm.stop());

const addressOf = (name: string): string => `${name}@example.com`;
const objects = ['accounts', 'contacts', 'leads', 'opportunities', 'opportunityLineItems', 'quotes', 'contracts', 'cases', 'caseComments', 'products', 'tasks'] as const;

async function data<T>(query: string, name: string): Promise<T> {
  const { data: found, errors } = await crm.ask(query, addressOf(name));
  expect(errors).toBeUndefined();
  return found as T;
}
const codesOf = async (query: string, name?: string): Promise<readonly unknown[]> => ((await crm.ask(query, name && addressOf(name))).errors ?? []).map(({ extensions }) => extensions?.['code']);
const idOf = async (object: string, key: string, as = 'admin'): Promise<string> => Object.values(await data<Record<string, { id: string }>>(`{ ${object}(by: { ${key} }) { id } }`, as))[0]?.id ?? '';
const ownersOf = async (list: string, as: string): Promise<readonly string[]> => {
  const found = await data<Record<string, { nodes: readonly { owner: { email: string } }[] }>>(`{ ${list}(first: 200) { nodes { owner { email } } } }`, as);
  return [...new Set(found[list]?.nodes.map(({ owner }) => owner.email.replace('@example.com', '')))].sort();
};

describe('the sample CRM', () => {
  it.each([
    ['admin', [45, 101, 48, 60, 151, 28, 18, 40, 54, 24, 60]],
    ['auditor', [45, 101, 48, 60, 151, 28, 18, 40, 54, 24, 60]],
    ['ines.duarte', [45, 101, 48, 60, 151, 28, 18, 4, 5, 24, 60]],
    ['manager', [22, 44, 25, 28, 73, 16, 11, 4, 5, 24, 28]],
    ['daniel.reyes', [28, 57, 25, 32, 78, 12, 7, 4, 5, 24, 32]],
    ['rep', [14, 24, 12, 14, 34, 6, 6, 11, 14, 24, 14]],
    ['marcus.cole', [32, 57, 25, 32, 78, 12, 7, 27, 37, 24, 32]],
    ['tom.becker', [45, 101, 0, 0, 0, 0, 18, 40, 54, 24, 0]],
    ['support', [45, 101, 0, 0, 0, 0, 18, 31, 45, 24, 0]],
    ['yuki.tanaka', [45, 101, 0, 0, 0, 0, 18, 13, 14, 24, 0]],
    ['marketing', [45, 93, 48, 8, 0, 0, 0, 0, 0, 24, 0]],
  ])('shows %s what the own work needs', async (name, counts) => {
    const found = await data<Record<string, { totalCount: number }>>(`{ ${objects.map((list) => `${list} { totalCount }`).join(' ')} }`, name);
    expect(Object.fromEntries(objects.map((list) => [list, found[list]?.totalCount]))).toEqual(Object.fromEntries(objects.map((list, index) => [list, counts[index]])));
  });

  it('shows nothing to those who have not signed in', async () => {
    const { data: found } = await crm.ask(`{ ${objects.map((list) => `${list} { totalCount }`).join(' ')} users { totalCount } }`);
    expect(Object.values((found ?? {}) as Record<string, { totalCount: number }>).every(({ totalCount }) => totalCount === 0)).toBe(true);
    expect(await codesOf('mutation { createAccount(input: { name: "X" }) { record { id } } }')).not.toEqual([]);
  });

  it('lets people see what those below them in the tree of roles own, not what their peers own', async () => {
    expect(await ownersOf('opportunities', 'rep')).toEqual(['rep']);
    expect(await ownersOf('opportunities', 'lena.fischer')).toEqual(['lena.fischer']);
    expect(await ownersOf('opportunities', 'manager')).toEqual(['lena.fischer', 'rep']);
    expect(await ownersOf('opportunities', 'daniel.reyes')).toEqual(['marcus.cole']);
    expect(await ownersOf('opportunities', 'ines.duarte')).toEqual(['lena.fischer', 'marcus.cole', 'rep']);
  });

  it('opens records beyond that by sharing rules', async () => {
    const types = await data<{ accounts: { nodes: readonly { type: string; owner: { email: string } }[] } }>('{ accounts(first: 200) { nodes { type owner { email } } } }', 'rep');
    expect(new Set(types.accounts.nodes.filter(({ owner }) => owner.email !== 'rep@example.com').map(({ type }) => type))).toEqual(new Set(['PARTNER', 'COMPETITOR']));
    const strategic = await data<{ accounts: { nodes: readonly { strategic: boolean; type: string; owner: { email: string } }[] } }>('{ accounts(first: 200) { nodes { strategic type owner { email } } } }', 'marcus.cole');
    expect(strategic.accounts.nodes.filter(({ owner, type }) => owner.email !== 'marcus.cole@example.com' && type !== 'PARTNER' && type !== 'COMPETITOR').every((account) => account.strategic)).toBe(true);
    expect(await ownersOf('leads', 'rep')).toEqual(['marketing', 'rep']);
    const cases = await data<{ cases: { nodes: readonly { owner: { email: string }; account: { strategic: boolean } }[] } }>('{ cases(first: 200) { nodes { owner { email } account { strategic } } } }', 'support');
    const ofOthers = cases.cases.nodes.filter(({ owner }) => owner.email !== 'support@example.com');
    expect(ofOthers.length).toBeGreaterThan(0);
    expect(ofOthers.every(({ account }) => account.strategic)).toBe(true);
    expect(await data('{ cases(where: { status: { ne: ESCALATED } }) { totalCount } }', 'manager')).toEqual({ cases: { totalCount: 0 } });
  });

  it.each([
    ['account', 'annualRevenue', ['support']], ['account', 'creditLimit', ['support', 'marketing']], ['contact', 'birthdate', ['support', 'marketing', 'auditor']],
    ['opportunity', 'amount', ['marketing']], ['opportunity', 'margin', ['rep', 'marketing']], ['product', 'unitCost', ['rep', 'support', 'marketing']], ['contract', 'annualValue', ['support']],
  ])('hides %s.%s from %j', async (object, field, hiddenFrom) => {
    const list = { account: 'accounts', contact: 'contacts', opportunity: 'opportunities', product: 'products', contract: 'contracts' }[object] ?? '';
    const readers = { contract: ['admin', 'auditor', 'manager', 'rep', 'support'], opportunity: ['admin', 'auditor', 'manager', 'rep', 'marketing'] }[object] ?? ['admin', 'auditor', 'manager', 'rep', 'support', 'marketing'];
    for (const name of readers) {
      const hidden = hiddenFrom.includes(name);
      const { data: found, errors } = await crm.ask(`{ ${list}(first: 60) { nodes { ${field} } } }`, addressOf(name));
      const { nodes } = (found as Record<string, { nodes: readonly Record<string, unknown>[] }>)[list] ?? { nodes: [] };
      expect(nodes.length, name).toBeGreaterThan(0);
      expect(nodes.some((node) => node[field] !== null), name).toBe(!hidden);
      expect((errors ?? []).map(({ extensions }) => extensions?.['code']), name).toEqual(hidden ? ['FORBIDDEN'] : []);
      expect(await codesOf(`{ ${list}(first: 1, orderBy: [{ ${field}: DESC }]) { nodes { id } } }`, name), name).toEqual(hidden ? ['FORBIDDEN'] : []);
    }
  });

  it('masks mobile numbers for those who do not call', async () => {
    const query = '{ contacts(first: 200) { nodes { email mobile } } }';
    const mobiles = async (name: string) => {
      const { contacts } = await data<{ contacts: { nodes: readonly { email: string; mobile: string | null }[] } }>(query, name);
      return new Map(contacts.nodes.flatMap(({ email, mobile }) => (mobile === null ? [] : [[email, mobile] as const])));
    };
    const [plain, masked] = [await mobiles('manager'), await mobiles('support')];
    expect(plain.size).toBeGreaterThan(5);
    for (const [email, mobile] of plain) {
      expect(mobile).not.toContain('•');
      expect(masked.get(email)).toBe(`${mobile.slice(0, 3)}••••••••${mobile.slice(-4)}`);
    }
  });

  it('lets nobody write past the profile', async () => {
    const account = await idOf('account', 'accountNumber: "ACC-0019"');
    const rename = `mutation { updateAccount(id: "${account}", input: { tags: ["seen"] }) { record { tags } } }`;
    for (const name of ['auditor', 'support', 'marketing']) expect(await codesOf(rename, name), name).toEqual(['FORBIDDEN']);
    expect(await codesOf(rename, 'lena.fischer')).toEqual(['NOT_FOUND']);
    for (const name of ['rep', 'manager', 'admin']) expect(await codesOf(rename, name), name).toEqual([]);
    expect(await codesOf(`mutation { updateAccount(id: "${account}", input: { creditLimit: "1.00" }) { record { id } } }`, 'rep')).toEqual(['FORBIDDEN']);
    expect(await codesOf(`mutation { updateAccount(id: "${account}", input: { creditLimit: "1520000.00" }) { record { id } } }`, 'manager')).toEqual([]);
    expect(await codesOf('mutation { createTask(input: { subject: "No" }) { record { id } } }', 'auditor')).toEqual(['FORBIDDEN']);
    expect(await codesOf('mutation { createRoleAssignment(input: { role: "ceo" }) { record { id } } }', 'manager')).toEqual(['FORBIDDEN']);
  });

  it('shows administrators, and nobody else, what runs in the background', async () => {
    const background = '{ automationRuns(first: 1) { nodes { rule status } } jobs(first: 1) { nodes { id } } }';
    expect(await codesOf(background, 'admin')).toEqual([]);
    expect(new Set(await codesOf(background, 'manager'))).toEqual(new Set(['FORBIDDEN']));
  });

  it('gives new records to whoever makes them', async () => {
    const made = await data<{ createLead: { record: { id: string; owner: { email: string } } } }>('mutation { createLead(input: { fullName: "Ada Palmer", company: "Harbour" }) { record { id owner { email } } } }', 'rep');
    expect(made.createLead.record.owner.email).toBe('rep@example.com');
    expect(await data(`{ lead(id: "${made.createLead.record.id}") { id } }`, 'lena.fischer')).toEqual({ lead: null });
    expect(await data(`{ lead(id: "${made.createLead.record.id}") { id } }`, 'manager')).toEqual({ lead: { id: made.createLead.record.id } });
  });

  it('keeps closed deals and sent quotes as they are', async () => {
    const { opportunities } = await data<{ opportunities: { nodes: readonly { id: string }[] } }>('{ opportunities(where: { stage: { eq: CLOSED_WON } }, first: 1) { nodes { id } } }', 'rep');
    const edit = `mutation { updateOpportunity(id: "${opportunities.nodes[0]?.id}", input: { nextStep: "None" }) { record { id } } }`;
    expect(await codesOf(edit, 'rep')).toEqual(['FORBIDDEN']);
    expect(await codesOf(edit, 'manager')).toEqual([]);
    const { quotes } = await data<{ quotes: { nodes: readonly { id: string }[] } }>('{ quotes(where: { status: { eq: ACCEPTED } }, first: 1) { nodes { id } } }', 'rep');
    expect(await codesOf(`mutation { deleteQuote(id: "${quotes.nodes[0]?.id}") { record { id } } }`, 'rep')).toEqual(['FORBIDDEN']);
  });
});
