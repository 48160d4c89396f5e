import { isInputObjectType, isNonNullType, type GraphQLSchema } from 'graphql';
import { isWritable, rightsOf } from '../../../builder/views/rights.ts';
import type { Access } from '../../../resolvers/access.ts';
import { parametersOf } from '../read/list.ts';
import { readableFields } from '../read/shape.ts';
import { apiPath, relationOf, type Resource } from '../resource.ts';
import { mostRecords } from '../write/batch.ts';
import { described, schemaOf, type JsonSchema } from './types.ts';

type Rights = ReturnType<typeof rightsOf>;

/** What a caller may do with a resource. */
export interface Offer {
  readonly list: boolean;
  readonly one: boolean;
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly restore: boolean;
  /** Operations of batches. */
  readonly batch: readonly ('create' | 'update' | 'upsert' | 'delete')[];
}

export function offerOf({ object, reads, writes }: Resource, rights: Rights): Offer {
  const may = (operation: 'create' | 'createMany' | 'update' | 'updateMany' | 'upsertMany' | 'delete' | 'deleteMany' | 'restore'): boolean => writes.has(operation) && rights.writes(object.name, operation);
  const visible = rights.reads(object.name);
  return {
    list: reads.many && visible,
    one: reads.one && visible,
    create: may('create'),
    update: may('update'),
    delete: may('delete'),
    restore: may('restore'),
    batch: (['create', 'update', 'upsert', 'delete'] as const).filter((operation) => may(`${operation}Many`)),
  };
}

export const isOffered = ({ batch, ...others }: Offer): boolean => batch.length > 0 || Object.values(others).some(Boolean);

