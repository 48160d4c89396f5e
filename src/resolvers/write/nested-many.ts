import { newId } from '../../kernel/new-id.ts';
import type { CatalogRelation } from '../../metadata/catalog.ts';
import { visibleRows } from '../filter/visible-rows.ts';
import { BindList } from '../sql/binds.ts';
import { identifier } from '../sql/identifier.ts';
import { groupBy } from './group-by.ts';
import { planOf, type ObjectPlan } from './object-plan.ts';
import type { ManyOperation, RecordKey } from './read-input.ts';
import { findByKeys, type FoundKey } from './resolve-keys.ts';
import { newRow, type Row } from './rows.ts';
import type { RunState } from './run-state.ts';
import { sqlScope } from './sql/checks.ts';
import { mayUpsert, upsertKey } from './upsert-key.ts';

type ManyRelation = CatalogRelation & { readonly kind: 'many' };
interface Item {
  readonly row: Row;
  readonly relation: ManyRelation;
  readonly operation: ManyOperation;
}

/** Turns operations on to-many relations into rows of the children, all parents of a level together. */
export async function prepareMany(rows: readonly Row[], state: RunState): Promise<Row[]> {
  const items = rows.flatMap((row) =>
    (row.node?.manys ?? []).flatMap((operation): Item[] => (operation.relation.kind === 'many' ? [{ row, operation, relation: operation.relation }] : [])),
  );
  const children: Row[] = [];
  for (const group of groupBy(items, ({ relation }) => `${relation.target} ${relation.targetField}`).values()) {
    const [first] = group;
    if (first) children.push(...(await childrenOf(planOf(state.tools.plans, first.relation.target), first.relation, group, state)));
  }
  return children;
}

async function childrenOf(plan: ObjectPlan, relation: ManyRelation, group: readonly Item[], state: RunState): Promise<Row[]> {
  const children: Row[] = [];
  const field = relation.targetField;
  const upserts = group.flatMap(({ row, operation }) => operation.upsert.map(({ by, node }) => ({ row, node, key: upsertKey(by, node, row.root, state.problems) })));
  const keys = [
    ...group.flatMap(({ operation }) => [...operation.connect, ...operation.disconnect, ...operation.delete, ...(operation.set ?? [])]),
    ...upserts.flatMap(({ key }) => key ?? []),
  ];
  const found = await findByKeys(plan, keys, state.tools, state.context);
  const visibleId = (key: RecordKey, row: Row) => existing(plan, key, row, found, state);

  for (const { row, operation } of group) {
    const guard = { field, value: row.id };
    const child = (kind: Row['kind'], id: string, path: Row['path'], values: Row['values'], guarded: boolean) =>
      children.push(newRow({ plan, kind, id, path, root: row.root, values, settled: new Set([field]), ...(guarded && { guard }) }));
    for (const node of operation.create) {
      children.push(newRow({ plan, kind: 'create', id: node.id ?? newId(), path: node.path, root: row.root, node, values: { ...node.values, [field]: row.id }, settled: new Set([field]) }));
    }
    for (const key of operation.connect) {
      const id = visibleId(key, row);
      if (id !== undefined) child('update', id, key.path, { [field]: row.id }, false);
    }
    for (const key of operation.disconnect) {
      const id = visibleId(key, row);
      if (id !== undefined) child('update', id, key.path, { [field]: null }, true);
    }
    for (const key of operation.delete) {
      const id = visibleId(key, row);
      if (id !== undefined) child('delete', id, key.path, {}, true);
    }
    for (const { id, ifVersion, node } of operation.update) {
      children.push(newRow({ plan, kind: 'update', id, path: node.path, root: row.root, node, guard, ifVersion }));
    }
  }
  for (const { row, node, key } of upserts) {
    const record = key && found.get(key);
    if (record && !record.visible) takenKey(plan, row.root, key, record, state);
    else if (!mayUpsert(record ? 'update' : 'create', node, row.root, state)) continue;
    else if (record) children.push(newRow({ plan, kind: 'update', id: record.id, path: node.path, root: row.root, node, guard: { field, value: row.id } }));
    else children.push(newRow({ plan, kind: 'create', id: node.id ?? newId(), path: node.path, root: row.root, node, values: { ...node.values, [field]: row.id }, settled: new Set([field]) }));
  }
  const sets = group.filter(({ operation, row }) => operation.set !== undefined && row.kind !== 'create');
  const current = await currentChildren(plan, relation, sets.map(({ row }) => row.id), state);
  for (const { row, operation } of group) {
    if (operation.set === undefined) continue;
    const had = new Set(current.filter(({ parent }) => parent === row.id).map(({ id }) => id));
    for (const key of operation.set) {
      const id = visibleId(key, row);
      if (id !== undefined && !had.delete(id)) children.push(newRow({ plan, kind: 'update', id, path: key.path, root: row.root, values: { [field]: row.id }, settled: new Set([field]) }));
    }
    const path = [...row.path, relation.name, 'set'];
    for (const id of had) children.push(newRow({ plan, kind: 'update', id, path, root: row.root, values: { [field]: null } }));
  }
  requireEdit(plan, field, children, state);
  return children;
}

