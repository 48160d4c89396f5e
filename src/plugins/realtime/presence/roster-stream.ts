import { EventStream } from '../../../resolvers/execute/event-stream.ts';
import type { Member, PresenceKind, PresenceMessage } from './member.ts';

/** What one subscription has yet to be told of a roster. What waits is bounded by the number of members: of each only the outcome is told. */
export class RosterStream extends EventStream<PresenceMessage> {
  readonly #self: string;
  #known: ReadonlyMap<string, Member> | undefined;
  readonly #waiting = new Map<string, { readonly kind: PresenceKind; readonly member: Member }>();

  constructor(self: string, onEnd: () => void) {
    super(onEnd);
    this.#self = self;
  }

  /** All who are there now. */
  show(roster: readonly Member[]): void {
    const now = new Map(roster.map((member) => [member.id, member]));
    // Its own row is being written yet.
    if (!this.#known && !now.has(this.#self)) return;
    const known = this.#known ?? new Map<string, Member>();
    const beginning = !this.#known;
    this.#known = now;
    for (const member of roster) {
      const former = known.get(member.id);
      if (!former) this.#tell(beginning ? 'ROSTER' : 'JOINED', member);
      else if (former.updatedAt !== member.updatedAt || JSON.stringify(former.state) !== JSON.stringify(member.state)) this.#tell('UPDATED', member);
    }
    for (const member of known.values()) if (!now.has(member.id)) this.#tell('LEFT', member);
    if (this.#waiting.size > 0) this.notify();
  }

  #tell(kind: PresenceKind, member: Member): void {
    const former = this.#waiting.get(member.id);
    if (kind === 'LEFT' && former?.kind === 'JOINED') {
      this.#waiting.delete(member.id);
      return;
    }
    this.#waiting.set(member.id, { kind: kind === 'UPDATED' && former ? former.kind : kind, member });
  }

  /** The first that waits, with all others of its kind. */
  protected override take(): PresenceMessage | undefined {
    const [first] = this.#waiting.values();
    if (!first) return undefined;
    const members: Member[] = [];
    for (const [id, { kind, member }] of this.#waiting) {
      if (kind !== first.kind) continue;
      members.push(member);
      this.#waiting.delete(id);
    }
    return { kind: first.kind, members, self: this.#self };
  }
}
