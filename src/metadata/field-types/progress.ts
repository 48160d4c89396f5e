import { numberKey } from './definition.ts';
import { numberType } from './number-type.ts';
import { checkNumber } from './numbers.ts';

export const progress = numberType({
  name: 'progress',
  description: 'How far something is: 0 to 100 unless declared otherwise.',
  limits: (field) => ({ min: numberKey(field, 'min') ?? 0, max: numberKey(field, 'max') ?? 100, step: numberKey(field, 'step') }),
  check(field, report) {
    checkNumber(field, report);
    const [min, max] = [numberKey(field, 'min'), numberKey(field, 'max')];
    if ((min === undefined) !== (max === undefined) && (min ?? 0) > (max ?? 100)) report(min === undefined ? 'max' : 'min', `progress goes from ${min ?? 0} to ${max ?? 100}`, 'Declare both min and max.');
  },
});
