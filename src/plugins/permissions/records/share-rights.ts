import { validate as isUuid } from 'uuid';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { SqlScope } from '../../../resolvers/filter/scope.ts';
import { rowCondition, visibleRows } from '../../../resolvers/filter/visible-rows.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import type { Change, MutationContext, ReportProblem } from '../../../resolvers/write/phase.ts';
import { rulesByObject } from '../access/compile-access.ts';
import { classOf } from '../access/class-of.ts';
import { factsOf } from '../access/facts.ts';
import type { Rows } from '../../../resolvers/filter/rows.ts';
import { modelOf } from '../access/set-rows.ts';
import { sharingRows } from '../access/sharing-rows.ts';
import { managedRows } from '../explain/reach.ts';
import type { Rules } from '../rules.ts';
import { guardedObjects } from './system-rights.ts';

/** One spelling of ids, since shares name them as text. */
export function normalizeShares(changes: readonly Change[]): void {
  for (const { object, values } of changes) {
    if (object === 'sys_record_share' && typeof values['record_id'] === 'string') values['record_id'] = values['record_id'].toLowerCase();
  }
}

interface Standing {
  readonly visible: boolean;
  readonly full: boolean;
  readonly edit: boolean;
}

/**
 * Who may share a record: holders of manage_sharing every one, others those that they own or have in full by sharing, for no
 * more than they may do themselves. A record that they cannot see answers as one that is not there.
 */
export async function checkShares(changes: readonly Change[], rules: Rules, context: MutationContext, report: ReportProblem): Promise<void> {
  const written = changes.filter(({ kind, object }) => object === 'sys_record_share' && (kind === 'create' || kind === 'update'));
  for (const [name, shares] of groupBy(written, ({ record }) => String(record['object']))) {
    const object = context.catalog.objects.get(name);
    if (!object) continue;
    const refuse = (change: Change, field: string, message: string): void => report(change, { field, code: 'INVALID_VALUE', message });
    if (modelOf(rules, name).sharing === 'controlled_by_parent' || guardedObjects.has(name)) {
      const hint = guardedObjects.has(name) ? 'they come with a system permission' : 'their master decides about them; share that';
      for (const change of shares) refuse(change, 'object', `${object.pluralLabel} cannot be shared by hand: ${hint}.`);
      continue;
    }
    const standings = await standingsOf(object, shares.flatMap(({ record }) => (isUuid(record['record_id']) ? [record['record_id'] as string] : [])), rules, context);
    for (const change of shares) {
      const { record } = change;
      const standing = standings.get(String(record['record_id']).toLowerCase());
      if (!standing?.visible) refuse(change, 'record_id', `There is no ${object.label} ${String(record['record_id'])}.`);
      else if (!standing.full) report(change, { field: 'record_id', code: 'FORBIDDEN', message: `Only its owner, and who has it in full, shares this ${object.label}.` });
      else if (record['access_level'] === 'edit' && !standing.edit) report(change, { field: 'access_level', code: 'FORBIDDEN', message: `You may not edit this ${object.label}, so share it for reading.` });
    }
  }
}

async function standingsOf(object: CatalogObject, ids: readonly string[], rules: Rules, context: MutationContext): Promise<ReadonlyMap<string, Standing>> {
  if (ids.length === 0) return new Map();
  const { catalog, access } = context;
  const binds = new BindList();
  const wanted = binds.add(() => ids, 'uuid[]');
  const scope: SqlScope = { object, alias: 'o', catalog, access, binds };
  const everything = context.caller.kind === 'system' || factsOf(context.caller).systemPermissions.has('manage_sharing');
  const flag = (rows: Rows): string => (everything ? 'true' : (rowCondition(rows, scope) ?? 'true'));
  const visible = [...(everything ? managedRows(object, scope) : visibleRows(scope, 'INCLUDE')), 'true'].join(' AND ');
  const text =
    `SELECT o."id", (${visible}) IS TRUE AS "visible", (${flag(fullRows(object, rules, context))}) IS TRUE AS "full", (${flag(access.object(object.name).edit)}) IS TRUE AS "edit" ` +
    `FROM ${identifier(object.table)} o WHERE o."id" = ANY(${wanted})`;
  const { rows } = await context.database.query<Standing & { readonly id: string }>({ text, values: binds.values(context) });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Records that the caller owns or has in full by sharing. */
function fullRows({ name }: CatalogObject, rules: Rules, { catalog, caller }: MutationContext): Rows {
  const known = classOf(rules, caller, factsOf(caller));
  const grants = rulesByObject(rules, catalog, known)(name)?.grants ?? [];
  return grants.some(({ grant }) => grant.modifyAll) || sharingRows(rules, name, modelOf(rules, name), 'full', known);
}
