import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { RequestContext } from '../request.ts';

type Find<K> = (keys: readonly K[]) => Promise<unknown[]>;

/** The place of a document that a field is at, from the root; list positions are left out. */
export function responseKeys(path: GraphQLResolveInfo['path']): readonly string[] {
  const keys: string[] = [];
  for (let step: GraphQLResolveInfo['path'] | undefined = path; step; step = step.prev) if (typeof step.key === 'string') keys.unshift(step.key);
  return keys;
}

/** Gives all fields of one place of a request the same loader, so that they are found together. */
export function loaderPerPlace<K>(): (context: RequestContext, info: GraphQLResolveInfo, find: Find<K>) => DataLoader<K, unknown> {
  // graphql-js gives all fields of one place the same list of nodes, and each event of a subscription lists of its own.
  const loaders = new WeakMap<RequestContext, WeakMap<GraphQLResolveInfo['fieldNodes'], DataLoader<K, unknown>>>();
  return (context, { fieldNodes }, find) => {
    const ofRequest = loaders.get(context) ?? new WeakMap<GraphQLResolveInfo['fieldNodes'], DataLoader<K, unknown>>();
    loaders.set(context, ofRequest);
    let loader = ofRequest.get(fieldNodes);
    if (!loader) {
      loader = new DataLoader<K, unknown>(find);
      ofRequest.set(fieldNodes, loader);
    }
    return loader;
  };
}
