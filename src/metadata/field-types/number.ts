import * as z from 'zod';
import { digitKeys, rangeKeys } from './definition.ts';
import { numberType } from './number-type.ts';

/**
 * Stored by what the definition asks for: without decimals declared `double precision` (`Float`); `scale: 0` as `integer`
 * (`Int`), or `bigint` (`BigInt`) when `min`, `max` or more than 9 digits need it; `scale` above 0, or more digits than a
 * double keeps, as `numeric` (`Decimal`). A `precision` up to 10 without `scale` is the number of decimals.
 */
export const number = numberType({
  name: 'number',
  description: 'A number: whole, exact with decimals, or floating, by its scale.',
  keys: { ...rangeKeys, ...digitKeys, useGrouping: z.boolean().optional() },
  clientKeys: ['useGrouping'],
});
