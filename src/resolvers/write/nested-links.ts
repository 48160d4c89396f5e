import { newId } from '../../kernel/new-id.ts';
import { resolveDefault } from '../../metadata/field-types/defaults.ts';
import { identifier } from '../sql/identifier.ts';
import { groupBy } from './group-by.ts';
import { connectableIds } from './load.ts';
import { takenKey } from './nested-many.ts';
import { planOf, type LinkRelation, type ObjectPlan } from './object-plan.ts';
import type { ManyOperation, RecordKey } from './read-input.ts';
import { findByKeys } from './resolve-keys.ts';
import { newRow, type LinkStep, type Row } from './rows.ts';
import type { RunState } from './run-state.ts';
import { mayUpsert, upsertKey } from './upsert-key.ts';

export interface LinkRows {
  readonly before: readonly Row[];
  readonly after: readonly Row[];
}

interface Lists {
  /** New list per row and multiple lookup. */
  readonly of: Map<Row, Map<LinkRelation, { before: readonly string[]; after: string[] }>>;
}

/** Works out the new lists of multiple lookups, and the rows of records that are created or changed along them. */
export async function prepareLinks(rows: readonly Row[], state: RunState): Promise<LinkRows> {
  const [first] = rows;
  if (!first) return { before: [], after: [] };
  const before: Row[] = [];
  const after: Row[] = [];
  const plan = first.plan;
  if (plan.links.size > 0) {
    for (const [field, relation] of plan.links) {
      const concerned = rows.filter((row) => touches(row, relation) || (row.kind === 'create' && plan.object.fields.get(field)?.defaultValue !== undefined));
      if (concerned.length > 0) await ownLists(plan, relation, concerned, before, after, state);
    }
  }
  await otherSide(rows, after, state);
  return { before, after };
}

function touches(row: Row, relation: LinkRelation): boolean {
  return row.linkSteps.some((step) => step.relation === relation) || operationsOf(row, relation).length > 0;
}

/** `categoryIds` and `categories` are two spellings of the same relation. */
function operationsOf(row: Row, relation: LinkRelation): readonly ManyOperation[] {
  return (row.node?.manys ?? []).filter((operation) => operation.relation === relation);
}

async function ownLists(plan: ObjectPlan, relation: LinkRelation, rows: readonly Row[], before: Row[], after: Row[], state: RunState): Promise<void> {
  const target = planOf(state.tools.plans, relation.target);
  const stored = await storedLists(relation, rows.filter(({ kind }) => kind !== 'create').map(({ id }) => id), state);
  const lists: Lists['of'] = new Map();
  for (const row of rows) {
    const had = stored.get(row.id) ?? [];
    lists.set(row, new Map([[relation, { before: had, after: [...had] }]]));
  }
  const listOf = (row: Row) => lists.get(row)?.get(relation)?.after ?? [];
  const operations = rows.flatMap((row) => operationsOf(row, relation).map((operation) => ({ row, operation })));
  const upserts = operations.flatMap(({ row, operation }) => operation.upsert.map(({ by, node }) => ({ row, node, key: upsertKey(by, node, row.root, state.problems) })));
  const keys = [
    ...operations.flatMap(({ operation }) => [...operation.connect, ...operation.disconnect, ...operation.delete, ...(operation.set ?? [])]),
    ...upserts.flatMap(({ key }) => key ?? []),
  ];
  const found = await findByKeys(target, keys, state.tools, state.context);
  const visibleId = (key: RecordKey, row: Row): string[] => {
    const record = found.get(key);
    if (record?.visible) return [record.id];
    state.problems.add(row.root, { path: key.path, code: 'NOT_FOUND', message: `There is no such ${target.object.label}.` });
    return [];
  };
  for (const { row, operation } of operations) {
    const list = listOf(row);
    if (operation.set) {
      // What the caller may not see stays linked.
      const readable = await connectableIds(target, list, state.tools, state.context, row.asSystem);
      const hidden = list.filter((id) => !readable.has(id));
      list.splice(0, list.length, ...hidden, ...operation.set.flatMap((key) => visibleId(key, row)));
    }
    for (const node of operation.create) {
      const id = node.id ?? newId();
      before.push(newRow({ plan: target, kind: 'create', id, path: node.path, root: row.root, node }));
      list.push(id);
    }
    list.push(...operation.connect.flatMap((key) => visibleId(key, row)));
    for (const key of operation.disconnect) for (const id of visibleId(key, row)) removeFrom(list, id, key, row, target, state);
    for (const key of operation.delete) {
      for (const id of visibleId(key, row)) {
        if (removeFrom(list, id, key, row, target, state)) after.push(newRow({ plan: target, kind: 'delete', id, path: key.path, root: row.root }));
      }
    }
    for (const { id, ifVersion, node } of operation.update) {
      if (list.includes(id)) after.push(newRow({ plan: target, kind: 'update', id, path: node.path, root: row.root, node, ifVersion }));
      else state.problems.add(row.root, { path: node.path, code: 'NOT_FOUND', message: `There is no such ${target.object.label}.` });
    }
  }
  for (const { row, node, key } of upserts) {
    const record = key && found.get(key);
    if (record && !record.visible) takenKey(target, row.root, key, record, state);
    else if (!mayUpsert(record ? 'update' : 'create', node, row.root, state)) continue;
    else if (record) {
      after.push(newRow({ plan: target, kind: 'update', id: record.id, path: node.path, root: row.root, node }));
      listOf(row).push(record.id);
    } else {
      const id = node.id ?? newId();
      before.push(newRow({ plan: target, kind: 'create', id, path: node.path, root: row.root, node }));
      listOf(row).push(id);
    }
  }
  for (const row of rows) {
    const list = listOf(row);
    const field = plan.object.fields.get(relation.link.field);
    if (row.kind === 'create' && field && operationsOf(row, relation).length === 0) {
      const ids = resolveDefault(field, { now: state.context.now, userId: state.context.caller.userId });
      if (Array.isArray(ids)) list.push(...(ids as string[]));
    }
    for (const step of row.linkSteps) {
      if (step.relation !== relation) continue;
      list.push(...step.add);
      for (const id of step.remove) while (list.includes(id)) list.splice(list.indexOf(id), 1);
    }
    const entry = lists.get(row)?.get(relation);
    const next = [...new Set(list)];
    if (field?.required && next.length === 0 && !row.asSystem) {
      state.problems.add(row.root, { path: [...row.path, field.graphqlName], code: 'REQUIRED', message: `${field.label} is required.` });
    }
    if (entry && !sameList(entry.before, next)) row.links = [...row.links, { relation, before: entry.before, after: next }];
  }
}

