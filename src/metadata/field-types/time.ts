import { timeColumn } from './columns.ts';
import { coerceTime } from './dates.ts';
import { defineType } from './define.ts';
import { orderedAggregates } from './families.ts';

export const time = defineType({
  name: 'time',
  description: 'A time of day without date and zone, to the millisecond.',
  column: () => timeColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'Time' }),
  filters: () => 'time',
  sortable: true,
  groupable: true,
  aggregates: orderedAggregates,
  json: (sql) => `to_char(${sql}, 'HH24:MI:SS.MS')`,
  coerce: coerceTime,
});
