import type { CatalogAlias, CatalogField, CatalogOption } from '../catalog.ts';
import type { FieldDraft } from '../definitions/read-field.ts';
import { emptyField } from '../empty-field.ts';
import type { FieldType } from '../field-type.ts';
import { columnName, enumValueName, fieldName, isGraphqlReserved, lookupNames, machineName } from '../naming.ts';
import { locate, placeOf } from '../part.ts';
import { isMapping } from '../report.ts';
import type { Report } from '../report.ts';
import { toLabel, toSnake } from '../words.ts';
import type { Mutable } from './build.ts';

export interface FieldContext {
  readonly types: ReadonlyMap<string, FieldType>;
  readonly report: Report;
  /** `enable.trackHistory` of the object; undefined where no plugin keeps history. */
  readonly trackHistory: boolean | undefined;
}

/** A field of the Catalog from its checked definition; references and clashes with other names come later. */
export function linkField(object: string, draft: FieldDraft, type: FieldType, subject: string, context: FieldContext): Mutable<CatalogField> {
  const { name, part } = draft;
  const { value } = part;
  const { report } = context;
  checkName(draft, subject, report);
  const field: Mutable<CatalogField> = {
    object,
    name,
    graphqlName: fieldName(name),
    type,
    label: text(value['label']) ?? toLabel(name),
    description: describe(value),
    column: undefined,
    required: value['required'] === true,
    unique: type.unique === true || (value['unique'] !== undefined && value['unique'] !== false),
    multiple: value['multiple'] === true,
    defaultValue: value['defaultValue'] ?? undefined,
    options: linkOptions(draft, subject, report),
    reference: undefined,
    searchable: value['searchable'] === true,
    sortable: type.sortable && value['sortable'] !== false,
    externalId: value['externalId'] === true,
    hidden: value['hidden'] === true,
    readonly: value['readonly'] === true,
    internal: value['internal'] === true,
    system: false,
    trackHistory: context.trackHistory !== undefined && (typeof value['trackHistory'] === 'boolean' ? value['trackHistory'] : context.trackHistory),
    renamedFrom: text(value['renamedFrom']),
    deprecated: deprecation(value['deprecated']),
    aliases: [],
    subfields: linkSubfields(object, draft, type, subject, context),
    source: locate(part),
    definition: value,
  };
  const shape = type.graphql(field);
  const isLookup = shape.kind === 'relation';
  if (field.multiple && shape.list !== true) {
    report.error(part, ['multiple'], subject, `a ${type.name} holds one value, not several`, 'Remove "multiple", or use a type that holds a list: multiselect, tags, repeater.');
  }
  field.multiple = shape.list === true;
  if (field.multiple) field.sortable = false;
  if (isLookup) {
    const names = lookupNames(name, field.multiple);
    field.graphqlName = names.ids;
    field.label = text(value['label']) ?? toLabel(names.relation);
  }
  field.aliases = linkAliases(field, draft, isLookup, subject, report);
  const column = text(value['columnName']) ?? columnName(name, isLookup);
  field.column = draft.valid && type.column({ ...field, column }) === undefined ? undefined : column;
  if (field.required && type.ofResult !== undefined) {
    field.required = false;
    report.warn(part, ['required'], subject, `a ${type.name} is computed, and empty where its expression gives nothing; "required" has no effect`, 'Require the fields that it is computed from.');
  }
  if (field.searchable && type.searchText === undefined) {
    field.searchable = false;
    report.warn(part, ['searchable'], subject, `a ${type.name} has no text to search; "searchable" has no effect`);
  }
  return field;
}

function linkAliases(field: CatalogField, { part }: FieldDraft, isLookup: boolean, subject: string, report: Report): readonly CatalogAlias[] {
  const written = part.value['aliases'];
  if (!Array.isArray(written)) return [];
  return (written as readonly unknown[]).flatMap((alias, index): readonly CatalogAlias[] => {
    const name = isMapping(alias) ? alias['name'] : alias;
    if (typeof name !== 'string') return [];
    if (!machineName.test(name) || isGraphqlReserved(name)) {
      report.error(part, ['aliases', index], subject, `"${name}" is not a field name: lower-case letters, digits and underscores, no digit first, not two underscores first`, `Use "${toSnake(name) || 'a name'}".`);
      return [];
    }
    const reason = isMapping(alias) ? text(alias['deprecated']) : undefined;
    const names = isLookup ? lookupNames(name, field.multiple) : undefined;
    return [{ name, graphqlName: names?.ids ?? fieldName(name), relation: names?.relation, deprecated: reason }];
  });
}

