import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { CatalogField, CatalogRelation } from '../../metadata/catalog.ts';
import { scopeAt, type SqlScope } from '../filter/scope.ts';
import { fieldNamed, fieldSql, relationJoin, relationNamed } from '../filter/to-sql.ts';
import { rowCondition, visibleRows, whereClause } from '../filter/visible-rows.ts';
import { identifier, literal } from '../sql/identifier.ts';
import { jsonObject, jsonRow, type JsonEntry } from '../sql/json.ts';
import { aggregateEntrySql } from './aggregate.ts';
import { connectionSql } from './connection.ts';
import { embeddedSql } from './embedded.ts';
import { groupsSql } from './groups.ts';
import type { PlanContext } from './plan-context.ts';
import { needsResolver, objectTypeOf, selectedFields, type SelectedField } from './selection.ts';

/** Members of the JSON of one record: what the nodes select of `type`, from the row `scope.alias`. */
export function recordEntries(plan: PlanContext, scope: SqlScope, type: GraphQLObjectType, nodes: readonly FieldNode[], path: readonly string[]): JsonEntry[] {
  const entries: JsonEntry[] = [];
  const needs = new Set<string>();
  for (const selected of selectedFields(plan, type, nodes)) {
    const sql = memberSql(plan, scope, type, selected, [...path, selected.key], needs);
    if (sql !== undefined) entries.push({ key: selected.key, sql });
  }
  if (needs.size > 0) entries.push({ key: '$needs', sql: neededSql(scope, needs) });
  return entries;
}

function memberSql(plan: PlanContext, scope: SqlScope, type: GraphQLObjectType, selected: SelectedField, path: readonly string[], needs: Set<string>): string | undefined {
  const { name, field, nodes } = selected;
  if (name === '__typename') return literal(type.name);
  const source = field?.extensions.objectos;
  if (!field || !source) {
    needsResolver(plan, `${type.name}.${name}`);
    return undefined;
  }
  const args = () => plan.args.of(field, nodes[0]);
  switch (source.kind) {
    case 'field':
      return fieldJson(plan, scope, fieldNamed(scope.object, source.field), selected, path);
    case 'one': {
      const relation = relationNamed(scope.object, source.relation);
      if (relation.kind !== 'one' || isDenied(plan, scope, fieldNamed(scope.object, relation.field), path)) return 'NULL::json';
      return toOneSql(plan, scope, relation, objectTypeOf(field), nodes, path);
    }
    case 'many': {
      const { target, base } = below(plan, scope, source.relation, path);
      return connectionSql(plan, selected, args(), target, path, base);
    }
    case 'manyAggregate': {
      const { target, base } = below(plan, scope, source.relation, path);
      return aggregateEntrySql(plan, selected, args(), target, base);
    }
    case 'manyGroups': {
      const { target, base } = below(plan, scope, source.relation, path);
      return groupsSql(plan, selected, args(), target, path, base);
    }
    case 'custom':
      needsResolver(plan, `${type.name}.${name}`);
      for (const need of source.needs) needs.add(need);
      return undefined;
    default:
      throw new Error(`${type.name}.${name} has a source that a record cannot have: ${source.kind}.`);
  }
}

/** The rows of a to-many relation. Where the lookup that makes it is hidden, so is who belongs to whom. */
function below(plan: PlanContext, scope: SqlScope, relationName: string, path: readonly string[]): { target: SqlScope; base: string[] } {
  const relation = relationNamed(scope.object, relationName);
  const target = scopeAt(scope, relation.target, plan.binds.alias());
  const [holder, lookup] = lookupOf(relation, scope, target);
  const field = fieldNamed(holder.object, lookup);
  isDenied(plan, holder, field, path);
  const condition = fieldCondition(holder, field);
  return { target, base: [relationJoin(relation, scope.alias, target.alias), ...(condition === undefined ? [] : [condition])] };
}

function lookupOf(relation: CatalogRelation, scope: SqlScope, target: SqlScope): readonly [SqlScope, string] {
  switch (relation.kind) {
    case 'one': return [scope, relation.field];
    case 'many': return [target, relation.targetField];
    case 'link': return [relation.from === 'source' ? scope : target, relation.link.field];
  }
}

