import { setTimeout as sleep } from 'node:timers/promises';
import type { FormattedExecutionResult } from 'graphql';
import { OutboundError, outboundRequest } from '../../../kernel/outbound-request.ts';
import type { Remote } from '../read-remotes.ts';

export interface RemoteRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
}

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Without it the request is sent once. */
  readonly retry: boolean;
  readonly signal?: AbortSignal | undefined;
}

const largestResponse = 16 * 1024 * 1024;
/** The service, or something before it, is not there for the moment. */
const passing: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Asks a service over HTTP, and again where it does not answer. Throws an OutboundError where it gives no GraphQL answer. */
export async function post({ url, timeoutMs, retryPolicy: { maxRetries, initialDelayMs } }: Remote, request: RemoteRequest, { headers, retry, signal }: PostOptions): Promise<FormattedExecutionResult> {
  const attempts = retry ? maxRetries + 1 : 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(new URL(url()), request, headers, timeoutMs, signal);
    } catch (error) {
      if (attempt >= attempts || signal?.aborted === true || !(error instanceof OutboundError) || error instanceof NotGraphqlError) throw error;
    }
    // Not in step with others that met the same failure.
    await sleep(initialDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), undefined, { signal });
  }
}

/** Asking again would be answered alike. */
class NotGraphqlError extends OutboundError {}

async function once(url: URL, request: RemoteRequest, headers: Readonly<Record<string, string>>, timeoutMs: number, signal: AbortSignal | undefined): Promise<FormattedExecutionResult> {
  const { status, text } = await outboundRequest({
    url,
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
    body: JSON.stringify(request),
    timeoutMs,
    // The address comes from the definitions of the app, which are trusted; redirects are not followed.
    allowPrivateAddresses: true,
    largestResponse,
    signal,
  });
  if (passing.has(status)) throw new OutboundError(`the service answered with status ${String(status)}`);
  const result = parseResult(text);
  if (result) return result;
  throw new NotGraphqlError(`the service answered with status ${String(status)} and no GraphQL response`);
}

function parseResult(text: string): FormattedExecutionResult | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && ('data' in value || Array.isArray((value as FormattedExecutionResult).errors)) ? value : undefined;
  } catch {
    return undefined;
  }
}
