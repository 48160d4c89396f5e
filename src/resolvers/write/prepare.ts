import { cascadeDeletes, cascadeRestores } from './cascade.ts';
import { groupBy } from './group-by.ts';
import { loadPrevious } from './load-previous.ts';
import { prepareLinks } from './nested-links.ts';
import { prepareMany } from './nested-many.ts';
import { prepareOnes } from './nested-one.ts';
import { checkReferences } from './references.ts';
import type { Row } from './rows.ts';
import { countRows, type Batch, type RunState } from './run-state.ts';
import { applyDefaults, checkRows, prepareComputed, runBefore, runCompute, runDefaults, runValidate, soundRows } from './stages.ts';

/**
 * Takes rows and everything that hangs on them through the stages up to validation, and says which batches to write in which
 * order. All problems are collected first: nothing is written when there are any.
 */
export async function prepareRows(rows: readonly Row[], state: RunState): Promise<Batch[]> {
  const batches: Batch[] = [];
  announce(rows, state);
  const groups = groupBy(rows, (row) => `${row.plan.name} ${row.kind} ${row.asSystem} ${row.purge}`);
  for (const group of groups.values()) {
    countRows(state, group.length);
    batches.push(...(await prepareGroup(group, state)));
  }
  return batches;
}

/** From here on, hooks of other records of the write can see them. */
function announce(rows: readonly Row[], { underway }: RunState): void {
  for (const row of rows) underway.set(`${row.plan.name} ${row.id}`, row);
}

async function prepareGroup(group: readonly Row[], state: RunState): Promise<Batch[]> {
  const rows = await loadPrevious(group, state);
  const [first] = rows;
  if (!first) return [];
  if (first.kind === 'delete' || first.kind === 'restore') return prepareRemoval(rows, first, state);

  const { before, after } = await prepareOnes(rows, state);
  announce([...before, ...after], state);
  // Records that these rows point to come first: defaults, hooks and rules of the rows look at them.
  const pointedTo = await prepareRows(before, state);
  const links = await prepareLinks(rows, state);
  await checkReferences(rows, state);
  applyDefaults(rows, state);
  await runDefaults(rows, state);
  await runBefore(rows, state);
  await runCompute(rows, state);
  await checkRows(rows, state);
  prepareComputed(rows, state);
  const children = await prepareMany(rows, state);
  return [
    ...pointedTo,
    ...(await prepareRows(links.before, state)),
    { rows },
    ...(await prepareRows([...after, ...links.after, ...children], state)),
  ];
}

async function prepareRemoval(rows: readonly Row[], { kind }: Row, state: RunState): Promise<Batch[]> {
  await runBefore(rows, state);
  await runValidate(soundRows(rows, state), state);
  if (kind === 'restore') return [{ rows }, ...(await prepareRows(await cascadeRestores(rows, state), state))];
  return [...(await prepareRows(await cascadeDeletes(rows, state), state)), { rows }];
}
