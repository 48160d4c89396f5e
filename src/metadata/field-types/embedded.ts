import type { CatalogField } from '../catalog.ts';
import type { Coerced } from '../field-type.ts';
import { literal } from './columns.ts';
import { isRecord } from './definition.ts';
import { optionJson } from './options.ts';
import { accept, below, refuse, wrongType } from './problem.ts';

/**
 * Embedded values are kept as jsonb under the machine names of their sub-fields. Each sub-value is kept as its type's
 * `json` face shows it (decimals as text, instants as ISO text), with one exception: options are kept as stored values.
 */
function subfieldJson(sql: string, subfield: CatalogField): string {
  const value = `(${sql} -> ${literal(subfield.name)})`;
  return face(value, subfield);
}

function face(value: string, subfield: CatalogField): string {
  const shape = subfield.type.graphql(subfield);
  if (shape.kind === 'embedded') return embeddedJson(value, subfield);
  if (shape.kind !== 'enum') return value;
  const option = (text: string) => optionJson(text, subfield.options);
  if (option('v') === 'v') return value;
  if (shape.list !== true) return `to_jsonb(${option(`(${value} #>> '{}')`)})`;
  return listJson(value, (item) => `to_jsonb(${option(`(${item} #>> '{}')`)})`);
}

/** Applies `item` to each entry of a jsonb list, in order; null for null. */
function listJson(value: string, item: (sql: string) => string): string {
  return `CASE WHEN jsonb_typeof(${value}) = 'array' THEN COALESCE((SELECT jsonb_agg(${item('e.value')} ORDER BY e.position) FROM jsonb_array_elements(${value}) WITH ORDINALITY AS e(value, position)), '[]'::jsonb) END`;
}

/** SQL of the JSON that an embedded field shows as a whole: all sub-fields under their GraphQL names. */
export function embeddedJson(sql: string, field: CatalogField): string {
  const shape = field.type.graphql(field);
  if (shape.kind === 'embedded' && shape.list === true) return wholeValue('x', field) === 'x' ? sql : listJson(sql, (item) => wholeValue(item, field));
  const selected = wholeValue(sql, field);
  return selected === sql ? sql : `CASE WHEN jsonb_typeof(${sql}) = 'object' THEN ${selected} END`;
}

function wholeValue(value: string, field: CatalogField): string {
  const subfields = [...field.subfields.values()];
  const same = subfields.every((subfield) => subfield.name === subfield.graphqlName && face('v', subfield) === 'v');
  if (same) return value;
  const entries = subfields.map((subfield) => `jsonb_build_object(${literal(subfield.graphqlName)}, ${subfieldJson(value, subfield)})`);
  return `(${entries.join(' || ')})`;
}

/** Coerces each entry by its sub-field; entries may be named as in GraphQL or as in the definition. */
export function coerceSubfields(value: unknown, field: CatalogField): { readonly object: Readonly<Record<string, unknown>> } | ReturnType<typeof refuse> {
  if (!isRecord(value) || value instanceof Date) return wrongType('an object', value);
  const object: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const subfield of field.subfields.values()) {
    known.add(subfield.name).add(subfield.graphqlName);
    const given = value[subfield.graphqlName] ?? value[subfield.name] ?? subfield.defaultValue;
    if (given === null || given === undefined) {
      if (subfield.required) return below(subfield.graphqlName, refuse('REQUIRED', `${subfield.label} is required.`));
      continue;
    }
    const coerced = subfield.type.coerce(given, subfield);
    if ('problem' in coerced) return below(subfield.graphqlName, coerced);
    object[subfield.name] = subfield.type.column(subfield)?.castType === 'jsonb' ? JSON.parse(String(coerced.value)) : coerced.value;
  }
  const unknown = Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) return refuse('UNKNOWN_KEY', `${JSON.stringify(unknown)} is not a sub-field; there are ${[...field.subfields.keys()].join(', ')}.`);
  return { object };
}

export function coerceEmbedded(value: unknown, field: CatalogField): Coerced {
  const coerced = coerceSubfields(value, field);
  return 'problem' in coerced ? coerced : accept(JSON.stringify(coerced.object));
}
