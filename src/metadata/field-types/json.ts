import { jsonColumn } from './columns.ts';
import { defineType } from './define.ts';
import { coerceJson } from './json-values.ts';

export const json = defineType({
  name: 'json',
  description: 'Any JSON value.',
  column: () => jsonColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'JSON' }),
  filters: () => 'json',
  coerce: coerceJson,
});
