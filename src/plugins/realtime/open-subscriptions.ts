import { ObjectosError } from '../../errors.ts';
import { networkOf } from '../../kernel/network-of.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { RealtimeSettings } from './settings.ts';

type Limit = 'subscriptionsPerUser' | 'subscriptionsPerAddress';

export interface OpenSubscriptionsOptions {
  readonly settings: Pick<RealtimeSettings, Limit>;
  /** Address of the client behind proxies; undefined where nothing came over the network. */
  readonly addressOf: (context: RequestContext) => string | undefined;
}

/** Counts the subscriptions that are open on this process: of each person, and of those who have not signed in by where they come from. */
export class OpenSubscriptions {
  readonly #options: OpenSubscriptionsOptions;
  readonly #counts = new Map<string, number>();

  constructor(options: OpenSubscriptionsOptions) {
    this.#options = options;
  }

  /** Counts one more, until the returned function is called. */
  take(context: RequestContext): () => void {
    const { userId } = context.caller;
    if (userId !== undefined) return this.#take(`user ${userId}`, 'subscriptionsPerUser', (maximum) => `You have ${maximum} subscriptions open already. Complete some first.`);
    const address = this.#options.addressOf(context);
    if (address === undefined) return () => undefined;
    return this.#take(networkOf(address), 'subscriptionsPerAddress', (maximum) => `${maximum} subscriptions of callers who have not signed in are open from your address already. Sign in, or complete some first.`);
  }

  #take(key: string, limit: Limit, full: (maximum: number) => string): () => void {
    const count = this.#counts.get(key) ?? 0;
    const maximum = this.#options.settings[limit];
    if (count >= maximum) throw new ObjectosError('LIMIT_EXCEEDED', full(maximum), { extensions: { limit, maximum } });
    this.#counts.set(key, count + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#counts.get(key) ?? 0) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    };
  }
}
