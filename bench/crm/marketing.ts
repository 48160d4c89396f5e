import { accounts, addressAt, contactsOf, domainOf, emailAt, inventName, phoneAt } from './accounts.ts';
import type { Country } from './accounts.ts';
import { industries } from './companies.ts';
import { ownerOf, people } from './people.ts';
import { places } from './places.ts';
import { addDays, number, officeHour, randomFor, today } from './record.ts';
import type { SeedFile } from './record.ts';
import { deals } from './sales.ts';

const campaigns = [
  { code: '2026-BRAND', name: 'Buildings that tell', parent: null, status: 'active', channels: ['social', 'search'], start: '2026-01-12', end: '2026-12-18', budget: 120_000, cost: 96_400, response: 1.5, industries: ['RE-68', 'HO-55', 'PU-84'], color: '#1565c0' },
  { code: '2026-COLDCHAIN', name: 'Cold chain without gaps', parent: '2026-BRAND', status: 'completed', channels: ['email', 'webinar'], start: '2026-02-02', end: '2026-05-29', budget: 28_000, cost: 26_750, response: 4, industries: ['FB-10', 'HC-86', 'LO-52'], color: '#00838f' },
  { code: '2026-HANNOVER', name: 'Hannover trade fair', parent: '2026-BRAND', status: 'completed', channels: ['trade_show', 'print'], start: '2026-04-20', end: '2026-04-24', budget: 64_000, cost: 71_320, response: 12, industries: ['MF-26', 'EN-35'], color: '#ef6c00' },
  { code: '2026-WEBINAR', name: 'Webinar: maintenance that foresees', parent: null, status: 'completed', channels: ['webinar', 'email'], start: '2026-09-07', end: '2026-10-02', budget: 9_000, cost: 7_980, response: 8, industries: ['MF-26', 'EN-35'], color: '#6a1b9a' },
  { code: '2026-ENERGY', name: 'Winter energy check', parent: null, status: 'active', channels: ['email', 'search'], start: '2026-10-19', end: '2026-12-31', budget: 22_000, cost: 6_410, response: 3.5, industries: ['RE-68', 'RT-47', 'ED-85'], color: '#2e7d32' },
  { code: '2027-PARTNER', name: 'Partner days', parent: null, status: 'planned', channels: ['trade_show'], start: '2027-02-22', end: '2027-02-24', budget: 40_000, cost: 0, response: 30, industries: ['CO-42', 'IT-63'], color: '#4e342e' },
] as const;

const prospects = ['Granite Bay Schools', 'Hudson Cold Logistics', 'Kestrel Aerospace Parts', 'Lindenhof Kliniken', 'Marlow & Finch Hotels', 'Moselle Vins', 'Northgate Shopping', 'Oakridge Water District', 'Pacific Crest Foods', 'Quartier Central Immobilier', 'Red River Milling', 'Silverline Ferries', 'Stadtwerke Auental', 'Tamarack Lumber', 'Vanguard Cleanrooms', 'Westfjord Seafood', 'Yarrow Dental Group'] as const;
const titles = ['Facility manager', 'Operations director', 'Head of IT', 'Quality manager', 'Managing director', 'Energy officer'] as const;
const statuses = ['new', 'contacted', 'new', 'qualified', 'unqualified', 'contacted', 'converted'] as const;

