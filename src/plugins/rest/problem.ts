import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { errorCodes, ObjectosError, type ErrorCode, type Problem } from '../../errors.ts';

/** What a request is refused with, as RFC 9457 writes it. The codes are those of GraphQL. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** Refused values, by JSON pointer into the body. */
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[];
}

/** Ends a request with a problem; `status` where HTTP has a better one than that of the code. */
export class RestProblem extends Error {
  readonly document: ProblemDocument;

  constructor(code: ErrorCode, detail: string, { status = errorCodes[code].status, problems, details = {} }: { readonly status?: number; readonly problems?: readonly Problem[] | undefined; readonly details?: Readonly<Record<string, unknown>> } = {}) {
    super(detail);
    this.document = {
      ...details,
      type: `urn:objectos:problem:${code.toLowerCase().replaceAll('_', '-')}`,
      title: STATUS_CODES[status] ?? code,
      status, detail, code,
      ...(problems && { errors: problems.map(({ path, code: each, message }) => ({ pointer: pointerOf(path), code: each, detail: message })) }),
    };
  }
}

/** The error of an operation as a problem. With a condition on the version, a conflict is a failed precondition. */
export function problemOf({ message, extensions = {} }: GraphQLFormattedError, conditional = false): RestProblem {
  const { code: given, problems, current: _, ...details } = extensions;
  const code = typeof given === 'string' && Object.hasOwn(errorCodes, given) ? (given as ErrorCode) : 'BAD_REQUEST';
  const status = code === 'CONFLICT' && conditional && !(problems as readonly Problem[] | undefined)?.some((problem) => problem.code !== 'CONFLICT') ? 412 : errorCodes[code].status;
  return new RestProblem(code, message, { status, problems: problems as readonly Problem[] | undefined, details });
}

export function sendProblem(response: ServerResponse, error: unknown): void {
  const { document } = error instanceof RestProblem ? error : error instanceof ObjectosError ? new RestProblem(error.code, error.message, { problems: error.problems, details: error.details }) : raise(error);
  if (document.status === 413) response.setHeader('connection', 'close');
  send(response, document.status, document, 'application/problem+json');
}

/** The server masks and logs what is none of ours. */
function raise(error: unknown): never {
  throw error;
}

export function send(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  if (response.headersSent || response.destroyed) return;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-length': Buffer.byteLength(text) });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** `["input", "email"]` is `#/email`, `["rows", 0, "input", "email"]` of a batch `#/records/0/data/email`. */
function pointerOf(path: Problem['path']): string {
  const [argument, first, ...rest] = path;
  const inside = argument === 'rows' ? ['records', first, ...(rest[0] === 'input' ? ['data', ...rest.slice(1)] : rest)] : typeof first === 'number' ? ['records', first, 'data', ...rest] : argument === 'input' ? path.slice(1) : path;
  return `#${inside.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}
