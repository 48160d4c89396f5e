import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import { refuseComputed } from './computed-values.ts';
import { digitKeys, recordKey, textKey } from './definition.ts';
import { numberType } from './number-type.ts';
import type { NumberStorage } from './numbers.ts';
import { declaredDigits, declaredScale, numericStorage } from './numbers.ts';

const functions = ['count', 'sum', 'min', 'max', 'avg'] as const;

function functionOf(field: CatalogField): unknown {
  return recordKey(field, 'summaryOperations')['function'];
}

/** Counts are whole; everything else is exact, with as many decimals as the summarised values have unless `scale` limits them. */
function storage(field: CatalogField): NumberStorage {
  if (functionOf(field) === 'count') return { kind: 'integer' };
  const scale = declaredScale(field);
  return scale === undefined ? { kind: 'numeric', digits: undefined, scale: undefined } : numericStorage(declaredDigits(field), scale);
}

export const summary = numberType({
  name: 'summary',
  description: 'A number computed over the records that refer to this one.',
  storage,
  keys: {
    summaryOperations: z
      .looseObject({ object: z.string(), field: z.string().optional(), function: z.enum(functions), relationshipField: z.string().optional(), filter: z.unknown().optional() })
      .optional(),
    ...digitKeys,
  },
  computed: true,
  check(field, report) {
    const operations = recordKey(field, 'summaryOperations');
    if (typeof operations['object'] !== 'string') report('summaryOperations', 'a summary needs the object whose records it summarises', 'Write summaryOperations: { object, function, field }.');
    else if (functionOf(field) !== 'count' && typeof operations['field'] !== 'string') report('summaryOperations.field', `${String(functionOf(field))} needs the field that it is taken of`);
    if (textKey(field, 'returnType') !== undefined && textKey(field, 'returnType') !== 'number') report('returnType', 'a summary is a number');
  },
  coerce: refuseComputed,
});
