/** What a person tells of itself in a topic; all of it is optional and replaced as a whole. */
export type PresenceState = Readonly<Record<string, unknown>>;

/** One connection of a person in a topic. */
export interface Member {
  readonly id: string;
  readonly userId: string;
  readonly state: PresenceState;
  /** ISO 8601 */
  readonly joinedAt: string;
  readonly updatedAt: string;
}

export const presenceKinds = {
  ROSTER: 'All who are there; the first message.',
  JOINED: 'These came.',
  UPDATED: 'These have another state.',
  LEFT: 'These went, or their connection is dead.',
} as const;
export type PresenceKind = keyof typeof presenceKinds;

export interface PresenceMessage {
  readonly kind: PresenceKind;
  readonly members: readonly Member[];
  /** Id of the member that this subscription is. */
  readonly self: string;
}
