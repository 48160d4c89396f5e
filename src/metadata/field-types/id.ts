import { uuidColumn } from './columns.ts';
import { defineType } from './define.ts';
import { coerceId } from './relation-type.ts';

/** Type of the system field `id`; not for definitions. */
export const id = defineType({
  name: 'id',
  description: 'The id of the record: a UUID.',
  column: () => uuidColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'ID' }),
  filters: () => 'id',
  sortable: true,
  groupable: true,
  aggregates: ['countDistinct'],
  coerce: coerceId,
});
