import type { IncomingMessage, ServerResponse } from 'node:http';
import { ObjectosError } from '../errors.ts';
import type { CorsSettings } from './settings.ts';

/** Headers that no page of another site can send without the browser asking this server first. */
const preflightHeaders = ['x-requested-with', 'graphql-preflight', 'apollo-require-preflight', 'x-graphql-yoga-csrf', 'x-apollo-operation-name', 'authorization'] as const;

/** Whether a page of this server, or of an origin that may call with cookies, sent this request. */
export function isFromTrustedPage({ headers: { origin, host } }: IncomingMessage, cors: CorsSettings | false): boolean {
  if (origin === undefined) return false;
  if (cors && cors.credentials && cors.origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** The same, or what no page of another site has sent: programs, and what people type into the address bar. */
function isTrusted(request: IncomingMessage, cors: CorsSettings | false): boolean {
  const site = request.headers['sec-fetch-site'];
  if (request.headers.origin === undefined) return site === undefined || site === 'same-origin' || site === 'same-site' || site === 'none';
  return isFromTrustedPage(request, cors);
}

/** Whether the request has a header for which a browser asks this server first. */
const isPreflighted = ({ headers }: IncomingMessage): boolean => preflightHeaders.some((name) => headers[name] !== undefined);

/** Forms of other sites can send multipart bodies without the browser asking, with a visitor's cookies or from within a visitor's network. */
export function refuseForms(request: IncomingMessage): void {
  if (!isPreflighted(request)) throw new ObjectosError('FORBIDDEN', 'A multipart request needs the header `graphql-preflight: 1`, which forms of other sites cannot send.');
}

/**
 * Keeps pages of other sites from using a visitor's cookies. A request without cookies carries nothing that could be
 * misused. With cookies, its page must be trusted; a query by GET needs a header besides, which plain links cannot send.
 */
export function refuseForgery(request: IncomingMessage, cors: CorsSettings | false): void {
  if (request.headers.cookie === undefined) return;
  if (!isTrusted(request, cors)) {
    throw new ObjectosError('FORBIDDEN', 'Requests with cookies are not accepted from pages of other origins. Configure `cors` with `credentials`, or send a bearer token instead.');
  }
  if (request.method === 'GET' && request.headers.upgrade === undefined && !isPreflighted(request)) {
    throw new ObjectosError('FORBIDDEN', 'A GET request with cookies needs the header `graphql-preflight: 1`, which pages of other sites cannot send.');
  }
}

/** Answers what `cors` allows; true when this was a preflight request, which is then complete. */
export function answerCors(request: IncomingMessage, response: ServerResponse, cors: CorsSettings | false): boolean {
  const { origin } = request.headers;
  const preflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
  if (cors) {
    response.setHeader('vary', 'Origin');
    const anyone = cors.origins.includes('*');
    if (origin !== undefined && (anyone || cors.origins.includes(origin))) {
      const named = cors.origins.includes(origin);
      response.setHeader('access-control-allow-origin', named ? origin : '*');
      response.setHeader('access-control-expose-headers', 'X-Request-Id, ETag, Link, Location');
      if (cors.credentials && named) response.setHeader('access-control-allow-credentials', 'true');
      if (preflight) {
        response.setHeader('access-control-allow-methods', 'GET, POST, PATCH, DELETE');
        response.setHeader('access-control-allow-headers', ['Content-Type', 'Authorization', 'X-Request-Id', 'X-Requested-With', 'GraphQL-Preflight', 'If-Match', 'If-None-Match', 'Idempotency-Key', ...cors.headers].join(', '));
        response.setHeader('access-control-max-age', cors.maxAge);
      }
    }
  }
  if (preflight) {
    response.writeHead(204);
    response.end();
  }
  return preflight;
}
