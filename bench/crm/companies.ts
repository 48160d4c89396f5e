import type { PlaceName } from './places.ts';

export interface Company {
  readonly name: string;
  readonly place: PlaceName;
  readonly industries: readonly string[];
  readonly employees: number;
  readonly parent?: string;
  readonly type?: 'partner' | 'competitor' | 'former_customer';
}

/** Invented companies. Parents stand before their subsidiaries. */
export const companies: readonly Company[] = [
  { name: 'Nordwind Energie AG', place: 'hamburg', industries: ['EN-35'], employees: 8200 },
  { name: 'Nordwind Offshore GmbH', place: 'hamburg', industries: ['EN-35', 'CO-42'], employees: 1400, parent: 'Nordwind Energie AG' },
  { name: 'Nordwind Netz GmbH', place: 'hamburg', industries: ['EN-35'], employees: 950, parent: 'Nordwind Energie AG' },
  { name: 'Nordwind Blade Repair GmbH', place: 'hamburg', industries: ['MF-26'], employees: 120, parent: 'Nordwind Offshore GmbH' },
  { name: 'Harborview Health', place: 'boston', industries: ['HC-86'], employees: 12400 },
  { name: 'Harborview Children’s Clinic', place: 'boston', industries: ['HC-86'], employees: 1800, parent: 'Harborview Health' },
  { name: 'Harborview Labs', place: 'boston', industries: ['HC-86', 'PS-72'], employees: 640, parent: 'Harborview Health' },
  { name: 'Prairie State Foods', place: 'chicago', industries: ['FB-10', 'LO-52'], employees: 5300 },
  { name: 'Prairie Cold Storage', place: 'chicago', industries: ['LO-52'], employees: 700, parent: 'Prairie State Foods' },
  { name: 'Lonestar Microsystems', place: 'austin', industries: ['MF-26'], employees: 2900 },
  { name: 'Front Range Properties', place: 'denver', industries: ['RE-68'], employees: 410 },
  { name: 'Cascade Data Centers', place: 'seattle', industries: ['IT-63'], employees: 860 },
  { name: 'Puget Freight Lines', place: 'seattle', industries: ['LO-52'], employees: 3100 },
  { name: 'Peachtree Hospitality Group', place: 'atlanta', industries: ['HO-55'], employees: 6700 },
  { name: 'Peachtree Airport Hotels', place: 'atlanta', industries: ['HO-55', 'RE-68'], employees: 1100, parent: 'Peachtree Hospitality Group' },
  { name: 'Isar Werkzeugbau GmbH', place: 'munich', industries: ['MF-26'], employees: 480 },
  { name: 'Alpenmilch Genossenschaft', place: 'munich', industries: ['FB-10'], employees: 760 },
  { name: 'Bavaria Klinikverbund', place: 'munich', industries: ['HC-86'], employees: 9400 },
  { name: 'Shoreditch Retail plc', place: 'london', industries: ['RT-47'], employees: 15200 },
  { name: 'Shoreditch Fulfilment Ltd', place: 'manchester', industries: ['LO-52', 'RT-47'], employees: 2300, parent: 'Shoreditch Retail plc' },
  { name: 'Thames Valley Council', place: 'london', industries: ['PU-84'], employees: 4600 },
  { name: 'Pennine Textiles Ltd', place: 'manchester', industries: ['MF-26'], employees: 530 },
  { name: 'Deansgate Cooperative Bank', place: 'manchester', industries: ['FI-64'], employees: 2100 },
  { name: 'Confluence Logistique SAS', place: 'lyon', industries: ['LO-52'], employees: 1250 },
  { name: 'Rhône Pharma SA', place: 'lyon', industries: ['HC-86', 'MF-26'], employees: 7100 },
  { name: 'Vieux-Lyon Hôtels', place: 'lyon', industries: ['HO-55'], employees: 340 },
  { name: 'Queen West Credit Union', place: 'toronto', industries: ['FI-64'], employees: 900 },
  { name: 'Maple Grid Transmission', place: 'toronto', industries: ['EN-35'], employees: 3700 },
  { name: 'Lakeshore University', place: 'toronto', industries: ['ED-85'], employees: 5200 },
  { name: 'Beacon Hill College', place: 'boston', industries: ['ED-85'], employees: 1300 },
  { name: 'Back Bay Biotech', place: 'boston', industries: ['HC-86', 'PS-72'], employees: 280 },
  { name: 'Loop Tower Management', place: 'chicago', industries: ['RE-68'], employees: 190 },
  { name: 'Windy City Breweries', place: 'chicago', industries: ['FB-10'], employees: 620 },
  { name: 'Barton Springs Software', place: 'austin', industries: ['IT-63'], employees: 150 },
  { name: 'Mile High Ski Resorts', place: 'denver', industries: ['HO-55'], employees: 2400 },
  { name: 'Rainier Insurance', place: 'seattle', industries: ['FI-64'], employees: 4100 },
  { name: 'Savannah Bridge Builders', place: 'atlanta', industries: ['CO-42'], employees: 1700 },
  { name: 'Elbe Baukontor', place: 'hamburg', industries: ['CO-42'], employees: 820 },
  { name: 'Camden Museum Trust', place: 'london', industries: ['PU-84'], employees: 260, type: 'former_customer' },
  { name: 'Great Lakes Paper', place: 'toronto', industries: ['MF-26'], employees: 1900, type: 'former_customer' },
  { name: 'Brightline Integrators', place: 'chicago', industries: ['IT-63', 'CO-42'], employees: 230, type: 'partner' },
  { name: 'Hanse Gebäudetechnik GmbH', place: 'hamburg', industries: ['CO-42'], employees: 310, type: 'partner' },
  { name: 'Southbank Consulting', place: 'london', industries: ['PS-72'], employees: 140, type: 'partner' },
  { name: 'Sensorium Inc.', place: 'austin', industries: ['MF-26', 'IT-63'], employees: 1200, type: 'competitor' },
  { name: 'Klimatik Systems BV', place: 'london', industries: ['MF-26'], employees: 700, type: 'competitor' },
];

export const industries = [
  ['CO-42', 'Construction', '#8d6e63', 'Contractors, civil engineering and building services.'],
  ['ED-85', 'Education', '#5c6bc0', 'Schools, colleges and universities.'],
  ['EN-35', 'Energy and utilities', '#fdd835', 'Generation, grids and supply.'],
  ['FB-10', 'Food and beverages', '#9ccc65', 'Producers of food and drink, with their cold chain.'],
  ['FI-64', 'Financial services', '#26a69a', 'Banks, insurers and credit unions.'],
  ['HC-86', 'Health care', '#ef5350', 'Hospitals, clinics, laboratories and pharma.'],
  ['HO-55', 'Hospitality', '#ab47bc', 'Hotels, resorts and restaurants.'],
  ['IT-63', 'Information technology', '#42a5f5', 'Software houses, data centers and integrators.'],
  ['LO-52', 'Logistics', '#ff7043', 'Freight, warehouses and fulfilment.'],
  ['MF-26', 'Manufacturing', '#78909c', 'Plants and workshops of all kinds.'],
  ['PS-72', 'Professional services', '#66bb6a', 'Consulting and research.'],
  ['PU-84', 'Public sector', '#29b6f6', 'Councils, agencies and foundations.'],
  ['RE-68', 'Real estate', '#ffa726', 'Owners and managers of buildings.'],
  ['RT-47', 'Retail', '#ec407a', 'Shops, on the street and online.'],
] as const;
