import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../../errors.ts';
import { ask, hasVersion, hidden, notOffered, refuseParameters, sendWritten, shapeOf, versionOf, type Exchange } from '../exchange.ts';
import { RestProblem, send } from '../problem.ts';
import { readFlag } from '../read/parameters.ts';
import { shown, type Json, type Shape } from '../read/shape.ts';
import { apiPath } from '../resource.ts';
import { batchOperation, readBatch } from './batch.ts';
import { checkNames, readJsonBody, valueNames } from './body.ts';
import { writeOperation, type SingleWrite } from './single.ts';

export async function create(exchange: Exchange): Promise<void> {
  if (!exchange.resource.writes.has('create')) throw notOffered(exchange.resource, 'created');
  await write(exchange, 'create', { input: await readInput(exchange, exchange.resource.names.createInput) });
}

export async function update(exchange: Exchange, id: string): Promise<void> {
  if (!exchange.resource.writes.has('update')) throw notOffered(exchange.resource, 'changed');
  await write(exchange, 'update', { id, input: await readInput(exchange, exchange.resource.names.updateInput), ifVersion: expectedVersion(exchange) });
}

export async function restore(exchange: Exchange, id: string): Promise<void> {
  if (!exchange.resource.writes.has('restore')) throw notOffered(exchange.resource, 'restored');
  await write(exchange, 'restore', { id });
}

export async function remove(exchange: Exchange, id: string): Promise<void> {
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
  const created = operation === 'create';
  if (created && record && !isTrial(exchange)) response.setHeader('location', `${apiPath}/${resource.path}/${String(record['rest_id'])}`);
  sendWritten(response, created ? 201 : 200, { data: record && shown(record, shape), ...(warnings.length > 0 && { warnings }), ...hidden(errors) }, record ? versionOf(record) : undefined);
}

interface WrittenRow {
  readonly index: number;
  readonly id: string | null;
  readonly created: boolean;
  readonly problems: readonly Problem[];
  readonly record?: Json | null;
}

/** Writes many records and answers what became of each. */
export async function batch(exchange: Exchange): Promise<void> {
  const { node, response, resource, schema, maxBodyBytes } = exchange;
  refuseParameters(exchange, ['fields', 'include']);
  const wanted = readBatch(await readJsonBody(node, maxBodyBytes), resource, schema);
  const shape = await shapeOf(exchange);
  const { result, errors } = await ask(exchange, batchOperation(wanted, resource, shape, header(node, 'idempotency-key')));
  const { count, rows } = result as { readonly count: number; readonly rows: readonly WrittenRow[] };
  const results = rows.map(({ index, id, created, problems, record }) => ({
    index, id, success: problems.length === 0, created,
    ...(problems.length > 0 && { errors: new RestProblem('VALIDATION_FAILED', '', { problems: problems.map((problem) => ({ ...problem, path: numbered(problem.path) })) }).document.errors }),
    ...(record && { data: shown(record, shape) }),
  }));
  send(response, 200, { count, results, ...hidden(errors) });
}

/** GraphQL shows the steps of paths as texts. */
const numbered = (path: Problem['path']): Problem['path'] => path.map((step) => (/^\d+$/.test(String(step)) ? Number(step) : step));

async function readInput({ node, maxBodyBytes, schema }: Exchange, type: string): Promise<Json> {
  const input = await readJsonBody(node, maxBodyBytes);
  checkNames(input, valueNames(schema, type), ['input']);
  return input;
}

const isTrial = ({ info }: Exchange): boolean => readFlag(info.url.searchParams, 'dryRun');

function header({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The version that `If-Match` wants the record to have. */
function expectedVersion({ node, resource }: Exchange): number | undefined {
  const text = header(node, 'if-match');
  if (text === undefined || text === '*') return undefined;
  const version = /^"(\d{1,9})(-[\w-]*)?"$/.exec(text.trim())?.[1];
  if (version !== undefined && hasVersion(resource)) return Number(version);
  throw new RestProblem('CONFLICT', `If-Match takes one ETag that a record was answered with, or its version such as "3"; found ${text}.`, { status: 412 });
}
