import * as z from 'zod';
import { emptyField } from '../empty-field.ts';
import type { FieldType } from '../field-type.ts';
import { suggest } from '../nearest.ts';
import type { Part, Place } from '../part.ts';
import { isMapping, show } from '../report.ts';
import type { Report } from '../report.ts';
import { toSnake } from '../words.ts';
import { fieldVocabulary, keysOfSomeTypes } from './field.ts';
import { extendVocabulary } from './key-vocabulary.ts';
import type { KeyVocabulary } from './key-vocabulary.ts';
import { pluginHint } from './plugins-of-keys.ts';
import { checkKeys, checkValues, hasEffect, readMapping, warnIdle } from './read-mapping.ts';

/** Other names of types, with the keys that come with them. */
const typeAliases: ReadonlyMap<string, string> = new Map([['rollup_summary', 'summary'], ['rollup', 'summary'], ['auto_number', 'autonumber'], ['object', 'json']]);

/** Names that other systems use: a hint, no alias, because the meaning may differ. */
const foreignTypes: ReadonlyMap<string, string> = new Map([
  ['string', 'text'], ['varchar', 'text'], ['longtext', 'textarea'], ['int', 'number'], ['integer', 'number'], ['float', 'number'], ['decimal', 'number'], ['money', 'currency'],
  ['bool', 'boolean'], ['checkbox', 'boolean'], ['picklist', 'select'], ['enum', 'select'], ['timestamp', 'datetime'], ['reference', 'lookup'], ['relation', 'lookup'],
  ['masterdetail', 'master_detail'], ['phonenumber', 'phone'], ['link', 'url'], ['jsonb', 'json'], ['array', 'repeater'],
]);

export interface FieldDraft {
  readonly name: string;
  readonly part: Part;
  /** Undefined when the type is unknown, or waits for a plugin. */
  readonly type: FieldType | undefined;
  /** No plugin computes its type: the field is not part of the Catalog. */
  readonly leftOut: boolean;
  readonly valid: boolean;
  readonly subfields: readonly FieldDraft[];
}

/** Which of the common keys mean something to which types. */
const keysOfShape: Readonly<Record<string, readonly string[]>> = {
  enum: ['options'],
  relation: ['reference', 'deleteBehavior', 'relatedName'],
  declared: ['fields'],
};

/** Types whose sub-fields a definition declares; shared ones bring theirs. A `record` shows as JSON and declares them too. */
function shapeOf(type: FieldType): string {
  const { kind } = type.graphql(emptyField(type));
  return (kind === 'embedded' && type.subfields === undefined) || type.name === 'record' ? 'declared' : kind;
}

interface TypeChecks {
  readonly vocabulary: KeyVocabulary;
  readonly schema: z.ZodType<Record<string, unknown>>;
}

/** What plugins do to fields. */
export interface FieldPlugins {
  readonly keys: z.ZodRawShape;
  /** Names of the types whose values a plugin computes. */
  readonly computed: ReadonlySet<string>;
  typeOf(type: FieldType, definition: Readonly<Record<string, unknown>>): FieldType;
}

/** Reads fields against the types that exist and the keys that plugins act on. */
export class FieldReader {
  readonly #types: ReadonlyMap<string, FieldType>;
  readonly #pluginKeys: z.ZodRawShape;
  readonly #computed: ReadonlySet<string>;
  readonly #typeOf: FieldPlugins['typeOf'];
  readonly #report: Report;
  readonly #checks = new Map<string, TypeChecks>();
  /** For reading keys before the type is known: every key of every type. */
  readonly #anyType: KeyVocabulary;

  constructor(types: ReadonlyMap<string, FieldType>, { keys: pluginKeys, computed, typeOf }: FieldPlugins, report: Report) {
    this.#computed = computed;
    this.#typeOf = typeOf;
    this.#types = types;
    this.#pluginKeys = pluginKeys;
    this.#report = report;
    const all: z.ZodRawShape = Object.assign({}, ...[...types.values()].map(({ keys }) => keys), pluginKeys) as z.ZodRawShape;
    this.#anyType = extendVocabulary(fieldVocabulary, all);
  }

