import { isInputObjectType, isNonNullType, type GraphQLSchema } from 'graphql';
import { isWritable, type Rights } from '../../../builder/views/rights.ts';
import type { Access } from '../../../resolvers/access.ts';
import { readableFields } from '../read/shape.ts';
import { relationOf, type Resource } from '../resource.ts';
import { mostRecords } from '../write/batch.ts';
import { figureSchemas } from './figures.ts';
import type { Offer } from './offer.ts';
import { described, ref, schemaOf, type JsonSchema, type RelatedRecord } from './types.ts';

/** What goes to a resource and comes from it, by name. */
export function schemasOf(schema: GraphQLSchema, resource: Resource, offer: Offer, resources: ReadonlyMap<string, Resource>, access: Access, rights: Rights, relatedRecord: RelatedRecord): Readonly<Record<string, JsonSchema>> {
  const { type, names, object } = resource;
  const fields = type.getFields();
  const visible = rights.reads(object.name) ? readableFields(resource, access) : [];
  const related = Object.keys(fields).flatMap((name) => relationOf(resource, name, resources) ?? []).filter((relation) => rights.reads(relation.resource.object.name));
  const record = {
    type: 'object',
    ...(object.description !== undefined && { description: object.description }),
    properties: {
      ...Object.fromEntries(visible.map((name) => [name, described(fields[name] ? schemaOf(fields[name].type, 'out') : {}, fields[name]?.description)])),
      ...Object.fromEntries(related.map(({ name, many, resource: { names: target } }) => [name, many ? { type: 'object', description: 'With `include`.', properties: { data: { type: 'array', items: relatedRecord(target.type) }, hasMore: { type: 'boolean' } } } : { description: 'With `include`.', oneOf: [relatedRecord(target.type), { type: 'null' }] }])),
    },
  };
  const inputs = [...(offer.create || offer.batch.some((operation) => operation === 'create' || operation === 'upsert') ? [names.createInput] : []), ...(offer.update || offer.batch.includes('update') ? [names.updateInput] : [])];
  const hidden = { errors: { type: 'array', description: 'Fields that are null because you may not see them.', items: ref('HiddenField') } };
  return {
    [names.type]: record,
    [`${names.type}Answer`]: { type: 'object', required: ['data'], properties: { data: { oneOf: [ref(names.type), { type: 'null' }] }, warnings: { type: 'array', items: { type: 'object' } }, ...hidden } },
    ...(offer.list && { [`${names.type}Page`]: { type: 'object', required: ['data', 'page'], properties: { data: { type: 'array', items: ref(names.type) }, page: { type: 'object', required: ['hasMore', 'next'], properties: { hasMore: { type: 'boolean' }, next: { type: ['string', 'null'] }, total: { type: 'integer' } } }, ...hidden } } }),
    ...figureSchemas(schema, resource, offer, resources, rights, hidden, relatedRecord),
    ...Object.fromEntries(inputs.map((name) => [name, inputSchema(schema, name, resource, rights)])),
    ...(offer.batch.length > 0 && batchSchemas(resource, offer, inputs)),
  };
}

/** Own values of a record that the caller may write. */
function inputSchema(schema: GraphQLSchema, name: string, { object }: Resource, rights: Rights): JsonSchema {
  const type = schema.getType(name);
  const fields = isInputObjectType(type) ? Object.values(type.getFields()) : [];
  const own = fields.filter(({ extensions }) => {
    const field = extensions.objectos?.kind === 'field' ? object.fields.get(extensions.objectos.field) : undefined;
    return field !== undefined && (field.name === 'id' || (isWritable(field) && rights.field(object.name, field.name, 'edit')));
  });
  const required = own.filter((field) => isNonNullType(field.type)).map((field) => field.name);
  return { type: 'object', properties: Object.fromEntries(own.map((field) => [field.name, described(schemaOf(field.type, 'in'), field.description)])), ...(required.length > 0 && { required }), additionalProperties: false };
}

function batchSchemas({ names }: Resource, { batch }: Offer, inputs: readonly string[]): Readonly<Record<string, JsonSchema>> {
  const record = { type: 'object', properties: { id: { type: 'string' }, version: { type: 'integer', description: 'Of an update: what the record must have.' }, ...(inputs.length > 0 && { data: inputs.length === 1 ? ref(inputs[0] ?? '') : { anyOf: inputs.map(ref) } }) }, additionalProperties: false };
  const flag = (description: string, byDefault: boolean): JsonSchema => ({ type: 'boolean', description, default: byDefault });
  return {
    [`${names.type}Batch`]: {
      type: 'object',
      required: ['operation', 'records'],
      properties: {
        operation: { type: 'string', enum: batch },
        records: { type: 'array', minItems: 1, maxItems: mostRecords, items: record },
        by: { type: 'string', description: 'Of an upsert: the key that tells whether a record exists; the id when absent.' },
        options: {
          type: 'object',
          properties: { atomic: flag('All records or none.', true), continueOnError: flag('The others are written when some are refused; with atomic: false.', false), returnRecords: flag('Answers the records.', false), validateOnly: flag('Everything runs, nothing stays.', false) },
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    },
    [`${names.type}BatchAnswer`]: {
      type: 'object',
      required: ['count', 'results'],
      properties: {
        count: { type: 'integer' },
        results: { type: 'array', items: { type: 'object', required: ['index', 'id', 'success', 'created'], properties: { index: { type: 'integer' }, id: { type: ['string', 'null'] }, success: { type: 'boolean' }, created: { type: 'boolean' }, errors: problemSchema.properties.errors, data: ref(names.type) } } },
        errors: { type: 'array', items: ref('HiddenField') },
      },
    },
  };
}

export const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable, the same as in GraphQL.' },
    errors: { type: 'array', items: { type: 'object', required: ['pointer', 'code', 'detail'], properties: { pointer: { type: 'string', description: 'Place in the body.' }, code: { type: 'string' }, detail: { type: 'string' } } } },
  },
} as const;

export const hiddenSchema = { type: 'object', required: ['path', 'code', 'detail'], properties: { path: { type: 'array', items: { type: ['string', 'integer'] } }, code: { type: 'string' }, detail: { type: 'string' } } } as const;
