import type { ExecutionResult } from '@graphql-tools/utils';
import type { GraphQLFormattedError } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Logger } from '../../../kernel/log.ts';
import type { Remote } from '../read-remotes.ts';
import { answeredError, unavailable } from './errors.ts';
import { readEvents } from './event-stream.ts';
import type { RemoteRequest } from './post.ts';

interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
}

/** Results as they come, and how to end it from outside. */
interface Stream {
  readonly events: AsyncIterator<Result, unknown>;
  close(): void | Promise<void>;
}

/** Follows a subscription of a service over graphql-ws or as an event stream, on a connection of its own, which ends with it. A connection that breaks is an error, and the end. */
export function follow(remote: Remote, request: RemoteRequest, headers: Readonly<Record<string, string>>, log: Logger): AsyncIterableIterator<ExecutionResult> {
  const { name, timeoutMs, subscriptions } = remote;
  if (!subscriptions) throw unavailable(name);
  const { events, close } = (isSocket(subscriptions()) ? overSocket : overEvents)(subscriptions(), request, headers, timeoutMs);
  let ended = false;
  const end = async (): Promise<IteratorResult<ExecutionResult>> => {
    ended = true;
    await close();
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

const isSocket = (url: string): boolean => /^wss?:/i.test(url);

function overSocket(url: string, request: RemoteRequest, headers: Readonly<Record<string, string>>, timeoutMs: number): Stream {
  const client = createClient({
    url,
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
  return {
    events,
    async close() {
      await events.return?.();
      await client.dispose();
    },
  };
}

function overEvents(url: string, request: RemoteRequest, headers: Readonly<Record<string, string>>, timeoutMs: number): Stream {
  const ending = new AbortController();
  return { events: readEvents(new URL(url), request, headers, timeoutMs, ending.signal), close: () => ending.abort() };
}

/** The service refuses a subscription with a list of errors. */
function errorsOf(name: string, error: unknown): NonNullable<ExecutionResult['errors']> {
  return Array.isArray(error) ? error.map((each: GraphQLFormattedError) => answeredError(name, each)) : [unavailable(name, error)];
}
