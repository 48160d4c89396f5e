import { amount, randomFor } from './record.ts';
import type { SeedFile } from './record.ts';

export const categories = [
  ['HW', 'Hardware', null],
  ['HW-SEN', 'Sensors', 'HW'],
  ['HW-GTW', 'Gateways', 'HW'],
  ['HW-ACC', 'Accessories', 'HW'],
  ['SW', 'Software', null],
  ['SW-PLT', 'Platform', 'SW'],
  ['SW-ADD', 'Add-ons', 'SW'],
  ['SV', 'Services', null],
  ['SV-PRO', 'Professional services', 'SV'],
  ['SV-SUP', 'Support plans', 'SV'],
] as const;

export interface Article {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
  readonly teaser: string;
}

const article = (sku: string, category: string, name: string, price: number, teaser: string): Article => ({ sku, name, category, price, teaser });

/** Price in dollars. */
export const articles: readonly Article[] = [
  article('SEN-T100', 'HW-SEN', 'Thermo 100 temperature sensor', 89, 'Ten years on one battery, ±0.2 °C.'),
  article('SEN-T200X', 'HW-SEN', 'Thermo 200X cold-chain sensor', 149, 'Down to −80 °C, with calibration certificate.'),
  article('SEN-H110', 'HW-SEN', 'Hygro 110 humidity sensor', 99, 'Humidity and dew point for rooms and cabinets.'),
  article('SEN-V300', 'HW-SEN', 'Vibro 300 vibration sensor', 329, 'Hears a bearing fail weeks before it does.'),
  article('SEN-A150', 'HW-SEN', 'Aero 150 air quality sensor', 179, 'CO₂, fine dust and volatile compounds.'),
  article('SEN-P120', 'HW-SEN', 'Presence 120 occupancy sensor', 119, 'Counts people without a camera.'),
  article('GTW-E1', 'HW-GTW', 'Edge Gateway E1', 690, 'Connects 200 sensors over Ethernet or LTE.'),
  article('GTW-E4', 'HW-GTW', 'Edge Gateway E4', 1490, 'Connects 1,000 sensors and computes on site.'),
  article('GTW-M2', 'HW-GTW', 'Mobile Gateway M2', 840, 'For trucks and containers, with GPS.'),
  article('ACC-MNT', 'HW-ACC', 'Mounting kit', 14.5, 'Brackets and screws for walls and rails.'),
  article('ACC-BAT', 'HW-ACC', 'Battery pack, 20 pieces', 58, 'Lithium cells for all sensors.'),
  article('ACC-ANT', 'HW-ACC', 'Outdoor antenna', 129.9, 'Adds two kilometres of range.'),
  article('PLT-S', 'SW-PLT', 'Observe Starter, per year', 2400, 'Dashboards and alarms for up to 100 sensors.'),
  article('PLT-B', 'SW-PLT', 'Observe Business, per year', 9600, 'Up to 1,000 sensors, roles and reports.'),
  article('PLT-E', 'SW-PLT', 'Observe Enterprise, per year', 36000, 'Unlimited sites, single sign-on, audit trail.'),
  article('ADD-PRD', 'SW-ADD', 'Predictive maintenance add-on, per year', 7200, 'Forecasts failures of pumps, motors and fans.'),
  article('ADD-ENG', 'SW-ADD', 'Energy report add-on, per year', 3600, 'Reports by building, floor and machine.'),
  article('ADD-API', 'SW-ADD', 'Data API, per year', 4800, 'All measurements by GraphQL and MQTT.'),
  article('PRO-INS', 'SV-PRO', 'Installation, per day', 1150, 'Two technicians on site.'),
  article('PRO-TRN', 'SV-PRO', 'Training, per day', 1400, 'For up to twelve people.'),
  article('PRO-INT', 'SV-PRO', 'Integration, per day', 1600, 'Connects the platform to ERP and building control.'),
  article('PRO-AUD', 'SV-PRO', 'Site audit', 2900, 'Measurement plan with floor drawings.'),
  article('SUP-STD', 'SV-SUP', 'Standard support, per year', 1800, 'Answers within one working day.'),
  article('SUP-PRM', 'SV-SUP', 'Premium support, per year', 9000, 'Answers within one hour, day and night.'),
];

