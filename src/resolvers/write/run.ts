import { ObjectosError, type Problem } from '../../errors.ts';
import type { RequestContext } from '../request.ts';
import { executeBatches } from './execute.ts';
import { hookContext } from './mutation-context.ts';
import type { Change, MutationContext } from './phase.ts';
import { prepareRows } from './prepare.ts';
import { ProblemList } from './problems.ts';
import type { Row } from './rows.ts';
import type { RunState } from './run-state.ts';
import { changeOf, recursionGuard, runAfter, runFollowed } from './stages.ts';
import { followedRows } from './followed.ts';
import { groupBy } from './group-by.ts';
import { takeNotes, tellNotes } from './notes.ts';
import type { WriteTools } from './tools.ts';
import type { Told } from './writer.ts';

/** Reads the rows of the request anew for each attempt, since hooks may have changed the values of an earlier one. */
export type RowSource = (roots: readonly number[] | undefined, state: RunState) => Promise<readonly Row[]>;

export interface RunResult {
  /** Rows of the request that were written or needed no change. */
  readonly rows: readonly Row[];
  /** Everything that was written, in order. */
  readonly written: readonly Row[];
  readonly warnings: readonly Problem[];
  readonly told: readonly Told[];
}

export function createState(tools: WriteTools, context: RequestContext, step: string): RunState {
  const { depth, chain } = recursionGuard(context, step, tools.settings.maxHookDepth);
  const underway = new Map<string, Row>();
  const told: Told[] = [];
  let mutation: MutationContext | undefined;
  return {
    tools, context, problems: new ProblemList(), warnings: [], told, leaving: new Set(), underway, followed: new Map(), rows: 0,
    // Most objects have no hooks that would look at it.
    get mutation() {
      mutation ??= hookContext(context, {
        depth: depth + 1, chain, writer: tools.writer,
        underway: (object, id) => imageOf(underway.get(`${object} ${id}`)),
        changing: (object) => [...underway.values()].filter(({ plan }) => plan.name === object).map(changeOf),
        tell: (topic, item, ready) => told.push({ topic, item, ready }),
      });
      return mutation;
    },
  };
}

function imageOf(row: Row | undefined): Change['record'] | undefined {
  return row && changeOf(row).record;
}

export interface AttemptOptions {
  /** For messages: `update account`. */
  readonly step: string;
  /** The transaction around it fails with it: no savepoint. */
  readonly sole: boolean;
}

/** All stages for these roots, in one transaction or savepoint: all of them or none. */
export async function attempt(source: RowSource, roots: readonly number[] | undefined, tools: WriteTools, context: RequestContext, { step, sole }: AttemptOptions): Promise<RunResult> {
  const state = createState(tools, context, step);
  const work = async (): Promise<RunResult> => {
    const rows = await source(roots, state);
    const batches = await prepareRows(rows, state);
    stopOnProblems(state);
    takeNotes(batches.flatMap((batch) => batch.rows), state);
    await executeBatches(batches, state);
    stopOnProblems(state);
    const written = batches.flatMap((batch) => batch.rows.filter(({ touched }) => touched));
    await runAfter(written, state);
    await runFollowed(followedRows(state), state);
    tellNotes(written, state);
    notifyCommitted(written, state);
    return { rows, written, warnings: state.warnings, told: state.told };
  };
  return sole && context.database.inTransaction ? work() : context.database.transaction(work);
}

function stopOnProblems({ problems }: RunState): void {
  if (problems.size > 0) throw new RefusedRows(problems);
}

/** Carries the problems with their rows out of the transaction that they undo. */
export class RefusedRows extends ObjectosError {
  readonly list: ProblemList;

  constructor(list: ProblemList) {
    const { code, message, problems, details } = list.toError();
    super(code, message, { ...(problems && { problems }), extensions: details });
    this.list = list;
  }
}

export function notifyCommitted(written: readonly Row[], state: RunState): void {
  for (const [plan, rows] of groupBy(written, (row) => row.plan)) {
    for (const phase of plan.hooks.committed) {
      const { kinds } = phase;
      const meant = kinds ? rows.filter(({ kind }) => kinds.includes(kind)) : rows;
      if (meant.length > 0) state.context.database.afterCommit(() => phase.committed?.(meant.map(changeOf), state.mutation));
    }
  }
}