function leadRecords() {
  // A converted lead is the person behind a deal of new business that exists.
  const converted = deals.filter(({ type }) => type === 'new_business');
  return Array.from({ length: 48 }, (_, index) => {
    const random = randomFor(`lead ${String(index)}`);
    const deal = statuses[index % statuses.length] === 'converted' ? converted[Math.floor(index / statuses.length)] : undefined;
    const place = deal?.account.place ?? random.pick(Object.values(places));
    const company = deal?.account.company.name ?? random.pick(prospects);
    const name = deal?.contact.name ?? inventName(random, place.countryCode as Country);
    const domain = deal?.account.domain ?? domainOf(company);
    const status = deal ? 'converted' : statuses[index % 6];
    const firstContact = deal ? addDays(deal.closeDate < today ? deal.closeDate : today, -random.int(60, 120)) : addDays(today, -random.int(1, 80));
    const source = random.pick(['web', 'web', 'event', 'referral', 'advertisement', 'cold_call', 'partner']);
    return {
      lead_number: number('LEAD', index + 1),
      full_name: name,
      company,
      title: random.pick(titles),
      email: deal?.contact.email ?? emailAt(name, domain),
      phone: phoneAt(random, place),
      website: `https://www.${domain}`,
      status,
      source,
      score: status === 'unqualified' ? random.int(0, 25) : status === 'new' ? random.int(15, 70) : random.int(45, 100),
      ...(random.chance(0.5) && { budget: random.int(4, 160) * 500 }),
      address: addressAt(random, place),
      interests: random.sample(['air quality', 'cold chain', 'energy', 'maintenance', 'occupancy'], random.int(1, 2)),
      ...(source === 'web' && { form_answers: { sites: random.int(1, 40), timeframe: random.pick(['this quarter', 'this year', 'just looking']), newsletter: random.chance(0.5) } }),
      ...(status !== 'new' && { first_contact_at: officeHour(random, firstContact) }),
      industry: deal?.account.company.industries[0] ?? random.pick(industries)[0],
      ...(source === 'event' || source === 'advertisement' ? { campaign: source === 'event' ? '2026-HANNOVER' : '2026-ENERGY' } : {}),
      ...(deal && { converted_on: addDays(firstContact, 21), converted_account: deal.account.number, converted_contact: deal.contact.email, converted_opportunity: deal.number }),
      // Marketing keeps new leads of its campaigns until sales takes them.
      owner: status === 'new' && (source === 'event' || source === 'advertisement') ? people.marketing.email : (ownerOf[place.countryCode] ?? people.manager.email),
    };
  });
}

function memberRecords() {
  return campaigns.slice(1, 5).flatMap((campaign) => {
    const random = randomFor(`members ${campaign.code}`);
    const audience = accounts.filter(({ company }) => company.industries.some((code) => (campaign.industries as readonly string[]).includes(code)));
    const people = random.sample(audience.flatMap(contactsOf), 14).map((contact) => ({ contact: contact.email }));
    const leads = random.sample(Array.from({ length: 48 }, (_, index) => ({ lead: number('LEAD', index + 1) })), 4);
    return [...people, ...leads].map((member, index) => {
      const status = random.pick(['invited', 'opened', 'opened', 'responded', (campaign.channels as readonly string[]).some((channel) => channel === 'webinar' || channel === 'trade_show') ? 'attended' : 'responded', 'unsubscribed']);
      const answered = status === 'responded' || status === 'attended';
      return {
        code: `${campaign.code}/${String(index + 1).padStart(3, '0')}`,
        campaign: campaign.code,
        ...member,
        status,
        ...(answered && { responded_at: officeHour(random, addDays(campaign.start, random.int(0, 20))) }),
      };
    });
  });
}

export function marketingFiles(): SeedFile[] {
  const records = campaigns.map((campaign) => ({
    code: campaign.code,
    name: campaign.name,
    ...(campaign.parent && { parent: campaign.parent }),
    status: campaign.status,
    channels: campaign.channels,
    start_date: campaign.start,
    end_date: campaign.end,
    ...((campaign.channels as readonly string[]).includes('email') && { daily_send_time: '07:30:00' }),
    budget: campaign.budget,
    actual_cost: campaign.cost,
    expected_response: campaign.response,
    description: `Aimed at ${campaign.industries.map((code) => industries.find(([known]) => known === code)?.[1].toLowerCase() ?? code).join(', ')}.`,
    landing_page: `https://www.example.com/go/${campaign.code.toLowerCase()}`,
    theme_color: campaign.color,
    tracking: { utm_campaign: campaign.code.toLowerCase(), utm_medium: campaign.channels[0] },
    industries: campaign.industries,
    owner: people.marketing.email,
  }));
  return [
    { file: '31-campaigns', object: 'campaign', externalId: 'code', records },
    { file: '51-leads', object: 'lead', externalId: 'lead_number', records: leadRecords() },
    { file: '52-campaign-members', object: 'campaign_member', externalId: 'code', records: memberRecords() },
  ];
}
