import type { Statement } from '../../database/database.ts';
import { isSoft } from './cascade.ts';
import { explainConstraint } from './constraint-problems.ts';
import { finishFollowUps, followUpsOf } from './follow-ups.ts';
import { keepFollowed } from './followed.ts';
import { groupBy } from './group-by.ts';
import { noteValues, partsNoted } from './notes.ts';
import { columnOf, showsImage, type ObjectPlan } from './object-plan.ts';
import { recheck } from './recheck.ts';
import { reportFlags, type Answer } from './report-flags.ts';
import { fieldsSet, type Row, type Values } from './rows.ts';
import type { Batch, RunState } from './run-state.ts';
import { deleteKey, deleteStatement, type DeleteShape } from './sql/delete.ts';
import { driverValue, manyInput } from './sql/input-rows.ts';
import { insertKey, insertStatement } from './sql/insert.ts';
import { updateKey, updateStatement } from './sql/update.ts';
import type { FollowUp } from './statement-part.ts';
import { checkTrees } from './trees.ts';
import { writeLinks } from './write-links.ts';

/** Writes prepared batches in their order. Problems found on the way are reported to `state.problems`. */
export async function executeBatches(batches: readonly Batch[], state: RunState): Promise<void> {
  for (const { rows } of batches) {
    const [first] = rows;
    if (!first) continue;
    try {
      await (first.kind === 'delete' || first.kind === 'restore' ? remove(rows, first, state) : writeRows(rows, first, state));
    } catch (error) {
      throw explainConstraint(error, first.plan, rows);
    }
    if (state.problems.size > 0) return;
  }
}

async function writeRows(rows: readonly Row[], { plan, kind, asSystem }: Row, state: RunState): Promise<void> {
  const { tools, context } = state;
  const computed = kind === 'create' && plan.parts.some(({ insert }) => insert);
  const scope = { catalog: tools.catalog, access: context.access, asSystem, checkReferences: false, many: true, gathered: false, heard: tools.heard };
  const image = showsImage(plan, kind);
  for (const group of groupBy(rows, (row) => `${row.links.length > 0} ${[...fieldsSet(row)].sort().join()}`).values()) {
    const [sample] = group;
    if (!sample) continue;
    const given = Object.keys(sample.values).filter((name) => name !== 'id' && plan.columns.has(name)).sort();
    const lists = fieldsSet(sample).filter((name) => plan.links.has(name));
    const withLinks = sample.links.length > 0;
    const followUps = followUpsOf(plan, { kind, fields: given, soft: false });
    const run = (part: readonly Row[]): Statement => {
      const notes = partsNoted(part);
      const extra = (row: Row): Values | undefined => (withLinks || computed || notes.length > 0 ? { ...row.computed, ...(withLinks && { '#links': linkLog(row) }), ...noteValues(notes, row) } : undefined);
      const input = part.map((row) => ({ values: { ...row.values, id: row.id }, extra: extra(row) }));
      if (kind === 'create') {
        const shape = { ...scope, fields: ['id', ...given], lists, withLinks, image, followUps, notes };
        return tools.statements.run(insertKey(plan, shape, context.access), () => insertStatement(plan, shape), context, manyInput(shape.fields.map((name) => columnOf(plan, name)), input));
      }
      const shape = { ...scope, fields: given, withLinks, image, locked: true, followUps, notes };
      return tools.statements.run(updateKey(plan, shape, context.access), () => updateStatement(plan, shape), context, manyInput(['id', ...given].map((name) => columnOf(plan, name)), input));
    };
    await inChunks(group, run, followUps, state);
    if (state.problems.size === 0) await recheck(group, state);
  }
  if (state.problems.size === 0) await checkTrees(rows, state);
  if (state.problems.size === 0) await writeLinks(rows, state);
}

/** Lists of multiple lookups as the log shows them: created ones by their value, changed ones as `[before, after]`. */
function linkLog({ kind, links }: Row): Values {
  return Object.fromEntries(links.map(({ relation, before, after }) => [relation.link.field, kind === 'create' ? after : [before, after]]));
}

async function remove(rows: readonly Row[], first: Row, state: RunState): Promise<void> {
  const { plan, kind } = first;
  const mode: DeleteShape['mode'] = kind === 'restore' ? 'restore' : isSoft(first) ? 'soft' : 'hard';
  const followUps = followUpsOf(plan, { kind, fields: [], soft: mode === 'soft' });
  const run = (part: readonly Row[]) => {
    const notes = partsNoted(part);
    const shape = { mode, image: showsImage(plan, kind), followUps, heard: state.tools.heard, notes };
    return state.tools.statements.run(deleteKey(plan, shape, state.context.access), () => deleteStatement(plan, shape), state.context, { ids: part.map(({ id }) => id), ...(notes.length > 0 && manyInput([columnOf(plan, 'id')], part.map((row) => ({ values: { id: row.id }, extra: noteValues(notes, row) })))) });
  };
  await inChunks(rows, run, followUps, state);
}

async function inChunks(rows: readonly Row[], statementOf: (part: readonly Row[]) => Statement, followUps: readonly FollowUp[], state: RunState): Promise<void> {
  const size = state.tools.settings.chunk;
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    const { rows: answers } = await state.context.database.query<Answer>(statementOf(part));
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    for (const row of part) settle(row, byId.get(row.id), state);
    keepFollowed(await finishFollowUps(followUps, answers, state.context, state.tools.heard), state);
  }
}

function settle(row: Row, answer: Answer | undefined, state: RunState): void {
  if (!answer) {
    state.problems.add(row.root, { path: row.path, code: 'NOT_FOUND', message: `There is no ${row.plan.object.label} ${row.id}.` }, 'NOT_FOUND');
    return;
  }
  if (!reportFlags(row, answer, state)) return;
  row.touched = answer.written;
  row.written = answer.image ?? undefined;
}

/** Values of one row for a statement of one row. */
export function rowValues(plan: ObjectPlan, fields: readonly string[], values: Values): unknown[] {
  return fields.map((name) => driverValue(columnOf(plan, name), values[name]));
}
