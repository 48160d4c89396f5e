import type { CatalogField } from '../../metadata/catalog.ts';
import { literal } from '../sql/identifier.ts';
import { columnOf, type ObjectPlan } from './object-plan.ts';
import type { Row } from './rows.ts';
import type { RunState } from './run-state.ts';

/** Fields of trees in which a row gets another place. New records have nothing below them, except others of the same write. */
export function movesIn({ plan, kind, id, values, previous }: Row, isUnderway: (id: string) => boolean): readonly CatalogField[] {
  return plan.trees.filter(({ name }) => {
    const above = values[name];
    return typeof above === 'string' && above !== previous?.[name] && (kind === 'update' || above === id || isUnderway(above));
  });
}

/**
 * Refuses rows that have come to lie below themselves. Writers of one tree wait for each other here, and whoever is last sees what
 * the others have written: two moves that are right by themselves make no circle together.
 */
export async function checkTrees(rows: readonly Row[], state: RunState): Promise<void> {
  const moved = new Map<CatalogField, Row[]>();
  for (const row of rows) {
    for (const field of movesIn(row, (id) => state.underway.has(`${row.plan.name} ${id}`))) moved.set(field, [...(moved.get(field) ?? []), row]);
  }
  for (const [field, group] of moved) {
    const { plan } = group[0] as Row;
    const { database } = state.context;
    if (group.some(({ kind }) => kind === 'update')) await database.query({ text: `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ${literal(` tree ${plan.name}.${field.name}`)}, 0))`, values: [] });
    const { rows: circles } = await database.query<{ id: string }>({ text: circlesSql(plan, field), values: [group.map(({ id }) => id)] });
    const found = new Set(circles.map(({ id }) => id));
    for (const row of group) {
      const path = row.node && field.name in row.node.values ? [...row.path, field.graphqlName] : row.path;
      if (found.has(row.id)) state.problems.add(row.root, { path, code: 'CIRCLE', message: `${field.label}: ${plan.object.label} ${row.id} would lie below itself.` });
    }
  }
}

/** Those of the records that are found above themselves. */
function circlesSql(plan: ObjectPlan, { name }: CatalogField): string {
  const { column } = columnOf(plan, name);
  return (
    `WITH RECURSIVE up AS (SELECT o."id", o.${column} AS "above" FROM ${plan.table} o WHERE o."id" = ANY($1::uuid[]) ` +
    `UNION SELECT u."id", o.${column} FROM up u JOIN ${plan.table} o ON o."id" = u."above" WHERE u."above" <> u."id") ` +
    'SELECT DISTINCT "id" FROM up WHERE "above" = "id"'
  );
}
