import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The tag of a text, the same for the same. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 27);

/** Whether a client has what bears this tag, as `If-None-Match` says. */
export function isKnown({ headers }: IncomingMessage, tag: string): boolean {
  return headers['if-none-match']?.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === tag) ?? false;
}

/**
 * Lets browsers and proxies of one caller keep the answer of a GET and ask whether it is still the same. True when it is: then
 * the response is complete, without a body.
 */
export function answerKnown(response: ServerResponse, tag: string): boolean {
  response.setHeader('cache-control', 'private, no-cache');
  response.setHeader('vary', [...new Set([...varyOf(response), 'accept', 'authorization', 'cookie', 'x-api-key'])].join(', '));
  response.setHeader('etag', tag);
  if (!isKnown(response.req, tag)) return false;
  response.writeHead(304).end();
  return true;
}

const varyOf = (response: ServerResponse): readonly string[] => String(response.getHeader('vary') ?? '').toLowerCase().split(',').map((name) => name.trim()).filter((name) => name !== '');
