import { loadRecords, type LoadShape } from './load.ts';
import { fieldsSet, type Row } from './rows.ts';
import type { RunState } from './run-state.ts';

/** Gives rows their old image and drops those that are not there, not allowed, or changed meanwhile. */
export async function loadPrevious(group: readonly Row[], state: RunState, { lock = true } = {}): Promise<readonly Row[]> {
  const [first] = group;
  if (!first || first.kind === 'create') return group;
  const { plan, kind, asSystem, purge } = first;
  const seen = new Set<string>();
  const rows = group.filter((row) => {
    if (!seen.has(row.id)) return seen.add(row.id);
    state.problems.add(row.root, { path: row.path, code: 'DUPLICATE', message: `${plan.object.label} ${row.id} is named twice.` });
    return false;
  });
  const shape: LoadShape = {
    right: kind === 'update' ? 'edit' : 'delete',
    // Records in the trash point to what goes as well.
    trash: kind === 'restore' ? 'ONLY' : purge || (asSystem && kind === 'update') ? 'INCLUDE' : 'EXCLUDE',
    fields: kind === 'update' ? [...new Set(rows.flatMap(fieldsSet))].sort() : [],
    asSystem,
    lock,
  };
  const loaded = await loadRecords(plan, rows.map(({ id }) => id), shape, state.tools, state.context);
  return rows.filter((row) => {
    const found = loaded.get(row.id);
    if (!found || found.flags['visible'] === false || (row.guard && found.image[row.guard.field] !== row.guard.value)) {
      return refuseRow(row, state, 'NOT_FOUND', `There is no ${plan.object.label} ${row.id}${kind === 'restore' ? ' in the trash' : ''}.`);
    }
    if (found.flags['edit'] === false) return refuseRow(row, state, 'FORBIDDEN', `You may not ${kind} this ${plan.object.label}.`);
    for (const [flag, holds] of Object.entries(found.flags)) {
      const field = flag.startsWith('field:') ? plan.object.fields.get(flag.slice('field:'.length)) : undefined;
      if (holds === false && field && fieldsSet(row).includes(field.name)) {
        state.problems.add(row.root, { path: [...row.path, field.graphqlName], code: 'FORBIDDEN', message: `You may not write ${field.label} of this ${plan.object.label}.` }, 'FORBIDDEN');
      }
    }
    if (row.ifVersion !== undefined && found.current !== row.ifVersion) {
      const message = `${plan.object.label} changed since version ${row.ifVersion}; it is at version ${found.current ?? '?'} now.`;
      state.problems.add(row.root, { path: row.path, code: 'CONFLICT', message }, 'CONFLICT', { id: row.id, currentVersion: found.current });
      return false;
    }
    row.previous = found.image;
    return true;
  });
}

function refuseRow(row: Row, state: RunState, code: 'NOT_FOUND' | 'FORBIDDEN', message: string): false {
  state.problems.add(row.root, { path: row.path, code, message }, code);
  return false;
}
