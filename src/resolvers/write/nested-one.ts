import { newId } from '../../kernel/new-id.ts';
import { groupBy } from './group-by.ts';
import { planOf } from './object-plan.ts';
import type { OneOperation } from './read-input.ts';
import { findByKeys } from './resolve-keys.ts';
import { newRow, type Row } from './rows.ts';
import type { RunState } from './run-state.ts';
import { mayUpsert } from './upsert-key.ts';

export interface OneRows {
  /** Records that must exist before the rows are written. */
  readonly before: readonly Row[];
  readonly after: readonly Row[];
}

/** Carries out operations on to-one relations: the rows get the ids of the records they end up pointing to. */
export async function prepareOnes(rows: readonly Row[], state: RunState): Promise<OneRows> {
  const operations = rows.flatMap((row) => (row.node?.ones ?? []).map((operation) => ({ row, operation })));
  if (operations.length === 0) return { before: [], after: [] };
  const before: Row[] = [];
  const after: Row[] = [];
  const settle = (row: Row, field: string, id: string | null) => {
    row.values[field] = id;
    row.settled.add(field);
  };
  for (const { row, operation } of operations) {
    if (operation.kind === 'connect') continue;
    const child = stepOne(row, operation, state, settle);
    if (child) (child.kind === 'create' ? before : after).push(child);
  }
  const connects = operations.flatMap(({ row, operation }) => (operation.kind === 'connect' ? { row, operation } : []));
  for (const [target, group] of groupBy(connects, ({ operation }) => operation.relation.target)) {
    const plan = planOf(state.tools.plans, target);
    const found = await findByKeys(plan, group.map(({ operation }) => operation.key), state.tools, state.context);
    for (const { row, operation } of group) {
      const record = found.get(operation.key);
      if (record?.visible) settle(row, operation.relation.field, record.id);
      else state.problems.add(row.root, { path: operation.path, code: 'NOT_FOUND', message: `There is no such ${plan.object.label}.` });
    }
  }
  return { before, after };
}

function stepOne(row: Row, operation: Exclude<OneOperation, { kind: 'connect' }>, state: RunState, settle: (row: Row, field: string, id: string | null) => void): Row | undefined {
  const { relation, path } = operation;
  const plan = planOf(state.tools.plans, relation.target);
  const current = row.previous?.[relation.field];
  const currentId = typeof current === 'string' ? current : undefined;
  const nothing = () => {
    state.problems.add(row.root, { path, code: 'NOT_FOUND', message: `${relation.label} is not set.` });
    return undefined;
  };
  switch (operation.kind) {
    case 'disconnect':
      settle(row, relation.field, null);
      return undefined;
    case 'delete':
      if (currentId === undefined) return nothing();
      settle(row, relation.field, null);
      return newRow({ plan, kind: 'delete', id: currentId, path, root: row.root });
    case 'update':
      return currentId === undefined ? nothing() : newRow({ plan, kind: 'update', id: currentId, path, root: row.root, node: operation.node });
    case 'upsert':
    case 'create': {
      if (operation.kind === 'upsert' && !mayUpsert(currentId === undefined ? 'create' : 'update', operation.node, row.root, state)) return undefined;
      if (operation.kind === 'upsert' && currentId !== undefined) {
        return newRow({ plan, kind: 'update', id: currentId, path, root: row.root, node: operation.node });
      }
      const id = operation.node.id ?? newId();
      settle(row, relation.field, id);
      return newRow({ plan, kind: 'create', id, path, root: row.root, node: operation.node });
    }
  }
}
