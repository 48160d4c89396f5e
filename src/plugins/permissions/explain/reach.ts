import type { CatalogObject } from '../../../metadata/catalog.ts';
import { systemAccess } from '../../../resolvers/access.ts';
import { constant, type Filter } from '../../../resolvers/filter/filter.ts';
import { objectNamed, type SqlScope } from '../../../resolvers/filter/scope.ts';
import { rowCondition, visibleRows } from '../../../resolvers/filter/visible-rows.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';

/**
 * Records that holders of manage_users or manage_sharing work with, although they may not read them: those of the app in their organization.
 * Records of the platform are for those who see them.
 */
export function managedRows(object: CatalogObject, scope: SqlScope): readonly string[] {
  if (scope.access === systemAccess) return [];
  if (object.system) return visibleRows(scope, 'INCLUDE');
  const { organizationField } = object;
  if (organizationField === undefined) return [];
  const own: Filter = { kind: 'compare', field: organizationField, operator: 'eq', operand: { value: ({ caller }) => caller.organizationId } };
  const none: Filter = { kind: 'compare', field: organizationField, operator: 'isNull', operand: constant(true) };
  const reached = object.fields.get(organizationField)?.required === true ? own : { kind: 'or' as const, filters: [own, none] };
  return [rowCondition(reached, scope) ?? 'true'];
}

/** Whether a holder of manage_users may be told about the record. */
export async function isManaged(name: string, id: string, context: RequestContext): Promise<boolean> {
  const { catalog, access, database } = context;
  const binds = new BindList();
  const object = objectNamed(catalog, name);
  const wanted = binds.add(() => id, 'uuid');
  const conditions = [`o."id" = ${wanted}`, ...managedRows(object, { object, alias: 'o', catalog, access, binds })];
  const { rows } = await database.query({ text: `SELECT 1 FROM ${identifier(object.table)} o WHERE ${conditions.join(' AND ')}`, values: binds.values(context) });
  return rows.length > 0;
}
