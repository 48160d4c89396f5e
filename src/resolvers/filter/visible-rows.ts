import { systemAccess } from '../access.ts';
import { identifier } from '../sql/identifier.ts';
import type { Filter } from './filter.ts';
import type { SqlScope } from './scope.ts';
import { filterToSql } from './to-sql.ts';

export type TrashFilter = 'EXCLUDE' | 'INCLUDE' | 'ONLY';

/** Conditions every read of an object's rows is under: the caller's row rights and the trash. Empty when all rows are meant. */
export function visibleRows(scope: SqlScope, trash: TrashFilter = 'EXCLUDE'): string[] {
  return rowsOf(scope.access.object(scope.object.name).read, scope, trash);
}

/** The same for rows that a lookup may name. */
export function connectableRows(scope: SqlScope): string[] {
  const { connect, read } = scope.access.object(scope.object.name);
  return rowsOf(connect ?? read, scope, 'EXCLUDE');
}

function rowsOf(right: boolean | Filter, scope: SqlScope, trash: TrashFilter): string[] {
  const { object, alias } = scope;
  const conditions: string[] = [];
  if (object.softDelete !== undefined && trash !== 'INCLUDE') {
    const column = `${alias}.${identifier(object.fields.get(object.softDelete)?.column ?? object.softDelete)}`;
    conditions.push(`${column} IS ${trash === 'ONLY' ? 'NOT NULL' : 'NULL'}`);
  }
  const condition = rowCondition(remaining(right, scope), scope);
  if (condition !== undefined) conditions.push(condition);
  return conditions;
}

/** Without the conditions that the row's record of a relation is known to meet: of children that their parent controls, below that parent. */
function remaining(right: boolean | Filter, { met }: SqlScope): boolean | Filter {
  if (typeof right === 'boolean' || met === undefined) return right;
  if (right.kind === 'one') return right.relation === met.relation && implies(met.rows, right.filter) ? true : right;
  if (right.kind !== 'and') return right;
  const filters = right.filters.filter((filter) => !(filter.kind === 'one' && filter.relation === met.relation && implies(met.rows, filter.filter)));
  return filters.length === right.filters.length ? right : filters.length === 0 ? true : { kind: 'and', filters };
}

/** Sure only of the same filter: alone, or as one of those that all hold. */
function implies(rows: boolean | Filter, wanted: Filter): boolean {
  return rows === wanted || (typeof rows !== 'boolean' && rows.kind === 'and' && rows.filters.some((filter) => implies(filter, wanted)));
}

/** SQL of a right that may depend on the row; undefined when it holds for every row. */
export function rowCondition(right: boolean | Filter, scope: SqlScope): string | undefined {
  if (right === true) return undefined;
  if (right === false) return 'false';
  // A predicate may look at records that its caller cannot read (the owner's manager), so no further rights apply inside it.
  return filterToSql(right, { ...scope, access: systemAccess });
}

export function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}
