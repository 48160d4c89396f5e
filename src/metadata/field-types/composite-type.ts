import type { CatalogField } from '../catalog.ts';
import type { FieldReport, FieldType } from '../field-type.ts';
import { jsonColumn } from './columns.ts';
import type { TypeParts } from './define.ts';
import { defineType } from './define.ts';
import { embeddedJson } from './embedded.ts';

const maxNesting = 5;

/** A type whose value is made of declared sub-fields, kept as jsonb. */
export function compositeType(parts: Pick<TypeParts, 'name' | 'description' | 'coerce' | 'graphql'> & Partial<TypeParts>): FieldType {
  return defineType({
    column: () => jsonColumn,
    filters: () => 'json',
    json: (sql, field) => embeddedJson(sql, field),
    check: checkSubfields,
    ...parts,
  });
}

function checkSubfields(field: CatalogField, report: FieldReport): void {
  if (field.subfields.size === 0) report('fields', `a ${field.type.name} needs at least one sub-field`, 'Add fields: { name: { type: text } }, or use json for free content.');
  if (nesting(field) > maxNesting) report('fields', `sub-fields nest deeper than ${maxNesting} levels`, 'Use an object of its own with a master_detail field.');
  for (const subfield of field.subfields.values()) {
    const { name } = subfield.type;
    const key = `fields.${subfield.name}`;
    if (subfield.type.graphql(subfield).kind === 'relation') report(key, `a sub-field cannot be a ${name}: the database cannot guard the reference`, 'Use an object of its own with a master_detail field.');
    else if (subfield.type.computed) report(key, `a sub-field cannot be a ${name}: it is computed`, 'Declare it on the object.');
    else if (subfield.type.confidential === true) report(key, `a sub-field cannot be a ${name}: it could not be hidden`, 'Declare it on the object.');
    else subfield.type.check?.(subfield, (subkey, message, hint) => { report(`${key}.${subkey}`, message, hint); });
  }
}

function nesting(field: CatalogField): number {
  return field.subfields.size === 0 ? 0 : 1 + Math.max(...[...field.subfields.values()].map(nesting));
}
