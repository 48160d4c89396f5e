import type { CatalogKey } from '../../metadata/catalog.ts';
import type { ProblemList } from './problems.ts';
import type { RecordKey, WriteNode } from './read-input.ts';
import type { RunState } from './run-state.ts';

/** The key that an upsert's own input holds; undefined when it can only be a new record. */
export function upsertKey(key: CatalogKey, node: WriteNode, root: number, problems: ProblemList): RecordKey | undefined {
  if (key.fields.length === 1 && key.fields[0] === 'id') return node.id === undefined ? undefined : { key, values: [node.id], path: node.path };
  const values = key.fields.map((field) => node.values[field]);
  const missing = key.fields.filter((_, index) => values[index] === undefined || values[index] === null);
  for (const name of missing) {
    const field = node.plan.object.fields.get(name);
    problems.add(root, { path: [...node.path, field?.graphqlName ?? name], code: 'REQUIRED', message: `${field?.label ?? name} is needed to find the record.` });
  }
  return missing.length > 0 ? undefined : { key, values, scope: key.scope === undefined ? undefined : node.values[key.scope], path: node.path };
}

/** Whether the caller may do at all what an upsert comes to; reported when not. The rights of creates and updates are asked when their input is read. */
export function mayUpsert(kind: 'create' | 'update', { plan, path }: WriteNode, root: number, { context, problems }: Pick<RunState, 'context' | 'problems'>): boolean {
  const { create, edit } = context.access.object(plan.name);
  if (kind === 'create' ? create : edit !== false) return true;
  problems.add(root, { path, code: 'FORBIDDEN', message: `You may not ${kind} ${plan.object.pluralLabel}.` }, 'FORBIDDEN');
  return false;
}
