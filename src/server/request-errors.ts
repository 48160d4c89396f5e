import { GraphQLError, type GraphQLFormattedError, type Source, type SourceLocation } from 'graphql';
import { ObjectosError, type ErrorCode } from '../errors.ts';

/** `{actual}` and `{maximum}` in the text are replaced. */
export function limitExceeded(limit: string, maximum: number, actual: number | undefined, text: string): ObjectosError {
  const number = (value: number): string => (value > 1e15 ? 'very many' : value.toLocaleString('en-US'));
  const message = `The document ${text.replace('{maximum}', number(maximum)).replace('{actual}', actual === undefined ? 'more' : number(actual))}`;
  return new ObjectosError('LIMIT_EXCEEDED', message, { extensions: { limit, maximum, ...(actual !== undefined && { actual }) } });
}

/** An error that stands for the whole request, as graphql-js and Yoga carry it. */
export const toGraphqlError = (error: ObjectosError): GraphQLError => new GraphQLError(error.message, { extensions: error.extensions });

/** The same error with a code and without what caused it: nothing of it needs masking. */
export function withCode(error: GraphQLError, code: ErrorCode, message = error.message): GraphQLError {
  const { nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null, extensions: { ...extensions, code } });
}

/** An error that was formatted already, in a form that graphql-js and Yoga take. They compute its place again from `source`. */
export function fromFormatted({ message, locations, path, extensions }: GraphQLFormattedError, source: Source | undefined): GraphQLError {
  const positions = source && locations ? locations.map((location) => offsetOf(source.body, location)) : null;
  return new GraphQLError(message, { source: positions ? (source ?? null) : null, positions, path: path ?? null, extensions: extensions ?? null });
}

function offsetOf(text: string, { line, column }: SourceLocation): number {
  const ends = /\r\n|[\n\r]/g;
  let start = 0;
  for (let current = 1; current < line && ends.exec(text); current += 1) start = ends.lastIndex;
  return start + column - 1;
}

/** Ends a request before anything was executed: the response has no `data`. */
export class RequestRefused extends Error {
  readonly errors: readonly GraphQLError[];
  readonly status: number;
  constructor(errors: readonly GraphQLError[], status = 400) {
    super(errors[0]?.message);
    this.errors = errors;
    this.status = status;
  }
}

/** A request that HTTP itself refuses. */
export const refusal = (status: 405 | 406 | 415, message: string): RequestRefused => new RequestRefused([new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })], status);
