import type { Catalog } from '../../../metadata/catalog.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { guestSet, type FieldGrant, type ObjectGrant, type Policy, type RuleSet } from '../rules.ts';
import { guardedObjects, systemPermissions } from '../records/system-rights.ts';
import { conditionOf } from './object-name.ts';
import { readPolicy } from './read-policy.ts';
import { readRemoteGrants } from './read-remote-grants.ts';
import { checkHolder, type Draft } from './read-rules.ts';
import { isMapping, Reader } from '../../../metadata/definitions/reader.ts';

/** `{ name, label, isProfile, isDefault, objects, fields, systemPermissions, rowLevelSecurity }` */
export function readRuleSet(reader: Reader, inProfileFile: boolean, draft: Draft): RuleSet {
  const name = reader.required('name');
  const label = reader.text('label') ?? name;
  const isProfile = reader.flag(inProfileFile, 'isProfile');
  const isDefault = reader.flag(false, 'isDefault');
  const objects = new Map<string, ObjectGrant>();
  const fields = new Map<string, FieldGrant>();
  let everyObject: ObjectGrant | undefined;
  for (const { name: object, value, path } of reader.entries('objects', 'objectPermissions')) {
    const inner = new Reader(value, path, reader.subject, reader.report);
    const grant = readObjectGrant(inner, (nested) => readFields(nested, object, draft.catalog, fields));
    if (object === '*') everyObject = grant;
    else if (checkObject(inner, object, draft.catalog)) objects.set(object, grant);
  }
  for (const entry of reader.entries('fields', 'fieldPermissions', 'fls')) {
    if (entry.name.includes('.')) {
      const [object = '', field = ''] = entry.name.split('.');
      readField(new Reader(entry.value, entry.path, reader.subject, reader.report), object, field, draft.catalog, fields);
    } else readFields(new Reader(entry.value, entry.path, reader.subject, reader.report), entry.name, draft.catalog, fields);
  }
  const policies = readPolicies(reader, draft);
  const granted = reader.texts('systemPermissions') ?? [];
  for (const permission of granted) {
    if (!Object.hasOwn(systemPermissions, permission)) reader.report('warning', [...reader.path, 'systemPermissions'], reader.subject, `nothing acts on the system permission "${permission}"`, suggest(permission, Object.keys(systemPermissions)));
  }
  if (granted.length > 0 && (isDefault || name === guestSet)) {
    reader.error(['systemPermissions'], `${isDefault ? 'a set that everybody has' : 'the set of callers who are not signed in'} cannot give system permissions`, 'Give them in a set that is assigned.');
  }
  const remotes = readRemoteGrants(reader, draft);
  reader.skip('description');
  reader.idle('tabPermissions', 'tabs', 'contextVariables', 'adminScope', 'packageId', 'managedBy');
  reader.end();
  return { name, label, isProfile, isDefault, objects, everyObject, fields, policies, systemPermissions: new Set(granted), remotes };
}

function readPolicies(reader: Reader, draft: Draft): readonly Policy[] {
  return reader.items('rowLevelSecurity', 'rls').flatMap(({ value, path }) => readPolicy(new Reader(value, path, reader.subject, reader.report), draft) ?? []);
}

function checkObject(reader: Reader, object: string, catalog: Catalog): boolean {
  if (!catalog.objects.has(object)) {
    reader.error([], `there is no object "${object}"`, suggest(object, [...catalog.objects.keys()]));
    return false;
  }
  const permission = guardedObjects.get(object);
  if (permission !== undefined) reader.error([], `rights on ${object} come with the system permission "${permission}"`, `Give systemPermissions: [${permission}].`);
  return permission === undefined;
}

function readObjectGrant(reader: Reader, readNested: (reader: Reader) => void): ObjectGrant {
  const modifyAll = reader.flag(false, 'modifyAllRecords', 'modifyAll', 'modifyAllData');
  const viewAll = reader.flag(false, 'viewAllRecords', 'viewAll', 'viewAllData');
  const create = reader.flag(false, 'allowCreate', 'create', 'canCreate');
  const read = reader.flag(false, 'allowRead', 'read', 'canRead');
  const edit = reader.flag(false, 'allowEdit', 'edit', 'update', 'write', 'allowUpdate', 'canEdit', 'canUpdate');
  const mayDelete = reader.flag(false, 'allowDelete', 'delete', 'canDelete');
  const transfer = reader.flag(false, 'allowTransfer', 'transfer', 'canTransfer');
  for (const key of ['allowRestore', 'allowPurge'] as const) {
    const found = reader.raw(key, key.slice(5).toLowerCase());
    if (found && found.value !== (mayDelete || modifyAll)) reader.error([found.key], 'restoring and purging go with the right to delete', 'Leave the key out, or give it the value of allowDelete.');
  }
  for (const key of ['readScope', 'writeScope', 'allowExport', 'export']) {
    const found = reader.raw(key);
    if (found) reader.error([found.key], `"${key}" is not enforced`, 'Narrow rows with rowLevelSecurity.');
  }
  const fields = reader.raw('fields');
  if (fields) readNested(new Reader(fields.value, [...reader.path, 'fields'], reader.subject, reader.report));
  reader.end();
  return {
    create: create || modifyAll, read: read || viewAll || modifyAll, edit: edit || modifyAll, delete: mayDelete || modifyAll, transfer: transfer || modifyAll, viewAll: viewAll || modifyAll, modifyAll,
  };
}

