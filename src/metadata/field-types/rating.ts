import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import { flagKey, numberKey } from './definition.ts';
import { numberType } from './number-type.ts';

function limits(field: CatalogField) {
  return { min: 0, max: numberKey(field, 'maxRating') ?? numberKey(field, 'max') ?? 5, step: flagKey(field, 'allowHalf') ? 0.5 : 1 };
}

/** `integer`, or `double precision` with `allowHalf` (halves are exact in it). */
export const rating = numberType({
  name: 'rating',
  description: 'Stars from 0 to maxRating (5), with allowHalf in halves.',
  storage: (field) => ({ kind: flagKey(field, 'allowHalf') ? 'double' : 'integer' }),
  limits,
  keys: { maxRating: z.int().min(1).max(1000).optional(), max: z.int().min(1).max(1000).optional(), allowHalf: z.boolean().optional() },
  check(field, report) {
    const [maxRating, max] = [numberKey(field, 'maxRating'), numberKey(field, 'max')];
    if (maxRating !== undefined && max !== undefined && maxRating !== max) report('max', `max ${max} contradicts maxRating ${maxRating}`, 'They mean the same; keep one.');
  },
});
