import type { Interest } from './change.ts';
import type { FieldRights } from './field-rights.ts';
import type { Listener } from './listener.ts';
import type { RecordReader } from './record-reader.ts';
import type { Batch } from './subscriber.ts';

/** Listeners of a view who get the same messages: equal operation and variables, equal rights on what it selects. */
export interface Audience {
  readonly key: string;
  /** Equal where answers are, but for what cursors say of the rows: the same is selected and read. */
  readonly form: string;
  /** Equal where the same may be told of the fields that changed, and is wanted. */
  readonly lens: string;
  /** In cursors. */
  readonly sight: string;
  readonly reader: RecordReader;
  readonly fields: FieldRights;
  readonly interest: Interest;
  readonly listeners: Set<Listener>;
  /** What was told last to those who share. */
  last: Batch | undefined;
}
