import type { CatalogField, CatalogOption } from '../catalog.ts';
import type { Coerced, ColumnShape, FieldReport, FieldType } from '../field-type.ts';
import { literal, maxWord, textColumn, textListColumn, wordsText } from './columns.ts';
import { defineType } from './define.ts';
import { accept, coerceList, refuse, shown, wrongType } from './problem.ts';
import { isStorableText } from './text-values.ts';

/** A choice among declared options: one (`text`), or several (`text[]`) when the type or `multiple: true` says so. */
export function optionsType(parts: { readonly name: string; readonly description: string; readonly list: boolean }): FieldType {
  const isList = (field: CatalogField) => parts.list || field.multiple;
  return defineType({
    name: parts.name,
    description: parts.description,
    column: (field) => optionsColumn(field, isList(field)),
    graphql: (field) => (isList(field) ? { kind: 'enum', list: true } : { kind: 'enum' }),
    filters: (field) => (isList(field) ? 'enumList' : 'enum'),
    sortable: !parts.list,
    groupable: !parts.list,
    aggregates: parts.list ? [] : ['countDistinct'],
    json: (sql, field) => (isList(field) ? listJson(sql, field) : optionJson(sql, field.options)),
    searchText: (sql, field) => (isList(field) ? wordsText(sql) : sql),
    check: checkOptions,
    coerce(value, field) {
      if (!isList(field)) return coerceOption(value, field);
      const coerced = coerceList(value, (item) => coerceOption(item, field));
      return 'problem' in coerced ? coerced : accept([...new Set(coerced.values)]);
    },
  });
}

function optionsColumn(field: CatalogField, list: boolean): ColumnShape {
  const values = field.options.map((option) => literal(option.value)).join(', ');
  if (values === '') return list ? textListColumn : textColumn;
  return list
    ? { ...textListColumn, checks: [`{column} <@ ARRAY[${values}]::text[]`] }
    : { ...textColumn, checks: [`{column} IN (${values})`] };
}

/** Stored option → enum value. CASE takes less time than upper() up to a dozen options. */
export function optionJson(sql: string, options: readonly CatalogOption[]): string {
  if (options.every((option) => option.value === option.graphqlName)) return sql;
  const upper = options.every((option) => option.value.toUpperCase() === option.graphqlName && /^[a-z0-9_]+$/i.test(option.value));
  if (upper && options.length > 12) return `upper(${sql})`;
  return `CASE ${sql} ${options.map((option) => `WHEN ${literal(option.value)} THEN ${literal(option.graphqlName)}`).join(' ')} END`;
}

function listJson(sql: string, field: CatalogField): string {
  const item = optionJson('o.value', field.options);
  if (item === 'o.value') return sql;
  return `CASE WHEN ${sql} IS NOT NULL THEN ARRAY(SELECT ${item} FROM unnest(${sql}) WITH ORDINALITY AS o(value, position) ORDER BY o.position) END`;
}

/** An enum value as clients send it, or a stored value as seeds write it, the latter in any case. */
export function coerceOption(value: unknown, field: CatalogField): Coerced {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return wrongType('one of the options', value);
  const text = String(value).trim();
  const lower = text.toLowerCase();
  const { options } = field;
  const found =
    options.find((option) => option.value === text) ??
    options.find((option) => option.graphqlName === text) ??
    options.find((option) => option.value.toLowerCase() === lower) ??
    options.find((option) => option.graphqlName.toLowerCase() === lower || option.label.toLowerCase() === lower);
  if (found !== undefined) return accept(found.value);
  const listed = options.slice(0, 20).map((option) => option.value).join(', ');
  return refuse('NOT_AN_OPTION', `Expected one of ${listed}${options.length > 20 ? ', …' : ''}, found ${shown(value)}.`);
}

function checkOptions(field: CatalogField, report: FieldReport): void {
  if (field.options.length === 0) report('options', `a ${field.type.name} needs at least one option`, 'Add options: [{ label, value }].');
  for (const { value } of field.options) {
    if (value === '' || value.length > maxWord || !isStorableText(value)) report('options', `the option ${shown(value)} cannot be stored: values have 1 to ${maxWord} characters`);
  }
}
