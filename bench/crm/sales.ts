import { addressAt, buyers, contactsOf } from './accounts.ts';
import type { Account, Contact } from './accounts.ts';
import { articles, unitCost, unitPrice } from './catalogue.ts';
import type { Article } from './catalogue.ts';
import { people } from './people.ts';
import { addDays, amount, number, officeHour, randomFor, recordId, today } from './record.ts';
import type { SeedFile } from './record.ts';

export interface Line {
  readonly article: Article;
  readonly quantity: number;
  readonly unitPrice: number;
  readonly discount: number;
  /** In cents. */
  readonly amount: number;
}

export interface Deal {
  readonly number: string;
  readonly name: string;
  readonly account: Account;
  readonly contact: Contact;
  readonly stage: keyof typeof stages;
  readonly type: string;
  readonly closeDate: string;
  readonly lines: readonly Line[];
}

/** Probability in points, forecast category, and days from today within which the deal closes. */
export const stages = {
  prospecting: [10, 'pipeline', 60, 150],
  qualification: [25, 'pipeline', 40, 120],
  proposal: [50, 'best_case', 15, 90],
  negotiation: [75, 'commit', 2, 45],
  closed_won: [100, 'closed', -310, -3],
  closed_lost: [0, 'omitted', -310, -3],
} as const;

const order = ['closed_won', 'proposal', 'closed_won', 'qualification', 'closed_lost', 'negotiation', 'closed_won', 'prospecting', 'proposal', 'closed_won'] as const;
const wonPerRound = order.filter((stage) => stage === 'closed_won').length;
const topics = ['Cold-chain monitoring', 'Energy dashboard', 'Predictive maintenance', 'Indoor air quality', 'Gateway roll-out', 'Site extension', 'Fleet tracking'] as const;

function makeLines(random: ReturnType<typeof randomFor>): Line[] {
  return random.sample(articles.filter(({ sku }) => sku !== 'SEN-P120'), random.int(1, 4)).map((article) => {
    const hardware = article.category.startsWith('HW');
    const quantity = hardware ? random.int(2, 40) * (article.price < 300 ? 5 : 1) : article.category === 'SV-PRO' ? random.int(1, 12) : random.int(1, 3);
    const price = unitPrice(article, 'STD-2026');
    const discount = random.pick([0, 0, 0, 5, 7.5, 10, 15]);
    return { article, quantity, unitPrice: price, discount, amount: Math.round((quantity * price * (100 - discount)) / 100) };
  });
}

const total = (lines: readonly Line[]) => lines.reduce((sum, line) => sum + line.amount, 0);
/** What remains of the price, in points. */
const margin = (lines: readonly Line[]) => Math.round(100 - (lines.reduce((sum, { quantity, article }) => sum + quantity * unitCost(article) * 100, 0) * 100) / total(lines));

export const deals: readonly Deal[] = Array.from({ length: 60 }, (_, index) => {
  const random = randomFor(`deal ${String(index)}`);
  const stage = order[index % order.length] ?? 'proposal';
  const won = stage === 'closed_won';
  // In turn, so that every customer has bought and nearly every buyer has a deal.
  const candidates = won ? buyers.filter(({ type }) => type === 'customer') : buyers;
  const account = candidates[(won ? order.slice(0, index % order.length).filter((one) => one === 'closed_won').length + Math.floor(index / order.length) * wonPerRound : index * 5) % candidates.length] ?? random.pick(candidates);
  const type = account.type === 'customer' && index % 3 > 0 ? random.pick(['expansion', 'renewal']) : 'new_business';
  const [, , earliest, latest] = stages[stage];
  return {
    number: number('OPP', index + 1),
    name: `${account.company.name}: ${type === 'renewal' ? 'Platform renewal' : random.pick(topics)}`,
    account,
    contact: random.pick(contactsOf(account)),
    stage,
    type,
    closeDate: addDays(today, random.int(earliest, latest)),
    lines: makeLines(random),
  };
});

export const openDeals = deals.filter(({ stage }) => !stage.startsWith('closed'));
const wonDeals = deals.filter(({ stage }) => stage === 'closed_won');

const nextSteps = { prospecting: 'Arrange a first call with the decision maker', qualification: 'Send the site questionnaire', proposal: 'Present the proposal to the steering group', negotiation: 'Settle payment terms with procurement' } as const;

