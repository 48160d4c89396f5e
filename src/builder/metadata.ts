import { defaultFieldResolver } from 'graphql';
import type { CatalogField, CatalogObject, CatalogRelation } from '../metadata/catalog.ts';
import type { Access, ObjectAccess } from '../resolvers/access.ts';
import type { RequestContext } from '../resolvers/request.ts';
import { relationsOf, type Api, type ApiObject } from './api.ts';
import { keysOf } from './keys.ts';
import { outputType } from './value-types.ts';
import type { OutputField, OutputFields, Resolver } from './spec.ts';

/** Keys of every definition that user interfaces use; those of the field's type join them. */
const clientKeys = [
  'inlineHelpText', 'placeholder', 'minLength', 'maxLength', 'min', 'max', 'step', 'precision', 'scale', 'format',
  'widget', 'group', 'visibleWhen', 'readonlyWhen', 'requiredWhen', 'dependsOn',
] as const;
const objectClientKeys = ['tags', 'fieldGroups', 'highlightFields', 'compactLayout', 'stageField', 'listViews', 'userActions'] as const;

const field = (type: string, description?: string, args?: OutputField['args']): OutputField => ({ type, description, args, resolve: defaultFieldResolver as Resolver });

/** `metadata` of Query: what the caller may use, so that user interfaces can build themselves. */
export function metadataField(api: Api): OutputField {
  return {
    type: 'Metadata!',
    description: 'Objects, fields and relations as the caller may use them.',
    resolve: (_parent, _args, context) => metadataFor(api, context),
  };
}

export function declareMetadata(api: Api): void {
  const { registry } = api;
  const declare = (name: string, description: string, fields: () => OutputFields): void =>
    registry.declare(name, 'the platform', () => ({ kind: 'object', role: 'shared', description, fields }));
  declare('Metadata', 'What the API offers the caller.', () => ({
    objects: field('[MetadataObject!]!', 'Objects that the caller may use, by name.'),
    object: field('MetadataObject', 'One object; null when there is none that the caller may use.', { name: { type: 'String!', description: 'Machine name: `account`.' } }),
  }));
  declare('MetadataObject', 'A business object.', () => ({
    name: field('String!', 'Machine name: `account`.'),
    typeName: field('String!', 'GraphQL type: `Account`.'),
    singularName: field('String!', 'Root field of one record: `account`.'),
    pluralName: field('String!', 'Root field of the list: `accounts`.'),
    label: field('String!'),
    pluralLabel: field('String!'),
    description: field('String'),
    icon: field('String'),
    nameField: field('String!', 'Field whose value titles a record, by machine name.'),
    searchFields: field('[String!]!', 'Fields that `search` looks into, by machine name.'),
    recordTypes: field('[String!]!'),
    methods: field('[String!]!', 'What the API offers on the object.'),
    softDelete: field('Boolean!', 'Whether deleted records can be restored.'),
    deprecated: field('String'),
    canRead: field('Boolean!', 'Whether the caller may read records, at least some.'),
    canCreate: field('Boolean!'),
    canEdit: field('Boolean!'),
    canDelete: field('Boolean!'),
    fields: field('[MetadataField!]!'),
    field: field('MetadataField', undefined, { name: { type: 'String!', description: 'Machine name: `annual_revenue`.' } }),
    relations: field('[MetadataRelation!]!'),
    keys: field('[MetadataKey!]!', 'Unique keys, the id first.'),
    definition: field('JSONObject!', 'Keys of the definition that are meant for user interfaces.'),
  }));
  declare('MetadataField', 'A field of an object or of an embedded value.', () => ({
    name: field('String!', 'Machine name: `annual_revenue`.'),
    graphqlName: field('String!', 'Name in this API: `annualRevenue`.'),
    graphqlType: field('String!', 'GraphQL type of the value: `Decimal`.'),
    label: field('String!'),
    description: field('String'),
    type: field('String!', 'Field type of the definition: `currency`.'),
    required: field('Boolean!'),
    unique: field('Boolean!'),
    multiple: field('Boolean!'),
    readonly: field('Boolean!', 'Never writable, whoever the caller is.'),
    computed: field('Boolean!'),
    hidden: field('Boolean!', 'Not meant to be shown in user interfaces.'),
    system: field('Boolean!'),
    searchable: field('Boolean!'),
    externalId: field('Boolean!'),
    defaultValue: field('JSON'),
    options: field('[MetadataOption!]!'),
    reference: field('String', 'Object that the lookup points to, by machine name.'),
    subfields: field('[MetadataField!]!'),
    deprecated: field('String'),
    canRead: field('Boolean!'),
    canEdit: field('Boolean!'),
    canFilter: field('Boolean!'),
    canSort: field('Boolean!'),
    canAggregate: field('Boolean!'),
    definition: field('JSONObject!', 'Keys of the definition that are meant for user interfaces.'),
  }));
  declare('MetadataOption', 'One choice of a select.', () => ({
    value: field('String!', 'As stored.'),
    graphqlName: field('String!', 'Value of the GraphQL enum.'),
    label: field('String!'),
    color: field('String'),
  }));
  declare('MetadataRelation', 'An edge from one object to another.', () => ({
    name: field('String!', 'GraphQL field.'),
    label: field('String!'),
    target: field('String!', 'Machine name of the other object.'),
    toMany: field('Boolean!'),
    field: field('String', 'Lookup that makes the relation, by machine name, on the object that holds it.'),
  }));
  declare('MetadataKey', 'Fields that identify a record.', () => ({ name: field('String!'), fields: field('[String!]!', 'Machine names.') }));
}

