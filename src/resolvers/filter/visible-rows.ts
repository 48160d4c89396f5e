import { systemAccess } from '../access.ts';
import { identifier } from '../sql/identifier.ts';
import type { SqlScope } from './scope.ts';
import { filterToSql } from './to-sql.ts';

export type TrashFilter = 'EXCLUDE' | 'INCLUDE' | 'ONLY';

/** Conditions every read of an object's rows is under: the caller's row rights and the trash. Empty when all rows are meant. */
export function visibleRows(scope: SqlScope, trash: TrashFilter = 'EXCLUDE'): string[] {
  const { object, alias, access } = scope;
  const conditions: string[] = [];
  if (object.softDelete !== undefined && trash !== 'INCLUDE') {
    const column = `${alias}.${identifier(object.fields.get(object.softDelete)?.column ?? object.softDelete)}`;
    conditions.push(`${column} IS ${trash === 'ONLY' ? 'NOT NULL' : 'NULL'}`);
  }
  const condition = rowCondition(access.object(object.name).read, scope);
  if (condition !== undefined) conditions.push(condition);
  return conditions;
}

/** SQL of a right that may depend on the row; undefined when it holds for every row. */
export function rowCondition(right: boolean | Parameters<typeof filterToSql>[0], scope: SqlScope): string | undefined {
  if (right === true) return undefined;
  if (right === false) return 'false';
  // A predicate may look at records that its caller cannot read (the owner's manager), so no further rights apply inside it.
  return filterToSql(right, { ...scope, access: systemAccess });
}

export function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}
