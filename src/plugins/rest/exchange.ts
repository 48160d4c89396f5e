import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Catalog } from '../../metadata/catalog.ts';
import { answerKnown, digestOf } from '../../kernel/revalidation.ts';
import { problemOf, RestProblem, send } from './problem.ts';
import { readShape, type Json, type Shape } from './read/shape.ts';
import type { Resource } from './resource.ts';
import type { RouteInfo } from './route-info.ts';

export interface HandleTools {
  readonly schema: GraphQLSchema;
  readonly catalog: Catalog;
  readonly maxBodyBytes: number;
}

/** A request to a resource, and its response. */
export interface Exchange extends HandleTools {
  readonly node: IncomingMessage;
  readonly response: ServerResponse;
  readonly info: RouteInfo;
  readonly resource: Resource;
  readonly resources: ReadonlyMap<string, Resource>;
}

/** An operation of GraphQL that a request becomes. What it answers is called `result` there. */
export interface RestOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Runs the operation; an error without an answer is thrown as a problem. */
export async function ask({ info }: Exchange, operation: RestOperation, conditional = false): Promise<{ readonly result: unknown; readonly errors: readonly GraphQLFormattedError[] }> {
  const { data, errors = [] } = await info.execute(operation);
  const result = data?.['result'] ?? null;
  const [first] = errors;
  if (result === null && first) throw problemOf(first, conditional);
  return { result, errors };
}

/** Fields that are null because the caller may not see them. */
export function hidden(errors: readonly GraphQLFormattedError[]): Json {
  return errors.length === 0 ? {} : { errors: errors.map(({ message, path = [], extensions }) => ({ path: path.filter((step) => !['result', 'nodes', 'record', 'rows'].includes(String(step))), code: extensions?.['code'], detail: message })) };
}

/** What records show, by `fields` and `include`. */
export async function shapeOf({ info, resource, resources }: Exchange): Promise<Shape> {
  return readShape(resource, info.url.searchParams, resources, (await info.context()).access);
}

export function refuseParameters({ info }: Exchange, taken: readonly string[]): void {
  const other = [...info.url.searchParams.keys()].find((name) => !taken.includes(name));
  if (other !== undefined) throw new RestProblem('BAD_REQUEST', `There is no parameter "${other}" here, only ${taken.join(', ')}.`);
}

/** Answers a GET with a body, or with word that the client has it. */
export function sendRead(response: ServerResponse, body: unknown, version?: number): void {
  const text = JSON.stringify(body);
  if (!answerKnown(response, tagOf(text, version))) send(response, 200, text);
}

/** Answers a write with its record, under the tag that the record has when it is read so. */
export function sendWritten(response: ServerResponse, status: number, body: unknown, version?: number): void {
  const text = JSON.stringify(body);
  if (version !== undefined) response.setHeader('etag', tagOf(text, version));
  send(response, status, text);
}

/** The version comes first, for `If-Match`; records that are shown along with it, rights and formulas change without it. */
const tagOf = (text: string, version: number | undefined): string => `"${version === undefined ? '' : `${version}-`}${digestOf(text)}"`;

export const versionOf = ({ rest_version: version }: Json): number | undefined => (typeof version === 'number' ? version : undefined);
export const hasVersion = ({ object }: Resource): boolean => object.fields.has('version');

export const notOffered = ({ object }: Resource, what: string): RestProblem => new RestProblem('BAD_REQUEST', `${object.pluralLabel} cannot be ${what} through the API.`, { status: 405 });
