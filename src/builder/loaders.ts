import DataLoader from 'dataloader';

/** Answers many keys at once, in their order. */
export type BatchFunction<K, V, Context extends object> = (keys: readonly K[], context: Context) => Promise<readonly (V | Error)[]>;

const loaders = new WeakMap<object, Map<string, DataLoader<unknown, unknown>>>();

/**
 * The DataLoader of this request under this name: resolvers of many records ask one by one, `batch` is called once for all of
 * them. `name` must be unique in the platform: `stripe.balance`.
 */
export function loader<K, V, Context extends object>(context: Context, name: string, batch: BatchFunction<K, V, Context>): DataLoader<K, V> {
  let ofRequest = loaders.get(context);
  if (ofRequest === undefined) loaders.set(context, (ofRequest = new Map()));
  let found = ofRequest.get(name);
  if (found === undefined) {
    found = new DataLoader<unknown, unknown>((keys) => batch(keys as readonly K[], context));
    ofRequest.set(name, found);
  }
  return found as DataLoader<K, V>;
}
