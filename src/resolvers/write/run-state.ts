import { ObjectosError, type Problem } from '../../errors.ts';
import type { RequestContext } from '../request.ts';
import type { MutationContext } from './phase.ts';
import type { ProblemList } from './problems.ts';
import type { Row } from './rows.ts';
import type { FollowedRecord } from './statement-part.ts';
import type { WriteTools } from './tools.ts';
import type { Told } from './writer.ts';

/** Rows of one object that go to the database together. */
export interface Batch {
  readonly rows: readonly Row[];
}

/** What one attempt of a root write shares between its stages. */
export interface RunState {
  readonly tools: WriteTools;
  readonly context: RequestContext;
  readonly mutation: MutationContext;
  readonly problems: ProblemList;
  /** What is told without stopping the write. */
  readonly warnings: Problem[];
  /** What hooks tell of this write, and of those that they make themselves. */
  readonly told: Told[];
  /** Records on their way out, by `object id`, so that circles of cascades end. */
  readonly leaving: Set<string>;
  /** Records that this write creates or changes, by `object id`: others of the same write may point to them. */
  readonly underway: Map<string, Row>;
  /** Records that changed because others were written, by `object id`. */
  readonly followed: Map<string, FollowedRecord>;
  rows: number;
}

export function countRows(state: RunState, more: number): void {
  state.rows += more;
  const { maxRows } = state.tools.settings;
  if (state.rows > maxRows) {
    throw new ObjectosError('LIMIT_EXCEEDED', `One write may touch at most ${maxRows} records. Split it into several.`);
  }
}
