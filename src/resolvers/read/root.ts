import { isObjectType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { CatalogObject } from '../../metadata/catalog.ts';
import { castOf, familyOf, operandValue } from '../filter/operators.ts';
import type { SqlScope } from '../filter/scope.ts';
import { fieldSql } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { identifier, literal } from '../sql/identifier.ts';
import { jsonRow, jsonRows } from '../sql/json.ts';
import { aggregateEntrySql } from './aggregate.ts';
import type { Args, LeafArg } from './arguments.ts';
import { connectionSql } from './connection.ts';
import { entitiesSql, lookupSql } from './entities.ts';
import { groupsSql } from './groups.ts';
import { keyField, withinOrganization } from './keys.ts';
import { leaf } from './page.ts';
import { scopeOf, type PlanContext } from './plan-context.ts';
import { recordEntries } from './record.ts';
import { objectTypeOf, type SelectedField } from './selection.ts';
import { entriesOf } from './where.ts';

/** SQL of one root field of Query, or undefined when the field has a resolver of its own. */
export function rootSql(plan: PlanContext, selected: SelectedField): string | undefined {
  const { field, nodes, key } = selected;
  const source = field?.extensions.objectos;
  if (!field || !source) return undefined;
  const args = plan.args.of(field, nodes[0]);
  switch (source.kind) {
    case 'record':
      return recordSql(plan, selected, args, scopeOf(plan, source.object), [key]);
    case 'list':
      return connectionSql(plan, selected, args, scopeOf(plan, source.object), [key]);
    case 'aggregate':
      return aggregateEntrySql(plan, selected, args, scopeOf(plan, source.object));
    case 'groups':
      return groupsSql(plan, selected, args, scopeOf(plan, source.object), [key]);
    case 'node':
      return nodeSql(plan, selected, required(leaf(args, 'id'), 'id'));
    case 'nodes':
      return nodesSql(plan, selected, required(leaf(args, 'ids'), 'ids'));
    case 'entities':
      return entitiesSql(plan, selected, source.keys, required(leaf(args, 'representations'), 'representations'));
    case 'lookup':
      return lookupSql(plan, selected, source, required(leaf(args, 'keys'), 'keys'));
    default:
      return undefined;
  }
}

function recordSql(plan: PlanContext, selected: SelectedField, args: Args, scope: SqlScope, path: readonly string[]): string {
  const conditions = [...keyConditions(args, scope), ...visibleRows(scope)];
  const entries = recordEntries(plan, { ...scope, visible: true }, objectTypeOf(selected.field as GraphQLField<unknown, unknown>), selected.nodes, path);
  return jsonRow(entries, `${identifier(scope.object.table)} ${scope.alias}${whereClause(conditions)}`);
}

/** `id`, or one unique key in `by`. */
function keyConditions(args: Args, scope: SqlScope): string[] {
  const id = leaf(args, 'id');
  const by = args.get('by');
  const key = by ? entriesOf(by)[0] : undefined;
  if ((id === undefined) === (key === undefined)) {
    throw new ObjectosError('BAD_REQUEST', `${scope.object.names.one}: give exactly one of id and by.`);
  }
  if (id) return [equals(scope, 'id', id)];
  const source = key?.input.extensions.objectos;
  const named = source?.kind === 'key' ? scope.object.keys.find((candidate) => candidate.name === source.key) : undefined;
  if (!key || !named) throw new Error(`${scope.object.name} has no such key.`);
  const within = withinOrganization(named, scope);
  if (key.value.kind === 'leaf') return [equals(scope, named.fields[0] as string, key.value), ...within];
  const parts = entriesOf(key.value).map((part) => {
    const of = part.input.extensions.objectos;
    if (of?.kind !== 'field' || part.value.kind !== 'leaf') throw new ObjectosError('BAD_REQUEST', `by: ${part.name} must have a value.`);
    return equals(scope, of.field, part.value);
  });
  return [...parts, ...within];
}

function equals(scope: SqlScope, name: string, value: LeafArg): string {
  const field = keyField(scope, name);
  const family = familyOf(field);
  const bound = scope.binds.add((request) => operandValue(family, value.operand.value(request), request.now), castOf[family]);
  return `${fieldSql(field, scope)} = ${bound}`;
}

function nodeSql(plan: PlanContext, selected: SelectedField, id: LeafArg): string {
  const bound = plan.binds.add((request) => operandValue('id', id.operand.value(request), request.now), 'uuid');
  return `(SELECT n.o FROM (${nodeUnion(plan, selected, bound)}) n LIMIT 1)`;
}

function nodesSql(plan: PlanContext, selected: SelectedField, ids: LeafArg): string {
  const bound = plan.binds.add((request) => (ids.operand.value(request) as unknown[]).map((id) => operandValue('id', id, request.now)), 'uuid[]');
  const one = `(SELECT n.o FROM (${nodeUnion(plan, selected, 'i.id')}) n LIMIT 1)`;
  return `(SELECT coalesce(json_agg(${one} ORDER BY i.n), '[]'::json) FROM unnest(${bound}) WITH ORDINALITY i(id, n))`;
}

/** An id does not tell its object: each readable table is probed by primary key. */
function nodeUnion(plan: PlanContext, selected: SelectedField, id: string): string {
  const branches = nodeTypes(plan).map(([object, type]) => {
    const scope = scopeOf(plan, object.name);
    const conditions = [`${scope.alias}."id" = ${id}`, ...visibleRows(scope)];
    const entries = recordEntries(plan, { ...scope, visible: true }, type, selected.nodes, [selected.key]);
    if (plan.mode === 'values' || entries.length === 0) entries.push({ key: '$type', sql: literal(type.name) });
    const { query, row } = jsonRows(entries, `${identifier(object.table)} ${scope.alias}${whereClause(conditions)}`);
    return `SELECT ${entries.length === 1 && entries[0]?.key === '$type' && plan.mode === 'text' ? `'{}'::json` : row} AS o FROM (${query}) x`;
  });
  return branches.length === 0 ? 'SELECT NULL::json AS o WHERE false' : branches.join(' UNION ALL ');
}

function nodeTypes(plan: PlanContext): [CatalogObject, GraphQLObjectType][] {
  return [...plan.catalog.objects.values()].flatMap((object): [CatalogObject, GraphQLObjectType][] => {
    if (!object.methods.has('get') || plan.access.object(object.name).read === false) return [];
    const type = plan.schema.getType(object.names.type);
    return isObjectType(type) ? [[object, type]] : [];
  });
}

function required(arg: LeafArg | undefined, name: string): LeafArg {
  if (!arg) throw new ObjectosError('BAD_REQUEST', `${name} must be given.`);
  return arg;
}
