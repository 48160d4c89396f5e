import { dateColumn } from './columns.ts';
import { coerceDate } from './dates.ts';
import { defineType } from './define.ts';
import { orderedAggregates } from './families.ts';

export const date = defineType({
  name: 'date',
  description: 'A calendar day without time zone.',
  column: () => dateColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'Date' }),
  filters: () => 'date',
  sortable: true,
  groupable: true,
  aggregates: orderedAggregates,
  // The session's date style is ISO; a cast takes half the time of to_char.
  json: (sql) => `${sql}::text`,
  coerce: coerceDate,
});
