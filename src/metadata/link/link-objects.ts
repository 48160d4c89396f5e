import type { FieldReader } from '../definitions/read-field.ts';
import type { ObjectDraft, ObjectReader } from '../definitions/read-object.ts';
import type { FieldType } from '../field-type.ts';
import { isGraphqlName, isGraphqlReserved, machineName, objectNames, tableName } from '../naming.ts';
import { isMapping } from '../report.ts';
import type { Report } from '../report.ts';
import { toLabel, toPlural, toSnake } from '../words.ts';
import type { ObjectBuild } from './build.ts';
import { linkField, text } from './link-fields.ts';
import { createSystemFields, stampFields } from './system-fields.ts';

export interface ObjectContext {
  readonly fields: FieldReader;
  readonly objects: ObjectReader;
  readonly types: ReadonlyMap<string, FieldType>;
  readonly report: Report;
}

/** Objects with their own fields; what connects them comes after. Abstract objects have no table and are left out. */
export function linkObjects(drafts: readonly ObjectDraft[], context: ObjectContext): ReadonlyMap<string, ObjectBuild> {
  const builds = new Map<string, ObjectBuild>();
  for (const draft of drafts) {
    context.objects.check(draft);
    if (draft.part.value['abstract'] === true) continue;
    builds.set(draft.name, linkObject(draft, context));
  }
  return builds;
}

function linkObject(draft: ObjectDraft, context: ObjectContext): ObjectBuild {
  const { name, part } = draft;
  const { report } = context;
  if (!machineName.test(name) || isGraphqlReserved(name)) {
    report.error(part, ['name'], name, `"${name}" is not an object name: lower-case letters, digits and underscores, no digit first, not two underscores first`, `Use "${toSnake(name) || 'a name'}".`);
  }
  const label = text(part.value['label']) ?? toLabel(name);
  const names = objectNames(name);
  if (machineName.test(name) && !isGraphqlName(names.type)) report.error(part, ['name'], name, `the type of "${name}" would be named "${names.type}", which is no name in GraphQL`, 'Rename the object.');
  if (isMapping(part.value['softDelete']) && part.value['softDelete']['cascadeDelete'] === true) {
    report.warn(part, ['softDelete', 'cascadeDelete'], name, '"cascadeDelete" has no effect: what is deleted with a record is said by the deleteBehavior of the lookups to it');
  }
  const softDelete = softDeleteField(draft);
  const build: ObjectBuild = {
    draft,
    name,
    names,
    table: text(part.value['tableName']) ?? tableName(name),
    label,
    pluralLabel: text(part.value['pluralLabel']) ?? toPlural(label),
    fields: new Map(),
    drafts: new Map(),
    missing: new Map(),
    relations: new Map(),
    claims: new Map(),
    softDelete,
  };
  linkOwnFields(build, context);
  return build;
}

/** System fields first, as everybody expects `id` there; the stamps come after the object's own fields. */
function linkOwnFields(build: ObjectBuild, context: ObjectContext): void {
  const { name, draft, softDelete } = build;
  const system = createSystemFields(name, softDelete, context.types);
  const systemNames = new Set(system.map((field) => field.name));
  const trackHistory = context.fields.acts('trackHistory') ? draft.enable.value['trackHistory'] === true : undefined;
  for (const field of system) if (field.name === 'id') build.fields.set('id', field);
  for (const [fieldName, part] of draft.fields) {
    const subject = `${name}.${fieldName}`;
    if (systemNames.has(fieldName)) {
      if (stampFields.has(fieldName)) context.report.warn(part, [], subject, `the platform keeps "${fieldName}" itself; this definition is left out`, 'Remove it.');
      else context.report.error(part, [], subject, `the name "${fieldName}" is reserved: every object has this field of the platform`, 'Rename the field.');
      continue;
    }
    const fieldDraft = context.fields.check(fieldName, part, subject);
    build.drafts.set(fieldName, fieldDraft);
    if (fieldDraft.type) build.fields.set(fieldName, linkField(name, fieldDraft, fieldDraft.type, subject, { types: context.types, report: context.report, trackHistory }));
    else build.missing.set(fieldName, fieldDraft.leftOut ? 'left out' : 'wrong');
  }
  for (const field of system) build.fields.set(field.name, field);
}

/** Deletion is soft where the definition says so in words: `softDelete`, or `enable.trash: true`. */
function softDeleteField({ part, enable }: ObjectDraft): string | undefined {
  const declared = part.value['softDelete'];
  const config = isMapping(declared) ? declared : { enabled: declared };
  if (config['enabled'] === true || (declared === undefined && enable.value['trash'] === true)) return text(config['field']) ?? 'deleted_at';
  return undefined;
}
