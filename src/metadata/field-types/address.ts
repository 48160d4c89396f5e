import * as z from 'zod';
import { accept, below, refuse } from './problem.ts';
import { readSubfields, sharedEmbeddedType } from './shared-embedded.ts';

const subfields = [
  { name: 'street', type: 'text', label: 'Street' },
  { name: 'city', type: 'text', label: 'City' },
  { name: 'state', type: 'text', label: 'State' },
  { name: 'postalCode', type: 'text', label: 'Postal code' },
  { name: 'country', type: 'text', label: 'Country' },
  { name: 'countryCode', type: 'text', label: 'Country code' },
  { name: 'formatted', type: 'text', label: 'Formatted' },
] as const;

const searched = ['street', 'city', 'state', 'postalCode', 'country', 'formatted'] as const;
const spellings = new Map([['postal_code', 'postalCode'], ['zip', 'postalCode'], ['zipCode', 'postalCode'], ['country_code', 'countryCode']]);

export const address = sharedEmbeddedType({
  name: 'address',
  description: 'A postal address.',
  typeName: 'Address',
  subfields,
  keys: { addressFormat: z.enum(['us', 'uk', 'international']).optional() },
  clientKeys: ['addressFormat'],
  // concat_ws would be shorter, and is not immutable, as an index needs it.
  searchText: (sql) => `(${searched.map((key) => `coalesce(${sql} ->> '${key}', '')`).join(" || ' ' || ")})`,
  coerce(value) {
    const read = readSubfields(value, subfields, spellings);
    if ('problem' in read) return read;
    const code = read.object['countryCode'];
    if (typeof code === 'string' && !/^[A-Za-z]{2}$/.test(code)) {
      return below('countryCode', refuse('BAD_FORMAT', 'Expected a country code of two letters such as GB.'));
    }
    return accept(JSON.stringify(typeof code === 'string' ? { ...read.object, countryCode: code.toUpperCase() } : read.object));
  },
});
