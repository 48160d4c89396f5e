import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange, HandleTools } from './exchange.ts';
import { RestProblem } from './problem.ts';
import { aggregate, groups } from './read/figures.ts';
import { list, one } from './read/records.ts';
import { apiPath, resourcesOf } from './resource.ts';
import type { RouteInfo } from './route-info.ts';
import { batch, create, remove, restore, update } from './write/records.ts';

type Method = (exchange: Exchange, id: string) => Promise<void>;

/** Methods by what follows the name of the resource: nothing, one of these words, an id, an id and `restore`. */
const methods = {
  many: { GET: list, POST: create },
  aggregate: { GET: aggregate },
  groups: { GET: groups },
  batch: { POST: batch },
  one: { GET: one, PATCH: update, DELETE: remove },
  restore: { POST: restore },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Method>>>>;

const words = ['aggregate', 'groups', 'batch'] as const;

/** Answers a request below `/api/v1/`. What is wrong with it is thrown. */
export async function handle(node: IncomingMessage, response: ServerResponse, info: RouteInfo, tools: HandleTools): Promise<void> {
  const resources = resourcesOf(tools.schema, tools.catalog);
  const [name = '', id = '', action, ...more] = info.url.pathname.slice(apiPath.length + 1).split('/');
  const resource = resources.get(name);
  const place = more.length > 0 ? undefined : placeOf(id, action);
  if (!resource || !place) throw new RestProblem('NOT_FOUND', `There is nothing at ${info.url.pathname}; /api/discovery names what there is.`);
  const offered: Readonly<Record<string, Method>> = methods[place];
  const method = node.method === 'HEAD' ? 'GET' : (node.method ?? 'GET');
  response.setHeader('cache-control', 'no-store');
  if (!Object.hasOwn(offered, method)) {
    response.setHeader('allow', Object.keys(offered).join(', '));
    throw new RestProblem('BAD_REQUEST', `${info.url.pathname} does not take ${method}.`, { status: 405 });
  }
  await offered[method]?.({ ...tools, node, response, info, resource, resources }, decode(id));
}

function placeOf(id: string, action: string | undefined): keyof typeof methods | undefined {
  if (action !== undefined) return action === 'restore' && id !== '' ? 'restore' : undefined;
  return id === '' ? 'many' : (words.find((word) => word === id) ?? 'one');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RestProblem('BAD_REQUEST', 'The path is not well formed.');
  }
}
