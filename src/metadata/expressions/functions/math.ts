import type { FunctionSpec } from '../functions.ts';
import type { CallChecker } from '../functions.ts';
import { number } from '../types.ts';
import { call, inGroup, many } from './spec.ts';

const numbers = (at: CallChecker) => at.args.map((_, index) => at.number(index));

export const mathFunctions: readonly FunctionSpec[] = inGroup('math', [
  { name: 'SUM', signature: 'SUM(number, …)', takes: [1, many], description: 'Sum of the numbers; nulls are left out, and without any number it is 0.', check: (at) => call('sum', number, numbers(at)) },
  { name: 'AVERAGE', aliases: ['AVG'], signature: 'AVERAGE(number, …)', takes: [1, many], description: 'Average of the numbers that are not null.', check: (at) => call('average', number, numbers(at)) },
  { name: 'ROUND', signature: 'ROUND(number, digits = 0)', takes: [1, 2], description: 'To so many decimals, halves away from zero; `digits` is a written number from -20 to 20.', check: (at) => call('round', number, [at.number(0), at.args.length > 1 ? at.wholeNumber(1, -20, 20) : { kind: 'constant', type: number, value: '0' }]) },
  { name: 'CEILING', aliases: ['CEIL'], signature: 'CEILING(number)', takes: [1, 1], description: 'The next whole number upwards.', check: (at) => call('ceiling', number, [at.number(0)]) },
  { name: 'FLOOR', signature: 'FLOOR(number)', takes: [1, 1], description: 'The next whole number downwards.', check: (at) => call('floor', number, [at.number(0)]) },
  { name: 'ABS', signature: 'ABS(number)', takes: [1, 1], description: 'Without its sign.', check: (at) => call('abs', number, [at.number(0)]) },
  { name: 'MIN', signature: 'MIN(value, …)', takes: [1, many], description: 'The least number or date; nulls are left out.', check: (at) => extreme(at, 'min') },
  { name: 'MAX', signature: 'MAX(value, …)', takes: [1, many], description: 'The greatest number or date; nulls are left out.', check: (at) => extreme(at, 'max') },
  { name: 'COUNT', signature: 'COUNT(value, …)', takes: [1, many], description: 'How many of the values are not null.', check: (at) => call('count', number, at.args.map((_, index) => at.value(index))) },
]);

function extreme(at: CallChecker, name: 'min' | 'max') {
  const values = at.alike(0);
  const kind = values[0]?.type.kind;
  if (kind !== 'number' && kind !== 'date' && kind !== 'datetime') at.fail(0, `${name.toUpperCase()} takes numbers, dates or points in time`);
  return call(name, values[0]?.type ?? number, values);
}
