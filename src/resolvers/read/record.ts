import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { CatalogField, CatalogRelation } from '../../metadata/catalog.ts';
import { hasValue } from '../computed.ts';
import { implies } from '../filter/rows.ts';
import { scopeAt, type SqlScope } from '../filter/scope.ts';
import { fieldNamed, fieldSql, relationJoin, relationNamed } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { identifier, literal } from '../sql/identifier.ts';
import { jsonRow, type JsonEntry } from '../sql/json.ts';
import { aggregateEntrySql } from './aggregate.ts';
import { cellSql, fieldCondition, isDenied, isMasked, linkedIds, whereShown } from './cells.ts';
import { connectionSql } from './connection.ts';
import { embeddedSql } from './embedded.ts';
import { groupsSql } from './groups.ts';
import { needsEntries, type NeedyField } from './needs.ts';
import type { PlanContext } from './plan-context.ts';
import { needsResolver, objectTypeOf, selectedFields, type SelectedField } from './selection.ts';

/** Members of the JSON of one record: what the nodes select of `type`, from the row `scope.alias`. */
export function recordEntries(plan: PlanContext, scope: SqlScope, type: GraphQLObjectType, nodes: readonly FieldNode[], path: readonly string[]): JsonEntry[] {
  const entries: JsonEntry[] = [];
  const needy: NeedyField[] = [];
  for (const selected of selectedFields(plan, type, nodes)) {
    const sql = memberSql(plan, scope, type, selected, [...path, selected.key], needy);
    if (sql !== undefined) entries.push({ key: selected.key, sql });
  }
  return [...entries, ...needsEntries(plan, scope, needy)];
}

function memberSql(plan: PlanContext, scope: SqlScope, type: GraphQLObjectType, selected: SelectedField, path: readonly string[], needy: NeedyField[]): string | undefined {
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
      if (relation.kind !== 'one') return 'NULL::json';
      const lookup = fieldNamed(scope.object, relation.field);
      if (isDenied(plan, scope, lookup, path) || isMasked(scope, lookup)) return 'NULL::json';
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
    case 'planned':
      return source.sql({ plan, scope, selected, args: args(), path });
    case 'custom':
      needsResolver(plan, `${type.name}.${name}`);
      needy.push({ path, name: `${type.name}.${name}`, needs: source.needs });
      return undefined;
    default:
      throw new Error(`${type.name}.${name} has a source that a record cannot have: ${source.kind}.`);
  }
}

/** The rows of a to-many relation. Where the lookup that makes it is hidden, so is who belongs to whom. */
function below(plan: PlanContext, scope: SqlScope, relationName: string, path: readonly string[]): { target: SqlScope; base: string[] } {
  const relation = relationNamed(scope.object, relationName);
  const target = childScope(scope, relation, plan.binds.alias());
  const [holder, lookup] = lookupOf(relation, scope, target);
  const field = fieldNamed(holder.object, lookup);
  const condition = isMasked(holder, field) ? 'false' : fieldCondition(holder, field);
  if (!isDenied(plan, holder, field, path) && condition !== undefined && !isMasked(holder, field)) plan.denied.push({ path, message: `Only those are here whose ${holder.object.names.type}.${field.graphqlName} you may read.` });
  return { target, base: [relationJoin(relation, scope.alias, target.alias), ...(condition === undefined ? [] : [condition])] };
}

/** Below a row that may be read: its children know that it may be. */
function childScope(scope: SqlScope, relation: CatalogRelation, alias: string): SqlScope {
  const target = scopeAt(scope, relation.target, alias);
  if (scope.visible !== true || relation.kind !== 'many') return target;
  const back = [...target.object.relations.values()].find((other) => other.kind === 'one' && other.field === relation.targetField);
  return back?.target === scope.object.name ? { ...target, met: { relation: back.name, rows: scope.access.object(scope.object.name).read } } : target;
}

/** Above a row that may be read because of its master: that may be read too. */
function masterScope(scope: SqlScope, relation: CatalogRelation & { kind: 'one' }, alias: string): SqlScope {
  const target = scopeAt(scope, relation.target, alias);
  const { read } = scope.access.object(scope.object.name);
  const { read: wanted } = target.access.object(target.object.name);
  const isControlled = typeof wanted !== 'boolean' && implies(read, { kind: 'one', relation: relation.name, filter: wanted });
  return scope.visible === true && isControlled ? { ...target, known: wanted } : target;
}

function lookupOf(relation: CatalogRelation, scope: SqlScope, target: SqlScope): readonly [SqlScope, string] {
  switch (relation.kind) {
    case 'one': return [scope, relation.field];
    case 'many': return [target, relation.targetField];
    case 'link': return [relation.from === 'source' ? scope : target, relation.link.field];
  }
}

function toOneSql(plan: PlanContext, scope: SqlScope, relation: CatalogRelation & { kind: 'one' }, type: GraphQLObjectType, nodes: readonly FieldNode[], path: readonly string[]): string {
  const target = masterScope(scope, relation, plan.binds.alias());
  const conditions = [relationJoin(relation, scope.alias, target.alias), ...visibleRows(target)];
  const sql = jsonRow(recordEntries(plan, { ...target, visible: true }, type, nodes, path), `${identifier(target.object.table)} ${target.alias}${whereClause(conditions)}`);
  return whereShown(plan, scope, fieldNamed(scope.object, relation.field), path, sql);
}

function fieldJson(plan: PlanContext, scope: SqlScope, field: CatalogField, selected: SelectedField, path: readonly string[]): string {
  return cellSql(plan, scope, field, path, () => {
    if (!hasValue(field)) return linkedIds(scope, field);
    const stored = fieldSql(field, scope);
    return field.type.graphql(field).kind === 'embedded' ? embeddedSql(plan, stored, field, selected) : field.type.json(stored, field);
  });
}
