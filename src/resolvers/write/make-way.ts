import type { RequestContext } from '../request.ts';
import { RefusedByConstraint } from './constraint-problems.ts';
import type { WriteRequest } from './writer.ts';

/** A value that the statement computed is in use: another attempt computes the next one. False when that would not help. */
export async function makeWay(error: unknown, { options }: WriteRequest, context: RequestContext): Promise<boolean> {
  if (!(error instanceof RefusedByConstraint) || error.violation.kind !== 'unique') return false;
  // The transaction has failed with the statement, and only its owner can begin another.
  if (options.sole === true && context.database.inTransaction) return false;
  for (const { insert } of error.plan.parts) if (await insert?.taken?.(error.violation.columns, error.computed, context)) return true;
  return false;
}