function dealRecord(deal: Deal, index: number) {
  const random = randomFor(`deal record ${deal.number}`);
  const [probability, forecast] = stages[deal.stage];
  const closed = deal.stage === 'closed_won' || deal.stage === 'closed_lost';
  return {
    opportunity_number: deal.number,
    name: deal.name,
    stage: deal.stage,
    type: deal.type,
    account: deal.account.number,
    primary_contact: deal.contact.email,
    probability,
    margin: margin(deal.lines),
    forecast_category: forecast,
    close_date: deal.closeDate,
    ...(deal.stage !== 'closed_won' && deal.stage !== 'closed_lost' && { next_step: nextSteps[deal.stage] }),
    source: deal.type === 'new_business' ? random.pick(['web', 'referral', 'event', 'partner', 'cold_call', 'advertisement']) : 'existing_customer',
    ...(deal.stage === 'closed_lost' && { loss_reason: random.pick(['price', 'competitor', 'no_budget', 'no_decision', 'missing_feature']) }),
    ...(['proposal', 'negotiation', 'closed_won'].includes(deal.stage) && { terms: { payment_days: random.pick([14, 30, 45, 60]), contract_months: random.pick([12, 24, 36]), auto_renew: random.chance(0.6) } }),
    competitors: random.chance(0.4) ? [{ name: random.pick(['Sensorium Inc.', 'Klimatik Systems BV']), threat: random.int(1, 5) }] : [],
    summary: `**${deal.type === 'new_business' ? 'First project' : 'Further project'}** with ${deal.account.company.name} in ${deal.account.place.city}.\n\n- ${String(deal.lines.length)} position${deal.lines.length === 1 ? '' : 's'}\n- ${closed ? 'closed' : 'expected to close'} on ${deal.closeDate}`,
    ...(index % 4 === 0 && deal.type === 'new_business' && { campaign: random.pick(['2026-COLDCHAIN', '2026-HANNOVER', '2026-WEBINAR']) }),
    price_book: 'STD-2026',
    owner: deal.account.owner,
  };
}

const lineValues = (line: Line, index: number) => ({
  position: index + 1,
  name: line.article.name,
  product: line.article.sku,
  quantity: line.quantity,
  unit_price: amount(line.unitPrice),
  discount: line.discount,
});

interface Quote {
  readonly number: string;
  readonly deal: Deal;
  readonly status: string;
}

const quotes: readonly Quote[] = deals
  .filter(({ stage }) => ['proposal', 'negotiation', 'closed_won'].includes(stage))
  .slice(0, 28)
  .map((deal, index) => ({
    number: number('Q-2026', index + 1),
    deal,
    status: deal.stage === 'closed_won' ? 'accepted' : deal.stage === 'negotiation' ? 'sent' : index % 3 === 0 ? 'draft' : index % 3 === 1 ? 'in_review' : 'sent',
  }));

const taxRates: Readonly<Record<string, number>> = { US: 6.25, CA: 13, DE: 19, GB: 20, FR: 20 };

function quoteRecord({ number: quoteNumber, deal, status }: Quote) {
  const random = randomFor(`quote ${quoteNumber}`);
  const sent = status === 'accepted' ? addDays(deal.closeDate, -random.int(5, 30)) : addDays(today, -random.int(1, 14));
  return {
    quote_number: quoteNumber,
    name: `Quote for ${deal.name}`,
    status,
    opportunity: deal.number,
    account: deal.account.number,
    contact: deal.contact.email,
    tax_rate: taxRates[deal.account.place.countryCode] ?? 0,
    expires_on: addDays(sent, 45),
    ...((status === 'sent' || status === 'accepted') && { sent_at: officeHour(random, sent) }),
    billing_address: addressAt(randomFor(`account ${deal.account.number}`), deal.account.place),
    cover_letter: `<p>Dear ${deal.contact.name},</p><p>thank you for your interest. Please find our offer below; it is valid until ${addDays(sent, 45)}.</p>`,
    owner: deal.account.owner,
  };
}

function contractRecord(deal: Deal, index: number) {
  const random = randomFor(`contract ${deal.number}`);
  const months = random.pick([12, 24, 36]);
  const start = addDays(deal.closeDate, random.int(3, 20));
  return {
    contract_number: number('CON', index + 1),
    account: deal.account.number,
    opportunity: deal.number,
    signed_by: contactsOf(deal.account)[0]?.email,
    status: start > today ? 'draft' : 'active',
    start_date: start,
    end_date: addDays(start, Math.round(months * 30.44) - 1),
    signed_on: deal.closeDate,
    annual_value: amount(Math.round((total(deal.lines) * 12) / months)),
    auto_renew: random.chance(0.6),
    notice_days: random.pick([30, 60, 90]),
    ...(random.chance(0.3) && { special_terms: 'Prices are fixed for the first *24 months*.' }),
    owner: deal.account.owner,
  };
}

const roles = ['decision_maker', 'champion', 'evaluator', 'economic_buyer', 'user', 'blocker'] as const;

