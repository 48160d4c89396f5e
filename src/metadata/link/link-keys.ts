import type { CatalogField, CatalogIndex, CatalogKey } from '../catalog.ts';
import type { FilterFamily } from '../field-type.ts';
import { indexName, keyNames, sqlName } from '../naming.ts';
import { suggest } from '../nearest.ts';
import type { Part } from '../part.ts';
import type { Path } from '../source-document.ts';
import { isMapping } from '../report.ts';
import type { Report } from '../report.ts';
import type { ObjectBuild } from './build.ts';
import { text } from './link-fields.ts';

/** Families whose values can be told apart by a unique index. */
const uniqueFamilies: ReadonlySet<FilterFamily> = new Set<FilterFamily>(['id', 'string', 'int', 'float', 'decimal', 'boolean', 'date', 'datetime', 'time', 'enum']);

export interface LinkedKeys {
  readonly keys: readonly CatalogKey[];
  readonly indexes: readonly CatalogIndex[];
}

/**
 * Keys and indexes: declared ones, one for each unique field, and one for each lookup that no other serves, because
 * collections are read through it in the order of their ids.
 */
export function linkKeys(build: ObjectBuild, report: Report): LinkedKeys {
  const keys = new Map<string, CatalogKey>([['id', { name: 'id', enumName: 'ID', fields: ['id'], scope: undefined }]]);
  const indexes = new Map<string, CatalogIndex>();
  const organization = organizationOf(build);
  const add = (given: readonly CatalogField[], { name, unique = false, type = 'btree', partial }: Partial<CatalogIndex>, scope?: CatalogField): void => {
    const fields = scope && !given.includes(scope) ? [scope, ...given] : given;
    const index = { name: name ?? indexName(build.table, fields.map((field) => field.column ?? field.name), unique), fields: fields.map((field) => field.name), unique, type, partial };
    indexes.set(index.name, index);
    const named = given.filter((field) => field !== scope);
    if (!unique || partial !== undefined || named.length === 0) return;
    // Empty scopes differ in an index, and so would let everything through that belongs to none.
    if (scope?.column !== undefined && !scope.required) add(named, { name: sqlName(`${index.name}_of_none`), unique, type, partial: `"${scope.column}" IS NULL` });
    const key = { ...keyNames(named.map((field) => ({ field: field.name, isLookup: field.reference !== undefined }))), fields: named.map((field) => field.name), scope: scope?.name };
    keys.set(key.name, key);
  };
  const scopeOf = (unique: unknown): CatalogField | undefined => (unique === 'global' ? undefined : organization);
  const leading = build.draft.organization?.leadsIndexes === true ? organization : undefined;

  for (const field of build.fields.values()) {
    if (field.system) continue;
    const draft = build.drafts.get(field.name);
    if (draft && field.definition['unique'] === 'organization') warnShared(build, draft.part, ['unique'], `${build.name}.${field.name}`, report);
    const key = field.unique ? 'unique' : field.externalId ? 'externalId' : undefined;
    if (key !== undefined && canBeUnique(build, field, key, report)) add([field], { unique: true }, scopeOf(field.definition['unique']));
    else if (key === undefined && field.definition['index'] === true && hasColumn(build, field, ['index'], report)) {
      const type = defaultType(field);
      add([field], { type }, type === 'btree' ? leading : undefined);
    }
  }
  for (const { fields, index, written } of declaredIndexes(build, report)) add(fields, index, index.unique === true ? scopeOf(written) : index.type === 'btree' ? leading : undefined);
  for (const field of build.fields.values()) {
    if (field.reference === undefined || field.column === undefined) continue;
    const id = build.fields.get('id');
    const served = [...indexes.values()].some(({ fields, partial, type }) => fields[0] === field.name && partial === undefined && type === 'btree');
    if (!served && id) add([field, id], {});
  }
  return { keys: [...keys.values()], indexes: [...indexes.values()] };
}

/** The lookup to the organization, once it is linked; a wrong one is reported by whoever made it. */
function organizationOf({ draft, fields }: ObjectBuild): CatalogField | undefined {
  const field = draft.organization && fields.get(draft.organization.name);
  return field?.reference && field.column !== undefined ? field : undefined;
}

function warnShared(build: ObjectBuild, part: Part, path: Path, subject: string, report: Report): void {
  if (!build.draft.organization) report.warn(part, path, subject, '"organization" has no effect: records of this object belong to no organization, so values are unique among all', 'Use the plugin tenancy and make the object tenant-aware, or write unique: true.');
}

