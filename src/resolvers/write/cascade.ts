import { identifier } from '../sql/identifier.ts';
import { groupBy } from './group-by.ts';
import { idsByColumn } from './load.ts';
import { planOf, type ObjectPlan, type Referrer } from './object-plan.ts';
import { newRow, type Row } from './rows.ts';
import type { RunState } from './run-state.ts';

/**
 * What a delete means for the records that point to the ones that go. The write path carries it out itself, so that these
 * changes have hooks and a place in the change log; the database's own constraints stand behind it.
 */
export async function cascadeDeletes(rows: readonly Row[], state: RunState): Promise<Row[]> {
  const [first] = rows;
  if (!first) return [];
  const { plan } = first;
  const soft = isSoft(first);
  for (const row of rows) state.leaving.add(`${plan.name} ${row.id}`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const follow: Row[] = [];
  for (const referrer of plan.referrers) {
    const child = planOf(state.tools.plans, referrer.object);
    const pointing = (await pointingTo(child, referrer, [...byId.keys()], soft, state)).filter(({ id }) => !state.leaving.has(`${child.name} ${id}`));
    for (const [parent, group] of groupBy(pointing, (item) => item.parent)) {
      const row = byId.get(parent);
      if (row) follow.push(...carryOut(referrer, child, group.map(({ id }) => id), row, soft, state));
    }
  }
  return unique(follow);
}

export function isSoft({ plan, purge }: Pick<Row, 'plan' | 'purge'>): boolean {
  return plan.deletedAt !== undefined && !purge;
}

async function pointingTo(child: ObjectPlan, referrer: Referrer, ids: readonly string[], soft: boolean, state: RunState): Promise<readonly { id: string; parent: string }[]> {
  if (referrer.kind === 'column') return idsByColumn(child, referrer.field.column ?? '', ids, { live: soft }, state.context);
  // A record in the trash keeps its place in the lists of others, so that restoring it brings it back.
  if (soft && referrer.onDelete !== 'restrict') return [];
  const trash = soft && child.deletedAt !== undefined ? ` AND o.${child.deletedAt} IS NULL` : '';
  const text = `SELECT l.source_id AS "id", l.target_id AS "parent" FROM ${identifier(referrer.link.table)} l JOIN ${child.table} o ON o."id" = l.source_id WHERE l.target_id = ANY($1::uuid[])${trash}`;
  return (await state.context.database.query<{ id: string; parent: string }>({ text, values: [ids] })).rows;
}

function carryOut(referrer: Referrer, child: ObjectPlan, ids: readonly string[], row: Row, soft: boolean, state: RunState): Row[] {
  const base = { plan: child, path: row.path, root: row.root, asSystem: true };
  switch (referrer.onDelete) {
    case 'restrict': {
      // How many there are, and of what, is for those who see them all.
      const seen = state.context.access.object(child.name).read === true;
      const pointing = seen ? `${ids.length} ${ids.length === 1 ? child.object.label : child.object.pluralLabel}` : 'other records';
      state.problems.add(row.root, { path: row.path, code: 'IN_USE', message: `${row.plan.object.label} cannot be deleted: ${pointing} still point to it.` }, 'CONFLICT', seen ? { object: child.name } : {});
      return [];
    }
    case 'cascade':
      if (referrer.kind === 'link') return leaveLists(referrer, child, ids, row, base);
      return ids.map((id) => newRow({ ...base, kind: 'delete', id, purge: !soft }));
    case 'set_null': {
      if (referrer.kind === 'link') return leaveLists(referrer, child, ids, row, base);
      return ids.map((id) => newRow({ ...base, kind: 'update', id, values: { [referrer.field.name]: null } }));
    }
  }
}

/** What goes with a target of a multiple lookup is its place in the list, never the record that holds the list. */
function leaveLists(referrer: Referrer & { readonly kind: 'link' }, child: ObjectPlan, ids: readonly string[], row: Row, base: Pick<Row, 'plan' | 'path' | 'root' | 'asSystem'>): Row[] {
  const relation = child.links.get(referrer.link.field);
  return relation ? ids.map((id) => newRow({ ...base, kind: 'update', id, linkSteps: [{ relation, add: [], remove: [row.id] }] })) : [];
}

/** One record may be reached on several ways: a delete wins over an update, updates are joined. */
function unique(rows: readonly Row[]): Row[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.plan.name} ${row.id}`;
    const known = merged.get(key);
    if (!known || (known.kind === 'update' && row.kind === 'delete')) merged.set(key, row);
    else if (known.kind === 'update' && row.kind === 'update') {
      merged.set(key, { ...known, values: { ...known.values, ...row.values }, linkSteps: [...known.linkSteps, ...row.linkSteps] });
    }
  }
  return [...merged.values()];
}

/** Restoring brings back what went with the record: children by cascade that carry the same moment. */
export async function cascadeRestores(rows: readonly Row[], state: RunState): Promise<Row[]> {
  const [first] = rows;
  const { plan } = first ?? {};
  if (!first || !plan) return [];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const follow: Row[] = [];
  for (const referrer of plan.referrers) {
    const child = planOf(state.tools.plans, referrer.object);
    if (referrer.kind !== 'column' || referrer.onDelete !== 'cascade' || child.deletedAt === undefined || plan.deletedAt === undefined) continue;
    const column = identifier(referrer.field.column ?? '');
    // Rows are prepared before their parent is written, so its mark is still there to compare with.
    const text = `SELECT o."id", o.${column} AS "parent" FROM ${child.table} o JOIN ${plan.table} p ON p."id" = o.${column} WHERE p."id" = ANY($1::uuid[]) AND o.${child.deletedAt} = p.${plan.deletedAt} ORDER BY o."id"`;
    const { rows: found } = await state.context.database.query<{ id: string; parent: string }>({ text, values: [[...byId.keys()]] });
    for (const { id, parent } of found) {
      const row = byId.get(parent);
      if (row) follow.push(newRow({ plan: child, kind: 'restore', id, path: row.path, root: row.root, asSystem: true }));
    }
  }
  return unique(follow);
}
