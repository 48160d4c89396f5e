import { uuidColumn } from './field-types/columns.ts';
import { defineType } from './field-types/define.ts';
import { coerceId } from './field-types/relation-type.ts';

/** Type of `id`, `created_by` and `updated_by`; definitions cannot name it. */
export const recordId = defineType({
  name: 'id',
  description: 'The id of a record: a UUID.',
  column: () => uuidColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'ID' }),
  filters: () => 'id',
  sortable: true,
  groupable: true,
  aggregates: ['countDistinct'],
  coerce: coerceId,
});
