import type { CatalogField } from '../catalog.ts';
import type { FieldReport, FieldType } from '../field-type.ts';
import { defaultToken } from './defaults.ts';

/** Everything of a type that differs from the plainest one: not sortable, nothing to aggregate, shown as stored. */
export type TypeParts = Pick<FieldType, 'name' | 'description' | 'column' | 'graphql' | 'filters' | 'coerce'> & Partial<FieldType>;

/** Completes the faces of a type and adds the check that every type shares: a default must itself be an accepted value. */
export function defineType(parts: TypeParts): FieldType {
  const { check } = parts;
  return Object.freeze({
    keys: {},
    sortable: false,
    aggregates: [],
    groupable: false,
    computed: false,
    json: (sql: string) => sql,
    ...parts,
    check(field: CatalogField, report: FieldReport) {
      check?.(field, report);
      checkDefault(field, report);
    },
  });
}

function checkDefault(field: CatalogField, report: FieldReport): void {
  const value = field.defaultValue;
  if (value === undefined || value === null) return;
  if (field.type.computed) {
    report('defaultValue', `a ${field.type.name} is computed and takes no default`, 'Remove defaultValue.');
    return;
  }
  if (field.type.confidential === true) {
    report('defaultValue', `a ${field.type.name} takes no default, since the definition would disclose it`, 'Remove defaultValue.');
    return;
  }
  if (defaultToken(field) !== undefined) return;
  const coerced = field.type.coerce(value, field);
  if ('problem' in coerced) report('defaultValue', `the default is not an accepted value: ${coerced.problem.message}`);
}
