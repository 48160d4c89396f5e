import * as z from 'zod';
import { textColumn } from './columns.ts';
import { defineType } from './define.ts';
import { textKey } from './definition.ts';
import { orderedAggregates } from './families.ts';
import { coerceText } from './text-values.ts';

const token = /\{([^{}]*)\}/g;
const known = /^(?:0+|YYYY|YY|MM|DD|YYYYMMDD|[a-z_][a-z0-9_]*)$/;

/** Numbers are made by the platform; `coerce` serves imports that bring them along. */
export const autonumber = defineType({
  name: 'autonumber',
  description: 'A number made for each new record, such as INV-2026-0001.',
  keys: {
    autonumberFormat: z.string().min(1).optional().describe('Text with one counter {0000} and {YYYY} {YY} {MM} {DD} {YYYYMMDD} {field_name}.'),
    startNumber: z.int().min(0).optional(),
  },
  computed: true,
  unique: true,
  column: () => textColumn,
  graphql: () => ({ kind: 'scalar', scalar: 'String' }),
  filters: () => 'string',
  sortable: true,
  groupable: true,
  aggregates: orderedAggregates,
  searchText: (sql) => sql,
  check(field, report) {
    const format = textKey(field, 'autonumberFormat');
    if (format === undefined) return;
    const tokens = [...format.matchAll(token)].map((match) => match[1] ?? '');
    for (const name of tokens) {
      if (!known.test(name)) report('autonumberFormat', `{${name}} is no part of a number`, 'Use one counter {0000}, {YYYY} {YY} {MM} {DD} {YYYYMMDD}, or {field_name}.');
    }
    if (tokens.filter((name) => /^0+$/.test(name)).length > 1) report('autonumberFormat', `${format} has more than one counter`);
    if (/[{}]/.test(format.replaceAll(token, ''))) report('autonumberFormat', `${format} has an unmatched brace`);
  },
  coerce: coerceText,
});
