import type { RequestContext } from '../request.ts';
import type { Writer } from './writer.ts';

/** One record about to be written, or written. Values are in stored form under machine names, embedded ones as objects. */
export interface Change {
  readonly kind: 'create' | 'update' | 'delete' | 'restore';
  readonly object: string;
  readonly id: string;
  /** The record before; undefined for create. Complete when a hook or rule of the object asks for it (they all do). */
  readonly previous: Readonly<Record<string, unknown>> | undefined;
  /** What is written: on create all given values, on update only those that the input names. Before hooks may change it. */
  readonly values: Record<string, unknown>;
  /** Merged image `{ ...previous, ...values }`; after the write the stored row. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Where in the operation's arguments this record stands: `["input", "contacts", "create", 0]`. Problems add the field. */
  readonly path: readonly (string | number)[];
}

export interface MutationContext extends RequestContext {
  /** Nesting of writes made by hooks; bounded. */
  readonly depth: number;
  /** The writes that led here, outermost first: `update account`. */
  readonly chain: readonly string[];
  /** Writes more, in the same transaction. Hand over this context, so that circles are found. */
  readonly writer: Writer;
}

/** Hooks of one plugin in the write path. All get all records of one stage at once: a bulk write calls them once. */
export interface MutationPhase {
  /** Objects the hooks are for; absent: all. A hook that does not concern an object costs it nothing. */
  readonly objects?: readonly string[];
  /**
   * The hooks before the write only look at their changes and at memory: no queries, no writes. A single record is then
   * written without opening a transaction, and they may be called again when another writer was faster.
   */
  readonly pure?: boolean;
  /** Before anything is checked: may change `values`, or throw to stop the write. */
  before?(changes: readonly Change[], context: MutationContext): void | Promise<void>;
  /** Values the platform computes itself: formulas that are stored, autonumbers. */
  compute?(changes: readonly Change[], context: MutationContext): void | Promise<void>;
  /** Validation rules: reports problems by path (relative to the change), which are collected over all changes. */
  validate?(changes: readonly Change[], context: MutationContext, report: ReportProblem): void | Promise<void>;
  /** In the transaction, after the rows are written: `record` is the stored row. May write more through `context.writer`. */
  after?(changes: readonly Change[], context: MutationContext): void | Promise<void>;
  /** After commit. Errors are logged, never thrown: what must happen belongs into a job. */
  committed?(changes: readonly Change[], context: MutationContext): void;
}

export type ReportProblem = (change: Change, problem: { readonly field?: string; readonly code: string; readonly message: string }) => void;

declare module '../../kernel/plugin.ts' {
  interface Phases {
    readonly mutation: MutationPhase;
  }
}
