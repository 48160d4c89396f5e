import { validate as isUuid } from 'uuid';
import { ObjectosError } from '../../errors.ts';
import { newId } from '../../kernel/new-id.ts';
import type { CatalogKey } from '../../metadata/catalog.ts';
import type { Filter } from '../filter/filter.ts';
import { filterToSql } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import type { RequestContext } from '../request.ts';
import { BindList } from '../sql/binds.ts';
import { takenKey } from './nested-many.ts';
import type { ObjectPlan } from './object-plan.ts';
import type { Path } from './problems.ts';
import { findKey, readInput, type NodeMode, type RecordKey, type WriteNode } from './read-input.ts';
import { findByKeys, type FoundKey } from './resolve-keys.ts';
import { newRow, type Row } from './rows.ts';
import type { RunState } from './run-state.ts';
import type { RowSource } from './run.ts';
import { sqlScope } from './sql/checks.ts';
import type { WriteTools } from './tools.ts';
import { mayUpsert, upsertKey } from './upsert-key.ts';
import type { WriteRequest } from './writer.ts';

/** The rows that a request names, and how to read them for an attempt. */
export interface RootRows {
  readonly count: number;
  readonly source: RowSource;
}

export async function rootSource(plan: ObjectPlan, request: WriteRequest, tools: WriteTools, context: RequestContext): Promise<RootRows> {
  const { options } = request;
  switch (request.operation) {
    case 'create':
      return rows([request.input], (input, root, state) => createRow(plan, input, ['input'], root, state));
    case 'createMany':
      return rows(request.input, (input, root, state) => createRow(plan, input, ['input', root], root, state));
    case 'update':
      return rows([request], ({ id, input }, root, state) => updateRow(plan, id, input, ['input'], root, options.ifVersion, state));
    case 'updateMany': {
      if ('rows' in request) return rows(request.rows, ({ id, input, ifVersion }, root, state) => updateRow(plan, id, input, ['rows', root, 'input'], root, ifVersion ?? undefined, state));
      const ids = await matchingIds(plan, request.where, tools, context);
      return rows(ids, (id, root, state) => updateRow(plan, id, request.input, ['input'], root, undefined, state));
    }
    case 'delete':
      return rows([request.id], (id, root, state) => removeRow(plan, 'delete', id, ['id'], root, request.purge === true, options.ifVersion, state));
    case 'deleteMany': {
      const purge = request.purge === true;
      if ('ids' in request) return rows(request.ids, (id, root, state) => removeRow(plan, 'delete', id, ['ids', root], root, purge, undefined, state));
      return rows(await matchingIds(plan, request.where, tools, context, purge), (id, root, state) => removeRow(plan, 'delete', id, ['where'], root, purge, undefined, state));
    }
    case 'restore':
      return rows([request.id], (id, root, state) => removeRow(plan, 'restore', id, ['id'], root, false, undefined, state));
    case 'upsert':
      return upsertRows(plan, request.by, [request.input], () => ['input']);
    case 'upsertMany':
      return upsertRows(plan, request.by, request.input, (root) => ['input', root]);
  }
}

function rows<T>(items: readonly T[], read: (item: T, root: number, state: RunState) => Row | undefined | Promise<Row | undefined>): RootRows {
  const source: RowSource = async (roots, state) => {
    const found: Row[] = [];
    for (const [root, item] of chosen(items, roots)) {
      const row = await read(item, root, state);
      if (row) found.push(row);
    }
    return found;
  };
  return { count: items.length, source };
}

function chosen<T>(items: readonly T[], roots: readonly number[] | undefined): [number, T][] {
  return roots ? roots.map((root) => [root, items[root] as T]) : [...items.entries()];
}

async function createRow(plan: ObjectPlan, input: unknown, path: Path, root: number, state: RunState): Promise<Row> {
  const node = await read(plan, input, 'create', path, root, state);
  return newRow({ plan, kind: 'create', id: node.id ?? newId(), path, root, node });
}

async function updateRow(plan: ObjectPlan, id: string, input: unknown, path: Path, root: number, ifVersion: number | undefined, state: RunState): Promise<Row | undefined> {
  const node = await read(plan, input, 'update', path, root, state);
  if (!isUuid(id)) return unknownRecord(plan, id, path, root, state);
  if (node.id !== undefined && node.id !== id.toLowerCase()) {
    state.problems.add(root, { path: [...path, 'id'], code: 'READ_ONLY', message: 'The id of a record cannot be changed.' });
  }
  return newRow({ plan, kind: 'update', id: id.toLowerCase(), path, root, node, ifVersion });
}