function metadataFor(api: Api, { access }: RequestContext): object {
  const visible = (self: ApiObject | undefined): object | undefined => (self !== undefined && isUsable(access.object(self.object.name)) ? objectView(api, self, access) : undefined);
  return {
    objects: () => [...api.objects.values()].flatMap((self) => visible(self) ?? []),
    object: ({ name }: { readonly name: string }) => visible(api.objects.get(name)),
  };
}

function isUsable(rights: ObjectAccess): boolean {
  return rights.read !== false || rights.create;
}

function objectView(api: Api, self: ApiObject, access: Access): object {
  const { object } = self;
  const rights = access.object(object.name);
  const usable = (each: CatalogField): boolean => rights.field(each.name).read !== false || rights.field(each.name).edit !== false;
  const fields = (): readonly CatalogField[] => self.fields.filter(usable);
  const usableFields = (names: readonly string[]): readonly string[] => names.filter((name) => object.fields.get(name) === undefined || rights.field(name).read !== false);
  return {
    ...pick(object, ['name', 'label', 'pluralLabel', 'description', 'icon', 'nameField', 'recordTypes', 'deprecated']),
    typeName: object.names.type,
    singularName: object.names.one,
    pluralName: object.names.many,
    searchFields: () => usableFields(object.searchFields),
    methods: () => [...object.methods],
    softDelete: object.softDelete !== undefined,
    canRead: rights.read !== false,
    canCreate: rights.create && object.methods.has('create'),
    canEdit: rights.edit !== false && object.methods.has('update'),
    canDelete: rights.delete !== false && object.methods.has('delete'),
    fields: () => fields().map((each) => fieldView(self.type.type, each, rights)),
    field: ({ name }: { readonly name: string }) => fields().filter((each) => each.name === name).map((each) => fieldView(self.type.type, each, rights))[0],
    relations: () =>
      relationsOf(api, self)
        .filter(({ relation, target }) => isUsable(access.object(target.object.name)) && isRelationUsable(relation, object, access))
        .map(({ relation }) => ({ ...pick(relation, ['name', 'label', 'target']), toMany: relation.kind !== 'one', field: lookupOf(relation)[1] })),
    keys: () => keysOf(self).filter((key) => usableFields(key.fields).length === key.fields.length),
    definition: () => pick(object.definition, objectClientKeys),
  };
}

function isRelationUsable(relation: CatalogRelation, object: CatalogObject, access: Access): boolean {
  const [holder, name] = lookupOf(relation);
  return access.object(holder ?? object.name).field(name).read !== false;
}

/** The object that holds the lookup of a relation (undefined: this one) and the lookup. */
function lookupOf(relation: CatalogRelation): readonly [string | undefined, string] {
  switch (relation.kind) {
    case 'one':
      return [undefined, relation.field];
    case 'many':
      return [relation.target, relation.targetField];
    case 'link':
      return [relation.link.object, relation.link.field];
  }
}

/** `rights` are undefined for sub-fields: they share the rights of the field that embeds them. */
function fieldView(owner: string, each: CatalogField, rights: ObjectAccess | undefined): object {
  const allowed = rights?.field(each.name);
  const isWritable = !each.readonly && !each.system && !each.type.computed;
  return {
    ...pick(each, ['name', 'graphqlName', 'label', 'description', 'required', 'unique', 'multiple', 'hidden', 'system', 'searchable', 'externalId', 'options', 'deprecated']),
    defaultValue: each.defaultValue ?? null,
    graphqlType: () => outputType(owner, each),
    type: each.type.name,
    readonly: !isWritable,
    computed: each.type.computed,
    reference: each.reference?.object,
    subfields: () => [...each.subfields.values()].filter((subfield) => !subfield.internal).map((subfield) => fieldView(outputType(owner, each).replace(/[[\]!]/g, ''), subfield, undefined)),
    canRead: allowed === undefined || allowed.read !== false,
    canEdit: isWritable && (allowed === undefined || allowed.edit !== false),
    canFilter: allowed !== undefined && allowed.filter && each.type.filters(each) !== undefined,
    canSort: allowed !== undefined && allowed.sort && each.sortable && each.type.sortable,
    canAggregate: allowed !== undefined && allowed.aggregate && (each.type.aggregates.length > 0 || each.type.groupable),
    definition: () => pick(each.definition, [...clientKeys, ...Object.keys(each.type.keys), ...(each.type.clientKeys ?? [])]),
  };
}

function pick(value: object, keys: readonly string[]): Record<string, unknown> {
  const given = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(keys.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])));
}
