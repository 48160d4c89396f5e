/** How often each key may do something: `perSecond` on average, twice that at once. */
export class Rate {
  readonly #perSecond: number;
  readonly #keys = new Map<string, { left: number; at: number }>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** False when it is too often. */
  take(key: string, now = performance.now()): boolean {
    const most = this.#perSecond * 2;
    const state = this.#keys.get(key) ?? { left: most, at: now };
    state.left = Math.min(most, state.left + ((now - state.at) / 1000) * this.#perSecond);
    state.at = now;
    this.#keys.set(key, state);
    if (state.left < 1) return false;
    state.left -= 1;
    return true;
  }

  /** Forgets keys that have all of their rate again. */
  forget(now = performance.now()): void {
    for (const [key, { at }] of this.#keys) if (now - at > 2_000) this.#keys.delete(key);
  }
}
