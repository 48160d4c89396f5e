/** What a message of a subscription to changes tells. */
export const changeKinds = {
  READY: 'The subscription is live; what came before is complete.',
  SNAPSHOT: 'A record that was there when the subscription began.',
  CREATED: 'A record is new.',
  UPDATED: 'A record changed, and was and is among the rows of the subscription.',
  DELETED: 'A record is gone.',
  ENTERED: 'A record matches now, or the caller may see it now.',
  LEFT: 'A record does not match any more, or the caller may not see it any more.',
  RESYNC: 'Changes are missing: forget all records. With `snapshot` they come anew; otherwise read them again.',
} as const;
export type ChangeKind = keyof typeof changeKinds;

/** As resolvers of the change types read it. */
export interface ChangeMessage {
  readonly cursor: string;
  readonly kind: ChangeKind;
  readonly recordId: string | undefined;
  /** GraphQL names. */
  readonly changedFields: readonly string[];
  readonly at: string | undefined;
  /** Rows by response key of `record`; undefined where there is none to show. */
  readonly records: Readonly<Record<string, unknown>> | undefined;
}

/** Which messages about its rows a subscription wants. */
export interface Interest {
  /** Undefined for all. */
  readonly kinds: ReadonlySet<ChangeKind> | undefined;
  /** GraphQL names: updates that touched none of these fields are not told. Undefined for all. */
  readonly changedFields: ReadonlySet<string> | undefined;
}

export const allMessages: Interest = { kinds: undefined, changedFields: undefined };

/** Equal for equal interests. */
export const interestKey = ({ kinds, changedFields }: Interest): string => JSON.stringify([kinds, changedFields].map((names) => names && [...names].sort()));

/** Kinds that show the record. */
const showing: ReadonlySet<ChangeKind> = new Set(['SNAPSHOT', 'CREATED', 'UPDATED', 'ENTERED']);
export const showsRecord = (kind: ChangeKind): boolean => showing.has(kind);

/** What became of a row of a view. */
export function kindOf(was: boolean, is: boolean, { existed, exists, created }: { readonly existed: boolean; readonly exists: boolean; readonly created: boolean }): ChangeKind | undefined {
  if (is) return was ? 'UPDATED' : !existed && created ? 'CREATED' : 'ENTERED';
  if (was) return exists ? 'LEFT' : 'DELETED';
  return undefined;
}
