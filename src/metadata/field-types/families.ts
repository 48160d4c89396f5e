import * as z from 'zod';
import type { CatalogField } from '../catalog.ts';
import type { AggregateFunction, FieldType, ScalarName } from '../field-type.ts';
import { textColumn } from './columns.ts';
import { lengthKeys, textKey } from './definition.ts';
import type { TypeParts } from './define.ts';
import { defineType } from './define.ts';
import { namedFormats } from './formats.ts';
import { refuse, shown } from './problem.ts';
import { checkText, coerceText } from './text-values.ts';

export const orderedAggregates: readonly AggregateFunction[] = ['countDistinct', 'min', 'max'];
export const numericAggregates: readonly AggregateFunction[] = ['countDistinct', 'sum', 'avg', 'min', 'max'];

/** A type stored as text. Long ones (documents) are neither sorted nor grouped by; those that are not shown are not filtered or searched either. */
export function textType(parts: Partial<TypeParts> & { readonly name: string; readonly description: string; readonly long?: boolean; readonly scalar?: ScalarName; readonly shown?: boolean }): FieldType {
  const { long = false, scalar = 'String', shown = true, keys = {}, ...rest } = parts;
  return defineType({
    column: () => textColumn,
    graphql: () => ({ kind: 'scalar', scalar }),
    filters: () => (shown ? 'string' : undefined),
    sortable: !long,
    groupable: !long,
    aggregates: long ? [] : orderedAggregates,
    ...(shown && { searchText: (sql: string) => sql }),
    check: checkText,
    coerce: coerceText,
    ...rest,
    keys: { ...lengthKeys, ...keys },
  });
}

/** A text of a named format: email, url, phone. */
export function formattedType(parts: { readonly name: string; readonly description: string; readonly scalar: ScalarName }): FieldType {
  const format = namedFormats.get(parts.name);
  if (format === undefined) throw new TypeError(`no format is named ${parts.name}`);
  return textType({
    ...parts,
    coerce(value, field) {
      const text = typeof value === 'string' ? value.trim() : value;
      const coerced = coerceText(text, withoutFormat(field, parts.name));
      if ('problem' in coerced) return coerced;
      if (typeof coerced.value === 'string' && !format.test(coerced.value)) return refuse('BAD_FORMAT', `Expected ${format.expected}, found ${shown(coerced.value)}.`);
      return coerced;
    },
  });
}

/** `format: email` on an email field repeats the type; anything else narrows it. */
function withoutFormat(field: CatalogField, format: string): CatalogField {
  return textKey(field, 'format') === format ? { ...field, definition: { ...field.definition, format: undefined } } : field;
}

export const rowsKey = { rows: z.int().min(1).optional() } satisfies z.ZodRawShape;
