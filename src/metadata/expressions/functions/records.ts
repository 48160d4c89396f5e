import type { FunctionSpec } from '../functions.ts';
import { inGroup, many } from './spec.ts';

export const recordFunctions: readonly FunctionSpec[] = inGroup('data', [
  {
    name: 'LOOKUP', signature: 'LOOKUP(object, keyField, key, …, valueField)', takes: [4, many],
    description: 'A field of the record that has this key, null when there is none or the key is null. The fields of the key are unique, alone or together: `LOOKUP(price, product, product, currency, "EUR", amount)`.',
    check: (at) => at.find(),
  },
]);
