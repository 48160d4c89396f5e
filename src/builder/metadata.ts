import { defaultFieldResolver } from 'graphql';
import type { CatalogField, CatalogObject } from '../metadata/catalog.ts';
import { compileExpression } from '../metadata/expressions/check.ts';
import { findField } from '../metadata/expressions/names.ts';
import { fieldsNamed } from '../metadata/expressions/summarize.ts';
import { isMapping } from '../metadata/report.ts';
import type { RequestContext } from '../resolvers/request.ts';
import { groupableFields, measuresOf } from './aggregates.ts';
import { allows, relationsOf, type Api, type ApiObject } from './api.ts';
import { isUpdatable } from './inputs.ts';
import { keysOf } from './keys.ts';
import { outputType } from './value-types.ts';
import type { OutputField, OutputFields, Resolver } from './spec.ts';
import { isWritable, lookupOf, rightsOf, type Rights } from './views/rights.ts';
import { isSortable } from './where.ts';

/** Keys of every definition that user interfaces use; those of the field's type join them. */
const clientKeys = [
  'inlineHelpText', 'placeholder', 'minLength', 'maxLength', 'min', 'max', 'step', 'precision', 'scale', 'format',
  'widget', 'group',
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
    trackHistory: field('Boolean!', 'Whether its changes are kept as history.'),
    defaultValue: field('JSON'),
    options: field('[MetadataOption!]!'),
    visibleWhen: field('String', 'Condition on the record under which user interfaces show the field.'),
    requiredWhen: field('String', 'Condition under which the field needs a value.'),
    readonlyWhen: field('String', 'Condition on the stored record under which the field no longer changes.'),
    dependsOn: field('[String!]!', 'Fields on which the choices depend, by machine name.'),
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
    visibleWhen: field('String', 'Condition on the record under which the option can be chosen.'),
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
  const rights = rightsOf(access);
  const visible = (self: ApiObject | undefined): object | undefined => (self !== undefined && rights.uses(self.object.name) ? objectView(api, self, rights) : undefined);
  return {
    objects: () => [...api.objects.values()].flatMap((self) => visible(self) ?? []),
    object: ({ name }: { readonly name: string }) => visible(api.objects.get(name)),
  };
}

function objectView(api: Api, self: ApiObject, rights: Rights): object {
  const { object } = self;
  const usable = ({ name }: CatalogField): boolean => rights.field(object.name, name, 'read') || rights.field(object.name, name, 'edit');
  const fields = (): readonly CatalogField[] => self.fields.filter(usable);
  const readable = (names: readonly string[]): readonly string[] => names.filter((name) => object.fields.get(name) === undefined || rights.field(object.name, name, 'read'));
  return {
    ...pick(object, ['name', 'label', 'pluralLabel', 'description', 'icon', 'nameField', 'recordTypes', 'deprecated']),
    typeName: object.names.type,
    singularName: object.names.one,
    pluralName: object.names.many,
    searchFields: () => readable(object.searchFields),
    methods: () => [...object.methods],
    softDelete: object.softDelete !== undefined,
    canRead: rights.reads(object.name),
    canCreate: rights.writes(object.name, 'create') && allows(self, 'create'),
    canEdit: rights.writes(object.name, 'update') && isUpdatable(api, self),
    canDelete: rights.writes(object.name, 'delete') && allows(self, 'delete'),
    fields: () => fields().map((each) => fieldView(api, self, each, rights)),
    field: ({ name }: { readonly name: string }) => fields().filter((each) => each.name === name).map((each) => fieldView(api, self, each, rights))[0],
    relations: () =>
      relationsOf(api, self)
        .filter(({ relation, name }) => name === relation.name && rights.relation(object, relation, 'read'))
        .map(({ relation }) => ({ ...pick(relation, ['name', 'label', 'target']), toMany: relation.kind !== 'one', field: lookupOf(object, relation)[1] })),
    keys: () => keysOf(self).filter((key) => readable(key.fields).length === key.fields.length),
    definition: () => pick(object.definition, objectClientKeys),
  };
}

function fieldView(api: Api, self: ApiObject, each: CatalogField, rights: Rights): object {
  const may = (right: Parameters<Rights['field']>[2]): boolean => rights.field(self.object.name, each.name, right);
  return {
    ...valueView(self.type.type, each),
    ...conditionsView(api, self, each, rights),
    canRead: may('read'),
    canEdit: isWritable(each) && may('edit'),
    canFilter: may('filter') && each.type.filters(each) !== undefined,
    canSort: may('sort') && isSortable(each),
    canAggregate: may('aggregate') && (groupableFields(self).includes(each) || measuresOf(self).includes(each)),
  };
}

function valueView(owner: string, each: CatalogField): object {
  return {
    ...pick(each, ['name', 'graphqlName', 'label', 'description', 'required', 'unique', 'multiple', 'hidden', 'system', 'searchable', 'externalId', 'trackHistory', 'options', 'deprecated']),
    defaultValue: each.defaultValue ?? null,
    graphqlType: () => outputType(owner, each),
    type: each.type.name,
    readonly: !isWritable(each),
    computed: each.type.computed,
    reference: each.reference?.object,
    subfields: () => [...each.subfields.values()].filter((subfield) => !subfield.internal).map((subfield) => subfieldView(outputType(owner, each).replace(/[[\]!]/g, ''), subfield)),
    definition: () => pick(each.definition, [...clientKeys, ...Object.keys(each.type.keys), ...(each.type.clientKeys ?? [])]),
  };
}

/** Conditions that speak of fields which the caller may not use are left out: their text would tell of them. */
function conditionsView({ catalog }: Api, { object }: ApiObject, { definition, options }: CatalogField, rights: Rights): object {
  const told = (given: unknown): string | null => {
    const source = typeof given === 'string' ? given : isMapping(given) && typeof given['source'] === 'string' ? given['source'] : undefined;
    if (source === undefined) return null;
    const result = compileExpression(source, { catalog, object, previous: true, finds: true });
    const may = ({ object: owner, name }: CatalogField): boolean => rights.field(owner, name, 'read') || rights.field(owner, name, 'edit');
    return 'checked' in result && fieldsNamed(result.checked).every(may) ? source : null;
  };
  const written = (Array.isArray(definition['options']) ? definition['options'] : []) as readonly unknown[];
  const conditions = new Map(written.flatMap((option) => (isMapping(option) ? [[option['value'], option['visibleWhen']] as const] : [])));
  return {
    visibleWhen: () => told(definition['visibleWhen']),
    requiredWhen: () => told(definition['requiredWhen']),
    readonlyWhen: () => told(definition['readonlyWhen']),
    dependsOn: () => dependenciesOf(object, definition['dependsOn'] ?? definition['dependencies']).filter((name) => rights.field(object.name, name, 'read')),
    options: () => options.map((option) => ({ ...option, visibleWhen: () => told(conditions.get(option.value)) })),
  };
}

function dependenciesOf(object: CatalogObject, given: unknown): readonly string[] {
  if (!Array.isArray(given)) return [];
  return (given as readonly unknown[]).flatMap((entry) => {
    const name = isMapping(entry) ? entry['field'] : entry;
    return typeof name === 'string' ? (findField(object, name)?.name ?? []) : [];
  });
}

/** Sub-fields share the rights of the field that embeds them. */
function subfieldView(owner: string, each: CatalogField): object {
  return { ...valueView(owner, each), dependsOn: [], canRead: true, canEdit: isWritable(each), canFilter: false, canSort: false, canAggregate: false };
}

function pick(value: object, keys: readonly string[]): Record<string, unknown> {
  const given = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(keys.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])));
}