function checkName({ name, part }: FieldDraft, subject: string, report: Report): void {
  if (!machineName.test(name) || isGraphqlReserved(name)) {
    report.error(part, [], subject, `"${name}" is not a field name: lower-case letters, digits and underscores, no digit first, not two underscores first`, `Use "${toSnake(name) || 'a name'}".`);
  }
  const inner = part.value['name'];
  if (inner !== undefined && inner !== name) report.error(part, ['name'], subject, `the name "${String(inner)}" differs from the key "${name}"`, 'Keep one of them.');
}

/** Description and help text, as a client sees them. */
function describe(value: Readonly<Record<string, unknown>>): string | undefined {
  const parts = [text(value['description']), text(value['inlineHelpText'])].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join('\n\n') : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

export function deprecation(value: unknown): string | undefined {
  return value === true ? 'No longer supported.' : text(value);
}

function linkOptions({ part }: FieldDraft, subject: string, report: Report): readonly CatalogOption[] {
  const options = part.value['options'];
  if (!Array.isArray(options)) return [];
  const byValue = new Map<string, number>();
  const byName = new Map<string, string>();
  return (options as readonly unknown[]).flatMap((option, index): readonly CatalogOption[] => {
    if (!isMapping(option) || typeof option['value'] !== 'string') return [];
    const { value } = option;
    const graphqlName = enumValueName(value);
    const twin = byName.get(graphqlName);
    if (byValue.has(value)) report.error(part, ['options', index], subject, `the option "${value}" is given twice`);
    else if (twin !== undefined) {
      report.error(part, ['options', index], subject, `the options "${twin}" and "${value}" both become the enum value ${graphqlName}`, 'Change the value of one of them.');
    } else if (isGraphqlReserved(graphqlName)) report.error(part, ['options', index], subject, `the option "${value}" becomes ${graphqlName}, which GraphQL keeps to itself`);
    else if (graphqlName === '_') report.error(part, ['options', index], subject, `the option "${value}" has no letter or digit to make an enum value of`);
    byValue.set(value, index);
    byName.set(graphqlName, value);
    return [{ value, graphqlName, label: text(option['label']) ?? toLabel(value), color: text(option['color']), deprecated: deprecation(option['deprecated']) }];
  });
}

/** Sub-fields that the definition declares, or that the type brings. */
function linkSubfields(object: string, draft: FieldDraft, type: FieldType, subject: string, context: FieldContext): ReadonlyMap<string, CatalogField> {
  const subfields = new Map<string, CatalogField>();
  const names = new Map<string, string>();
  for (const inner of draft.subfields) {
    if (!inner.type) continue;
    const field = linkField(object, inner, inner.type, `${subject}.${inner.name}`, { ...context, trackHistory: false });
    field.column = undefined;
    if (field.aliases.length > 0) context.report.error(inner.part, ['aliases'], `${subject}.${inner.name}`, 'sub-fields have no aliases', 'Give the field as a whole an alias.');
    const twin = names.get(field.graphqlName);
    if (twin !== undefined) context.report.error(inner.part, [], `${subject}.${inner.name}`, `the sub-fields "${twin}" and "${inner.name}" are both named ${field.graphqlName} in the API`, 'Rename one of them.');
    names.set(field.graphqlName, inner.name);
    subfields.set(inner.name, field);
  }
  for (const { name, type: typeName, label, readonly = false } of type.subfields ?? []) {
    const inner = context.types.get(typeName);
    if (inner) subfields.set(name, { ...emptyField(inner), object, name, graphqlName: name, label, readonly });
  }
  return subfields;
}

/** Runs the type's own check, its problems placed at the key at fault. */
export function checkField(field: CatalogField, draft: FieldDraft, report: Report): void {
  if (!draft.valid) return;
  const subject = `${field.object}.${field.name}`;
  field.type.check?.(field, (key, message, hint) => {
    const path = key.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const place = placeOf(draft.part, path);
    if (!report.hasErrorAt(place)) report.at('error', place, subject, message, hint);
  });
}
