import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Problem } from '../../errors.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import { problemOf, RestProblem, send } from './problem.ts';
import { listOperation, readFlag, type RestOperation } from './read/list.ts';
import { readShape, selectionOf, shown, type Json, type Shape } from './read/shape.ts';
import { apiPath, resourcesOf, type Resource } from './resource.ts';
import type { RouteInfo } from './route-info.ts';
import { batchOperation, readBatch } from './write/batch.ts';
import { checkNames, readJsonBody, valueNames } from './write/body.ts';
import { writeOperation, type SingleWrite } from './write/single.ts';

export interface HandleTools {
  readonly schema: GraphQLSchema;
  readonly catalog: Catalog;
  readonly maxBodyBytes: number;
}

interface Exchange extends HandleTools {
  readonly node: IncomingMessage;
  readonly response: ServerResponse;
  readonly info: RouteInfo;
  readonly resource: Resource;
  readonly resources: ReadonlyMap<string, Resource>;
}

type Method = (exchange: Exchange, id: string) => Promise<void>;

/** Methods by what follows the name of the resource: nothing, `batch`, an id, an id and `restore`. */
const methods: Readonly<Record<'many' | 'batch' | 'one' | 'restore', Readonly<Record<string, Method>>>> = {
  many: { GET: list, POST: create },
  batch: { POST: batch },
  one: { GET: one, PATCH: update, DELETE: remove },
  restore: { POST: restore },
};

/** Answers a request below `/api/v1/`. What is wrong with it is thrown. */
export async function handle(node: IncomingMessage, response: ServerResponse, info: RouteInfo, tools: HandleTools): Promise<void> {
  const resources = resourcesOf(tools.schema, tools.catalog);
  const [name = '', id = '', action, ...more] = info.url.pathname.slice(apiPath.length + 1).split('/');
  const resource = resources.get(name);
  const place = more.length > 0 ? undefined : id === '' ? 'many' : id === 'batch' && action === undefined ? 'batch' : action === undefined ? 'one' : action === 'restore' ? 'restore' : undefined;
  if (!resource || !place) throw new RestProblem('NOT_FOUND', `There is nothing at ${info.url.pathname}; /api/discovery names what there is.`);
  const offered = methods[place];
  const method = node.method === 'HEAD' ? 'GET' : (node.method ?? 'GET');
  response.setHeader('cache-control', 'no-store');
  if (!Object.hasOwn(offered, method)) {
    response.setHeader('allow', Object.keys(offered).join(', '));
    throw new RestProblem('BAD_REQUEST', `${info.url.pathname} does not take ${method}.`, { status: 405 });
  }
  await offered[method]?.({ ...tools, node, response, info, resource, resources }, decode(id));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RestProblem('BAD_REQUEST', 'The path is not well formed.');
  }
}

async function list(exchange: Exchange): Promise<void> {
  const { info, schema, resource, response } = exchange;
  const field = schema.getQueryType()?.getFields()[resource.root.many];
  if (!resource.reads.many || !field) throw notOffered(resource, 'listed');
  const shape = await shapeOf(exchange);
  const { result, errors } = await ask(exchange, listOperation(resource, field, info.url.searchParams, shape));
  const { nodes, pageInfo, totalCount } = result as { readonly nodes: readonly Json[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }; readonly totalCount?: number };
  const next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  if (next !== null) {
    const following = new URLSearchParams(info.url.searchParams);
    following.delete('skip');
    following.set('after', next);
    response.setHeader('link', `<${info.url.pathname}?${following.toString()}>; rel="next"`);
  }
  send(response, 200, { data: nodes.map((node) => shown(node, shape)), page: { hasMore: pageInfo.hasNextPage, next, ...(totalCount !== undefined && { total: totalCount }) }, ...hidden(errors) });
}

async function one(exchange: Exchange, id: string): Promise<void> {
  const { resource, response } = exchange;
  if (!resource.reads.one) throw notOffered(resource, 'read one by one');
  refuseParameters(exchange, ['fields', 'include']);
  const shape = await shapeOf(exchange);
  const version = hasVersion(resource) ? ' rest_version: version' : '';
  const { result, errors } = await ask(exchange, { query: `query ($id: ID!) { result: ${resource.root.one}(id: $id) { ${selectionOf(shape)}${version} } }`, variables: { id } });
  if (!result) throw notFound(resource);
  tag(response, result);
  send(response, 200, { data: shown(result, shape), ...hidden(errors) });
}

async function create(exchange: Exchange): Promise<void> {
  if (!exchange.resource.writes.has('create')) throw notOffered(exchange.resource, 'created');
  await write(exchange, 'create', { input: await readInput(exchange, exchange.resource.names.createInput) });
}

async function update(exchange: Exchange, id: string): Promise<void> {
  if (!exchange.resource.writes.has('update')) throw notOffered(exchange.resource, 'changed');
  await write(exchange, 'update', { id, input: await readInput(exchange, exchange.resource.names.updateInput), ifVersion: expectedVersion(exchange) });
}

async function restore(exchange: Exchange, id: string): Promise<void> {
  if (!exchange.resource.writes.has('restore')) throw notOffered(exchange.resource, 'restored');
  await write(exchange, 'restore', { id });
}

async function remove(exchange: Exchange, id: string): Promise<void> {
  const { resource, info } = exchange;
  if (!resource.writes.has('delete')) throw notOffered(resource, 'deleted');
  await write(exchange, 'delete', { id, ifVersion: expectedVersion(exchange), purge: readFlag(info.url.searchParams, 'purge') });
}

