import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { digestOf, isKnown } from '../kernel/revalidation.ts';
import { setPageHeaders } from './respond.ts';

interface Page {
  readonly plain: Buffer;
  readonly compressed: Buffer;
  readonly policy: string;
  readonly tag: string;
}

/**
 * GraphiQL in one page that asks no other server for anything. Rendered when first asked for; it is several megabytes. Who opens it
 * for the first time sees the examples.
 */
export function createGraphiql(path: string, examples: () => readonly string[]): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let page: Promise<Page> | undefined;
  return async (request, response) => {
    const { plain, compressed, policy, tag } = await (page ??= render(path, examples()));
    setPageHeaders(response, policy);
    response.setHeader('vary', 'Accept, Accept-Encoding');
    response.setHeader('cache-control', 'no-cache');
    response.setHeader('etag', tag);
    if (isKnown(request, tag)) {
      response.writeHead(304).end();
      return;
    }
    const small = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const body = small ? compressed : plain;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': body.length, ...(small && { 'content-encoding': 'gzip' }) });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

async function render(path: string, examples: readonly string[]): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const defaultQuery = ['# Welcome to ObjectOS. Ctrl-Space completes, the book opens the documentation.', ...examples].join('\n\n');
  const html = await renderGraphiQL({ title: 'ObjectOS', endpoint: path, subscriptionsProtocol: 'WS', defaultQuery: `${defaultQuery}\n` });
  const plain = Buffer.from(String(html));
  const compressed = await promisify(gzip)(plain);
  const script = /<script>([\s\S]*)<\/script>/.exec(String(html))?.[1] ?? '';
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64');
  // Workers come from blobs, styles are set by the editor; scripts are only the one in the page.
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash(script)}' blob:`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { plain, compressed, policy, tag: `"${digestOf(String(html))}"` };
}
