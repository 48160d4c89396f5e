import type { Statement } from '../../database/database.ts';
import { isSoft } from './cascade.ts';
import { explainConstraint } from './constraint-problems.ts';
import { groupBy } from './group-by.ts';
import { columnOf, type ObjectPlan } from './object-plan.ts';
import type { Image, Row, Values } from './rows.ts';
import type { Batch, RunState } from './run-state.ts';
import { deleteKey, deleteStatement, type DeleteShape } from './sql/delete.ts';
import { driverValue, manyInput } from './sql/input-rows.ts';
import { insertKey, insertStatement } from './sql/insert.ts';
import { updateKey, updateStatement } from './sql/update.ts';
import { writeLinks } from './write-links.ts';

/** What a write statement answers per row. */
export type Answer = { readonly id: string; readonly written: boolean; readonly image?: Image; readonly returned?: string | null } & Readonly<Record<string, unknown>>;

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
  const scope = { catalog: tools.catalog, access: context.access, asSystem, checkReferences: false, many: true };
  const image = plan.hooks.after.length > 0 || plan.hooks.committed.length > 0;
  for (const group of groupBy(rows, ({ values, links }) => `${links.length > 0} ${Object.keys(values).sort().join()}`).values()) {
    const [sample] = group;
    if (!sample) continue;
    const given = Object.keys(sample.values).filter((name) => name !== 'id' && plan.columns.has(name)).sort();
    const withLinks = sample.links.length > 0;
    const run = (part: readonly Row[]): Statement => {
      const extra = (row: Row): Values | undefined => (withLinks ? { '#links': linkLog(row) } : undefined);
      const input = part.map((row) => ({ values: { ...row.values, id: row.id }, extra: extra(row) }));
      if (kind === 'create') {
        const shape = { ...scope, fields: ['id', ...given], withLinks, image };
        return tools.statements.run(insertKey(plan, shape, context.access), () => insertStatement(plan, shape), context, manyInput(shape.fields.map((name) => columnOf(plan, name)), input));
      }
      const shape = { ...scope, fields: given, withLinks, image, locked: true };
      return tools.statements.run(updateKey(plan, shape, context.access), () => updateStatement(plan, shape), context, manyInput(['id', ...given].map((name) => columnOf(plan, name)), input));
    };
    await inChunks(group, run, state);
  }
  await writeLinks(rows, state);
}

/** Lists of multiple lookups as the log shows them: created ones by their value, changed ones as `[before, after]`. */
function linkLog({ kind, links }: Row): Values {
  return Object.fromEntries(links.map(({ relation, before, after }) => [relation.link.field, kind === 'create' ? after : [before, after]]));
}

async function remove(rows: readonly Row[], first: Row, state: RunState): Promise<void> {
  const { plan, kind } = first;
  const mode: DeleteShape['mode'] = kind === 'restore' ? 'restore' : isSoft(first) ? 'soft' : 'hard';
  const shape = { mode, image: plan.hooks.after.length > 0 || plan.hooks.committed.length > 0 };
  const run = (part: readonly Row[]) =>
    state.tools.statements.run(deleteKey(plan, shape, state.context.access), () => deleteStatement(plan, shape), state.context, { ids: part.map(({ id }) => id) });
  await inChunks(rows, run, state);
}

async function inChunks(rows: readonly Row[], statementOf: (part: readonly Row[]) => Statement, state: RunState): Promise<void> {
  const size = state.tools.settings.chunk;
  for (let start = 0; start < rows.length; start += size) {
    const part = rows.slice(start, start + size);
    const { rows: answers } = await state.context.database.query<Answer>(statementOf(part));
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    for (const row of part) settle(row, byId.get(row.id), state);
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

/** Problems that the checks of a statement found; true when there are none. */
export function reportFlags(row: Row, answer: Answer, { problems }: Pick<RunState, 'problems'>): boolean {
  const { plan, root, path, kind } = row;
  const before = problems.size;
  for (const [flag, holds] of Object.entries(answer)) {
    if (holds !== false || flag === 'written') continue;
    const [name, fieldName] = flag.split(':');
    const field = fieldName === undefined ? undefined : plan.object.fields.get(fieldName);
    switch (name) {
      case 'visible':
        problems.add(root, { path, code: 'NOT_FOUND', message: `There is no ${plan.object.label} ${row.id}.` }, 'NOT_FOUND');
        return false;
      case 'edit':
        problems.add(root, { path, code: 'FORBIDDEN', message: `You may not ${kind} this ${plan.object.label}.` }, 'FORBIDDEN');
        break;
      case 'row':
        problems.add(root, { path, code: 'FORBIDDEN', message: `You may not ${kind} ${plan.object.pluralLabel} with these values.` }, 'FORBIDDEN');
        break;
      case 'version': {
        const current = answer['current'];
        const message = `${plan.object.label} changed since version ${row.ifVersion ?? '?'}; it is at version ${String(current)} now.`;
        problems.add(root, { path, code: 'CONFLICT', message }, 'CONFLICT', { id: row.id, currentVersion: current });
        break;
      }
      case 'field':
        if (field) problems.add(root, { path: [...path, field.graphqlName], code: 'FORBIDDEN', message: `You may not write ${field.label} of this ${plan.object.label}.` }, 'FORBIDDEN');
        break;
      case 'reference':
        if (field) problems.add(root, { path: [...path, field.graphqlName], code: 'NOT_FOUND', message: `There is no ${field.label} ${String(row.values[field.name])}.` });
        break;
    }
  }
  return problems.size === before;
}

/** Values of one row for a statement of one row. */
export function rowValues(plan: ObjectPlan, fields: readonly string[], values: Values): unknown[] {
  return fields.map((name) => driverValue(columnOf(plan, name), values[name]));
}