function removeRow(plan: ObjectPlan, kind: 'delete' | 'restore', id: string, path: Path, root: number, purge: boolean, ifVersion: number | undefined, state: RunState): Row | undefined {
  if (kind === 'restore' && plan.deletedAt === undefined) throw new ObjectosError('BAD_REQUEST', `${plan.object.label} keeps no trash: a deleted record cannot be restored.`);
  if (state.context.access.object(plan.name).delete === false) {
    state.problems.add(root, { path, code: 'FORBIDDEN', message: `You may not ${kind} ${plan.object.pluralLabel}.` }, 'FORBIDDEN');
    return undefined;
  }
  if (!isUuid(id)) return unknownRecord(plan, id, path, root, state);
  return newRow({ plan, kind, id: id.toLowerCase(), path, root, purge, ifVersion });
}

function unknownRecord(plan: ObjectPlan, id: string, path: Path, root: number, state: RunState): undefined {
  state.problems.add(root, { path, code: 'NOT_FOUND', message: `There is no ${plan.object.label} ${id}.` }, 'NOT_FOUND');
}

async function read(plan: ObjectPlan, input: unknown, mode: NodeMode, path: Path, root: number, state: RunState): Promise<WriteNode> {
  const pending: Promise<void>[] = [];
  const { tools, context, problems } = state;
  const privileged = context.caller.kind === 'system';
  const node = readInput(plan, input, mode, path, root, { plans: tools.plans, access: context.access, problems, privileged, maxDepth: tools.settings.maxInputDepth, pending });
  if (pending.length > 0) await Promise.all(pending);
  return node;
}

function upsertRows(plan: ObjectPlan, by: string, inputs: readonly unknown[], pathOf: (root: number) => Path): RootRows {
  const key = findKey(plan, by);
  if (!key) throw new ObjectosError('BAD_REQUEST', `${plan.object.label} has no key "${by}". Keys: ${plan.object.keys.map(({ name }) => name).join(', ')}.`);
  const source: RowSource = async (roots, state) => {
    const items: { root: number; node: WriteNode; key: RecordKey | undefined }[] = [];
    const seen = new Set<string>();
    for (const [root, input] of chosen(inputs, roots)) {
      const node = await read(plan, input, 'upsert', pathOf(root), root, state);
      const named = upsertKey(key, node, root, state.problems);
      const text = named && JSON.stringify([named.values, named.scope]);
      if (text !== undefined && seen.has(text)) {
        state.problems.add(root, { path: node.path, code: 'DUPLICATE', message: `Another row of this write has the same ${keyLabel(plan, key)}.` });
        continue;
      }
      if (text !== undefined) seen.add(text);
      items.push({ root, node, key: named });
    }
    const found = await findByKeys(plan, items.flatMap((item) => item.key ?? []), state.tools, state.context);
    return items.flatMap((item) => upsertRow(plan, item, item.key && found.get(item.key), state));
  };
  return { count: inputs.length, source };
}

const keyLabel = (plan: ObjectPlan, { fields }: CatalogKey): string => fields.map((name) => plan.object.fields.get(name)?.label ?? name).join(' and ');

function upsertRow(plan: ObjectPlan, { root, node, key }: { root: number; node: WriteNode; key: RecordKey | undefined }, found: FoundKey | undefined, state: RunState): Row[] {
  const { path } = node;
  if (!found) return mayUpsert('create', node, root, state) ? [newRow({ plan, kind: 'create', id: node.id ?? newId(), path, root, node })] : [];
  if (!found.visible) {
    if (key) takenKey(plan, root, key, found, state);
    return [];
  }
  if (!mayUpsert('update', node, root, state)) return [];
  if (node.id !== undefined && node.id !== found.id) {
    state.problems.add(root, { path: [...path, 'id'], code: 'READ_ONLY', message: 'The record with this key has another id.' });
  }
  return [newRow({ plan, kind: 'update', id: found.id, path, root, node })];
}

/** Records that a filter means and the caller may read. */
async function matchingIds(plan: ObjectPlan, where: Filter, tools: WriteTools, context: RequestContext, trash = false): Promise<string[]> {
  const binds = new BindList();
  const scope = sqlScope(plan, { catalog: tools.catalog, access: context.access, asSystem: false }, 'o', binds);
  const conditions = [...visibleRows(scope, trash ? 'INCLUDE' : 'EXCLUDE'), filterToSql(where, scope)];
  const { maxRows } = tools.settings;
  const text = `SELECT o."id" FROM ${plan.table} o${whereClause(conditions)} ORDER BY o."id" LIMIT ${maxRows + 1}`;
  const { rows: found } = await context.database.query<{ id: string }>({ text, values: binds.values(context) });
  if (found.length > maxRows) throw new ObjectosError('LIMIT_EXCEEDED', `The filter matches more than ${maxRows} records. Narrow it, or write in several steps.`);
  return found.map(({ id }) => id);
}
