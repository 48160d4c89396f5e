import * as z from 'zod';
import type { OrganizationField, WrittenObject } from '../../metadata/phase.ts';

const fieldName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'is not a field name: lower-case letters, digits and underscores');

export const tenancyKey = z.strictObject({
  enabled: z.boolean().describe('Every record belongs to one organization.'),
  strategy: z.enum(['shared', 'isolated', 'hybrid']).optional().describe('`shared`: the records of all organizations stand in one table, kept apart by their organization.'),
  tenantField: fieldName.optional().describe('Lookup to the organization; `organization` by default. It is added when the object has none of that name.'),
  organizationField: fieldName.optional().describe('Another name of tenantField.'),
  crossTenantAccess: z.boolean().optional().describe('Callers read the records of all organizations; they change those of their own.'),
});

export type Tenancy = z.output<typeof tenancyKey>;

export const organizationObject = 'sys_organization';

/** Who has which rights, and who gave them: what is granted in an organization holds there, what belongs to none holds everywhere. The same of what automations do. */
const sharedObjects: ReadonlySet<string> = new Set(['sys_permission_assignment', 'sys_role_assignment', 'sys_group_member', 'sys_record_share', 'sys_access_audit', 'sys_automation_run']);

/** What an object says about its tenancy; undefined when it says nothing, or nothing that is right. */
export function tenancyOf({ definition }: Pick<WrittenObject, 'definition'>): Tenancy | undefined {
  const { success, data } = tenancyKey.safeParse(definition['tenancy']);
  return success && data.enabled ? data : undefined;
}

/** Objects of the platform are not made tenant-aware by definitions. */
export const isPlatformObject = (name: string): boolean => name.startsWith('sys_');

export function organizationOf(object: WrittenObject): OrganizationField | undefined {
  if (sharedObjects.has(object.name)) return { name: 'organization', definition: lookup(false), leadsIndexes: false };
  const tenancy = isPlatformObject(object.name) ? undefined : tenancyOf(object);
  return tenancy && { name: tenancy.tenantField ?? tenancy.organizationField ?? 'organization', definition: lookup(true), leadsIndexes: tenancy.crossTenantAccess !== true };
}

function lookup(required: boolean): OrganizationField['definition'] {
  return {
    type: 'lookup',
    reference: organizationObject,
    label: 'Organization',
    description: required ? 'The organization that the record belongs to.' : 'The organization in which this holds; everywhere when empty.',
    required,
    readonly: true,
    deleteBehavior: required ? 'restrict' : 'cascade',
  };
}
