import type { RequestContext } from '../request.ts';
import type { BindList } from '../sql/binds.ts';
import type { Change, MutationContext, ReportProblem } from './phase.ts';
import type { ExtraColumn } from './sql/input-rows.ts';
import type { Stamps } from './sql/parts.ts';
import type { Image } from './rows.ts';
import type { Told } from './writer.ts';

/** What a plugin adds to the statements that write one object. It becomes part of their text, which is made once. */
export interface StatementPart {
  /** Values of new records that nobody gives, in stored form by machine name. */
  readonly initial?: Readonly<Record<string, unknown>>;
  /** Columns of new rows that their statement computes. */
  readonly insert?: InsertPart;
  /** Further writes that follow from those of the object; undefined when these rows have none. */
  follow?(write: RowWrite): FollowUp | undefined;
  readonly note?: NotePart;
}

export interface InsertPart {
  /** Values that go into the statement with each row, beside its columns: `["#prefix", "text"]`. */
  readonly extra: readonly ExtraColumn[];
  /** Values of `extra` for one row; says what is wrong with the row. Called after validation. */
  values(change: Change, context: MutationContext, report: ReportProblem): Readonly<Record<string, unknown>>;
  /** `given`: fields that the rows bring along. `rows`: name of the CTE with all rows that will be written. */
  sql(given: readonly string[], rows: string, binds: BindList): InsertSql;
  /**
   * Another record holds the value of these columns already. Makes sure that the next attempt computes others than from `values`, which
   * the refused rows had; false when the columns are not its own.
   */
  taken?(columns: readonly string[], values: readonly Readonly<Record<string, unknown>>[], context: RequestContext): Promise<boolean>;
}

export interface InsertSql {
  readonly ctes: readonly string[];
  /** Joins to the row `i`. */
  readonly join: string;
  /** SQL of values by machine name. */
  readonly values: ReadonlyMap<string, string>;
}

/** What is kept of single records, beside them, by the statement that writes them. */
export interface NotePart {
  readonly kinds: readonly Change['kind'][];
  /** What to keep of a record about to be written; undefined for nothing. Called after validation, perhaps more than once: it looks only at the change and at memory. */
  of(change: Change, context: RequestContext): Note | undefined;
  /** INSERT of the notes of those records that were written. */
  sql(rows: NotedRows): string;
}

export interface Note {
  /** In JSON. */
  readonly value: unknown;
  /** What the payload of the write says of it. */
  readonly told: readonly Told[];
  /** Called after the commit. */
  readonly committed: () => void;
}

/** SQL of written rows that have a note. */
export interface NotedRows {
  /** FROM items, and what they have to meet. */
  readonly from: string;
  readonly id: string;
  /** JSON as text. */
  readonly note: string;
  /** The record as hooks see it, as it was and as it is; null where there is none, and for deletions. */
  readonly before: string;
  readonly after: string;
  /** Instead of `after`, of which it is a part: see `createdImage`. Null where there is `after`. */
  readonly created: string;
  /** When, by whom and for which organization it was written. */
  readonly at: string;
  readonly actor: string;
  readonly organization: string;
}

/** Which rows a statement writes. */
export interface RowWrite {
  readonly kind: Change['kind'];
  /** Fields that an update sets. */
  readonly fields: readonly string[];
  /** Deleted into the trash: the rows carry its mark already. */
  readonly soft: boolean;
}

export interface FollowUp {
  /** The statement answers what is left to do when its rows can be seen, so that it needs a transaction. */
  readonly pending: boolean;
  /** Tables that it writes. */
  readonly tables: readonly string[];
  /** Computed fields of other records that it may change, in its statement or when it is finished. */
  readonly fields?: readonly { readonly object: string; readonly field: string }[];
  sql(rows: WrittenRows, binds: BindList, stamps: Stamps, heard: Heard): FollowSql;
  /** In the transaction, after the statement, with what its `answer` was. Answers the records whose fields it changed, if they are heard of. */
  finish?(answer: unknown, context: RequestContext, heard: Heard): Promise<readonly FollowedRecord[]> | Promise<void>;
}

/** Computed fields of an object whose changes hooks want to hear of. */
export type Heard = (object: string) => ReadonlySet<string>;

/** A record of which computed fields changed because others were written. */
export interface FollowedRecord {
  readonly object: string;
  readonly id: string;
  /** The changed fields as they were. */
  readonly before: Image;
  /** The whole record as hooks see it. */
  readonly record: Image;
}

/** FROM items with the rows as they were, alias `b`, and as they are, alias `a`. */
export interface WrittenRows {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface FollowSql {
  readonly ctes: readonly string[];
  /** SQL of one JSON value. */
  readonly answer: string | undefined;
  /** SQL of JSON arrays of `FollowedRecord`, or null. */
  readonly followed?: readonly string[];
}