function removeFrom(list: string[], id: string, key: RecordKey, row: Row, target: ObjectPlan, state: RunState): boolean {
  const at = list.indexOf(id);
  if (at >= 0) list.splice(at, 1);
  else state.problems.add(row.root, { path: key.path, code: 'NOT_FOUND', message: `There is no such ${target.object.label}.` });
  return at >= 0;
}

const sameList = (left: readonly string[], right: readonly string[]): boolean => left.length === right.length && left.every((id, index) => id === right[index]);

async function storedLists({ link }: LinkRelation, ids: readonly string[], { context }: RunState): Promise<ReadonlyMap<string, readonly string[]>> {
  if (ids.length === 0) return new Map();
  const text = `SELECT source_id AS "source", target_id AS "target" FROM ${identifier(link.table)} WHERE source_id = ANY($1::uuid[]) ORDER BY source_id, position FOR UPDATE`;
  const { rows } = await context.database.query<{ source: string; target: string }>({ text, values: [ids] });
  return new Map([...groupBy(rows, ({ source }) => source)].map(([source, group]) => [source, group.map(({ target }) => target)]));
}

/** Operations from the target's side become changes of the lists on the other side, under the rights that hold there. */
async function otherSide(rows: readonly Row[], after: Row[], state: RunState): Promise<void> {
  const items = rows.flatMap((row) => (row.node?.manys ?? []).flatMap((operation) => (operation.relation.kind === 'link' && operation.relation.from === 'target' ? { row, operation, relation: operation.relation } : [])));
  for (const [seen, group] of groupBy(items, ({ relation }) => relation)) {
    const source = planOf(state.tools.plans, seen.target);
    const own = source.links.get(seen.link.field);
    const field = source.object.fields.get(seen.link.field);
    if (!own || !field) throw new Error(`${source.name} has no multiple lookup "${seen.link.field}".`);
    const rights = state.context.access.object(source.name);
    const upserts = group.flatMap(({ row, operation }) => operation.upsert.map(({ by, node }) => ({ row, node, key: upsertKey(by, node, row.root, state.problems) })));
    const named = group.flatMap(({ operation }) => [...operation.connect, ...operation.disconnect, ...operation.delete, ...(operation.set ?? [])]);
    const found = await findByKeys(source, [...named, ...upserts.flatMap(({ key }) => key ?? [])], state.tools, state.context);
    const linkedTo = await sourcesByTarget(seen, group.flatMap(({ row, operation }) => (row.kind !== 'create' && reachesLinked(operation) ? [row.id] : [])), state);
    const steps = new Map<string, { row: Row; path: Row['path']; add: string[]; remove: string[] }>();
    const step = (id: string, row: Row, path: Row['path'], kind: 'add' | 'remove') => {
      if (rights.edit === false || rights.field(field.name).edit === false) {
        state.problems.add(row.root, { path, code: 'FORBIDDEN', message: `You may not write ${field.label} of ${source.object.pluralLabel}.` }, 'FORBIDDEN');
        return;
      }
      const entry = steps.get(id) ?? { row, path, add: [], remove: [] };
      entry[kind].push(row.id);
      steps.set(id, entry);
    };
    for (const { row, operation } of group) {
      const id = (key: RecordKey): string[] => {
        const record = found.get(key);
        if (record?.visible) return [record.id];
        state.problems.add(row.root, { path: key.path, code: 'NOT_FOUND', message: `There is no such ${source.object.label}.` });
        return [];
      };
      const linked = linkedTo.get(row.id) ?? [];
      const ifLinked = (id: string, path: Row['path'], then: () => void) => {
        if (linked.includes(id)) then();
        else state.problems.add(row.root, { path, code: 'NOT_FOUND', message: `There is no such ${source.object.label}.` });
      };
      for (const node of operation.create) after.push(newRow({ plan: source, kind: 'create', id: node.id ?? newId(), path: node.path, root: row.root, node, linkSteps: [linkTo(own, row)] }));
      for (const { id: child, ifVersion, node } of operation.update) ifLinked(child, node.path, () => after.push(newRow({ plan: source, kind: 'update', id: child, path: node.path, root: row.root, node, ifVersion })));
      for (const key of operation.connect) for (const found of id(key)) step(found, row, key.path, 'add');
      for (const key of operation.disconnect) for (const found of id(key)) ifLinked(found, key.path, () => step(found, row, key.path, 'remove'));
      for (const key of operation.delete) for (const found of id(key)) ifLinked(found, key.path, () => after.push(newRow({ plan: source, kind: 'delete', id: found, path: key.path, root: row.root })));
      if (operation.set) {
        const wanted = new Set(operation.set.flatMap(id));
        const path = [...row.path, seen.name, 'set'];
        const readable = await connectableIds(source, linked, state.tools, state.context, row.asSystem);
        for (const old of linked) if (!wanted.has(old) && readable.has(old)) step(old, row, path, 'remove');
        for (const next of wanted) if (!linked.includes(next)) step(next, row, path, 'add');
      }
    }
    for (const { row, node, key } of upserts) {
      const record = key && found.get(key);
      if (record && !record.visible) takenKey(source, row.root, key, record, state);
      else if (mayUpsert(record ? 'update' : 'create', node, row.root, state)) after.push(newRow({ plan: source, kind: record ? 'update' : 'create', id: record?.id ?? node.id ?? newId(), path: node.path, root: row.root, node, linkSteps: [linkTo(own, row)] }));
    }
    for (const [id, { row, path, add, remove }] of steps) after.push(newRow({ plan: source, kind: 'update', id, path, root: row.root, linkSteps: [{ relation: own, add, remove }] }));
  }
}

const linkTo = (relation: LinkRelation, { id }: Row): LinkStep => ({ relation, add: [id], remove: [] });

/** Whether an operation acts on records that are linked already. */
function reachesLinked({ update, disconnect, delete: removed, set }: ManyOperation): boolean {
  return update.length + disconnect.length + removed.length > 0 || set !== undefined;
}

/** Records whose multiple lookup holds one of these, by that one. */
async function sourcesByTarget({ link }: { readonly link: LinkRelation['link'] }, targets: readonly string[], { context }: RunState): Promise<ReadonlyMap<string, readonly string[]>> {
  if (targets.length === 0) return new Map();
  const text = `SELECT source_id AS "source", target_id AS "target" FROM ${identifier(link.table)} WHERE target_id = ANY($1::uuid[]) ORDER BY target_id, source_id`;
  const { rows } = await context.database.query<{ source: string; target: string }>({ text, values: [[...new Set(targets)]] });
  return new Map([...groupBy(rows, ({ target }) => target)].map(([target, group]) => [target, group.map(({ source }) => source)]));
}
