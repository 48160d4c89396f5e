import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import type { ProblemSeverity } from '../../errors.ts';
import type { RequestContext } from '../request.ts';
import type { StatementPart } from './statement-part.ts';
import type { Told, Writer } from './writer.ts';

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
  /** Fields whose given value was refused; `record` is without it. There only for phases with `incomplete`. */
  readonly refused?: ReadonlySet<string> | undefined;
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
  /** Shows something in the payload of the write that the client asked for, in a field whose source is `told`. Undone with the attempt. */
  tell(topic: Told['topic'], item: Told['item'], ready?: Told['ready']): void;
  /** Another record that the same write creates or changes, as far as it is known: the database does not show it yet. */
  underway(object: string, id: string): Change['record'] | undefined;
  /** All records of an object that the same write creates, changes or deletes. */
  changing(object: string): readonly Pick<Change, 'id' | 'kind' | 'record'>[];
}

/** Hooks of one plugin in the write path. All get all records of one stage at once: a bulk write calls them once. */
export interface MutationPhase {
  /** Objects the hooks are for; absent: all. A hook that does not concern an object costs it nothing. */
  readonly objects?: readonly string[];
  /** Kinds of changes the hooks are for; absent: all. Those for `delete` alone cost creating and updating nothing. */
  readonly kinds?: readonly Change['kind'][];
  /**
   * The hooks before the write only look at their changes and at memory: no queries, no writes. A single record is then
   * written without opening a transaction, and they may be called again when another writer was faster.
   */
  readonly pure?: boolean;
  /** The part of the phase that is made for one object. Asked once per object and Catalog, before its first write; an object without one pays nothing. */
  forObject?(object: CatalogObject, catalog: Catalog): Omit<MutationPhase, 'objects' | 'forObject'> | undefined;
  /** Its `validate` also sees records that lack a required value, or of which values were refused (`refused`), so that everything is told at once; others are spared those. */
  readonly incomplete?: boolean;
  /** Values of new records that nobody gave and no literal default fills. */
  defaults?(changes: readonly Change[], context: MutationContext): void | Promise<void>;
  /** Before anything is checked: may change `values`, or throw to stop the write. */
  before?(changes: readonly Change[], context: MutationContext): void | Promise<void>;
  /** Values the platform computes itself: formulas that are stored, autonumbers. */
  compute?(changes: readonly Change[], context: MutationContext): void | Promise<void>;
  /** Validation rules: reports problems by path (relative to the change), which are collected over all changes. */
  validate?(changes: readonly Change[], context: MutationContext, report: ReportProblem): void | Promise<void>;
  /** In the transaction, after the rows are written: `record` is the stored row. May write more through `context.writer`. */
  after?(changes: readonly Change[], context: MutationContext): void | Promise<void>;
  /** Machine names of computed fields of its objects that follow from writes of others: `followed` is called when one of them changes. */
  readonly hears?: readonly string[];
  /** In the transaction of a write of other records, after it: `values` are the fields that followed from it. Rights and rules were not asked. */
  followed?(changes: readonly Change[], context: MutationContext): void | Promise<void>;
  /** SQL beside the statements that write an object: numbers for new rows, roll-ups of parents. Asked once per object and Catalog. */
  statement?(object: CatalogObject, catalog: Catalog): readonly StatementPart[];
  /** Machine names of fields whose changes stay in the change log beyond its retention, as long as their record is there. */
  keeps?(object: CatalogObject): readonly string[];
  /** After commit. Errors are logged, never thrown: what must happen belongs into a job. */
  committed?(changes: readonly Change[], context: MutationContext): void;
}

/** What a hook finds wrong with a record. */
export interface ReportedProblem {
  /** Machine name; the record as a whole is meant without one. */
  readonly field?: string | undefined;
  /** Where inside the value of the field. */
  readonly at?: readonly (string | number)[] | undefined;
  readonly code: string;
  readonly message: string;
  /** Name of the rule that says so. */
  readonly rule?: string | undefined;
  /** Anything but an error lets the write pass and is told in its payload; `error` by default. */
  readonly severity?: ProblemSeverity | undefined;
  /** Another change of the write that is in the way: without it there may be no problem. */
  readonly because?: Change | undefined;
}

export type ReportProblem = (change: Change, problem: ReportedProblem) => void;

declare module '../../kernel/plugin.ts' {
  interface Phases {
    readonly mutation: MutationPhase | readonly MutationPhase[];
  }
}
