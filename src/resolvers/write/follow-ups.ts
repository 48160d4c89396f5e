import type { RequestContext } from '../request.ts';
import type { BindList } from '../sql/binds.ts';
import type { ObjectPlan, Plans } from './object-plan.ts';
import type { Stamps } from './sql/parts.ts';
import type { FollowedRecord, FollowUp, Heard, RowWrite, WrittenRows } from './statement-part.ts';

const known = new WeakMap<ObjectPlan, Map<string, readonly FollowUp[]>>();
const none: readonly FollowUp[] = [];
const noFields: ReadonlySet<string> = new Set();

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

/** Objects by what their hooks hear of. */
export const heardIn = (plans: Plans): Heard => (object) => plans.get(object)?.heard ?? noFields;

/** Something is left to do after the statement, in its transaction. */
export function leavesWork(followUps: readonly FollowUp[], heard: Heard): boolean {
  return followUps.some(({ pending, fields = [] }) => pending || fields.some(({ object, field }) => heard(object).has(field)));
}

/** CTEs of everything that follows, and the columns that answer what is left to do. */
export function followSql(followUps: readonly FollowUp[], rows: WrittenRows, binds: BindList, stamps: Stamps, heard: Heard): { readonly ctes: readonly string[]; readonly column: string } {
  if (followUps.length === 0) return { ctes: [], column: '' };
  const parts = followUps.map((followUp) => followUp.sql(rows, binds, stamps, heard));
  // Once is enough: the first row carries it for all.
  const column = (name: string, sql: string): string => `, CASE WHEN row_number() OVER () = 1 THEN ${sql} END AS "#${name}"`;
  const pending = parts.some(({ answer }) => answer !== undefined);
  const followed = parts.flatMap((part) => part.followed ?? []);
  return {
    ctes: parts.flatMap(({ ctes }) => ctes),
    column: [
      ...(pending ? [column('follow', `jsonb_build_array(${parts.map(({ answer }) => answer ?? 'NULL').join(', ')})`)] : []),
      ...(followed.length > 0 ? [column('followed', followedSql(followed))] : []),
    ].join(''),
  };
}

/** One JSON array of the records of several. */
export const followedSql = (parts: readonly string[]): string => (parts.length === 0 ? `'[]'::jsonb` : parts.map((part) => `coalesce(${part}, '[]'::jsonb)`).join(' || '));

/** Does what is left to do. Answers records that changed, in the order of their changes. */
export async function finishFollowUps(followUps: readonly FollowUp[], answers: readonly Readonly<Record<string, unknown>>[], context: RequestContext, heard: Heard): Promise<readonly FollowedRecord[]> {
  if (!leavesWork(followUps, heard)) return [];
  const answered = (name: string): readonly unknown[] => answers.map((row) => row[name]).find((answer) => Array.isArray(answer)) ?? [];
  const followed = [...(answered('#followed') as readonly FollowedRecord[])];
  for (const [index, answer] of answered('#follow').entries()) {
    const more = await followUps[index]?.finish?.(answer, context, heard);
    if (more) followed.push(...more);
  }
  return followed;
}
