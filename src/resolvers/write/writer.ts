import type { Problem } from '../../errors.ts';
import type { RequestContext } from '../request.ts';
import type { BindList } from '../sql/binds.ts';
import type { Filter } from '../filter/filter.ts';
import type { Rows } from '../filter/rows.ts';

/**
 * The write path: every business write of the API, of hooks, of seeds and of jobs comes through here. Inputs are what
 * GraphQL hands over: keys are GraphQL names (`annualRevenue`, `accountId`, `contacts`), enum values are enum names,
 * other values as the client sent them after scalar parsing.
 */
export interface Writer {
  write(request: WriteRequest, context: RequestContext): Promise<WriteResult>;
}

export interface WriteOptions {
  readonly ifVersion?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** Default `ATOMIC`. */
  readonly mode?: 'ATOMIC' | 'PARTIAL' | undefined;
  /**
   * The caller's transaction ends with this write when it fails, so that no savepoint is needed to undo it. Without a
   * transaction around it, it says nothing.
   */
  readonly sole?: boolean | undefined;
  /** Gives back JSON of the stored row from the writing statement itself, where one statement does the whole write. */
  readonly returning?: Returning | undefined;
}

export interface Returning {
  /** Equal ids stand for equal SQL and binds; part of the key of cached statements. */
  readonly id: string;
  /** JSON of the row `alias`, of which `known` is sure. It must read no other row of the written table: the statement sees those as they were before. */
  sql(alias: string, binds: BindList, known: Rows): string;
  /** It reads rows of this table, beside the written one, of which `known` is sure. */
  reads(table: string, known: Rows): boolean;
}

export type Input = Readonly<Record<string, unknown>>;

export type WriteRequest = { readonly object: string; readonly options: WriteOptions } & (
  | { readonly operation: 'create'; readonly input: Input }
  | { readonly operation: 'createMany'; readonly input: readonly Input[] }
  | { readonly operation: 'update'; readonly id: string; readonly input: Input }
  | { readonly operation: 'updateMany'; readonly rows: readonly { readonly id: string; readonly ifVersion?: number | undefined; readonly input: Input }[] }
  | { readonly operation: 'updateMany'; readonly where: Filter; readonly input: Input }
  /** `by`: name of a key of the object (`CatalogKey.name`). */
  | { readonly operation: 'upsert'; readonly by: string; readonly input: Input }
  | { readonly operation: 'upsertMany'; readonly by: string; readonly input: readonly Input[] }
  | { readonly operation: 'delete'; readonly id: string; readonly purge?: boolean }
  | { readonly operation: 'deleteMany'; readonly ids: readonly string[]; readonly purge?: boolean }
  | { readonly operation: 'deleteMany'; readonly where: Filter; readonly purge?: boolean }
  | { readonly operation: 'restore'; readonly id: string }
);

export interface WriteResult {
  /** One per input row, in order. Single operations have one row and throw instead of reporting problems. */
  readonly rows: readonly WriteRow[];
  /** What rules had to say of the records that were written. */
  readonly warnings: readonly Problem[];
  /** What hooks told of the write. */
  readonly told: readonly Told[];
}

/** Something for the payload of a write. */
export interface Told {
  /** Which list of the payload it belongs to: `automations`. */
  readonly topic: string;
  /** JSON values by name. */
  readonly item: Readonly<Record<string, unknown>>;
  /** Called with all items that have it, before records are read that they name. */
  readonly ready?: ((items: readonly Told['item'][]) => Promise<void>) | undefined;
}

export interface WriteRow {
  readonly index: number;
  /** Undefined when the row was refused (PARTIAL). */
  readonly id: string | undefined;
  /** JSON text that `returning` asked for; undefined when it has to be read. */
  readonly returned?: string | undefined;
  /** For upsert: whether the record is new. */
  readonly created: boolean;
  readonly problems: readonly Problem[];
}
