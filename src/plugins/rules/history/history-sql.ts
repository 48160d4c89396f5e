import type { FieldNode, GraphQLObjectType } from 'graphql';
import { ObjectosError } from '../../../errors.ts';
import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import { userObject } from '../../../metadata/link/link-relations.ts';
import { scopeAt, type SqlScope } from '../../../resolvers/filter/scope.ts';
import { visibleRows, whereClause } from '../../../resolvers/filter/visible-rows.ts';
import type { Args } from '../../../resolvers/read/arguments.ts';
import { fieldCondition } from '../../../resolvers/read/cells.ts';
import { pageSql } from '../../../resolvers/read/connection.ts';
import { orderMark } from '../../../resolvers/read/cursor.ts';
import type { OrderKey } from '../../../resolvers/read/order.ts';
import { leaf, pageOf } from '../../../resolvers/read/page.ts';
import type { PlannedField } from '../../../resolvers/read/planned.ts';
import type { PlanContext } from '../../../resolvers/read/plan-context.ts';
import { recordEntries } from '../../../resolvers/read/record.ts';
import { objectTypeOf, selectedFields } from '../../../resolvers/read/selection.ts';
import { identifier, literal } from '../../../resolvers/sql/identifier.ts';
import { jsonRow, type JsonEntry } from '../../../resolvers/sql/json.ts';
import { changeLogTable } from '../../../resolvers/write/change-log/table.ts';
import { shownIds, valueSql } from './value-sql.ts';

export type EntryPart = 'id' | 'kind' | 'at' | 'field' | 'label' | 'oldValue' | 'newValue' | 'oldText' | 'newText' | 'actorId' | 'actor';

/** One page of what happened to the record of the scope, under the caller's rights on its fields: entries of hidden ones are not there. */
export function historySql({ plan, scope, selected, args, path }: PlannedField, object: CatalogObject, tracked: readonly CatalogField[]): string {
  const chosen = chosenFields(args, scope, tracked);
  const fields = (chosen ?? tracked).filter(({ name }) => scope.access.object(object.name).field(name).read !== false);
  const alias = plan.binds.alias();
  const rows = { ...scope, alias };
  const keys: OrderKey[] = [
    { sql: `${alias}."position"`, descending: true, nullsFirst: false, nullable: false, cast: 'int8' },
    { sql: `${alias}."field"`, descending: true, nullsFirst: false, nullable: false, cast: 'text' },
  ];
  const set = { scope: rows, table: entryRows(scope, fields, chosen === undefined), conditions: [], wholeConditions: [], rank: undefined };
  const page = pageOf(set, { keys, mark: orderMark(`${object.name} history`, keys), joins: '' }, args, plan.limits);
  return pageSql(plan, selected, { page, entries: (type, nodes, at) => entryOf(plan, scope, alias, fields, type, nodes, at) }, path);
}

function chosenFields(args: Args, { access, object }: SqlScope, tracked: readonly CatalogField[]): readonly CatalogField[] | undefined {
  const names = leaf(args, 'fields')?.peek();
  if (!Array.isArray(names)) return undefined;
  const chosen = tracked.filter(({ name }) => names.includes(name));
  const hidden = chosen.find(({ name }) => access.object(object.name).field(name).read === false);
  if (hidden) throw new ObjectosError('FORBIDDEN', `You may not read ${object.names.type}.${hidden.graphqlName}.`);
  return chosen;
}

/** A row for each changed field, and one for each change of the whole record. */
function entryRows(scope: SqlScope, fields: readonly CatalogField[], whole: boolean): string {
  const { object, alias } = scope;
  const shown = fields.map((field) => {
    const condition = fieldCondition(scope, field);
    // A list of which only hidden records changed did not change for the caller.
    const [old, next] = ['e."value" -> 0', 'e."value" -> 1'].map((side) => shownIds(`(${side})`, field, scope));
    return [`e."key" = ${literal(field.name)}`, ...(condition === undefined ? [] : [condition]), ...(old === undefined ? [] : [`${old} IS DISTINCT FROM ${next ?? ''}`])].join(' AND ');
  });
  const parts = [
    ...(whole ? [`SELECT '' AS "field", NULL::jsonb AS "old", NULL::jsonb AS "new" WHERE l."kind" <> 'update'`] : []),
    ...(shown.length > 0 ? [`SELECT e."key", e."value" -> 0, e."value" -> 1 FROM jsonb_each(l."changes") e WHERE l."kind" = 'update' AND (${shown.map((test) => `(${test})`).join(' OR ')})`] : []),
  ];
  const entries = parts.length > 0 ? parts.join(' UNION ALL ') : `SELECT '', NULL::jsonb, NULL::jsonb WHERE false`;
  return (
    `(SELECT l."position", l."kind", l."actor", l."at", c."field", c."old", c."new" FROM ${identifier(changeLogTable)} l ` +
    `CROSS JOIN LATERAL (${entries}) c("field", "old", "new") WHERE l."record_id" = ${alias}."id" AND l."object" = ${literal(object.name)})`
  );
}