function readFields(reader: Reader, object: string, catalog: Catalog, fields: Map<string, FieldGrant>): void {
  const names = [...(catalog.objects.get(object)?.fields.keys() ?? []), '*'];
  for (const name of names) {
    const found = reader.raw(name);
    if (found) readField(new Reader(found.value, [...reader.path, name], reader.subject, reader.report), object, name, catalog, fields);
  }
  if (catalog.objects.has(object)) reader.end();
  else reader.error([], `there is no object "${object}"`, suggest(object, [...catalog.objects.keys()]));
}

function readField(reader: Reader, object: string, field: string, catalog: Catalog, fields: Map<string, FieldGrant>): void {
  if (!checkField(reader, object, field, catalog)) return;
  const edit = reader.flag(false, 'editable', 'edit', 'update', 'write', 'canEdit');
  const read = reader.flag(true, 'readable', 'read', 'canRead');
  const right = (name: string, alias: string): boolean => reader.flag(read, name, alias);
  const grant = { read, edit, filter: right('filterable', 'filter'), sort: right('sortable', 'sort'), aggregate: right('aggregatable', 'aggregate') };
  reader.idle('hidden');
  reader.end();
  if (edit && !read) reader.error([], `${object}.${field} cannot be editable and not readable`, 'Make it readable too.');
  const key = `${object}.${field}`;
  if (fields.has(key)) reader.error([], `${key} is given twice`, 'Keep one of the two.');
  fields.set(key, grant);
}

function checkField(reader: Reader, object: string, field: string, catalog: Catalog): boolean {
  const known = catalog.objects.get(object);
  if (!known) {
    reader.error([], `there is no object "${object}"`, suggest(object, [...catalog.objects.keys()]));
    return false;
  }
  if (field === '*') return true;
  const found = known.fields.get(field);
  if (!found) reader.error([], `${object} has no field "${field}"`, suggest(field, [...known.fields.keys()]));
  else if (found.internal || field === 'id') reader.error([], `there are no rights on ${object}.${field}`, field === 'id' ? 'The id goes with the record.' : 'The field is internal: it is never shown.');
  else return true;
  return false;
}

/** The layout of one object with its profiles: `{ objectName, profiles: { sales: { allowRead, viewFilters } }, fieldPermissions }`. */
export function readRuntimeSet(reader: Reader, draft: Draft): void {
  const object = reader.required('objectName', 'object');
  const known = draft.catalog.objects.get(object);
  reader.skip('name', 'label', 'description');
  if (!known || !checkObject(reader, object, draft.catalog)) {
    if (!known) reader.error(['objectName'], `there is no object "${object}"`, suggest(object, [...draft.catalog.objects.keys()]));
    return;
  }
  for (const { name, value, path } of reader.entries('profiles')) {
    const { viewFilters, ...rights } = isMapping(value) ? value : {};
    const inner = new Reader(isMapping(value) ? rights : value, path, reader.subject, reader.report);
    const grant = readObjectGrant(inner, () => { inner.error(['fields'], 'fields stand in fieldPermissions'); });
    const before = draft.sets.get(name);
    if (before?.objects.has(object)) inner.error([], `the profile "${name}" has rights on ${object} already`, 'Keep one of the two.');
    const using = viewFilters === undefined ? undefined : conditionOf(viewFilters, draft.catalog, known, (message, hint) => { inner.error(['viewFilters'], message, hint); });
    const policies: readonly Policy[] = using ? [{ name: `${name} viewFilters`, object, operations: new Set(['select']), using, check: undefined, roles: undefined }] : [];
    const base = before ?? { name, label: name, isProfile: true, isDefault: false, everyObject: undefined, fields: new Map(), systemPermissions: new Set(), remotes: new Map() };
    draft.sets.set(name, { ...base, objects: new Map([...(before?.objects ?? []), [object, grant]]), policies: [...(before?.policies ?? []), ...policies] });
  }
  readRuntimeFields(reader, object, draft);
  reader.end();
}

function readRuntimeFields(reader: Reader, object: string, draft: Draft): void {
  for (const { name, value, path } of reader.entries('fieldPermissions')) {
    const inner = new Reader(value, path, reader.subject, reader.report);
    if (!checkField(inner, object, name, draft.catalog)) continue;
    const holders = (...keys: readonly string[]): readonly string[] | undefined => {
      const list = inner.texts(...keys);
      for (const holder of list ?? []) checkHolder(draft, holder, (message, hint) => { inner.error([keys[0] ?? ''], message, hint); });
      return list;
    };
    const before = draft.fields.get(`${object}.${name}`);
    draft.fields.set(`${object}.${name}`, { visibleTo: holders('visibleTo', 'visible_to') ?? before?.visibleTo, editableBy: holders('editableBy', 'editable_by') ?? before?.editableBy, mask: before?.mask });
    inner.end();
  }
}

