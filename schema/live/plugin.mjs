import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** The client as its package ships it, for browsers. */
const client = dirname(createRequire(import.meta.url).resolve('graphql-ws/client'));

const headers = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

const file = (path, folder, name) => ({
  method: 'GET',
  path,
  async handle(_request, response, { url }) {
    const wanted = name ?? basename(url.pathname);
    const type = /^[\w-]+\.(html|js|css)$/.exec(wanted)?.[1];
    const body = type && (await readFile(join(folder, wanted)).catch(() => undefined));
    response.writeHead(body ? 200 : 404, { ...headers, 'content-type': `${body ? types[type] : 'text/plain'}; charset=utf-8` });
    response.end(body ?? 'There is no such file.');
  },
});

/** The page /live: people work on an opportunity together and see each other. */
export const plugin = {
  name: 'crm-live',
  version: '1.0.0',
  description: 'Serves the page /live, where people see each other work on an opportunity.',
  requires: ['identity', 'realtime'],
  server: { routes: [file('/live', here, 'live.html'), file('/live/page/*', here), file('/live/client/*', client)] },
};