  /** A plugin acts on the key. */
  acts(key: string): boolean {
    return Object.hasOwn(this.#pluginKeys, key);
  }

  /** Canonical spelling of keys and of values that have several forms; no checks yet, since an extension may add keys. */
  read(raw: unknown, place: Place, subject: string): Part | undefined {
    const part = readMapping(this.#anyType, withoutShorthand(raw), place, subject, this.#report);
    if (part) normalizeValues(part);
    return part;
  }

  check(name: string, part: Part, subject: string): FieldDraft {
    const typeName = part.value['type'];
    const type = typeof typeName === 'string' ? this.#types.get(typeName) : undefined;
    if (!type) {
      this.#reportType(part, typeName, subject);
      return { name, part, type, leftOut: false, valid: false, subfields: [] };
    }
    if (type.computed && !this.#computed.has(type.name)) {
      this.#report.warn(part, ['type'], subject, `nothing computes fields of the type ${type.name}; the field is left out`, pluginHint(['expression']));
      return { name, part, type: undefined, leftOut: true, valid: false, subfields: [] };
    }
    const { vocabulary, schema } = this.#checksOf(type);
    checkKeys(vocabulary, part, subject, this.#report, (key) =>
      Object.hasOwn(this.#anyType.shape, key) || keysOfSomeTypes.includes(key) ? `"${key}" has no meaning for the type ${type.name}; it is kept and nothing acts on it` : undefined,
    );
    const valid = checkValues(schema, part, subject, this.#report);
    const idle = [...(type.inertKeys ?? []).filter((key) => key.includes('.') && hasEffect(valueAt(part.value, key))), ...this.#idleOptions(part)];
    warnIdle(idle, part, subject, this.#report);
    return { name, part, type: valid ? this.#typeOf(type, part.value) : type, leftOut: false, valid, subfields: this.#subfields(part, subject) };
  }

  /** Reads and checks in one go, for fields that nothing extends. */
  readAll(raw: unknown, place: Place, subject: string): FieldDraft[] {
    return listFields(raw, place, subject, this.#report).flatMap(({ name, raw: field, place: at }) => {
      const part = this.read(field, at, `${subject}.${name}`);
      return part ? [this.check(name, part, `${subject}.${name}`)] : [];
    });
  }

  /** Whoever acts on the conditions of fields does so on those of their options. */
  #idleOptions({ value }: Part): readonly string[] {
    const options = value['options'];
    if (Object.hasOwn(this.#pluginKeys, 'visibleWhen') || !Array.isArray(options)) return [];
    return options.flatMap((option, index) => (isMapping(option) && option['visibleWhen'] !== undefined ? [`options.${index}.visibleWhen`] : []));
  }

  #subfields(part: Part, subject: string): readonly FieldDraft[] {
    const raw = part.value['fields'];
    return raw === undefined ? [] : this.readAll(raw, { document: part.document, path: [...part.path, 'fields'] }, subject);
  }

  #checksOf(type: FieldType): TypeChecks {
    const known = this.#checks.get(type.name);
    if (known) return known;
    const client = (type.clientKeys ?? []).filter((key) => !key.includes('.'));
    const inert = (type.inertKeys ?? []).filter((key) => !key.includes('.'));
    const used = keysOfShape[shapeOf(type)] ?? [];
    const unused = keysOfSomeTypes.filter((key) => !used.includes(key));
    const common = Object.fromEntries(Object.entries(fieldVocabulary.shape).filter(([key]) => !unused.includes(key)));
    const shape = { ...type.keys, ...common, ...this.#pluginKeys };
    const checks = {
      vocabulary: extendVocabulary({ ...fieldVocabulary, shape: {} }, shape, { client, inert }),
      schema: z.looseObject(shape),
    };
    this.#checks.set(type.name, checks);
    return checks;
  }

  #reportType(part: Part, typeName: unknown, subject: string): void {
    const names = [...this.#types.keys()].sort();
    if (typeof typeName !== 'string') {
      this.#report.error(part, ['type'], subject, typeName === undefined ? 'the type is missing' : `the type must be text, found ${show(typeName)}`, `Accepted: ${names.join(', ')}.`);
      return;
    }
    const meant = foreignTypes.get(typeName.toLowerCase());
    const hint = meant !== undefined && this.#types.has(meant) ? `Use "${meant}".` : suggest(typeName, names);
    this.#report.error(part, ['type'], subject, `there is no field type "${typeName}"`, hint ?? `Accepted: ${names.join(', ')}.`);
  }
}

export interface NamedField {
  readonly name: string;
  readonly raw: unknown;
  readonly place: Place;
}

/** Fields stand in a mapping by name, or in a list whose items have a `name`. */
export function listFields(raw: unknown, place: Place, subject: string, report: Report): readonly NamedField[] {
  if (isMapping(raw)) return Object.entries(raw).map(([name, field]) => ({ name, raw: field, place: { ...place, path: [...place.path, name] } }));
  if (!Array.isArray(raw)) {
    report.at('error', place, subject, `"fields" must be a mapping of fields by name, found ${show(raw)}`);
    return [];
  }
  const seen = new Set<string>();
  return (raw as readonly unknown[]).flatMap((field, index) => {
    const at = { ...place, path: [...place.path, index] };
    const name = isMapping(field) ? field['name'] : undefined;
    if (typeof name !== 'string') {
      report.at('error', at, subject, 'a field in a list needs a "name"');
      return [];
    }
    if (seen.has(name)) {
      report.at('error', at, `${subject}.${name}`, `the field "${name}" is defined twice`);
      return [];
    }
    seen.add(name);
    return [{ name, raw: field, place: at }];
  });
}

/** `title: text` is short for `title: { type: text }`. */
function withoutShorthand(raw: unknown): unknown {
  return typeof raw === 'string' ? { type: raw } : raw;
}

function normalizeValues(part: Part): void {
  const { value } = part;
  const typeName = value['type'];
  if (typeof typeName === 'string') value['type'] = typeAliases.get(typeName) ?? typeName;
  const behavior = value['deleteBehavior'];
  if (behavior === true) value['deleteBehavior'] = 'cascade';
  else if (behavior === false) delete value['deleteBehavior'];
  else if (typeof behavior === 'string') value['deleteBehavior'] = toSnake(behavior);
  for (const key of ['currencyCode', 'currency_code']) {
    if (value[key] === undefined) continue;
    value['currencyConfig'] = { ...(isMapping(value['currencyConfig']) ? value['currencyConfig'] : {}), defaultCurrency: value[key] };
    Reflect.deleteProperty(value, key);
  }
  if (value['type'] === 'json') delete value['blackbox'];
  if (value['type'] === 'lookup' && isMapping(value['reference'])) referOutside(part, value['reference']);
  if (value['type'] === 'autonumber') renameKeys(part, { format: 'autonumberFormat', displayFormat: 'autonumberFormat', display_format: 'autonumberFormat' });
  if (value['type'] === 'summary') gatherSummary(part);
  if (Array.isArray(value['options'])) normalizeOptions(value, value['options']);
  if (isExpression(value['defaultValue'])) renameKeys(part, { defaultValue: 'defaultExpression' });
}

/** `{ dialect: cel, source: "amount * 0.1" }`: no value, but how to compute one. */
function isExpression(value: unknown): boolean {
  return isMapping(value) && typeof value['source'] === 'string' && Object.keys(value).every((key) => ['dialect', 'source', 'ast', 'meta'].includes(key));
}

/** Keys that mean something else to other types. */
function renameKeys(part: Part, names: Readonly<Record<string, string>>): void {
  for (const [key, name] of Object.entries(names)) {
    if (part.value[key] === undefined || part.value[name] !== undefined) continue;
    part.moved.set(name, part.moved.get(key) ?? [{ document: part.document, path: [...part.path, key], from: 0 }]);
    part.value[name] = part.value[key];
    Reflect.deleteProperty(part.value, key);
  }
}

/** `reference: { subgraph: catalog, type: Product, key: sku }`, or `remote` for `subgraph`: a lookup that leads out of this app holds the key alone. */
function referOutside(part: Part, { keyType, remote }: Readonly<Record<string, unknown>>): void {
  renameKeys(part, { reference: remote === undefined ? 'entity' : 'remote' });
  part.value['type'] = keyType === 'Int' ? 'number' : 'text';
  if (keyType === 'Int') part.value['scale'] ??= 0;
}

const summaryKeys: Readonly<Record<string, string>> = {
  reference: 'object', summaryObject: 'object', summary_object: 'object', summaryType: 'function', summary_type: 'function', summaryField: 'field', summary_field: 'field',
  summaryFilter: 'filter', summary_filter: 'filter', relationshipField: 'relationshipField', relationship_field: 'relationshipField',
};

/** `{ summary_type: SUM, summary_field: amount, reference_to: line }` → `summaryOperations`. */
function gatherSummary({ value }: Part): void {
  const given = isMapping(value['summaryOperations']) ? { ...value['summaryOperations'] } : {};
  for (const [key, name] of Object.entries(summaryKeys)) {
    if (value[key] === undefined) continue;
    given[name] ??= value[key];
    Reflect.deleteProperty(value, key);
  }
  if (given['relationship_field'] !== undefined) {
    given['relationshipField'] ??= given['relationship_field'];
    delete given['relationship_field'];
  }
  if (typeof given['function'] === 'string') given['function'] = given['function'].toLowerCase();
  if (Object.keys(given).length > 0) value['summaryOperations'] = given;
}

/** Options may be plain texts; a default may be marked on its option, or differ from it in case. */
function normalizeOptions(value: Record<string, unknown>, options: readonly unknown[]): void {
  const mappings = options.map((option) => {
    if (typeof option === 'string') return { label: option, value: toSnake(option) || option };
    if (!isMapping(option)) return option;
    const { value: stored, label } = option;
    if (typeof stored === 'number' || typeof stored === 'boolean') return { ...option, value: String(stored) };
    return stored === undefined && typeof label === 'string' ? { ...option, value: toSnake(label) || label } : option;
  });
  value['options'] = mappings;
  const values = mappings.flatMap((option) => (isMapping(option) && typeof option['value'] === 'string' ? [option['value']] : []));
  const marked = mappings.flatMap((option) => (isMapping(option) && option['default'] === true && typeof option['value'] === 'string' ? [option['value']] : []));
  if (value['defaultValue'] === undefined && marked.length > 0) value['defaultValue'] = marked.length === 1 && !isManyValued(value) ? marked[0] : marked;
  value['defaultValue'] = Array.isArray(value['defaultValue']) ? value['defaultValue'].map((item) => asOption(item, values)) : asOption(value['defaultValue'], values);
  if (value['defaultValue'] === undefined) delete value['defaultValue'];
}

function isManyValued(value: Record<string, unknown>): boolean {
  return value['multiple'] === true || value['type'] === 'multiselect' || value['type'] === 'checkboxes' || value['type'] === 'tags';
}

function asOption(value: unknown, options: readonly string[]): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const text = String(value);
  if (options.includes(text)) return text;
  return options.find((option) => option.toLowerCase() === text.toLowerCase()) ?? options.find((option) => option === toSnake(text)) ?? value;
}

function valueAt(value: unknown, dotted: string): unknown {
  return dotted.split('.').reduce<unknown>((inner, key) => (isMapping(inner) ? inner[key] : undefined), value);
}
