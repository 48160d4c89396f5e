import type { Catalog } from '../../../metadata/catalog.ts';
import { guardedObjects, systemPermissions } from '../records/system-rights.ts';
import type { ObjectGrant, RuleSet } from '../rules.ts';

/** The profile that people get with the mark `administrator` of their user record. */
export const administratorProfile = 'administrator';

/** Whether users can be marked as administrators: a plugin that signs people in brings the field. */
export const hasAdministrators = (catalog: Catalog): boolean => catalog.objects.get('sys_user')?.fields.has('administrator') === true;

const everything: ObjectGrant = { create: true, read: true, edit: true, delete: true, transfer: true, viewAll: true, modifyAll: true };

/** All rights, for apps whose files define no profile of the name. */
export function builtInAdministrator(catalog: Catalog): RuleSet {
  const objects = [...catalog.objects.values()];
  return {
    name: administratorProfile,
    label: 'Administrator',
    isProfile: true,
    isDefault: false,
    objects: new Map(objects.filter(({ name }) => !guardedObjects.has(name)).map(({ name }) => [name, everything])),
    everyObject: everything,
    fields: new Map(objects.map(({ name }) => [`${name}.*`, { read: true, edit: true, filter: true, sort: true, aggregate: true }])),
    policies: [],
    systemPermissions: new Set(Object.keys(systemPermissions)),
    remotes: new Map([['*', { read: new Set(['*']), edit: new Set(['*']) }]]),
  };
}
