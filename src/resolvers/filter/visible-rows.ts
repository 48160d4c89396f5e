import { systemAccess } from '../access.ts';
import { identifier } from '../sql/identifier.ts';
import type { Filter } from './filter.ts';
import { allOf, implies, type Rows } from './rows.ts';
import type { SqlScope } from './scope.ts';
import { filterToSql } from './to-sql.ts';

export type TrashFilter = 'EXCLUDE' | 'INCLUDE' | 'ONLY';

/** Conditions every read of an object's rows is under: the caller's row rights and the trash. Empty when all rows are meant. */
export function visibleRows(scope: SqlScope, trash: TrashFilter = 'EXCLUDE'): string[] {
  return rowsOf(scope.access.object(scope.object.name).read, scope, trash);
}

/** The same for rows that a lookup may name. */
export function connectableRows(scope: SqlScope, trash: TrashFilter = 'EXCLUDE'): string[] {
  const { connect, read } = scope.access.object(scope.object.name);
  return rowsOf(connect ?? read, scope, trash);
}

function rowsOf(right: Rows, scope: SqlScope, trash: TrashFilter): string[] {
  const { object, alias } = scope;
  const conditions: string[] = [];
  if (object.softDelete !== undefined && trash !== 'INCLUDE') {
    const column = `${alias}.${identifier(object.fields.get(object.softDelete)?.column ?? object.softDelete)}`;
    conditions.push(`${column} IS ${trash === 'ONLY' ? 'NOT NULL' : 'NULL'}`);
  }
  const condition = rowCondition(right, scope);
  if (condition !== undefined) conditions.push(condition);
  return conditions;
}

/** Without the conditions that the row is known to meet, itself or by its record of a relation: of children that their parent controls, below that parent. */
function remaining(right: Rows, { known = true, met }: SqlScope): Rows {
  if (typeof right === 'boolean') return right;
  const isMet = (filter: Filter): boolean => implies(known, filter) || (filter.kind === 'one' && filter.relation === met?.relation && implies(met.rows, filter.filter));
  return isMet(right) ? true : right.kind === 'and' ? allOf(right.filters.filter((filter) => !isMet(filter))) : right;
}

/** SQL of a right that may depend on the row; undefined when it holds for every row, or for this one by what is known of it. */
export function rowCondition(right: Rows, scope: SqlScope): string | undefined {
  const wanted = remaining(right, scope);
  if (wanted === true) return undefined;
  if (wanted === false) return 'false';
  // A predicate may look at records that its caller cannot read (the owner's manager), so no further rights apply inside it.
  return filterToSql(wanted, { ...scope, access: systemAccess });
}

export function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}
