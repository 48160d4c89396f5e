import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import type { Filter } from '../filter/filter.ts';
import { BindList } from '../sql/binds.ts';
import { reportFlags, type Answer } from './report-flags.ts';
import type { ObjectPlan } from './object-plan.ts';
import { fieldsSet, type Row } from './rows.ts';
import type { RunState } from './run-state.ts';
import { createChecks, flagColumns, imageCheck } from './sql/checks.ts';

/**
 * The statement that writes several records judges each with the others as they were. Where a right leads from a record to others
 * of its object, they are judged once more with the others as they have become.
 */
export async function recheck(rows: readonly Row[], state: RunState): Promise<void> {
  const [first] = rows;
  if (!first || rows.length === 1 || first.asSystem) return;
  const { plan, kind } = first;
  const { tools, context } = state;
  const fields = kind === 'create' ? fieldsSet(first) : [];
  if (!leadsBack(plan, kind, fields, state)) return;
  const make = () => {
    const binds = new BindList();
    const ids = binds.add((_, locals) => locals['ids'], 'uuid[]');
    const scope = { catalog: tools.catalog, access: context.access, asSystem: false, fields, many: true, checkReferences: false };
    const checks = kind === 'create' ? createChecks(plan, scope, [], 'o', binds) : imageCheck('edit', plan, scope, 'o', binds);
    return { text: `SELECT o."id", ${flagColumns(checks)} FROM ${plan.table} o WHERE o."id" = ANY(${ids})`, binds };
  };
  const statement = tools.statements.run(`a ${plan.name} ${kind} ${context.access.fingerprint} ${fields.join()}`, make, context, { ids: rows.map(({ id }) => id) });
  const { rows: answers } = await context.database.query<Answer>(statement);
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  for (const row of rows) {
    const answer = byId.get(row.id);
    if (answer) reportFlags(row, answer, state);
  }
}

/** Whether a right on the new image looks at other records of the object. */
function leadsBack(plan: ObjectPlan, kind: Row['kind'], fields: readonly string[], { tools: { catalog }, context }: RunState): boolean {
  const rights = context.access.object(plan.name);
  const onImage = kind === 'create' ? [rights.check, ...fields.map((name) => rights.field(name).edit)] : [rights.editCheck ?? rights.edit];
  return onImage.some((right) => typeof right !== 'boolean' && reaches(right, plan.object, plan.name, catalog));
}

function reaches(filter: Filter, from: CatalogObject, target: string, catalog: Catalog): boolean {
  switch (filter.kind) {
    case 'and': case 'or':
      return filter.filters.some((part) => reaches(part, from, target, catalog));
    case 'not':
      return reaches(filter.filter, from, target, catalog);
    case 'one': case 'many': case 'aggregate': {
      const next = catalog.objects.get(from.relations.get(filter.relation)?.target ?? '');
      return next !== undefined && (next.name === target || (filter.filter !== undefined && reaches(filter.filter, next, target, catalog)));
    }
    case 'expression':
      return filter.expression.reads.some(({ steps }) => steps.some(({ reference }) => reference?.object === target));
    default:
      return false;
  }
}
