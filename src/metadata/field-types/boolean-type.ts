import type { FieldType } from '../field-type.ts';
import { booleanColumn } from './columns.ts';
import { defineType } from './define.ts';
import { accept, wrongType } from './problem.ts';

export function booleanType(parts: { readonly name: string; readonly description: string }): FieldType {
  return defineType({
    ...parts,
    column: () => booleanColumn,
    graphql: () => ({ kind: 'scalar', scalar: 'Boolean' }),
    filters: () => 'boolean',
    sortable: true,
    groupable: true,
    aggregates: ['countDistinct'],
    coerce: (value) => (typeof value === 'boolean' ? accept(value) : wrongType('true or false', value)),
  });
}