function canBeUnique(build: ObjectBuild, field: CatalogField, key: string, report: Report): boolean {
  const family = field.type.filters(field);
  if (field.column !== undefined && !field.multiple && family !== undefined && uniqueFamilies.has(family) && field.type.confidential !== true) return true;
  const draft = build.drafts.get(field.name);
  if (draft?.valid === true) report.error(draft.part, [key], `${build.name}.${field.name}`, `a ${field.multiple ? 'list' : field.type.name} cannot be unique`, `Remove "${key}".`);
  return false;
}

function hasColumn(build: ObjectBuild, field: CatalogField, path: Path, report: Report): boolean {
  const draft = build.drafts.get(field.name);
  if (field.column !== undefined) return true;
  if (draft?.valid === true) report.error(draft.part, path, `${build.name}.${field.name}`, 'the field has no column to index', 'Remove "index".');
  return false;
}

function defaultType(field: CatalogField): CatalogIndex['type'] {
  const family = field.type.filters(field);
  return family === 'enumList' || family === 'stringList' || family === 'json' ? 'gin' : 'btree';
}

interface DeclaredIndex {
  readonly fields: readonly CatalogField[];
  readonly index: Partial<CatalogIndex>;
  /** `unique` as it stands in the definition. */
  readonly written: unknown;
}

function declaredIndexes(build: ObjectBuild, report: Report): readonly DeclaredIndex[] {
  const { part } = build.draft;
  const declared = part.value['indexes'];
  if (!Array.isArray(declared)) return [];
  const names = new Set<string>();
  return (declared as readonly unknown[]).flatMap((index, position): readonly DeclaredIndex[] => {
    if (!isMapping(index) || index['type'] === 'fulltext') return [];
    const fields = fieldsNamed(build, index['fields'], ['indexes', position, 'fields'], 'index', report);
    if (!fields) return [];
    const unique = index['unique'] !== undefined && index['unique'] !== false;
    if (index['unique'] === 'organization') warnShared(build, part, ['indexes', position, 'unique'], build.name, report);
    const name = text(index['name']);
    if (name !== undefined && names.has(name)) report.error(part, ['indexes', position, 'name'], build.name, `two indexes are named "${name}"`, 'Rename one, or leave the names out.');
    if (name !== undefined) names.add(name);
    for (const [at, field] of fields.entries()) {
      const place = ['indexes', position, 'fields', at];
      if (field.column === undefined) {
        report.error(part, place, build.name, `the index names "${field.name}", which has no column`);
        return [];
      }
      const family = field.type.filters(field);
      if (unique && (family === undefined || !uniqueFamilies.has(family))) {
        report.error(part, place, build.name, `a ${field.type.name} cannot be part of a unique index ("${field.name}")`);
        return [];
      }
    }
    const type = index['type'] as CatalogIndex['type'] | undefined;
    if (unique && type !== undefined && type !== 'btree') {
      report.error(part, ['indexes', position, 'type'], build.name, `a unique index is a btree, not ${type}`, 'Remove "type".');
      return [];
    }
    const [first] = fields;
    const chosen = type ?? (first && fields.length === 1 ? defaultType(first) : 'btree');
    return [{ fields, index: { ...(name === undefined ? {} : { name }), unique, type: chosen, partial: text(index['partial']) }, written: index['unique'] }];
  });
}

/** Fields by the names a definition gives; unknown names are refused, fields that are left out give undefined. */
export function fieldsNamed(build: ObjectBuild, names: unknown, path: Path, what: string, report: Report): readonly CatalogField[] | undefined {
  if (!Array.isArray(names)) return undefined;
  const { part } = build.draft;
  const fields: CatalogField[] = [];
  let complete = true;
  const seen = new Set<string>();
  for (const [at, name] of (names as readonly unknown[]).entries()) {
    const field = findField(build, String(name));
    const missing = build.missing.get(String(name));
    if (field && seen.has(field.name)) report.error(part, [...path, at], build.name, `the ${what} names "${String(name)}" twice`);
    else if (field) fields.push(field);
    else if (missing === 'left out') report.warn(part, [...path, at], build.name, `the ${what} names "${String(name)}", which is left out because nothing computes it`);
    else if (missing === undefined) report.error(part, [...path, at], build.name, `the ${what} names "${String(name)}", which is no field of ${build.name}`, suggest(String(name), [...build.fields.keys()]));
    if (field) seen.add(field.name);
    else complete = false;
  }
  return complete ? fields : undefined;
}

/** A lookup may be named with and without `_id`. */
export function findField(build: ObjectBuild, name: string): CatalogField | undefined {
  const field = build.fields.get(name);
  if (field) return field;
  const other = build.fields.get(name.endsWith('_id') ? name.slice(0, -3) : `${name}_id`);
  return other?.reference === undefined ? undefined : other;
}
