import type { GraphQLSchema } from 'graphql';
import type { Rights } from '../../../builder/views/rights.ts';
import { aggregateParameters, groupParameters } from '../read/figures.ts';
import { listParameters } from '../read/list.ts';
import type { Parameter } from '../read/parameters.ts';
import { apiPath, type Resource } from '../resource.ts';
import { mostRecords } from '../write/batch.ts';
import { visibleFigures } from './figures.ts';
import type { Offer } from './offer.ts';
import { ref, type JsonSchema } from './types.ts';

const json = (schema: JsonSchema): JsonSchema => ({ 'application/json': { schema } });
const errors = { default: { $ref: '#/components/responses/Problem' } };
const query = (name: string, description: string, schema: JsonSchema): JsonSchema => ({ name, in: 'query', description, schema });
const header = (name: string, description: string): JsonSchema => ({ name, in: 'header', description, schema: { type: 'string' } });

const shapeParameters = [
  query('fields', 'Names with commas, also of related records: `name,account.name`. All readable ones by default.', { type: 'string' }),
  query('include', 'Related records to show, with commas: `account,contacts`.', { type: 'string' }),
];
const keyParameters = [
  query('fields', 'Names with commas of fields of records that lookups among `by` lead to: `account.name`.', { type: 'string' }),
  query('include', 'Such records with all readable fields: `account`.', { type: 'string' }),
];
const dryRun = query('dryRun', 'Everything runs and is answered, nothing stays.', { type: 'boolean' });
const idempotencyKey = header('Idempotency-Key', 'A repeat with the same key answers as the first request did and writes nothing.');
const ifMatch = header('If-Match', 'ETag that the record was answered with: its version must be the same still.');
const ifNoneMatch = header('If-None-Match', 'ETag of an answer that the client has; while it is the same, the answer is 304.');
const tagged = (description: string): JsonSchema => ({ ETag: { description, schema: { type: 'string' } } });
const textHeader = (description: string): JsonSchema => ({ description, schema: { type: 'string' } });

const parameter = ({ name, description, schema }: Parameter, required = false): JsonSchema => ({ name, in: 'query', description, ...(schema['type'] === 'object' ? { content: json(schema) } : { schema }), ...(required && { required }) });

/** Paths of a resource, with what callers may do there. */
export function pathsOf(schema: GraphQLSchema, resource: Resource, offer: Offer, rights: Rights): Readonly<Record<string, JsonSchema>> {
  const { object, names, path, root } = resource;
  const operation = (id: string, summary: string, parts: JsonSchema): JsonSchema => ({ operationId: id, summary, tags: [path], ...parts });
  const read = (id: string, summary: string, parameters: readonly JsonSchema[], answer: string, description: string, headers: JsonSchema = tagged('Changes with the answer.')): JsonSchema =>
    operation(id, summary, { parameters: [...parameters, ifNoneMatch], responses: { 200: { description, headers, content: json(ref(answer)) }, 304: { description: 'The client has it.' }, ...errors } });
  const write = (id: string, summary: string, parts: { readonly parameters?: readonly JsonSchema[]; readonly body?: string; readonly status?: number; readonly description: string; readonly headers?: JsonSchema }): JsonSchema =>
    operation(id, summary, {
      parameters: [...(parts.parameters ?? []), idempotencyKey, dryRun, ...shapeParameters],
      ...(parts.body !== undefined && { requestBody: { required: true, content: json(ref(parts.body)) } }),
      responses: { [parts.status ?? 200]: { description: parts.description, headers: { ...tagged('Begins with the version of the record.'), ...parts.headers }, content: json(ref(`${names.type}Answer`)) }, ...errors },
    });
  const fields = schema.getQueryType()?.getFields() ?? {};
  const [listField, aggregateField, groupsField] = [fields[root.many], fields[root.aggregate], fields[root.groups]];
  const figures = { name: 'figures', in: 'query', description: 'Figures with commas; the number of records by default.', style: 'form', explode: false, schema: { type: 'array', items: { type: 'string', enum: visibleFigures(schema, resource, rights) } } };

  const many = {
    ...(offer.list && listField && {
      get: read(`list${names.type}`, `Lists ${object.pluralLabel}.`, [...listParameters(listField).map((each) => parameter(each)), query('total', 'Counts all records that match.', { type: 'boolean' }), ...shapeParameters], `${names.type}Page`, 'A page of records.', { ...tagged('Changes with the answer.'), Link: textHeader('The next page.') }),
    }),
    ...(offer.create && { post: write(root.create, `Creates one ${object.label}.`, { body: names.createInput, status: 201, description: 'The new record.', headers: { Location: textHeader('Path of the record.') } }) }),
  };
  const one = {
    ...(offer.one && { get: read(`get${names.type}`, `Shows one ${object.label}.`, shapeParameters, `${names.type}Answer`, 'The record.', tagged('Begins with the version of the record.')) }),
    ...(offer.update && { patch: write(root.update, `Changes one ${object.label}: null clears a value, an absent entry leaves it.`, { parameters: [ifMatch], body: names.updateInput, description: 'The record as it is then.' }) }),
    ...(offer.delete && { delete: operation(root.delete, `Deletes one ${object.label}.`, { parameters: [ifMatch, idempotencyKey, dryRun, ...(object.softDelete === undefined ? [] : [query('purge', 'Deletes for good instead of moving to the trash.', { type: 'boolean' })])], responses: { 204: { description: 'It is deleted.' }, ...errors } }) }),
  };
  const place = `${apiPath}/${path}`;
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  return {
    ...(Object.keys(many).length > 0 && { [place]: many }),
    ...(offer.aggregate && aggregateField && { [`${place}/aggregate`]: { get: read(root.aggregate, `Figures over ${object.pluralLabel}.`, [figures, ...aggregateParameters(aggregateField).map((each) => parameter(each))], `${names.type}AggregateAnswer`, 'The figures.') } }),
    ...(offer.groups && groupsField && { [`${place}/groups`]: { get: read(root.groups, `Figures over ${object.pluralLabel} in groups.`, [...groupParameters(groupsField, schema, resource).map((each) => parameter(each, each.name === 'by')), figures, ...keyParameters], `${names.type}GroupsAnswer`, 'The groups.') } }),
    ...(Object.keys(one).length > 0 && { [`${place}/{id}`]: { parameters: [id], ...one } }),
    ...(offer.batch.length > 0 && { [`${place}/batch`]: { post: operation(`batch${names.type}`, `Writes up to ${mostRecords} ${object.pluralLabel}.`, { parameters: [idempotencyKey, ...shapeParameters], requestBody: { required: true, content: json(ref(`${names.type}Batch`)) }, responses: { 200: { description: 'What became of each record.', content: json(ref(`${names.type}BatchAnswer`)) }, ...errors } }) } }),
    ...(offer.restore && { [`${place}/{id}/restore`]: { parameters: [id], post: write(root.restore, `Restores one deleted ${object.label}.`, { description: 'The record.' }) } }),
  };
}
