import * as z from 'zod';
import { digitKeys, numberKey, rangeKeys } from './definition.ts';
import { numberType } from './number-type.ts';
import { checkNumber } from './numbers.ts';

export const slider = numberType({
  name: 'slider',
  description: 'A number set with a slider: 0 to 100 in steps of 1 unless declared otherwise.',
  limits: (field) => ({ min: numberKey(field, 'min') ?? 0, max: numberKey(field, 'max') ?? 100, step: numberKey(field, 'step') ?? 1 }),
  keys: { ...rangeKeys, ...digitKeys, showValue: z.boolean().optional(), marks: z.record(z.string(), z.string()).optional() },
  clientKeys: ['showValue', 'marks'],
  check(field, report) {
    checkNumber(field, report);
    const [min, max] = [numberKey(field, 'min'), numberKey(field, 'max')];
    if ((min === undefined) !== (max === undefined) && (min ?? 0) > (max ?? 100)) report(min === undefined ? 'max' : 'min', `a slider goes from ${min ?? 0} to ${max ?? 100}`, 'Declare both min and max.');
  },
});
