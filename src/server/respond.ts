import type { ServerResponse } from 'node:http';
import { ObjectosError } from '../errors.ts';
import type { Logger } from '../kernel/log.ts';
import { answerKnown, digestOf } from '../kernel/revalidation.ts';
import { formatError, formatErrors } from './format-errors.ts';
import { isStream, type ResponseType, type StreamType } from './media-type.ts';
import { RequestRefused } from './request-errors.ts';

/** Ends the response with a text, unless it has ended or the client is gone. */
export function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));

const typeWithCharset: Record<ResponseType, string> = {
  'application/json': 'application/json; charset=utf-8',
  'application/graphql-response+json': 'application/graphql-response+json; charset=utf-8',
};

export const sendResult = (response: ServerResponse, type: ResponseType, text: string): void => send(response, 200, typeWithCharset[type], text);

/** The answer of a GET, or word that the client has it. */
export function sendRevalidated(response: ServerResponse, type: ResponseType, text: string): void {
  if (!answerKnown(response, `"${digestOf(text)}"`)) sendResult(response, type, text);
}

/**
 * A request that ended before anything was executed. Faults of the document are status 200 under the older media type, as
 * GraphQL over HTTP asks for: clients of that type read another status as a broken connection. A client that waits for
 * events gets them as one.
 */
export function sendRefusal(response: ServerResponse, wanted: ResponseType | StreamType, error: unknown, log: Logger): void {
  const type = isStream(wanted) ? 'application/json' : wanted;
  if (error instanceof RequestRefused) {
    const text = JSON.stringify({ errors: error.errors.map((each) => formatError(each, log)) });
    if (error.status === 405) response.setHeader('allow', 'GET, POST');
    if (error.status === 400 && wanted === 'text/event-stream') return send(response, 200, 'text/event-stream', `event: next\ndata: ${text}\n\nevent: complete\ndata:\n\n`);
    return send(response, type === 'application/json' && error.status === 400 ? 200 : error.status, typeWithCharset[type], text);
  }
  const status = error instanceof ObjectosError ? error.status : 500;
  if (status === 413) response.setHeader('connection', 'close');
  send(response, status, typeWithCharset[type], JSON.stringify({ errors: formatErrors(error, log) }));
}

/** For everything that a browser may show. */
export function setPageHeaders(response: ServerResponse, contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"): void {
  response.setHeader('content-security-policy', contentSecurityPolicy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
}
