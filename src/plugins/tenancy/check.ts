import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import type { CatalogReport } from '../../metadata/phase.ts';
import { isPlatformObject, organizationObject, tenancyKey, tenancyOf } from './definition.ts';

/** What definitions say about tenancy is either enforced or refused here. */
export function checkTenancy(catalog: Catalog, report: CatalogReport): void {
  for (const object of catalog.objects.values()) {
    checkObject(object, report);
    if (object.organizationField === undefined && !isPlatformObject(object.name)) checkReferences(object, catalog, report);
  }
}

function checkObject({ name, definition, organizationField, fields }: CatalogObject, report: CatalogReport): void {
  const { success, data: tenancy } = tenancyKey.safeParse(definition['tenancy']);
  if (!success) return;
  if (isPlatformObject(name)) {
    report('error', name, ['tenancy'], 'objects of the platform are not made tenant-aware by definitions', 'Remove "tenancy": what belongs to an organization is kept apart without it.');
    return;
  }
  const { strategy, tenantField, organizationField: other } = tenancy;
  if (strategy !== undefined && strategy !== 'shared') {
    report('error', name, ['tenancy', 'strategy'], `"${strategy}" is not available: the records of all organizations stand in the same tables`, 'Write strategy: shared, or serve each organization by a platform and a database of its own.');
  }
  if (tenantField !== undefined && other !== undefined && tenantField !== other) {
    report('error', name, ['tenancy', 'organizationField'], `"organizationField" and "tenantField" are two names of one key, and differ: "${other}", "${tenantField}"`, 'Keep one of them.');
  }
  const field = organizationField === undefined ? undefined : fields.get(organizationField);
  if (field && (field.reference?.object !== organizationObject || field.multiple)) {
    report('error', `${name}.${field.name}`, [], `the field is to name the organization of a record, and is no lookup to ${organizationObject}`, 'Rename the field, or give the organization another name with tenancy.tenantField.');
  }
}

/** Records that all organizations share would show each other ids of records that they keep apart. */
function checkReferences(object: CatalogObject, catalog: Catalog, report: CatalogReport): void {
  for (const field of object.fields.values()) {
    const target = field.reference && catalog.objects.get(field.reference.object);
    if (!target || !tenancyOf(target) || isPlatformObject(target.name)) continue;
    report('warning', `${object.name}.${field.name}`, ['reference'], `${object.name} is shared by all organizations and points to ${target.name}, which is kept apart: they would see which ids others use`, `Make ${object.name} tenant-aware too: tenancy: { enabled: true }.`);
  }
}
