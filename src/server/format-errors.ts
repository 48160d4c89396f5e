import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ObjectosError } from '../errors.ts';
import type { Logger } from '../kernel/log.ts';

/**
 * What a client sees of an error, on every transport. Our own errors and errors of the GraphQL layer pass; everything else
 * is masked as "Internal error" with an `errorId` under which the log holds it.
 */
export function formatError(error: unknown, log: Logger): GraphQLFormattedError {
  const origin = originOf(error);
  const place = error instanceof GraphQLError ? placeOf(error) : {};
  if (origin instanceof ObjectosError) return { message: origin.message, ...place, extensions: origin.extensions };
  if (origin instanceof GraphQLError) {
    const { http: _, ...extensions } = origin.extensions;
    return { message: origin.message, ...place, extensions: { code: 'BAD_REQUEST', ...extensions } };
  }
  const errorId = randomUUID();
  log.error({ err: origin, errorId, ...('path' in place && { path: place.path }) }, 'An unexpected error was masked.');
  return { message: 'Internal error', ...place, extensions: { code: 'INTERNAL', errorId } };
}

export function formatErrors(error: unknown, log: Logger): readonly GraphQLFormattedError[] {
  return error instanceof AggregateError ? error.errors.map((each) => formatError(each, log)) : [formatError(error, log)];
}

/** The same, as an error that graphql-js and Yoga print; it keeps its place in the document. */
export function maskError(error: unknown, log: Logger): GraphQLError {
  const { message, extensions } = formatError(error, log);
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions: extensions ?? null });
  return new GraphQLError(message, { nodes: error.nodes ?? null, source: error.source ?? null, positions: error.positions ?? null, path: error.path ?? null, extensions: extensions ?? null });
}

function originOf(error: unknown): unknown {
  let origin = error;
  while (origin instanceof GraphQLError && origin.originalError) origin = origin.originalError;
  return origin;
}

const placeOf = ({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> => ({ ...(locations && { locations }), ...(path && { path }) });
