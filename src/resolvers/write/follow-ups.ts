import type { RequestContext } from '../request.ts';
import type { BindList } from '../sql/binds.ts';
import type { ObjectPlan } from './object-plan.ts';
import type { Stamps } from './sql/parts.ts';
import type { FollowUp, RowWrite, WrittenRows } from './statement-part.ts';

const known = new WeakMap<ObjectPlan, Map<string, readonly FollowUp[]>>();
const none: readonly FollowUp[] = [];

/** What follows from a write of these rows. */
export function followUpsOf(plan: ObjectPlan, write: RowWrite): readonly FollowUp[] {
  if (plan.parts.length === 0) return none;
  let byWrite = known.get(plan);
  if (!byWrite) known.set(plan, (byWrite = new Map<string, readonly FollowUp[]>()));
  const key = `${write.kind}${write.soft ? ' soft' : ''} ${write.kind === 'update' ? write.fields.join() : ''}`;
  let found = byWrite.get(key);
  if (!found) byWrite.set(key, (found = plan.parts.flatMap((part) => part.follow?.(write) ?? [])));
  return found;
}

/** CTEs of everything that follows, and the column that answers what is left to do. */
export function followSql(followUps: readonly FollowUp[], rows: WrittenRows, binds: BindList, stamps: Stamps): { readonly ctes: readonly string[]; readonly column: string } {
  if (followUps.length === 0) return { ctes: [], column: '' };
  const parts = followUps.map((followUp) => followUp.sql(rows, binds, stamps));
  const pending = parts.some(({ answer }) => answer !== undefined);
  // Once is enough: the first row carries it for all.
  const column = pending ? `, CASE WHEN row_number() OVER () = 1 THEN jsonb_build_array(${parts.map(({ answer }) => answer ?? 'NULL').join(', ')}) END AS "#follow"` : '';
  return { ctes: parts.flatMap(({ ctes }) => ctes), column };
}

export async function finishFollowUps(followUps: readonly FollowUp[], answers: readonly Readonly<Record<string, unknown>>[], context: RequestContext): Promise<void> {
  if (!followUps.some(({ pending }) => pending)) return;
  const answer = answers.find((row) => Array.isArray(row['#follow']))?.['#follow'] as readonly unknown[] | undefined;
  if (!answer) return;
  for (const [index, followUp] of followUps.entries()) await followUp.finish?.(answer[index], context);
}
