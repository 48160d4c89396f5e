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
      const visible = connectableRows(sqlScope(plan, { catalog: tools.catalog, access: context.access, asSystem: false }, 'o', binds));
      // Records in the trash give up their unique values, but not their id.
      const live = plan.deletedAt !== undefined && !(key.fields.length === 1 && key.fields[0] === 'id') ? [`o.${plan.deletedAt} IS NULL`] : [];
      const on = [...columns.map(({ column }) => `o.${column} = i.${column}`), ...live].join(' AND ');
      return {
        text: `WITH input AS (${input}) SELECT i."#" AS "index", o."id", (${visible.length > 0 ? visible.join(' AND ') : 'true'}) IS TRUE AS "visible" FROM input i JOIN ${plan.table} o ON ${on}`,
        binds,
      };
    };
    const rows = group.map(({ values, scope = context.caller.organizationId }, index) => ({
      values: Object.fromEntries([...key.fields.map((field, part) => [field, values[part]] as const), ...(key.scope === undefined ? [] : [[key.scope, scope ?? null] as const])]),
      extra: { '#': index },
    }));
    const statement = tools.statements.run(`k ${plan.name} ${key.name} ${context.access.fingerprint}`, make, context, manyInput(columns, rows));
    const result = await context.database.query<{ index: number; id: string; visible: boolean }>(statement);
    for (const { index, id, visible } of result.rows) {
      const at = group[index];
      if (at) found.set(at, { id, visible });
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
