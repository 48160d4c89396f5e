import { ObjectosError } from '../../errors.ts';
import type { CatalogField } from '../../metadata/catalog.ts';
import { identifier } from '../sql/identifier.ts';
import { castOf, familyOf } from '../filter/operators.ts';
import { scopeAt, type SqlScope } from '../filter/scope.ts';
import { fieldNamed, fieldSql, relationJoin, relationNamed } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { entriesOf, itemsOf, peekLeaf, requireRelation } from './where.ts';
import type { Arg } from './arguments.ts';

export interface OrderKey {
  /** SQL over the row and the joins. */
  readonly sql: string;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly nullable: boolean;
  /** PostgreSQL type that a cursor's text is cast to. */
  readonly cast: string;
}

export interface Order {
  readonly keys: readonly OrderKey[];
  /** LEFT JOINs that the keys refer to. */
  readonly joins: string;
}

export const sortOrders = ['ASC', 'DESC', 'ASC_NULLS_FIRST', 'ASC_NULLS_LAST', 'DESC_NULLS_FIRST', 'DESC_NULLS_LAST'] as const;
export type SortOrder = (typeof sortOrders)[number];

/** Reads `orderBy`; the id breaks ties, so that every order is total. */
export function readOrder(arg: Arg | undefined, scope: SqlScope): Order {
  const joins: string[] = [];
  const keys = arg ? itemsOf(arg).flatMap((item) => readKeys(item, scope, joins)) : [];
  return { keys: [...keys, idKey(scope, keys[0]?.descending ?? false)], joins: joins.join('') };
}

export function idKey(scope: SqlScope, descending: boolean): OrderKey {
  return { sql: `${scope.alias}."id"`, descending, nullsFirst: descending, nullable: false, cast: 'uuid' };
}

function readKeys(item: Arg, scope: SqlScope, joins: string[]): OrderKey[] {
  return entriesOf(item).flatMap(({ name, input, value }) => {
    const source = input.extensions.objectos;
    switch (source?.kind) {
      case 'field': {
        const field = fieldNamed(scope.object, source.field);
        requireSortable(scope, field);
        return [{ sql: fieldSql(field, scope), ...direction(value), nullable: isNullable(field), cast: castOf[familyOf(field)] }];
      }
      case 'relation': {
        const relation = relationNamed(scope.object, source.relation);
        if (relation.kind !== 'one') throw new Error(`${name} cannot order ${scope.object.name}.`);
        requireSortable(scope, fieldNamed(scope.object, relation.field));
        const target = scopeAt(scope, relation.target);
        const conditions = [relationJoin(relation, scope.alias, target.alias), ...visibleRows(target)];
        joins.push(` LEFT JOIN ${identifier(target.object.table)} ${target.alias} ON ${conditions.join(' AND ')}`);
        return readKeys(value, target, joins).map((key) => ({ ...key, nullable: true }));
      }
      case 'relationAggregate': {
        const relation = relationNamed(scope.object, source.relation);
        const target = scopeAt(scope, relation.target);
        requireRelation(relation, scope, target.object, (_access, object, name) => { requireSortable({ access: scope.access, object }, fieldNamed(object, name)); });
        const conditions = [relationJoin(relation, scope.alias, target.alias), ...visibleRows(target)];
        const sql = `(SELECT count(*) FROM ${identifier(target.object.table)} ${target.alias}${whereClause(conditions)})`;
        return [{ sql, ...direction(value), nullable: false, cast: 'int8' }];
      }
      default:
        throw new Error(`The order entry ${name} of ${scope.object.name} has no source.`);
    }
  });
}

export function direction(value: Arg): { descending: boolean; nullsFirst: boolean } {
  const given = peekLeaf(value);
  if (typeof given !== 'string') throw new ObjectosError('BAD_REQUEST', 'orderBy: null is not an order. Leave the entry out.');
  const descending = given.startsWith('DESC');
  return { descending, nullsFirst: given.endsWith('NULLS_FIRST') || (descending && !given.endsWith('NULLS_LAST')) };
}

/** Columns that the database keeps free of nulls allow the shorter condition that an index serves. */
function isNullable(field: CatalogField): boolean {
  return !(field.system && field.required);
}

function requireSortable({ access, object }: Pick<SqlScope, 'access' | 'object'>, field: CatalogField): void {
  if (!access.object(object.name).field(field.name).sort) {
    throw new ObjectosError('FORBIDDEN', `You may not order by ${object.names.type}.${field.graphqlName}.`);
  }
}

export function orderSql(keys: readonly OrderKey[], backward: boolean): string {
  return ` ORDER BY ${keys.map((key) => orderItem(key, backward)).join(', ')}`;
}

function orderItem(key: OrderKey, backward: boolean): string {
  const descending = key.descending !== backward;
  const nullsFirst = key.nullsFirst !== backward;
  const nulls = !key.nullable || nullsFirst === descending ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
  return `${key.sql}${descending ? ' DESC' : ''}${nulls}`;
}
