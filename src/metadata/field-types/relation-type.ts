import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import type { Coerced, FieldReport, FieldType } from '../field-type.ts';
import { uuidColumn } from './columns.ts';
import type { TypeParts } from './define.ts';
import { defineType } from './define.ts';
import { isUuid } from './formats.ts';
import { accept, coerceList, refuse, shown, wrongType } from './problem.ts';

const filterRow = z.looseObject({ field: z.string(), operator: z.string().optional(), value: z.unknown() });

/** Keys with which clients build pickers and related lists. */
const clientKeys = {
  referenceFilters: z.array(z.string()).optional(),
  lookupFilters: z.array(filterRow).optional(),
  displayField: z.string().optional(),
  descriptionField: z.string().optional(),
  lookupColumns: z.array(z.unknown()).optional(),
  lookupPageSize: z.int().min(1).optional(),
  allowCreate: z.boolean().optional(),
  relatedList: z.union([z.boolean(), z.literal('primary')]).optional(),
  relatedListTitle: z.string().optional(),
  relatedListColumns: z.array(z.unknown()).optional(),
  relatedListFilter: z.unknown().optional(),
} satisfies z.ZodRawShape;

/** A reference to a record: its id in a `uuid` column, or a link table when it is `plural` and `multiple: true`. */
export function relationType(parts: Partial<TypeParts> & { readonly name: string; readonly description: string; readonly plural: boolean }): FieldType {
  const { plural, keys = {}, clientKeys: moreClientKeys = [], check, ...rest } = parts;
  const isList = (field: CatalogField) => plural && field.multiple;
  return defineType({
    column: (field) => (isList(field) ? undefined : uuidColumn),
    graphql: (field) => (isList(field) ? { kind: 'relation', list: true } : { kind: 'relation' }),
    filters: (field) => (isList(field) ? undefined : 'id'),
    sortable: true,
    groupable: true,
    aggregates: ['countDistinct'],
    coerce(value, field) {
      if (!isList(field)) return coerceId(value);
      const coerced = coerceList(value, coerceId);
      return 'problem' in coerced ? coerced : accept([...new Set(coerced.values)]);
    },
    ...rest,
    check(field, report) {
      check?.(field, report);
      checkReference(field, report);
    },
    keys: { ...clientKeys, ...keys },
    clientKeys: [...Object.keys(clientKeys), ...moreClientKeys],
  });
}

/** The id of a record in lower case, as PostgreSQL prints it. */
export function coerceId(value: unknown): Coerced {
  if (typeof value !== 'string') return wrongType('the id of a record', value);
  const id = value.trim();
  return isUuid(id) ? accept(id.toLowerCase()) : refuse('BAD_FORMAT', `Expected the id of a record (a UUID), found ${shown(value)}.`);
}

function checkReference(field: CatalogField, report: FieldReport): void {
  if (field.reference === undefined || field.multiple) return;
  if (field.required && field.reference.onDelete === 'set_null') {
    report('deleteBehavior', 'a required reference cannot become null when its record is deleted', 'Use cascade or restrict.');
  }
}
