import { ObjectosError } from '../../errors.ts';
import type { CatalogField, CatalogKey } from '../../metadata/catalog.ts';
import type { SqlScope } from '../filter/scope.ts';
import { fieldNamed, fieldSql } from '../filter/to-sql.ts';

/** A field by whose value the caller looks up a record. */
export function keyField(scope: SqlScope, name: string): CatalogField {
  const field = fieldNamed(scope.object, name);
  if (scope.access.object(scope.object.name).field(name).filter) return field;
  throw new ObjectosError('FORBIDDEN', `You may not look up ${scope.object.names.type} by ${field.graphqlName}.`);
}

/** A key of a tenant-aware object names one record in each organization: the one of the caller's is meant, also by callers who read others. */
export function withinOrganization({ scope: name }: CatalogKey, scope: SqlScope): string[] {
  if (name === undefined) return [];
  return [`${fieldSql(fieldNamed(scope.object, name), scope)} = ${scope.binds.add(({ caller }) => caller.organizationId ?? null, 'uuid')}`];
}
