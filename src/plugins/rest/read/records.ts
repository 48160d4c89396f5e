import { ask, hasVersion, hidden, notOffered, refuseParameters, sendRead, shapeOf, versionOf, type Exchange } from '../exchange.ts';
import { RestProblem } from '../problem.ts';
import { listOperation } from './list.ts';
import { selectionOf, shown, type Json } from './shape.ts';

interface Connection {
  readonly nodes: readonly Json[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount?: number;
}

/** Answers a page of records. */
export async function list(exchange: Exchange): Promise<void> {
  const { info, schema, resource, response } = exchange;
  const field = schema.getQueryType()?.getFields()[resource.root.many];
  if (!resource.reads.many || !field) throw notOffered(resource, 'listed');
  const shape = await shapeOf(exchange);
  const { result, errors } = await ask(exchange, listOperation(resource, field, info.url.searchParams, shape));
  const { nodes, pageInfo, totalCount } = result as Connection;
  const next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  if (next !== null) {
    const following = new URLSearchParams(info.url.searchParams);
    following.delete('skip');
    following.set('after', next);
    response.setHeader('link', `<${info.url.pathname}?${following.toString()}>; rel="next"`);
  }
  sendRead(response, { data: nodes.map((node) => shown(node, shape)), page: { hasMore: pageInfo.hasNextPage, next, ...(totalCount !== undefined && { total: totalCount }) }, ...hidden(errors) });
}

/** Answers one record. */
export async function one(exchange: Exchange, id: string): Promise<void> {
  const { resource, response } = exchange;
  if (!resource.reads.one) throw notOffered(resource, 'read one by one');
  refuseParameters(exchange, ['fields', 'include']);
  const shape = await shapeOf(exchange);
  const version = hasVersion(resource) ? ' rest_version: version' : '';
  const { result, errors } = await ask(exchange, { query: `query ($id: ID!) { result: ${resource.root.one}(id: $id) { ${selectionOf(shape)}${version} } }`, variables: { id } });
  if (!result) throw new RestProblem('NOT_FOUND', `There is no such ${resource.object.label}, or none that you may see.`);
  sendRead(response, { data: shown(result as Json, shape), ...hidden(errors) }, versionOf(result as Json));
}
