import { companies, industries } from './companies.ts';
import type { Company } from './companies.ts';
import { ownerOf, people } from './people.ts';
import { places } from './places.ts';
import type { Place } from './places.ts';
import { addDays, number, randomFor } from './record.ts';
import type { SeedFile } from './record.ts';

export interface Account {
  readonly number: string;
  readonly company: Company;
  readonly place: Place;
  readonly domain: string;
  readonly owner: string;
  readonly type: string;
}

export interface Contact {
  readonly email: string;
  readonly name: string;
  readonly account: Account;
}

const plain = (text: string) => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').replace(/ß/g, 'ss').replace(/[’']/g, '').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').toLowerCase();

/** Every second prospect-able company is a customer. */
const typeOf = (company: Company, index: number) => company.type ?? (index % 3 === 2 ? 'prospect' : 'customer');

export const accounts: readonly Account[] = companies.map((company, index) => {
  const place = places[company.place];
  const domain = `${plain(company.name.replace(/\b(AG|GmbH|plc|Ltd|SAS|SA|BV|Inc)\b\.?/g, ''))}.example`;
  return { number: number('ACC', index + 1), company, place, domain, owner: ownerOf[place.countryCode] ?? people.manager.email, type: typeOf(company, index) };
});

/** Those that one can sell to. */
export const buyers = accounts.filter(({ type }) => type === 'customer' || type === 'prospect');

const given = {
  US: ['Olivia', 'Ethan', 'Grace', 'Noah', 'Maya', 'Daniel', 'Chloe', 'Samuel', 'Naomi', 'Luis', 'Hannah', 'Victor'],
  DE: ['Anna', 'Lukas', 'Katharina', 'Felix', 'Miriam', 'Sebastian', 'Johanna', 'Tobias'],
  GB: ['Amelia', 'Oliver', 'Imogen', 'Harry', 'Zara', 'Callum', 'Freya', 'Rajesh'],
  FR: ['Camille', 'Hugo', 'Élodie', 'Mathieu', 'Inès', 'Bastien'],
  CA: ['Emma', 'Liam', 'Aurore', 'Nathan', 'Mei', 'Gabriel'],
} as const;
const family = {
  US: ['Bennett', 'Ramirez', 'Chen', 'Sullivan', 'Okafor', 'Whitaker', 'Delgado', 'Kim', 'Foster', 'Novak', 'Brooks', 'Hayes'],
  DE: ['Brandt', 'Hoffmann', 'Krüger', 'Lindner', 'Vogel', 'Schröder', 'Petersen', 'Yilmaz'],
  GB: ['Ashworth', 'Patel', 'Whitfield', 'Doyle', 'Hargreaves', 'Singh', 'Thornton', 'Lowe'],
  FR: ['Moreau', 'Lefèvre', 'Garnier', 'Dubois', 'Chevalier', 'Benali'],
  CA: ['Tremblay', 'MacLeod', 'Wong', 'Gagnon', 'Fraser', 'Leblanc'],
} as const;
const languageOf = { US: ['en'], DE: ['en', 'de'], GB: ['en'], FR: ['en', 'fr'], CA: ['en', 'fr'] } as const;
const positions = [
  ['Chief operating officer', 'executive'],
  ['Head of facilities', 'operations'],
  ['Procurement manager', 'procurement'],
  ['IT architect', 'it'],
  ['Maintenance engineer', 'engineering'],
  ['Finance controller', 'finance'],
] as const;

export type Country = keyof typeof given;

/** Two or three people of each account; the first leads. */
export const contacts: readonly Contact[] = (() => {
  const random = randomFor('names');
  const taken = new Set<string>();
  return accounts.flatMap((account, index) =>
    Array.from({ length: index % 4 === 3 ? 3 : 2 }, () => {
      const country = account.place.countryCode as Country;
      let name: string;
      do name = `${random.pick(given[country])} ${random.pick(family[country])}`;
      while (taken.has(name));
      taken.add(name);
      return { name, account, email: `${name.split(' ').map(plain).join('.')}@${account.domain}` };
    }),
  );
})();

export const contactsOf = (account: Account): readonly Contact[] => contacts.filter((contact) => contact.account === account);

export function inventName(random: ReturnType<typeof randomFor>, country: Country): string {
  return `${random.pick(given[country])} ${random.pick(family[country])}`;
}

export const emailAt = (name: string, domain: string): string => `${name.split(' ').map(plain).join('.')}@${domain}`;
export const domainOf = (company: string): string => `${plain(company)}.example`;
export const phoneAt = (random: ReturnType<typeof randomFor>, place: Place): string => `${place.phone}${String(random.int(10, 99))}`;

export function addressAt(random: ReturnType<typeof randomFor>, { streets, city, state, postalCode, country, countryCode }: Place) {
  const house = random.int(1, 240);
  const street = random.pick(streets);
  return { street: countryCode === 'DE' ? `${street} ${String(house)}` : `${String(house)} ${street}`, city, state, postalCode, country, countryCode };
}

