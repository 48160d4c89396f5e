import type { CatalogField } from '../../metadata/catalog.ts';
import { groupBy } from './group-by.ts';
import { connectableIds } from './load.ts';
import { planOf } from './object-plan.ts';
import type { Row } from './rows.ts';
import type { RunState } from './run-state.ts';

/** A record that the caller may not read is answered like one that does not exist. */
export async function checkReferences(rows: readonly Row[], state: RunState): Promise<void> {
  const [first] = rows;
  if (!first || first.asSystem) return;
  const wanted = rows.flatMap((row) =>
    row.plan.references.flatMap((field) => {
      const id = row.values[field.name];
      const unchanged = row.previous?.[field.name] === id;
      if (typeof id !== 'string' || unchanged || row.settled.has(field.name) || !field.reference || !state.tools.plans.get(field.reference.object)) return [];
      if (state.underway.get(`${field.reference.object} ${id}`)?.kind === 'create') return [];
      return { row, field, id, target: field.reference.object };
    }),
  );
  for (const [target, group] of groupBy(wanted, (item) => item.target)) {
    const plan = planOf(state.tools.plans, target);
    const found = await connectableIds(plan, group.map(({ id }) => id), state.tools, state.context);
    for (const { row, field, id } of group) if (!found.has(id)) missingReference(row, field, plan.object.label, id, state);
  }
}

function missingReference(row: Row, field: CatalogField, label: string, id: string, state: RunState): void {
  state.problems.add(row.root, { path: [...row.path, field.graphqlName], code: 'NOT_FOUND', message: `There is no ${label} ${id}.` });
}
