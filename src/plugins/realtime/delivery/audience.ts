import type { ChangeKind } from './change.ts';
import type { FieldRights } from './field-rights.ts';
import type { Listener } from './listener.ts';
import type { RecordReader } from './record-reader.ts';

/** Listeners of a view who get the same messages: equal operation and variables, equal rights on what it selects. */
export interface Audience {
  readonly key: string;
  /** In cursors. */
  readonly sight: string;
  readonly reader: RecordReader;
  readonly fields: FieldRights;
  /** Kinds of messages that are wanted; undefined for all. */
  readonly kinds: ReadonlySet<ChangeKind> | undefined;
  readonly listeners: Set<Listener>;
}
