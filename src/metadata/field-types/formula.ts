import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import type { FieldType } from '../field-type.ts';
import { boolean } from './boolean.ts';
import { refuseComputed } from './computed-values.ts';
import { currency } from './currency.ts';
import { date } from './date.ts';
import { datetime } from './datetime.ts';
import { defineType } from './define.ts';
import { digitKeys, textKey } from './definition.ts';
import { number } from './number.ts';
import { percent } from './percent.ts';
import { text } from './text.ts';

const results: ReadonlyMap<string, FieldType> = new Map([
  ['number', number], ['currency', currency], ['percent', percent], ['text', text], ['boolean', boolean], ['date', date], ['datetime', datetime],
]);

/** The type whose faces the result wears: `returnType`, else text. */
export function formulaResult(field: CatalogField): FieldType {
  return results.get(textKey(field, 'returnType') ?? 'text') ?? text;
}

/** Has no column: computed when it is read. */
export const formula = defineType({
  name: 'formula',
  description: 'A value computed from other fields by an expression.',
  keys: {
    expression: z.unknown().optional(),
    returnType: z.enum(['number', 'currency', 'percent', 'text', 'boolean', 'date', 'datetime']).optional(),
    ...digitKeys,
  },
  computed: true,
  column: () => undefined,
  graphql: (field) => formulaResult(field).graphql(field),
  filters: () => undefined,
  json: (sql, field) => formulaResult(field).json(sql, field),
  check(field, report) {
    if (field.definition['expression'] === undefined || field.definition['expression'] === '') report('expression', 'a formula needs an expression', 'Write expression: "amount * 0.2".');
  },
  coerce: refuseComputed,
});
