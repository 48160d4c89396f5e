import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import { digitKeys, numberKey, rangeKeys, recordKey } from './definition.ts';
import { numberType } from './number-type.ts';
import type { NumberStorage } from './numbers.ts';
import { declaredDigits, declaredScale, numericStorage } from './numbers.ts';

/** Decimals: `scale`, else a `precision` up to 10, else `currencyConfig.precision`, else 2. Always exact. */
function storage(field: CatalogField): NumberStorage {
  const configured = recordKey(field, 'currencyConfig')['precision'];
  const scale = declaredScale(field) ?? (typeof configured === 'number' ? configured : 2);
  return numericStorage(declaredDigits(field), scale);
}

export const currency = numberType({
  name: 'currency',
  description: 'An amount of money; exact, 18 digits with 2 decimals unless declared otherwise.',
  storage,
  keys: {
    ...rangeKeys,
    ...digitKeys,
    currencyConfig: z
      .looseObject({
        precision: z.int().min(0).max(10).optional(),
        currencyMode: z.enum(['dynamic', 'fixed']).optional(),
        defaultCurrency: z.string().regex(/^[A-Z]{3}$/, 'a currency code of three capital letters such as EUR').optional(),
      })
      .optional(),
  },
  clientKeys: ['currencyConfig.currencyMode', 'currencyConfig.defaultCurrency'],
  check(field, report) {
    const { digits, scale } = storage(field) as { readonly digits: number; readonly scale: number };
    if (scale > digits) report('scale', `scale ${scale} is greater than precision ${digits}`, 'precision counts all digits, scale those after the point.');
    const min = numberKey(field, 'min');
    const max = numberKey(field, 'max');
    if (min !== undefined && max !== undefined && min > max) report('min', `min ${min} is greater than max ${max}`);
  },
});
