import type { CatalogField } from '../metadata/catalog.ts';
import type { AggregateFunction } from '../metadata/field-type.ts';
import { embeddedInputName, fieldTypeNames } from '../metadata/naming.ts';
import type { Api, ApiObject } from './api.ts';
import { describe, describeField } from './descriptions.ts';
import { enumFilter, enumListFilter } from './filters.ts';
import type { TypeRegistry } from './registry.ts';
import { semanticNonNull } from './directives.ts';
import type { EnumSpec, InputField, OutputField, TypeText } from './spec.ts';

const listOf = (type: string, list: boolean | undefined): TypeText => (list === true ? `[${type}!]` : type);

/** GraphQL type of a field's value; `owner` is the type that has the field. */
export function outputType(owner: string, field: CatalogField): TypeText {
  const shape = field.type.graphql(field);
  switch (shape.kind) {
    case 'scalar':
      return listOf(shape.scalar, shape.list);
    case 'enum':
      return listOf(fieldTypeNames(owner, field.name).type, shape.list);
    case 'embedded':
      return listOf(shape.typeName ?? fieldTypeNames(owner, field.name).type, shape.list);
    case 'relation':
      return listOf('ID', shape.list);
  }
}

export function inputType(owner: string, field: CatalogField): TypeText {
  const shape = field.type.graphql(field);
  return shape.kind === 'embedded' ? listOf(embeddedInputName(shape.typeName ?? fieldTypeNames(owner, field.name).type), shape.list) : outputType(owner, field);
}

/** Fields that the platform sets and no right can hide. */
const alwaysThere: ReadonlySet<string> = new Set(['id', 'version']);

export function outputField(owner: string, field: CatalogField): OutputField {
  const type = outputType(owner, field);
  const always = field.system && alwaysThere.has(field.name);
  return {
    type: always ? `${type}!` : type,
    description: describeField(field),
    deprecated: field.deprecated,
    directives: field.required && !always && field.type.external === undefined ? semanticNonNull : undefined,
    source: { kind: 'field', field: field.name },
  };
}

/** `Decimal` of decimals, `Float` of floats; the sum of integers may not fit one. */
export function measureType(owner: string, field: CatalogField, fn: Exclude<AggregateFunction, 'count'>): TypeText {
  if (fn === 'countDistinct') return 'Int';
  const type = outputType(owner, field);
  if (type !== 'Int') return type;
  return fn === 'sum' ? 'BigInt' : fn === 'avg' ? 'Float' : 'Int';
}

/** Enums, and types and inputs of embedded values, of the fields of one type. */
export function declareFieldTypes(api: Api, owner: string, fields: Iterable<CatalogField>, party: string): void {
  for (const field of fields) {
    const shape = field.type.graphql(field);
    if (shape.kind === 'enum') declareEnum(api.registry, owner, field, party);
    else if (shape.kind === 'embedded') declareEmbedded(api, owner, field, shape.typeName, party);
  }
}

export function declareApiFieldTypes(api: Api, { type, fields, owner }: ApiObject): void {
  declareFieldTypes(api, type.type, fields, owner);
}

function declareEnum(registry: TypeRegistry, owner: string, field: CatalogField, party: string): void {
  const names = fieldTypeNames(owner, field.name);
  const description = describeField(field);
  registry.declare(names.type, `${party}, field ${field.name}`, () => ({ kind: 'enum', description, values: optionValues(field) }));
  const family = field.type.filters(field);
  const filter = (fields: () => Readonly<Record<string, InputField>>) => () => ({ kind: 'input', description: `Conditions on ${field.label}.`, fields }) as const;
  if (family === 'enum') registry.declare(names.filter, party, filter(() => enumFilter(names.type)));
  else if (family === 'enumList') registry.declare(names.listFilter, party, filter(() => enumListFilter(names.type)));
}

function optionValues(field: CatalogField): EnumSpec['values'] {
  return Object.fromEntries(field.options.map((option) => [option.graphqlName, { description: describe(option.label), deprecated: option.deprecated, stands: option.value }]));
}

function declareEmbedded(api: Api, owner: string, field: CatalogField, shared: string | undefined, party: string): void {
  const { registry } = api;
  const type = shared ?? fieldTypeNames(owner, field.name).type;
  if (shared !== undefined && registry.has(shared)) return;
  const subfields = [...field.subfields.values()].filter((subfield) => !subfield.internal);
  const description = shared === undefined ? describeField(field) : undefined;
  registry.declare(type, party, () => ({
    kind: 'object',
    role: 'embedded',
    description,
    fields: () => Object.fromEntries(subfields.map((subfield) => [subfield.graphqlName, { ...outputField(type, subfield), source: { kind: 'subfield', field: subfield.name } }])),
  }));
  registry.declare(embeddedInputName(type), party, () => ({
    kind: 'input',
    description,
    fields: () =>
      Object.fromEntries(
        subfields.filter((subfield) => !subfield.type.computed && (shared === undefined || !subfield.readonly)).map((subfield) => {
          const required = subfield.required && subfield.defaultValue === undefined ? '!' : '';
          return [subfield.graphqlName, { type: `${inputType(type, subfield)}${required}`, description: describeField(subfield), deprecated: subfield.deprecated, source: { kind: 'field', field: subfield.name } }];
        }),
      ),
  }));
  declareFieldTypes(api, type, subfields, party);
}
