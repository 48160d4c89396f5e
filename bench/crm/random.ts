/** Random numbers that are the same in every run: the sample data are committed and must not change by themselves. */
export interface Random {
  /** Whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  /** True in `share` of the calls. */
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** `count` different elements, in the order of the list. */
  sample<T>(list: readonly T[], count: number): T[];
}

/** mulberry32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const random: Random = {
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (share) => next() < share,
    pick: (list) => {
      const value = list[Math.floor(next() * list.length)];
      if (value === undefined) throw new Error('pick from an empty list');
      return value;
    },
    sample: (list, count) => {
      const taken = new Set<number>();
      while (taken.size < Math.min(count, list.length)) taken.add(random.int(0, list.length - 1));
      return list.filter((_, index) => taken.has(index));
    },
  };
  return random;
}