/** Share of the list price that a price book asks, and the articles that it has. */
export const priceBooks = [
  { code: 'STD-2026', name: 'Standard 2026', currency: 'USD', factor: 1, standard: true, until: '2026-12-31', description: 'List prices for customers in North America.', has: () => true },
  { code: 'PARTNER-2026', name: 'Partner 2026', currency: 'USD', factor: 0.82, standard: false, until: '2026-12-31', description: 'For resellers and integrators; hardware and software only.', has: (a: Article) => !a.category.startsWith('SV') },
  { code: 'EUROPE-2026', name: 'Europe 2026', currency: 'EUR', factor: 0.93, standard: false, until: '2026-12-31', description: 'List prices in euro, without value-added tax.', has: () => true },
] as const;

/** Cents that `article` costs in the price book. */
export function unitPrice(article: Article, priceBook: string): number {
  const factor = priceBooks.find(({ code }) => code === priceBook)?.factor ?? 1;
  return Math.round(article.price * 100 * factor);
}

/** Dollars that one piece costs to make. */
export const unitCost = ({ price, category }: Article): number => Math.round(price * cost[family(category)] * 10_000) / 10_000;

const family = (category: string) => (category.startsWith('HW') ? 'hardware' : category.startsWith('SW') ? 'software' : 'service');
const cost = { hardware: 0.46, software: 0.12, service: 0.63 } as const;

export function catalogueFiles(): SeedFile[] {
  const random = randomFor('catalogue');
  const products = articles.map((article, index) => {
    const kind = family(article.category);
    const earlier = articles.slice(0, index).filter((other) => other.category !== article.category);
    return {
      sku: article.sku,
      name: article.name,
      category: article.category,
      family: kind,
      teaser: article.teaser,
      description: `<p><strong>${article.name}.</strong> ${article.teaser}</p>`,
      list_price: article.price,
      unit_cost: unitCost(article),
      ...(kind === 'hardware' && {
        weight_kg: random.int(40, article.category === 'HW-GTW' ? 2400 : 400) / 1000,
        barcode: `40${String(5_012_345_000 + index * 17)}0`,
        specifications: { protection: { value: random.pick(['IP54', 'IP65', 'IP67']) }, operating_temperature: { value: '-20 to 60', unit: '°C' }, warranty: { value: '36', unit: 'months' } },
      }),
      active: article.sku !== 'SEN-P120',
      available_from: random.pick(['2023-03-01', '2024-01-15', '2024-09-01', '2025-02-01', '2025-10-01']),
      ...(earlier.length > 2 && random.chance(0.6) && { related_products: random.sample(earlier, 2).map(({ sku }) => sku) }),
    };
  });
  const entries = priceBooks.flatMap(({ code, has }) =>
    articles.filter(has).map((article) => ({
      code: `${code}/${article.sku}`,
      price_book: code,
      product: article.sku,
      unit_price: amount(unitPrice(article, code)),
      minimum_quantity: article.category === 'HW-ACC' ? 10 : 1,
      active: article.sku !== 'SEN-P120',
    })),
  );
  return [
    { file: '11-product-categories', object: 'product_category', externalId: 'code', records: categories.map(([code, name, parent]) => ({ code, name, ...(parent && { parent }) })) },
    { file: '12-products', object: 'product', externalId: 'sku', records: products },
    { file: '13-price-books', object: 'price_book', externalId: 'code', records: priceBooks.map((book) => ({ code: book.code, name: book.name, currency_code: book.currency, standard: book.standard, active: true, valid_from: '2026-01-01', valid_until: book.until, description: book.description })) },
    { file: '14-price-book-entries', object: 'price_book_entry', externalId: 'code', records: entries },
  ];
}
