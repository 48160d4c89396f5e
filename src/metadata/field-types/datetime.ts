import { datetimeColumn } from './columns.ts';
import { coerceDatetime } from './dates.ts';
import { defineType } from './define.ts';
import { orderedAggregates } from './families.ts';

/** An instant in UTC, to the millisecond. Values without a zone are taken as UTC. */
export const datetime = defineType({
  name: 'datetime',
  description: 'An instant, kept in UTC to the millisecond.',
  column: () => datetimeColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'DateTime' }),
  filters: () => 'datetime',
  sortable: true,
  groupable: true,
  aggregates: orderedAggregates,
  // As fast as assembling the text from pieces, and the same in every session time zone.
  json: (sql) => `to_char(${sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  coerce: coerceDatetime,
});