function toOneSql(plan: PlanContext, scope: SqlScope, relation: CatalogRelation & { kind: 'one' }, type: GraphQLObjectType, nodes: readonly FieldNode[], path: readonly string[]): string {
  const target = scopeAt(scope, relation.target, plan.binds.alias());
  const conditions = [relationJoin(relation, scope.alias, target.alias), ...visibleRows(target)];
  const sql = jsonRow(recordEntries(plan, target, type, nodes, path), `${identifier(target.object.table)} ${target.alias}${whereClause(conditions)}`);
  const condition = fieldCondition(scope, fieldNamed(scope.object, relation.field));
  return condition === undefined ? sql : `CASE WHEN ${condition} THEN ${sql} END`;
}

function fieldJson(plan: PlanContext, scope: SqlScope, field: CatalogField, selected: SelectedField, path: readonly string[]): string {
  if (isDenied(plan, scope, field, path)) return 'NULL::json';
  const { mask } = scope.access.object(scope.object.name).field(field.name);
  const sql = mask && field.column !== undefined ? `to_json(${mask(fieldSql(field, scope.alias))})` : valueJson(plan, scope, field, selected);
  const condition = fieldCondition(scope, field);
  return condition === undefined ? sql : `CASE WHEN ${condition} THEN ${sql} END`;
}

function valueJson(plan: PlanContext, scope: SqlScope, field: CatalogField, selected: SelectedField): string {
  if (field.column === undefined) return linkedIds(scope, field);
  const stored = fieldSql(field, scope.alias);
  const shape = field.type.graphql(field);
  if (shape.kind !== 'embedded') return field.type.json(stored, field);
  return embeddedSql(plan, stored, field, selected);
}

/** Ids of a multiple lookup in their order, those of visible records only. */
function linkedIds(scope: SqlScope, field: CatalogField): string {
  const relation = [...scope.object.relations.values()].find((other) => other.kind === 'link' && other.from === 'source' && other.link.field === field.name);
  if (relation?.kind !== 'link') throw new Error(`${field.object}.${field.name} is neither a column nor a link.`);
  const target = scopeAt(scope, relation.target);
  const conditions = [`l.source_id = ${scope.alias}."id"`, ...visibleRows(target)];
  const from = `${identifier(relation.link.table)} l JOIN ${identifier(target.object.table)} ${target.alias} ON ${target.alias}."id" = l.target_id`;
  return `(SELECT coalesce(json_agg(l.target_id ORDER BY l.position, l.target_id), '[]'::json) FROM ${from}${whereClause(conditions)})`;
}

/** Notes the denial when the caller may read the field on no row at all. */
function isDenied(plan: PlanContext, scope: SqlScope, field: CatalogField, path: readonly string[]): boolean {
  if (plan.access.object(scope.object.name).field(field.name).read !== false) return false;
  plan.denied.push({ path, message: `You may not read ${scope.object.names.type}.${field.graphqlName}.` });
  return true;
}

/** Condition under which the field shows on a row; undefined when it always does. */
function fieldCondition(scope: SqlScope, field: CatalogField): string | undefined {
  return rowCondition(scope.access.object(scope.object.name).field(field.name).read, scope);
}

/** Values for resolvers of custom fields, by machine name, under the caller's rights. */
function neededSql(scope: SqlScope, needs: ReadonlySet<string>): string {
  return jsonObject(
    [...needs].map((name) => {
      const field = fieldNamed(scope.object, name);
      const condition = fieldCondition(scope, field);
      const { mask } = scope.access.object(scope.object.name).field(name);
      const stored = field.column === undefined ? undefined : fieldSql(field, scope.alias);
      const sql = stored === undefined ? linkedIds(scope, field) : mask ? `to_json(${mask(stored)})` : field.type.json(stored, field);
      return { key: name, sql: condition === undefined ? sql : `CASE WHEN ${condition} THEN ${sql} END` };
    }),
  );
}
