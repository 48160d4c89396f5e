import type { FormattedExecutionResult } from 'graphql';
import { OutboundError } from '../../../kernel/outbound-request.ts';
import type { RemoteRequest } from './post.ts';

const largestEvent = 16 * 1024 * 1024;

/** Follows a subscription as server-sent events, in the way of graphql-sse with a connection for each: `next` with a result, `complete` at the end. Ends with `signal`. */
export async function* readEvents(url: URL, request: RemoteRequest, headers: Readonly<Record<string, string>>, timeoutMs: number, signal: AbortSignal): AsyncGenerator<FormattedExecutionResult> {
  const response = await answer(url, request, headers, timeoutMs, signal);
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/event-stream')) {
    yield refusal(await response.text(), response.status);
    return;
  }
  if (!response.body) return;
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true }).replaceAll('\r', '');
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    if (text.length > largestEvent) throw new OutboundError('an event of the service is too large');
    for (const { name, data } of events.map(readEvent)) {
      if (name === 'complete') return;
      if (name === 'next') yield JSON.parse(data) as FormattedExecutionResult;
    }
  }
  throw new OutboundError('the stream of the service broke off');
}

/** The time is for the beginning of the answer; the stream may go on. */
async function answer(url: URL, request: RemoteRequest, headers: Readonly<Record<string, string>>, timeoutMs: number, signal: AbortSignal): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new OutboundError(`the service did not answer within ${String(timeoutMs)} ms`)), timeoutMs);
  try {
    return await fetch(url, { method: 'POST', redirect: 'error', headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' }, body: JSON.stringify(request), signal: AbortSignal.any([signal, late.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

/** Lines that begin with a colon keep the connection alive. */
function readEvent(text: string): { readonly name: string; readonly data: string } {
  const lines = text.split('\n');
  const valuesOf = (key: string): readonly string[] => lines.flatMap((line) => (line.startsWith(`${key}:`) ? [line.slice(key.length + 1).replace(/^ /, '')] : []));
  return { name: valuesOf('event').at(-1) ?? '', data: valuesOf('data').join('\n') };
}

function refusal(text: string, status: number): FormattedExecutionResult {
  try {
    const { errors } = JSON.parse(text) as FormattedExecutionResult;
    if (Array.isArray(errors)) return { data: null, errors };
  } catch {
    // Told below.
  }
  throw new OutboundError(`the service answered a subscription with status ${String(status)}`);
}
