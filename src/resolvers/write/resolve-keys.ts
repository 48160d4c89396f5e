import { ObjectosError } from '../../errors.ts';
import { indexedFields, type CatalogKey } from '../../metadata/catalog.ts';
import { connectableRows } from '../filter/visible-rows.ts';
import type { RequestContext } from '../request.ts';
import { BindList } from '../sql/binds.ts';
import { columnOf, type ObjectPlan } from './object-plan.ts';
import { groupBy } from './group-by.ts';
import type { RecordKey } from './read-input.ts';
import { sqlScope } from './sql/checks.ts';
import { inputRows, manyInput } from './sql/input-rows.ts';
import type { WriteTools } from './tools.ts';

export interface FoundKey {
  readonly id: string;
  /** The caller may read and connect the record, and it is not in the trash. */
  readonly visible: boolean;
  /** It is in the trash, where the caller may see it. */
  readonly trashed: boolean;
}

/** Finds the records that keys name, in one statement per kind of key. */
export async function findByKeys(plan: ObjectPlan, keys: readonly RecordKey[], tools: WriteTools, context: RequestContext): Promise<ReadonlyMap<RecordKey, FoundKey>> {
  const found = new Map<RecordKey, FoundKey>();
  const groups = groupBy(keys, ({ key }) => key);
  for (const [key, group] of groups) {
    requireKeyRight(plan, key, context);
    const columns = indexedFields(key).map((field) => columnOf(plan, field));
    const make = () => {
      const binds = new BindList();
      const input = inputRows(columns, { many: true, extra: [['#', 'int4']] }, binds);
      const scope = sqlScope(plan, { catalog: tools.catalog, access: context.access, asSystem: false }, 'o', binds);
      const holds = (conditions: readonly string[]): string => `(${conditions.length > 0 ? conditions.join(' AND ') : 'true'}) IS TRUE`;
      // Records in the trash give up their unique values, but not their id.
      const keepsTrash = plan.deletedAt !== undefined && key.fields.length === 1 && key.fields[0] === 'id';
      const live = plan.deletedAt !== undefined && !keepsTrash ? [`o.${plan.deletedAt} IS NULL`] : [];
      const on = [...columns.map(({ column }) => `o.${column} = i.${column}`), ...live].join(' AND ');
      return {
        text: `WITH input AS (${input}) SELECT i."#" AS "index", o."id", ${holds(connectableRows(scope))} AS "visible", ${keepsTrash ? holds(connectableRows(scope, 'ONLY')) : 'false'} AS "trashed" FROM input i JOIN ${plan.table} o ON ${on}`,
        binds,
      };
    };
    const rows = group.map(({ values, scope = context.caller.organizationId }, index) => ({
      values: Object.fromEntries([...key.fields.map((field, part) => [field, values[part]] as const), ...(key.scope === undefined ? [] : [[key.scope, scope ?? null] as const])]),
      extra: { '#': index },
    }));
    const statement = tools.statements.run(`k ${plan.name} ${key.name} ${context.access.fingerprint}`, make, context, manyInput(columns, rows));
    const result = await context.database.query<FoundKey & { readonly index: number }>(statement);
    for (const { index, ...record } of result.rows) {
      const at = group[index];
      if (at) found.set(at, record);
    }
  }
  return found;
}

/** A key of a field that the caller may not filter by would tell which values exist. */
function requireKeyRight(plan: ObjectPlan, key: CatalogKey, { access }: RequestContext): void {
  for (const name of key.fields) {
    if (name === 'id' || access.object(plan.name).field(name).filter) continue;
    throw new ObjectosError('FORBIDDEN', `You may not look up ${plan.object.pluralLabel} by ${plan.object.fields.get(name)?.label ?? name}.`);
  }
}
