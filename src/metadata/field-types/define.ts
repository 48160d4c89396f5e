import type { CatalogField } from '../catalog.ts';
import type { FieldReport, FieldType } from '../field-type.ts';
import { defaultToken } from './defaults.ts';

/** Everything of a type that differs from the plainest one: not sortable, nothing to aggregate, shown as stored. */
export type TypeParts = Pick<FieldType, 'name' | 'description' | 'column' | 'graphql' | 'filters' | 'coerce'> & Partial<FieldType>;

/** Completes the faces of a type and adds the checks that all share: the default is an accepted value, unique fields can be looked up by. */
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
      checkUnique(field, report);
    },
  });
}

function checkUnique(field: CatalogField, report: FieldReport): void {
  const family = field.type.filters(field);
  if (family !== undefined && family !== 'json' && family !== 'enumList' && family !== 'stringList') return;
  const what = field.multiple ? `a ${field.type.name} with several values` : `a ${field.type.name}`;
  if (field.unique) report('unique', `${what} cannot be unique, since records cannot be looked up by it`, 'Remove unique.');
  if (field.externalId) report('externalId', `${what} cannot identify a record`, 'Use a text field.');
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
