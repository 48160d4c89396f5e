import type { Member, PresenceKind } from './member.ts';

/** What became of one member. */
export interface RosterNews {
  readonly kind: Exclude<PresenceKind, 'ROSTER'>;
  readonly member: Member;
}

/** One topic, as far as this process knows it. A roster is compared once, however many are told of it. */
export class Room<T> {
  /** Those whose connections this process holds. */
  readonly here = new Set<T>();
  #known: ReadonlyMap<string, Member> = new Map();

  /** All who are there now. */
  get known(): ReadonlyMap<string, Member> {
    return this.#known;
  }

  /** Takes the roster of the moment, and answers what is new about it. */
  compare(roster: readonly Member[]): readonly RosterNews[] {
    const former = this.#known;
    const now = new Map(roster.map((member) => [member.id, member]));
    this.#known = now;
    const news: RosterNews[] = [];
    for (const member of roster) {
      const before = former.get(member.id);
      if (!before) news.push({ kind: 'JOINED', member });
      else if (before.updatedAt !== member.updatedAt || JSON.stringify(before.state) !== JSON.stringify(member.state)) news.push({ kind: 'UPDATED', member });
    }
    for (const member of former.values()) if (!now.has(member.id)) news.push({ kind: 'LEFT', member });
    return news;
  }
}
