import { EventStream } from '../../../resolvers/execute/event-stream.ts';
import type { Member, PresenceKind, PresenceMessage } from './member.ts';
import type { RosterNews } from './room.ts';

/** What one subscription has yet to be told of a roster. What waits is bounded by the number of members: of each only the outcome is told. */
export class RosterStream extends EventStream<PresenceMessage> {
  readonly #self: string;
  #begun = false;
  readonly #waiting = new Map<string, { readonly kind: PresenceKind; readonly member: Member }>();

  constructor(self: string, onEnd: () => void) {
    super(onEnd);
    this.#self = self;
  }

  /** `known`: all who are there now; `news`: what changed since it was called last. */
  show(known: ReadonlyMap<string, Member>, news: readonly RosterNews[]): void {
    if (this.#begun) {
      for (const { kind, member } of news) this.#tell(kind, member);
    } else {
      // Its own row is being written yet.
      if (!known.has(this.#self)) return;
      this.#begun = true;
      for (const member of known.values()) this.#tell('ROSTER', member);
    }
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
