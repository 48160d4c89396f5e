import * as z from 'zod';
import { accept, below, refuse } from './problem.ts';
import { readSubfields, sharedEmbeddedType } from './shared-embedded.ts';

const subfields = [
  { name: 'lat', type: 'number', label: 'Latitude' },
  { name: 'lng', type: 'number', label: 'Longitude' },
  { name: 'altitude', type: 'number', label: 'Altitude in metres' },
  { name: 'accuracy', type: 'number', label: 'Accuracy in metres' },
] as const;

const spellings = new Map([['latitude', 'lat'], ['longitude', 'lng'], ['lon', 'lng']]);
const bounds = { lat: 90, lng: 180 } as const;

export const location = sharedEmbeddedType({
  name: 'location',
  description: 'A point on earth: latitude and longitude in degrees.',
  typeName: 'Location',
  subfields,
  keys: { displayMap: z.boolean().optional(), allowGeocoding: z.boolean().optional() },
  clientKeys: ['displayMap'],
  inertKeys: ['allowGeocoding'],
  coerce(value) {
    const read = readSubfields(value, subfields, spellings);
    if ('problem' in read) return read;
    for (const key of ['lat', 'lng'] as const) {
      const degrees = read.object[key];
      if (degrees === undefined) return below(key, refuse('REQUIRED', `A location needs ${key}.`));
      if (Math.abs(Number(degrees)) > bounds[key]) return below(key, refuse('OUT_OF_RANGE', `${key} goes from -${bounds[key]} to ${bounds[key]}, found ${degrees}.`));
    }
    if (Number(read.object['accuracy'] ?? 0) < 0) return below('accuracy', refuse('OUT_OF_RANGE', 'accuracy is not negative.'));
    return accept(JSON.stringify(read.object));
  },
});
