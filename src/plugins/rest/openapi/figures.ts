import { getNullableType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { Rights } from '../../../builder/views/rights.ts';
import { figuresOf } from '../read/figures.ts';
import { relationOf, type Resource } from '../resource.ts';
import type { Offer } from './offer.ts';
import { described, schemaOf, type JsonSchema, type RelatedRecord } from './types.ts';

/** Figures that callers may have. */
export function visibleFigures(schema: GraphQLSchema, resource: Resource, rights: Rights): readonly string[] {
  return [...figuresOf(schema, resource)].flatMap(([figure, field]) => (field === undefined || rights.field(resource.object.name, field, 'aggregate') ? [figure] : []));
}

/** Answers of `aggregate` and `groups`; they hold the figures that were asked for. */
export function figureSchemas(schema: GraphQLSchema, resource: Resource, offer: Offer, resources: ReadonlyMap<string, Resource>, rights: Rights, hidden: JsonSchema, relatedRecord: RelatedRecord): Readonly<Record<string, JsonSchema>> {
  const { names } = resource;
  const figures = figureProperties(schema, resource, rights);
  const key = schema.getType(names.groupKey);
  return {
    ...(offer.aggregate && { [`${names.type}AggregateAnswer`]: { type: 'object', required: ['data'], properties: { data: { type: 'object', properties: figures }, ...hidden } } }),
    ...(offer.groups && isObjectType(key) && {
      [`${names.type}GroupsAnswer`]: {
        type: 'object',
        required: ['data'],
        properties: { data: { type: 'array', items: { type: 'object', required: ['key'], properties: { key: keySchema(key, resource, resources, rights, relatedRecord), ...figures } } }, ...hidden },
      },
    }),
  };
}

function figureProperties(schema: GraphQLSchema, resource: Resource, rights: Rights): Readonly<Record<string, JsonSchema>> {
  const type = schema.getType(resource.names.aggregate);
  if (!isObjectType(type)) return {};
  const visible = new Set(visibleFigures(schema, resource, rights));
  return Object.fromEntries(Object.values(type.getFields()).flatMap(({ name, type: of, description }) => {
    const measures = getNullableType(of);
    if (!isObjectType(measures)) return [[name, described(schemaOf(of, 'out'), description)]];
    const fields = Object.values(measures.getFields()).filter((field) => visible.has(`${name}.${field.name}`));
    return fields.length === 0 ? [] : [[name, described({ type: 'object', properties: Object.fromEntries(fields.map((field) => [field.name, schemaOf(field.type, 'out')])) }, description)]];
  }));
}

function keySchema(type: GraphQLObjectType, resource: Resource, resources: ReadonlyMap<string, Resource>, rights: Rights, relatedRecord: RelatedRecord): JsonSchema {
  const { object } = resource;
  return {
    type: 'object',
    properties: Object.fromEntries(Object.values(type.getFields()).flatMap(({ name, type: of, description, extensions: { objectos } }) => {
      if (objectos?.kind === 'field') return rights.field(object.name, objectos.field, 'aggregate') ? [[name, described(schemaOf(of, 'out'), description)]] : [];
      const relation = relationOf(resource, name, resources);
      return relation && rights.reads(relation.resource.object.name) ? [[name, { description: 'With `include`.', oneOf: [relatedRecord(relation.resource.names.type), { type: 'null' }] }]] : [];
    })),
  };
}
