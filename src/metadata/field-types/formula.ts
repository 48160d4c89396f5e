import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import type { FieldType } from '../field-type.ts';
import { boolean } from './boolean.ts';
import { refuseComputed } from './computed-values.ts';
import { currency } from './currency.ts';
import { date } from './date.ts';
import { datetime } from './datetime.ts';
import { defineType, type TypeParts } from './define.ts';
import { digitKeys, textKey } from './definition.ts';
import { number } from './number.ts';
import { numberType } from './number-type.ts';
import { declaredScale, numberStorage } from './numbers.ts';
import { percent } from './percent.ts';
import { text } from './text.ts';

/** A number whose type nobody declared: exact, with as many decimals as it has unless `scale` limits them. */
const exact = numberType({
  name: 'number',
  description: '',
  storage: (field) => (declaredScale(field) === undefined ? { kind: 'numeric', digits: undefined, scale: undefined } : numberStorage(field)),
});

const results: ReadonlyMap<string, FieldType> = new Map([
  ['number', number], ['currency', currency], ['percent', percent], ['text', text], ['boolean', boolean], ['date', date], ['datetime', datetime], ['exact', exact],
]);

/** The type whose faces the result wears: `returnType`, else text until the expression tells. */
export function formulaResult(field: CatalogField): FieldType {
  return results.get(textKey(field, 'returnType') ?? 'text') ?? text;
}

const parts: TypeParts = {
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
};

/** A formula as the linker leaves it, with all faces of its result. */
const byResult: ReadonlyMap<string, FieldType> = new Map(
  [...results].map(([name, result]) => [
    name,
    defineType({
      ...parts,
      graphql: result.graphql.bind(result),
      filters: result.filters.bind(result),
      json: result.json.bind(result),
      resultColumn: result.column.bind(result),
      sortable: result.sortable,
      groupable: result.groupable,
      aggregates: result.aggregates,
    }),
  ]),
);

/** Has no column: computed when it is read. */
export const formula = defineType({
  ...parts,
  ofResult: (kind, field) => byResult.get(textKey(field, 'returnType') ?? (kind === 'number' ? 'exact' : kind)) ?? (byResult.get('text') as FieldType),
});