/** Writes one record and answers it; of a delete, nothing. */
async function write(exchange: Exchange, operation: 'create' | 'update' | 'delete' | 'restore', values: SingleWrite): Promise<void> {
  const { resource, response, node } = exchange;
  refuseParameters(exchange, ['dryRun', ...(operation === 'delete' ? ['purge'] : ['fields', 'include'])]);
  const shape: Shape = operation === 'delete' ? { resource, fields: new Set(), relations: new Map() } : await shapeOf(exchange);
  const asked = writeOperation(operation, resource, { ...values, idempotencyKey: header(node, 'idempotency-key'), dryRun: isTrial(exchange) }, shape);
  const { result, errors } = await ask(exchange, asked, values.ifVersion !== undefined);
  const { record, warnings } = result as { readonly record: Json | null; readonly warnings: readonly Problem[] };
  if (operation === 'delete') {
    response.writeHead(204).end();
    return;
  }
  if (record) tag(response, record);
  const created = operation === 'create';
  if (created && record && !isTrial(exchange)) response.setHeader('location', `${apiPath}/${resource.path}/${String(record['rest_id'])}`);
  send(response, created ? 201 : 200, { data: record && shown(record, shape), ...(warnings.length > 0 && { warnings }), ...hidden(errors) });
}

async function batch(exchange: Exchange): Promise<void> {
  const { node, response, resource, schema, maxBodyBytes } = exchange;
  refuseParameters(exchange, ['fields', 'include']);
  const wanted = readBatch(await readJsonBody(node, maxBodyBytes), resource, schema);
  const shape = await shapeOf(exchange);
  const { result, errors } = await ask(exchange, batchOperation(wanted, resource, shape, header(node, 'idempotency-key')));
  const { count, rows } = result as { readonly count: number; readonly rows: readonly { readonly index: number; readonly id: string | null; readonly created: boolean; readonly problems: readonly Problem[]; readonly record?: Json | null }[] };
  const results = rows.map(({ index, id, created, problems, record }) => ({
    index, id, success: problems.length === 0, created,
    ...(problems.length > 0 && { errors: new RestProblem('VALIDATION_FAILED', '', { problems: problems.map((problem) => ({ ...problem, path: numbered(problem.path) })) }).document.errors }),
    ...(record && { data: shown(record, shape) }),
  }));
  send(response, 200, { count, results, ...hidden(errors) });
}

/** GraphQL shows the steps of paths as texts. */
const numbered = (path: Problem['path']): Problem['path'] => path.map((step) => (/^\d+$/.test(String(step)) ? Number(step) : step));

/** Runs the operation; an error without an answer is thrown as a problem. */
async function ask({ info }: Exchange, operation: RestOperation, conditional = false): Promise<{ readonly result: Json | null; readonly errors: readonly GraphQLFormattedError[] }> {
  const { data, errors = [] } = await info.execute(operation);
  const result = (data?.['result'] ?? null) as Json | null;
  const [first] = errors;
  if (result === null && first) throw problemOf(first, conditional);
  return { result, errors };
}

/** Fields that are null because the caller may not see them. */
function hidden(errors: readonly GraphQLFormattedError[]): Json {
  return errors.length === 0 ? {} : { errors: errors.map(({ message, path = [], extensions }) => ({ path: path.filter((step) => !['result', 'nodes', 'record', 'rows'].includes(String(step))), code: extensions?.['code'], detail: message })) };
}

async function shapeOf({ info, resource, resources }: Exchange): Promise<Shape> {
  return readShape(resource, info.url.searchParams, resources, (await info.context()).access);
}

async function readInput({ node, maxBodyBytes, schema }: Exchange, type: string): Promise<Json> {
  const input = await readJsonBody(node, maxBodyBytes);
  checkNames(input, valueNames(schema, type), ['input']);
  return input;
}

function refuseParameters({ info }: Exchange, taken: readonly string[]): void {
  const other = [...info.url.searchParams.keys()].find((name) => !taken.includes(name));
  if (other !== undefined) throw new RestProblem('BAD_REQUEST', `There is no parameter "${other}" here, only ${taken.join(', ')}.`);
}

const isTrial = ({ info }: Exchange): boolean => readFlag(info.url.searchParams, 'dryRun');
const hasVersion = ({ object }: Resource): boolean => object.fields.has('version');

function header({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The version of the record as its tag. */
function tag(response: ServerResponse, record: Json): void {
  if (typeof record['rest_version'] === 'number') response.setHeader('etag', `"${record['rest_version']}"`);
}

/** The version that `If-Match` wants the record to have. */
function expectedVersion({ node, resource }: Exchange): number | undefined {
  const text = header(node, 'if-match');
  if (text === undefined || text === '*') return undefined;
  const version = /^"(\d{1,9})"$/.exec(text.trim())?.[1];
  if (version !== undefined && hasVersion(resource)) return Number(version);
  throw new RestProblem('CONFLICT', `If-Match takes one ETag that a record was answered with, such as "3"; found ${text}.`, { status: 412 });
}

const notFound = ({ object }: Resource): RestProblem => new RestProblem('NOT_FOUND', `There is no such ${object.label}, or none that you may see.`);
const notOffered = ({ object }: Resource, what: string): RestProblem => new RestProblem('BAD_REQUEST', `${object.pluralLabel} cannot be ${what} through the API.`, { status: 405 });
