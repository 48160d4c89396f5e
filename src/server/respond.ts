import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { ObjectosError } from '../errors.ts';
import type { Logger } from '../kernel/log.ts';
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

/** The answer of a GET: browsers and proxies of one caller may keep it, and ask whether it is still the same. */
export function sendRevalidated(response: ServerResponse, type: ResponseType, text: string): void {
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  response.setHeader('cache-control', 'private, no-cache');
  response.setHeader('vary', [...new Set([...varyOf(response), 'accept', 'authorization', 'cookie', 'x-api-key'])].join(', '));
  response.setHeader('etag', tag);
  const known = response.req.headers['if-none-match'];
  if (known !== undefined && known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag)) {
    response.writeHead(304).end();
    return;
  }
  sendResult(response, type, text);
}

const varyOf = (response: ServerResponse): readonly string[] => String(response.getHeader('vary') ?? '').toLowerCase().split(',').map((name) => name.trim()).filter((name) => name !== '');

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
