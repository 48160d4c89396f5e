import { createClient, type Client, type FormattedExecutionResult } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { TestServer } from './test-server.ts';

export type Result = FormattedExecutionResult<Record<string, unknown>, unknown>;

/** A graphql-ws client over a real socket, disposed when the test ends. */
export function connect({ graphql }: TestServer, options: { readonly params?: Record<string, unknown>; readonly headers?: Record<string, string>; readonly onClosed?: (event: unknown) => void } = {}): Client {
  class Socket extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers: options.headers ?? {} });
    }
  }
  const client = createClient({
    url: graphql.replace('http', 'ws'),
    webSocketImpl: Socket,
    retryAttempts: 0,
    lazy: true,
    lazyCloseTimeout: 5_000,
    ...(options.params && { connectionParams: options.params }),
    ...(options.onClosed && { on: { closed: options.onClosed } }),
  });
  onTestFinished(() => void client.dispose());
  return client;
}

const closed = (event: unknown): Error => {
  const { code, reason, message } = event as { code?: number; reason?: string; message?: string };
  return Object.assign(new Error(reason ?? message ?? 'The socket failed'), { code, reason });
};

/** All results of one operation on a WebSocket; an `error` message is one result with `errors`. */
export function overSocket(client: Client, query: string, variables?: Record<string, unknown>, operationName?: string): Promise<Result[]> {
  const results: Result[] = [];
  return new Promise((resolve, reject) => {
    client.subscribe<Record<string, unknown>>(
      { query, ...(variables && { variables }), ...(operationName !== undefined && { operationName }) },
      {
        next: (result) => void results.push(result as Result),
        error: (error) => (Array.isArray(error) ? resolve([...results, { errors: error as NonNullable<Result['errors']> }]) : reject(closed(error))),
        complete: () => resolve(results),
      },
    );
  });
}

/** All results of one operation as server-sent events. */
export async function overEvents({ post }: TestServer, query: string, variables?: Record<string, unknown>): Promise<Result[]> {
  const response = await post({ query, variables }, { accept: 'text/event-stream' });
  const text = await response.text();
  return [...text.matchAll(/^event: next\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Result);
}

export async function overHttp({ post }: TestServer, query: string, variables?: Record<string, unknown>): Promise<Result[]> {
  return [(await (await post({ query, variables })).json()) as Result];
}
