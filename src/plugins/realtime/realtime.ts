import type { ReadLimits } from '../../resolvers/read/plan-context.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Wish } from './delivery/listener.ts';
import type { Subscriber } from './delivery/subscriber.ts';
import type { AccessProvider } from '../../resolvers/access.ts';
import { LiveList, type LiveWish } from './delivery/live-list.ts';
import { SharedReads } from './delivery/shared-reads.ts';
import type { Hub } from './hub/hub.ts';
import type { OpenSubscriptions } from './open-subscriptions.ts';
import type { Presence } from './presence/presence.ts';
import type { Signals } from './presence/signals.ts';
import type { RealtimeSettings } from './settings.ts';

/** What the fields of the plugin work with. */
export interface Realtime {
  readonly limits: ReadLimits;
  readonly settings: RealtimeSettings;
  readonly presence: Presence;
  readonly signals: Signals;
  subscribe(wish: Wish, context: RequestContext): Promise<Subscriber>;
  /** Follows one page of a list. */
  live(wish: LiveWish, context: RequestContext): Promise<LiveList>;
  /** Opens a stream that counts as one of the caller's subscriptions and ends with the operation. */
  open<T extends { end(): void }>(context: RequestContext, begin: (onEnd: () => void) => Promise<T>): Promise<T>;
}

export interface RealtimeParts {
  readonly hub: Hub;
  readonly presence: Presence;
  readonly signals: Signals;
  readonly settings: RealtimeSettings;
  readonly subscriptions: OpenSubscriptions;
  readonly limits: () => ReadLimits;
  readonly access: () => AccessProvider;
}

export function createRealtime({ hub, limits, subscriptions, access, ...parts }: RealtimeParts): Realtime {
  const open: Realtime['open'] = async (context, begin) => {
    const release = subscriptions.take(context);
    try {
      const stream = await begin(release);
      const { signal } = context;
      const stop = (): void => stream.end();
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop, { once: true });
      return stream;
    } catch (error) {
      release();
      throw error;
    }
  };
  const shared = new SharedReads();
  return {
    ...parts,
    open,
    get limits() {
      return limits();
    },
    subscribe: (wish, context) => open(context, (onEnd) => hub.subscribe(wish, context, onEnd)),
    live: (wish, context) => open(context, async (onEnd) => new LiveList(wish, context, access(), shared, await hub.subscribe(wish.changes, context, onEnd))),
  };
}
