import type { ExecutionResult } from '@graphql-tools/utils';
import type { GraphQLFormattedError } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Logger } from '../../../kernel/log.ts';
import type { Remote } from '../read-remotes.ts';
import { answeredError, unavailable } from './errors.ts';
import type { RemoteRequest } from './post.ts';

/** Follows a subscription of a service over graphql-ws, on a connection of its own, which ends with it. A connection that breaks is an error, and the end. */
export function follow(remote: Remote, request: RemoteRequest, headers: Readonly<Record<string, string>>, log: Logger): AsyncIterableIterator<ExecutionResult> {
  const { name, timeoutMs, subscriptions } = remote;
  if (!subscriptions) throw unavailable(name);
  const client = createClient({
    url: subscriptions(),
    connectionParams: { ...headers },
    retryAttempts: 0,
    connectionAckWaitTimeout: timeoutMs,
    webSocketImpl: class extends WebSocket {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(address, protocols, { headers, handshakeTimeout: timeoutMs, followRedirects: false });
      }
    },
  });
  const events = client.iterate<Record<string, unknown>>({ ...request, variables: { ...request.variables } });
  let ended = false;
  const end = async (): Promise<IteratorResult<ExecutionResult>> => {
    ended = true;
    await events.return?.();
    await client.dispose();
    return { done: true, value: undefined };
  };
  // Not a generator: that would end only once its next event has come.
  return {
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        const { done, value } = await events.next();
        if (done === true) return await end();
        const { data, errors } = value;
        return { done: false, value: { data: data ?? null, ...(errors && { errors: errors.map((error) => answeredError(name, error)) }) } };
      } catch (error) {
        if (ended) return { done: true, value: undefined };
        log.warn({ err: error, remote: name }, 'A subscription of a remote service broke off.');
        await end();
        return { done: false, value: { data: null, errors: errorsOf(name, error) } };
      }
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The service refuses a subscription with a list of errors. */
function errorsOf(name: string, error: unknown): NonNullable<ExecutionResult['errors']> {
  return Array.isArray(error) ? error.map((each: GraphQLFormattedError) => answeredError(name, each)) : [unavailable(name, error)];
}