/** Moving a child to or from a parent writes its lookup. */
function requireEdit(plan: ObjectPlan, field: string, children: readonly Row[], state: RunState): void {
  const rights = state.context.access.object(plan.name);
  for (const row of children) {
    const moved = row.kind === 'update' && !row.node;
    if ((moved && (rights.edit === false || rights.field(field).edit === false)) || (row.kind === 'delete' && rights.delete === false)) {
      state.problems.add(row.root, { path: row.path, code: 'FORBIDDEN', message: `You may not ${row.kind} ${plan.object.pluralLabel}.` }, 'FORBIDDEN');
    }
  }
}

function existing(plan: ObjectPlan, key: RecordKey, row: Row, found: ReadonlyMap<RecordKey, FoundKey>, state: RunState): string | undefined {
  const record = found.get(key);
  if (record?.visible) return record.id;
  state.problems.add(row.root, { path: key.path, code: 'NOT_FOUND', message: `There is no such ${plan.object.label}.` });
  return undefined;
}

/** A record that the caller may not see holds the key: the same answer as for a create that collides. */
export function takenKey(plan: ObjectPlan, root: number, { key, path }: RecordKey, { trashed }: FoundKey, state: Pick<RunState, 'problems'>): void {
  const labels = key.fields.map((name) => plan.object.fields.get(name)?.label ?? name).join(' and ');
  const [only] = key.fields.length === 1 ? key.fields : [];
  const field = only === undefined ? undefined : plan.object.fields.get(only);
  const problem = trashed
    ? { code: 'IN_TRASH', message: `The ${plan.object.label} with this ${labels} is in the trash: restore it before you change it, or delete it for good.` }
    : { code: 'NOT_UNIQUE', message: `Another ${plan.object.label} has this ${labels} already.` };
  state.problems.add(root, { path: field ? [...path, field.graphqlName] : path, ...problem }, 'CONFLICT');
}

/** Children that the caller may see; the others are not his to take away. */
async function currentChildren(plan: ObjectPlan, relation: ManyRelation, parents: readonly string[], state: RunState): Promise<readonly { id: string; parent: string }[]> {
  if (parents.length === 0) return [];
  const { tools, context } = state;
  const column = identifier(relation.targetColumn);
  const make = () => {
    const binds = new BindList();
    const ids = binds.add((_, locals) => locals['ids'], 'uuid[]');
    const visible = visibleRows(sqlScope(plan, { catalog: tools.catalog, access: context.access, asSystem: false }, 'o', binds));
    return { text: `SELECT o."id", o.${column} AS "parent" FROM ${plan.table} o WHERE ${[`o.${column} = ANY(${ids})`, ...visible].join(' AND ')} ORDER BY o."id"`, binds };
  };
  const statement = tools.statements.run(`c ${plan.name} ${relation.targetColumn} ${context.access.fingerprint}`, make, context, { ids: parents });
  return (await context.database.query<{ id: string; parent: string }>(statement)).rows;
}
