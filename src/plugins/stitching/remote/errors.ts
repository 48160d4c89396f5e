import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ObjectosError } from '../../../errors.ts';

/** What clients see when a service does not answer; why is for the log. */
export function unavailable(remote: string, cause?: unknown): GraphQLError {
  const originalError = new ObjectosError('REMOTE_UNAVAILABLE', `The remote service ${remote} does not answer.`, { extensions: { remote }, cause });
  return new GraphQLError(originalError.message, { originalError });
}

/** An error that a service answered with: its message and code, and nothing else of it. */
export function answeredError(remote: string, { message: told, path, extensions }: Partial<GraphQLFormattedError>): GraphQLError {
  const message = typeof told === 'string' && told !== '' ? told : `The remote service ${remote} answers with an error that says nothing.`;
  const remoteCode = extensions?.['code'];
  const originalError = new ObjectosError('REMOTE_ERROR', message, { extensions: { remote, ...(typeof remoteCode === 'string' && { remoteCode }) } });
  return new GraphQLError(message, { path: path ?? null, originalError });
}