/** The OpenAPI document of what callers with these rights may use. */
export function openapiDocument(schema: GraphQLSchema, resources: ReadonlyMap<string, Resource>, access: Access, version: string): JsonSchema {
  const rights = rightsOf(access);
  const offered = [...resources.values()].map((resource) => ({ resource, offer: offerOf(resource, rights) })).filter(({ offer }) => isOffered(offer));
  const paths: Record<string, JsonSchema> = {};
  const schemas: Record<string, JsonSchema> = { Problem: problemSchema, HiddenField: hiddenSchema };
  for (const { resource, offer } of offered) {
    Object.assign(paths, pathsOf(schema, resource, offer));
    Object.assign(schemas, schemasOf(schema, resource, offer, resources, access, rights));
  }
  return {
    openapi: '3.1.0',
    info: { title: 'ObjectOS', version, description: 'Records of the business objects, under the rights of who asks. The same data and the same rules as the GraphQL API.' },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, {}],
    tags: offered.map(({ resource: { path, object } }) => described({ name: path }, object.description ?? object.pluralLabel)),
    paths,
    components: {
      schemas,
      responses: { Problem: { description: 'The request is refused.', content: { 'application/problem+json': { schema: ref('Problem') } } } },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: JsonSchema): JsonSchema => ({ 'application/json': { schema } });
const errors = { default: { $ref: '#/components/responses/Problem' } };
const query = (name: string, description: string, schema: JsonSchema): JsonSchema => ({ name, in: 'query', description, schema });
const header = (name: string, description: string): JsonSchema => ({ name, in: 'header', description, schema: { type: 'string' } });

const shapeParameters = [
  query('fields', 'Names with commas, also of related records: `name,account.name`. All readable ones by default.', { type: 'string' }),
  query('include', 'Related records to show, with commas: `account,contacts`.', { type: 'string' }),
];
const dryRun = query('dryRun', 'Everything runs and is answered, nothing stays.', { type: 'boolean' });
const idempotencyKey = header('Idempotency-Key', 'A repeat with the same key answers as the first request did and writes nothing.');
const ifMatch = header('If-Match', 'ETag that the record must have.');
const etag = { ETag: { description: 'Version of the record.', schema: { type: 'string' } } };

function pathsOf(schema: GraphQLSchema, resource: Resource, offer: Offer): Readonly<Record<string, JsonSchema>> {
  const { object, names, path, root } = resource;
  const record = (description: string, more: JsonSchema = {}): JsonSchema => ({ description, headers: { ...etag, ...more }, content: json(ref(`${names.type}Answer`)) });
  const operation = (id: string, summary: string, parts: JsonSchema): JsonSchema => ({ operationId: id, summary, tags: [path], ...parts });
  const body = (name: string): JsonSchema => ({ required: true, content: json(ref(name)) });
  const listField = schema.getQueryType()?.getFields()[root.many];
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const many = {
    ...(offer.list && listField && {
      get: operation(`list${names.type}`, `Lists ${object.pluralLabel}.`, {
        parameters: [
          ...parametersOf(resource, listField).map(({ name, description, schema: shape }) => (name === 'filters' ? { name, in: 'query', description, content: json(shape) } : query(name, description, shape))),
          query('total', 'Counts all records that match.', { type: 'boolean' }),
          ...shapeParameters,
        ],
        responses: { 200: { description: 'A page of records.', headers: { Link: { description: 'The next page.', schema: { type: 'string' } } }, content: json(ref(`${names.type}Page`)) }, ...errors },
      }),
    }),
    ...(offer.create && { post: operation(root.create, `Creates one ${object.label}.`, { parameters: [idempotencyKey, dryRun, ...shapeParameters], requestBody: body(names.createInput), responses: { 201: record('The new record.', { Location: { description: 'Path of the record.', schema: { type: 'string' } } }), ...errors } }) }),
  };
  const one = {
    ...(offer.one && { get: operation(`get${names.type}`, `Shows one ${object.label}.`, { parameters: shapeParameters, responses: { 200: record('The record.'), ...errors } }) }),
    ...(offer.update && { patch: operation(root.update, `Changes one ${object.label}: null clears a value, an absent entry leaves it.`, { parameters: [ifMatch, idempotencyKey, dryRun, ...shapeParameters], requestBody: body(names.updateInput), responses: { 200: record('The record as it is now.'), ...errors } }) }),
    ...(offer.delete && { delete: operation(root.delete, `Deletes one ${object.label}.`, { parameters: [ifMatch, idempotencyKey, dryRun, ...(object.softDelete === undefined ? [] : [query('purge', 'Deletes for good instead of moving to the trash.', { type: 'boolean' })])], responses: { 204: { description: 'It is deleted.' }, ...errors } }) }),
  };
  const batch = offer.batch.length > 0 && { post: operation(`batch${names.type}`, `Writes up to ${mostRecords} ${object.pluralLabel}.`, { parameters: [idempotencyKey, ...shapeParameters], requestBody: body(`${names.type}Batch`), responses: { 200: { description: 'What became of each record.', content: json(ref(`${names.type}BatchAnswer`)) }, ...errors } }) };
  const restore = offer.restore && { post: operation(root.restore, `Restores one deleted ${object.label}.`, { parameters: [idempotencyKey, dryRun, ...shapeParameters], responses: { 200: record('The record.'), ...errors } }) };
  const place = `${apiPath}/${path}`;
  return {
    ...(Object.keys(many).length > 0 && { [place]: many }),
    ...(Object.keys(one).length > 0 && { [`${place}/{id}`]: { parameters: [id], ...one } }),
    ...(batch && { [`${place}/batch`]: batch }),
    ...(restore && { [`${place}/{id}/restore`]: { parameters: [id], ...restore } }),
  };
}

function schemasOf(schema: GraphQLSchema, resource: Resource, offer: Offer, resources: ReadonlyMap<string, Resource>, access: Access, rights: Rights): Readonly<Record<string, JsonSchema>> {
  const { type, names, object } = resource;
  const fields = type.getFields();
  const visible = rights.reads(object.name) ? readableFields(resource, access) : [];
  const related = Object.keys(fields).flatMap((name) => relationOf(resource, name, resources) ?? []).filter((relation) => rights.reads(relation.resource.object.name));
  const record = {
    type: 'object',
    ...(object.description !== undefined && { description: object.description }),
    properties: {
      ...Object.fromEntries(visible.map((name) => [name, described(fields[name] ? schemaOf(fields[name].type, 'out') : {}, fields[name]?.description)])),
      ...Object.fromEntries(related.map(({ name, many, resource: { names: target } }) => [name, many ? { type: 'object', description: 'With `include`.', properties: { data: { type: 'array', items: ref(target.type) }, hasMore: { type: 'boolean' } } } : { description: 'With `include`.', oneOf: [ref(target.type), { type: 'null' }] }])),
    },
  };
  const inputs = [...(offer.create || offer.batch.some((operation) => operation === 'create' || operation === 'upsert') ? [names.createInput] : []), ...(offer.update || offer.batch.includes('update') ? [names.updateInput] : [])];
  const hidden = { errors: { type: 'array', description: 'Fields that are null because you may not see them.', items: ref('HiddenField') } };
  return {
    [names.type]: record,
    [`${names.type}Answer`]: { type: 'object', required: ['data'], properties: { data: { oneOf: [ref(names.type), { type: 'null' }] }, warnings: { type: 'array', items: { type: 'object' } }, ...hidden } },
    ...(offer.list && { [`${names.type}Page`]: { type: 'object', required: ['data', 'page'], properties: { data: { type: 'array', items: ref(names.type) }, page: { type: 'object', required: ['hasMore', 'next'], properties: { hasMore: { type: 'boolean' }, next: { type: ['string', 'null'] }, total: { type: 'integer' } } }, ...hidden } } }),
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

const problemSchema = {
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

const hiddenSchema = { type: 'object', required: ['path', 'code', 'detail'], properties: { path: { type: 'array', items: { type: ['string', 'integer'] } }, code: { type: 'string' }, detail: { type: 'string' } } } as const;