function entryOf(plan: PlanContext, scope: SqlScope, alias: string, fields: readonly CatalogField[], type: GraphQLObjectType, nodes: readonly FieldNode[], path: readonly string[]): JsonEntry[] {
  const byField = (otherwise: string, of: (field: CatalogField) => string): string =>
    fields.length === 0 ? otherwise : `CASE ${alias}."field" ${fields.map((field) => `WHEN ${literal(field.name)} THEN ${of(field)}`).join(' ')} END`;
  const value = (side: 'old' | 'new', face: 'json' | 'text'): string => byField(face === 'json' ? 'NULL::jsonb' : 'NULL::text', (field) => valueSql(`${alias}."${side}"`, field, face, scope));
  return selectedFields(plan, type, nodes).map(({ key, name, field, nodes: below }): JsonEntry => {
    if (name === '__typename') return { key, sql: literal(type.name) };
    const source = field?.extensions.objectos;
    const part = source?.kind === 'part' ? (source.part as EntryPart) : undefined;
    switch (part) {
      case 'id': return { key, sql: `concat_ws(':', ${alias}."position", nullif(${alias}."field", ''))` };
      case 'kind': return { key, sql: `CASE ${alias}."kind" WHEN 'create' THEN 'CREATED' WHEN 'update' THEN 'UPDATED' WHEN 'delete' THEN 'DELETED' ELSE 'RESTORED' END` };
      case 'at': return { key, sql: `to_char(${alias}."at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` };
      case 'field': return { key, sql: `nullif(${alias}."field", '')` };
      case 'label': return { key, sql: byField('NULL::text', ({ label }) => literal(label)) };
      case 'oldValue': return { key, sql: value('old', 'json') };
      case 'newValue': return { key, sql: value('new', 'json') };
      case 'oldText': return { key, sql: value('old', 'text') };
      case 'newText': return { key, sql: value('new', 'text') };
      case 'actorId': return { key, sql: shownActor(scope, alias) };
      case 'actor': return { key, sql: field ? actorSql(plan, scope, alias, objectTypeOf(field), below, [...path, key]) : 'NULL::json' };
      case undefined: throw new Error(`${type.name}.${name} is no part of a history entry.`);
    }
  });
}

/** Who acted is as open as who changed the record last. */
function shownActor(scope: SqlScope, alias: string): string {
  const stamp = scope.object.fields.get('updated_by');
  const condition = stamp && fieldCondition(scope, stamp);
  return condition === undefined ? `${alias}."actor"` : `CASE WHEN ${condition} THEN ${alias}."actor" END`;
}

function actorSql(plan: PlanContext, scope: SqlScope, alias: string, type: GraphQLObjectType, nodes: readonly FieldNode[], path: readonly string[]): string {
  const user = scopeAt(scope, userObject, plan.binds.alias());
  // Not every caller has the id of a record.
  const id = `CASE WHEN ${alias}."actor" ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN ${shownActor(scope, alias)}::uuid END`;
  const conditions = [`${user.alias}."id" = ${id}`, ...visibleRows(user)];
  return jsonRow(recordEntries(plan, user, type, nodes, path), `${identifier(user.object.table)} ${user.alias}${whereClause(conditions)}`);
}

/** The object of people, where the API has it. */
export function actorObject(catalog: Catalog): CatalogObject | undefined {
  const users = catalog.objects.get(userObject);
  return users && users.methods.size > 0 ? users : undefined;
}