export function salesFiles(): SeedFile[] {
  const lines = deals.flatMap((deal) => deal.lines.map((line, index) => ({ opportunity: deal.number, ...lineValues(line, index), ...(line.article.category === 'SV-PRO' && { service_date: addDays(deal.closeDate, 30) }) })));
  const contactRoles = deals.flatMap((deal, index) => contactsOf(deal.account).slice(0, 1 + (index % 2)).map((contact, rank) => ({ opportunity: deal.number, contact: contact.email, role: roles[(index + rank * 2) % roles.length], influence: 5 - rank - (index % 3) })));
  const quoteLines = quotes.flatMap(({ number: quote, deal }) => deal.lines.map((line, index) => ({ quote, ...lineValues(line, index), ...(line.article.category === 'HW-SEN' && index === 0 && { note: 'Delivery within ten working days' }) })));
  const withId = <T>(object: string, records: readonly T[]) => records.map((record, index) => ({ id: recordId(object, index), ...record }));
  return [
    { file: '41-opportunities', object: 'opportunity', externalId: 'opportunity_number', records: deals.map(dealRecord) },
    { file: '42-opportunity-line-items', object: 'opportunity_line_item', externalId: 'id', records: withId('opportunity_line_item', lines) },
    { file: '43-opportunity-contacts', object: 'opportunity_contact', externalId: 'id', records: withId('opportunity_contact', contactRoles) },
    { file: '44-quotes', object: 'quote', externalId: 'quote_number', records: quotes.map(quoteRecord) },
    { file: '45-quote-lines', object: 'quote_line', externalId: 'id', records: withId('quote_line', quoteLines) },
    { file: '46-contracts', object: 'contract', externalId: 'contract_number', records: wonDeals.slice(0, 18).map(contractRecord) },
    { file: '71-tasks', object: 'task', externalId: 'id', records: withId('task', tasks()) },
    { file: '72-events', object: 'event', externalId: 'id', records: withId('event', events()) },
    { file: '73-notes', object: 'note', externalId: 'id', records: withId('note', notes()) },
  ];
}

const taskSubjects = { call: 'Call', email: 'Write to', document: 'Prepare documents for', follow_up: 'Follow up with' } as const;

function tasks() {
  const random = randomFor('tasks');
  return Array.from({ length: 60 }, (_, index) => {
    const deal = deals[(index * 7) % deals.length] ?? random.pick(deals);
    const kind = random.pick(['call', 'email', 'document', 'follow_up'] as const);
    const due = addDays(today, random.int(-20, 25));
    const completed = due < today ? index % 5 > 0 : index % 9 === 0;
    const status = completed ? 'completed' : random.pick(['open', 'open', 'in_progress', 'waiting']);
    return {
      subject: `${taskSubjects[kind]} ${deal.contact.name}`,
      status,
      priority: random.pick(['low', 'normal', 'normal', 'high']),
      kind,
      due_date: due,
      ...(!completed && due >= today && { reminder_at: `${addDays(due, -1)}T08:00:00Z` }),
      ...(completed && { completed_at: officeHour(random, due < today ? due : addDays(today, -1)) }),
      progress: completed ? 100 : status === 'in_progress' ? random.int(2, 8) * 10 : 0,
      ...(kind === 'document' && { checklist: [{ text: 'Collect figures', done: true }, { text: 'Have prices checked', done: completed }, { text: 'Send to customer', done: completed }] }),
      account: deal.account.number,
      contact: deal.contact.email,
      opportunity: deal.number,
      owner: deal.account.owner,
    };
  });
}

const meetings = { meeting: 'Meeting with', call: 'Call with', demo: 'Demonstration for', visit: 'Site visit at' } as const;

function events() {
  const random = randomFor('events');
  return Array.from({ length: 32 }, (_, index) => {
    const deal = openDeals[index % openDeals.length] ?? random.pick(openDeals);
    const kind = random.pick(['meeting', 'call', 'demo', 'visit'] as const);
    const start = officeHour(random, addDays(today, random.int(-25, 30)));
    const { place } = deal.account;
    return {
      subject: `${meetings[kind]} ${deal.account.company.name}`,
      kind,
      starts_at: start,
      ends_at: new Date(Date.parse(start) + random.pick([30, 60, 90]) * 60_000).toISOString().replace('.000', ''),
      ...(kind === 'visit' || kind === 'meeting' ? { place: `${deal.account.company.name}, ${place.city}`, coordinates: { lat: place.lat, lng: place.lng } } : { video_link: `https://meet.example.com/${deal.number.toLowerCase()}` }),
      agenda: '1. Where we stand\n2. Open questions\n3. Next steps',
      attendees: contactsOf(deal.account).map(({ email }) => email),
      colleagues: random.chance(0.3) ? [people.manager.email] : [],
      account: deal.account.number,
      opportunity: deal.number,
      owner: deal.account.owner,
    };
  });
}

const remarks = [
  ['Budget confirmed', 'The budget for this year is **approved**; spending needs the signature of the executive board.'],
  ['Prefers rollout in stages', 'Wants to start with one site and decide about the others after *three months*.'],
  ['Security review', 'IT asks for the penetration test report before any contract.'],
  ['Reference visit', 'Would like to talk to another customer of the same industry.'],
  ['Changed responsibilities', 'A new head of facilities starts next quarter. Introduce ourselves early.'],
] as const;

function notes() {
  const random = randomFor('notes');
  return Array.from({ length: 25 }, (_, index) => {
    const deal = deals[(index * 11) % deals.length] ?? random.pick(deals);
    const [title, body] = random.pick(remarks);
    return { title, body, pinned: random.chance(0.15), account: deal.account.number, ...(random.chance(0.6) && { opportunity: deal.number }), ...(random.chance(0.3) && { contact: deal.contact.email }), owner: deal.account.owner };
  });
}
