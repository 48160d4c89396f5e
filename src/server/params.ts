import type { IncomingMessage } from 'node:http';
import { ObjectosError } from '../errors.ts';
import { noVariables } from './context.ts';
import type { LimitSettings } from './settings.ts';

/** One operation as a client sends it. */
export interface Params {
  /** Absent where the operation names its document. */
  readonly query: string | undefined;
  /** Name of a persisted document. */
  readonly documentId?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
}

const refuse = (message: string): ObjectosError => new ObjectosError('BAD_REQUEST', message);

/** The text of a JSON request body as one operation or, where allowed, several. */
export function parseBody(text: string, limits: LimitSettings): Params | readonly Params[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw refuse(text === '' ? 'The request has no body; send {"query": "…"}.' : 'The request body is not valid JSON.');
  }
  if (!Array.isArray(body)) return checkParams(body);
  if (body.length === 0) throw refuse('The list of operations is empty.');
  if (body.length > limits.batch) {
    throw new ObjectosError('LIMIT_EXCEEDED', `The request has ${body.length} operations, at most ${limits.batch} are allowed.`, { extensions: { limit: 'batch', maximum: limits.batch, actual: body.length } });
  }
  return body.map(checkParams);
}

/** The operation in the query string of a GET request. */
export function parseSearch(search: URLSearchParams): Params {
  const json = (name: string): unknown => {
    const text = search.get(name);
    if (text === null || text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw refuse(`The parameter "${name}" is not valid JSON.`);
    }
  };
  return checkParams({ query: search.get('query') ?? undefined, documentId: search.get('documentId') ?? undefined, operationName: search.get('operationName') ?? undefined, variables: json('variables'), extensions: json('extensions') });
}

const known = new Set(['query', 'documentId', 'variables', 'operationName', 'extensions']);

function checkParams(body: unknown): Params {
  if (!isRecord(body)) throw refuse('The request body must be an object with "query", "variables", "operationName" and "extensions".');
  const { query, documentId, variables, operationName, extensions } = body as Record<keyof Params, unknown>;
  if (!isOptional(query, (value) => typeof value === 'string')) throw refuse('"query" must be a string.');
  if (!isOptional(documentId, (value) => typeof value === 'string')) throw refuse('"documentId" must be a string.');
  if (!isOptional(variables, isRecord)) throw refuse('"variables" must be an object.');
  if (!isOptional(operationName, (value) => typeof value === 'string')) throw refuse('"operationName" must be a string.');
  if (!isOptional(extensions, isRecord)) throw refuse('"extensions" must be an object.');
  for (const key in body) if (!known.has(key) && body[key] !== null) throw refuse(`The request has the unknown entry "${key}".`);
  return {
    query: (query ?? undefined) as string | undefined,
    documentId: (documentId ?? undefined) as string | undefined,
    variables: (variables ?? noVariables) as Params['variables'],
    operationName: (operationName ?? undefined) as string | undefined,
    extensions: (extensions ?? undefined) as Params['extensions'],
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isOptional = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || value === null || is(value);

export const tooLarge = (limit: number): ObjectosError =>
  new ObjectosError('PAYLOAD_TOO_LARGE', `The request is larger than ${limit.toLocaleString('en-US')} bytes. Send less at once.`, { extensions: { limit: 'bodyBytes', maximum: limit } });

/** Reads the body as UTF-8 and stops reading once it is larger than `limit`. */
export function readBody(request: IncomingMessage, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      reject(tooLarge(limit));
      return;
    }
    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        chunks = first = undefined;
        reject(tooLarge(limit));
      } else if (!first) first = chunk;
      else (chunks ??= [first]).push(chunk);
    });
    request.on('end', () => resolve(chunks ? Buffer.concat(chunks, size).toString('utf8') : (first?.toString('utf8') ?? '')));
    request.on('error', reject);
    request.on('aborted', () => reject(new ObjectosError('BAD_REQUEST', 'The request ended early.')));
  });
}
