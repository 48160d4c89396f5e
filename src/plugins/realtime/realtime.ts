import { ObjectosError } from '../../errors.ts';
import type { ReadLimits } from '../../resolvers/read/plan-context.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Wish } from './delivery/listener.ts';
import type { Subscriber } from './delivery/subscriber.ts';
import type { Hub } from './hub/hub.ts';
import type { RealtimeSettings } from './settings.ts';

/** What the fields of the plugin work with. */
export interface Realtime {
  readonly limits: ReadLimits;
  readonly settings: RealtimeSettings;
  subscribe(wish: Wish, context: RequestContext): Promise<Subscriber>;
}

export function createRealtime(hub: Hub, settings: RealtimeSettings, limits: () => ReadLimits): Realtime {
  const open = new Map<string, number>();
  return {
    settings,
    get limits() {
      return limits();
    },
    async subscribe(wish, context) {
      const { signal, caller: { userId } } = context;
      const count = userId === undefined ? 0 : (open.get(userId) ?? 0);
      const maximum = settings.subscriptionsPerUser;
      if (count >= maximum) throw new ObjectosError('LIMIT_EXCEEDED', `You have ${maximum} subscriptions open already. Complete some first.`, { extensions: { limit: 'subscriptionsPerUser', maximum } });
      const release = userId === undefined ? () => undefined : take(open, userId);
      try {
        const subscriber = await hub.subscribe(wish, context, release);
        const stop = (): void => subscriber.end();
        if (signal?.aborted) stop();
        signal?.addEventListener('abort', stop, { once: true });
        return subscriber;
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** Counts one more, until the returned function is called. */
function take(counts: Map<string, number>, key: string): () => void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    const left = (counts.get(key) ?? 0) - 1;
    if (left > 0) counts.set(key, left);
    else counts.delete(key);
  };
}
