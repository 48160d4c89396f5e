import type { CatalogField } from '../../../metadata/catalog.ts';
import { scopeAt, type SqlScope } from '../../../resolvers/filter/scope.ts';
import { fieldSql } from '../../../resolvers/filter/to-sql.ts';
import { rowCondition, visibleRows, whereClause } from '../../../resolvers/filter/visible-rows.ts';
import { identifier, literal } from '../../../resolvers/sql/identifier.ts';

/**
 * A value of the log (`jsonb`, as hooks see it) as clients read it: JSON as the API shows the field, or text for people. A mask covers
 * it as it covers the field.
 */
export function valueSql(logged: string, field: CatalogField, face: 'json' | 'text', scope: SqlScope): string {
  const text = `(${logged} #>> '{}')`;
  const { mask } = scope.access.object(scope.object.name).field(field.name);
  if (mask) return face === 'json' ? `to_jsonb(${mask(text, scope.binds)})` : `(${mask(text, scope.binds)})::text`;
  if (field.type.confidential) return face === 'json' ? logged : text;
  return face === 'json' ? jsonFace(logged, text, field, scope) : textFace(logged, text, field, scope);
}

/** An option that is gone shows as it was stored. */
function jsonFace(logged: string, text: string, field: CatalogField, scope: SqlScope): string {
  const shape = field.type.graphql(field);
  if (shape.kind === 'relation') return shownIds(logged, field, scope) ?? logged;
  if (shape.kind !== 'enum') return logged;
  if (!shape.list) return `to_jsonb(coalesce(${optionCase(text, field, 'graphqlName')}, ${text}))`;
  return `CASE WHEN jsonb_typeof(${logged}) = 'array' THEN (SELECT coalesce(jsonb_agg(coalesce(${optionCase('v."value"', field, 'graphqlName')}, v."value") ORDER BY v."n"), '[]') FROM ${items(logged)}) END`;
}

/** The ids of a list that lead to records which the caller may see, as the field itself shows them; undefined where nothing is hidden. */
export function shownIds(logged: string, field: CatalogField, scope: SqlScope): string | undefined {
  const target = field.multiple ? targetOf(field, scope) : undefined;
  if (!target || rowCondition(scope.access.object(target.object.name).read, target) === undefined) return undefined;
  const conditions = [`${target.alias}."id" = v."value"::uuid`, ...visibleRows(target)];
  const shown = `EXISTS (SELECT FROM ${identifier(target.object.table)} ${target.alias}${whereClause(conditions)})`;
  return `CASE WHEN jsonb_typeof(${logged}) = 'array' THEN (SELECT coalesce(jsonb_agg(v."value" ORDER BY v."n"), '[]') FROM ${items(logged)} WHERE ${shown}) END`;
}

function targetOf({ reference }: CatalogField, scope: SqlScope): SqlScope | undefined {
  return reference && scope.catalog.objects.has(reference.object) ? scopeAt(scope, reference.object) : undefined;
}

function textFace(logged: string, text: string, field: CatalogField, scope: SqlScope): string {
  const shape = field.type.graphql(field);
  switch (shape.kind) {
    case 'enum':
      return shape.list ? joined(logged, `coalesce(${optionCase('v."value"', field, 'label')}, v."value")`) : `coalesce(${optionCase(text, field, 'label')}, ${text})`;
    case 'relation':
      return shape.list ? joined(logged, nameOf(field, 'v."value"', scope)) : nameOf(field, text, scope);
    case 'scalar':
      return shape.list ? joined(logged, 'v."value"') : shape.scalar === 'JSON' || shape.scalar === 'JSONObject' ? 'NULL::text' : text;
    case 'embedded':
      return 'NULL::text';
  }
}

const items = (logged: string): string => `jsonb_array_elements_text(CASE WHEN jsonb_typeof(${logged}) = 'array' THEN ${logged} ELSE '[]' END) WITH ORDINALITY AS v("value", "n")`;

const joined = (logged: string, item: string): string => `(SELECT string_agg(${item}, ', ' ORDER BY v."n") FROM ${items(logged)})`;

function optionCase(text: string, { options }: CatalogField, face: 'graphqlName' | 'label'): string {
  return `CASE ${text} ${options.map((option) => `WHEN ${literal(option.value)} THEN ${literal(option[face])}`).join(' ')} END`;
}

/** The name of the record that a lookup led to, for those who may read it. */
function nameOf(field: CatalogField, id: string, scope: SqlScope): string {
  const target = targetOf(field, scope);
  const name = target?.object.fields.get(target.object.nameField);
  if (!target || !name) return 'NULL::text';
  const { read, mask } = scope.access.object(target.object.name).field(name.name);
  const shown = rowCondition(read, target);
  const stored = fieldSql(name, target);
  const value = mask ? mask(stored, scope.binds) : name.type.json(stored, name);
  const conditions = [`${target.alias}."id" = (${id})::uuid`, ...visibleRows(target), ...(shown === undefined ? [] : [shown])];
  return `(SELECT (${value})::text FROM ${identifier(target.object.table)} ${target.alias}${whereClause(conditions)})`;
}