const colors = ['#00695c', '#1565c0', '#283593', '#4527a0', '#ad1457', '#c62828', '#ef6c00', '#2e7d32', '#37474f'];

/** The larger the company, the more it may owe; some have paid late. */
function creditOf({ name, employees }: Company) {
  const random = randomFor(`credit ${name}`);
  const rating = random.pick(['a', 'a', 'b', 'b', 'c'] as const);
  return { credit_rating: rating, credit_limit: employees * { a: 100, b: 60, c: 20 }[rating] };
}

function accountRecord(account: Account) {
  const { company, place, type } = account;
  const random = randomFor(`account ${account.number}`);
  const address = addressAt(random, place);
  const selling = type === 'customer' || type === 'prospect';
  const customer = type === 'customer' || type === 'former_customer';
  return {
    account_number: account.number,
    name: company.name,
    ...(company.parent && { parent: accounts.find((other) => other.company.name === company.parent)?.number }),
    type,
    industries: company.industries,
    ...(selling && { rating: random.pick(type === 'customer' ? ['hot', 'hot', 'warm'] : ['warm', 'cold', 'hot']) }),
    ...(customer && { satisfaction: random.int(type === 'customer' ? 3 : 1, type === 'customer' ? 5 : 3), health_score: random.int(type === 'customer' ? 10 : 2, type === 'customer' ? 20 : 8) * 5 }),
    annual_revenue: company.employees * random.int(120, 310) * 1000,
    employees: company.employees,
    ...(customer && creditOf(company)),
    website: `https://www.${account.domain}`,
    phone: phoneAt(random, place),
    billing_address: address,
    ...(random.chance(0.3) && { shipping_address: addressAt(random, place) }),
    headquarters: { lat: Math.round((place.lat + random.int(-300, 300) / 10_000) * 10_000) / 10_000, lng: Math.round((place.lng + random.int(-300, 300) / 10_000) * 10_000) / 10_000 },
    tags: random.sample(['cold-chain', 'energy-saving', 'multi-site', 'price-sensitive', 'reference', 'regulated', 'sustainability'], random.int(1, 3)),
    brand_color: random.pick(colors),
    ...(customer && { customer_since: addDays('2019-02-01', random.int(0, 2300)) }),
    strategic: company.employees > 5000 && selling,
    description: `${company.employees >= 5000 ? 'Large' : company.employees >= 1000 ? 'Mid-sized' : 'Small'} organization based in ${place.city}. ${industries.find(([code]) => code === company.industries[0])?.[3] ?? ''}`,
    owner: account.owner,
  };
}

function contactRecord(contact: Contact, index: number) {
  const random = randomFor(`contact ${contact.email}`);
  const colleagues = contactsOf(contact.account);
  const rank = colleagues.indexOf(contact);
  const [first = '', last = ''] = contact.name.split(' ');
  const [title, department] = positions[rank === 0 ? index % 2 : 2 + (index % 4)] ?? positions[0];
  const country = contact.account.place.countryCode as Country;
  return {
    email: contact.email,
    full_name: contact.name,
    first_name: first,
    last_name: last,
    ...(random.chance(0.12) && { salutation: random.pick(['dr', 'prof']) }),
    title,
    department,
    account: contact.account.number,
    ...(rank > 0 && { reports_to: colleagues[0]?.email }),
    phone: phoneAt(random, contact.account.place),
    ...(random.chance(0.5) && { mobile: phoneAt(random, contact.account.place) }),
    ...(random.chance(0.3) && { birthdate: addDays('1964-01-01', random.int(0, 12_000)) }),
    ...(random.chance(0.4) && { preferred_call_time: `${String(random.int(8, 16)).padStart(2, '0')}:${random.pick(['00', '30'])}:00` }),
    channels: random.sample(['email', 'phone', 'text_message', 'post'], random.int(1, 3)),
    languages: languageOf[country],
    ...(random.chance(0.4) && { mailing_address: addressAt(random, contact.account.place) }),
    do_not_call: random.chance(0.08),
    owner: contact.account.owner,
  };
}

export function accountFiles(): SeedFile[] {
  return [
    { file: '02-industries', object: 'industry', externalId: 'code', records: industries.map(([code, name, color, description]) => ({ code, name, color, description, active: true })) },
    { file: '21-accounts', object: 'account', externalId: 'account_number', records: accounts.map(accountRecord) },
    { file: '22-contacts', object: 'contact', externalId: 'email', records: contacts.map(contactRecord) },
    {
      file: '23-primary-contacts',
      object: 'account',
      externalId: 'account_number',
      records: accounts.map((account) => ({ account_number: account.number, name: account.company.name, primary_contact: contactsOf(account)[0]?.email })),
    },
  ];
}
