import type { CatalogObject } from '../../../metadata/catalog.ts';
import { columnPlans } from '../../../resolvers/write/object-plan.ts';
import type { LogTarget } from '../../../resolvers/write/sql/parts.ts';
import { trackedNames } from './tracked-fields.ts';

/** An object as the change log knows it, for statements of the plugin that write its records. */
export function logTarget(object: CatalogObject): LogTarget {
  const { name, organizationField, fields } = object;
  return { name, organization: organizationField === undefined ? undefined : fields.get(organizationField), columns: columnPlans(object), kept: trackedNames(object) };
}
