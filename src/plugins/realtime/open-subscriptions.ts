import { ObjectosError } from '../../errors.ts';
import type { Caller } from '../../resolvers/caller.ts';

/** Counts the subscriptions that each person has open on this process. */
export class OpenSubscriptions {
  readonly #maximum: number;
  readonly #counts = new Map<string, number>();

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** Counts one more, until the returned function is called. */
  take({ userId }: Caller): () => void {
    if (userId === undefined) return () => undefined;
    const count = this.#counts.get(userId) ?? 0;
    const maximum = this.#maximum;
    if (count >= maximum) throw new ObjectosError('LIMIT_EXCEEDED', `You have ${maximum} subscriptions open already. Complete some first.`, { extensions: { limit: 'subscriptionsPerUser', maximum } });
    this.#counts.set(userId, count + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#counts.get(userId) ?? 0) - 1;
      if (left > 0) this.#counts.set(userId, left);
      else this.#counts.delete(userId);
    };
  }
}
