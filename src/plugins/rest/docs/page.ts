import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export const docsPath = '/api/docs';
/** The page's own document. */
export const documentPath = `${docsPath}/openapi.json`;

/**
 * Requests carry the header that links of other sites cannot send, so that a session in a cookie serves. The document is that of who asks:
 * with a token it is read again.
 */
const start = `
let token;
const withToken = (name) => (original, system) => (given) => {
  const result = original(given);
  token = name === 'authorize' ? given.bearer?.value : undefined;
  system.specActions.download();
  return result;
};
window.ui = SwaggerUIBundle({
  url: '${documentPath}', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null,
  plugins: [() => ({ statePlugins: { auth: { wrapActions: { authorize: withToken('authorize'), logout: withToken('logout') } } } })],
  requestInterceptor(request) {
    request.headers['graphql-preflight'] = '1';
    if (request.loadSpec && token) request.headers.authorization = 'Bearer ' + token;
    return request;
  },
});`;
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>ObjectOS REST</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><link rel="stylesheet" href="${docsPath}/swagger-ui.css"></head><body><div id="swagger-ui"></div><script src="${docsPath}/swagger-ui-bundle.js"></script><script>${start}</script></body></html>`;

const hash = createHash('sha256').update(start).digest('base64');
const policy = `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly compressed: Buffer;
}

const types: Readonly<Record<string, string>> = { 'swagger-ui.css': 'text/css; charset=utf-8', 'swagger-ui-bundle.js': 'text/javascript; charset=utf-8' };
const assets = new Map<string, Promise<Asset>>();

/** Swagger UI, which asks no other server for anything. False when there is nothing of this name. */
export async function serveDocs(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
  const name = path.slice(docsPath.length + 1);
  if (name !== '' && !Object.hasOwn(types, name)) return false;
  let asset = assets.get(name);
  if (!asset) assets.set(name, (asset = load(name)));
  const { type, plain, compressed } = await asset;
  response.setHeader('content-security-policy', policy);
  response.setHeader('vary', 'Accept-Encoding');
  response.setHeader('cache-control', name === '' ? 'no-cache' : 'public, max-age=3600');
  const small = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = small ? compressed : plain;
  response.writeHead(200, { 'content-type': type, 'content-length': body.length, ...(small && { 'content-encoding': 'gzip' }) });
  response.end(request.method === 'HEAD' ? undefined : body);
  return true;
}

async function load(name: string): Promise<Asset> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const plain = name === '' ? Buffer.from(page) : await readFile(join(folder, name));
  return { type: types[name] ?? 'text/html; charset=utf-8', plain, compressed: await promisify(gzip)(plain) };
}
