import type { JobRun } from '../../../kernel/jobs.ts';
import { systemAccess } from '../../../resolvers/access.ts';
import { expressionCondition } from '../../../resolvers/expressions/to-sql.ts';
import type { SqlScope } from '../../../resolvers/filter/scope.ts';
import { visibleRows, whereClause } from '../../../resolvers/filter/visible-rows.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { withChain } from '../chain.ts';
import type { Rule } from '../rule.ts';
import { imageSql } from '../runs/images.ts';
import { createRuns, newRun } from '../runs/new-runs.ts';
import type { Tools } from '../tools.ts';

const perPage = 1_000;

export const scheduleJob = (rule: string): string => `automation.schedule.${rule}`;

/** Starts the runs of a rule on a schedule: one for each record that meets its criteria, or one that is about no record. All of them or none. */
export async function startScheduled(rule: Rule, job: JobRun, tools: Tools): Promise<void> {
  await job.complete(() => withChain([], async () => {
    const caller = { userId: undefined, organizationId: undefined };
    if (!rule.object) {
      await createRuns([newRun(rule, { event: 'schedule', record: undefined, image: undefined, previous: undefined, caller })], tools);
      return { runs: 1 };
    }
    let runs = 0;
    for (let after: string | undefined; ; ) {
      const page = await recordsOf(rule, after, tools);
      await createRuns(page.map(({ id, image, organization }) => newRun(rule, { event: 'schedule', record: id, image, previous: undefined, caller: { ...caller, organizationId: organization ?? undefined } })), tools);
      runs += page.length;
      after = page.at(-1)?.id;
      if (page.length < perPage) return { runs };
    }
  }));
}

/** Records that meet the criteria, in the order of their ids. */
async function recordsOf({ object, criteria }: Rule, after: string | undefined, { runtime, surroundings }: Tools): Promise<readonly { readonly id: string; readonly image: unknown; readonly organization: string | null }[]> {
  if (!object) return [];
  const binds = new BindList();
  const scope: SqlScope = { object, alias: 'o', catalog: runtime.catalog, access: systemAccess, binds };
  const conditions = [
    ...visibleRows(scope),
    ...(criteria ? [expressionCondition(criteria, scope, surroundings)] : []),
    ...(after === undefined ? [] : [`o."id" > ${binds.add(() => after, 'uuid')}`]),
  ];
  const organization = object.organizationField === undefined ? 'NULL' : `o.${identifier(object.fields.get(object.organizationField)?.column ?? object.organizationField)}::text`;
  const text = `SELECT o."id", ${imageSql(object, 'o')} AS "image", ${organization} AS "organization" FROM ${identifier(object.table)} o${whereClause(conditions)} ORDER BY o."id" LIMIT ${perPage}`;
  const { rows } = await runtime.database.query<{ id: string; image: unknown; organization: string | null }>({ text, values: binds.values(runtime.systemContext()) });
  return rows;
}
