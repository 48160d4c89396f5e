import { systemAccess } from '../../../resolvers/access.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import type { Writer } from '../../../resolvers/write/writer.ts';

/** With a record go its shares, so that none comes back with another record of the same id. What is in the trash keeps them. */
export async function removeShares(changes: readonly Change[], context: MutationContext): Promise<void> {
  for (const [name, gone] of groupBy(changes, ({ object }) => object)) {
    const object = context.catalog.objects.get(name);
    if (!object || name === 'sys_record_share') continue;
    const { rows } = await context.database.query<{ id: string }>({
      text: `SELECT s."id" FROM "sys_record_share" s WHERE s."object" = $1 AND s."record_id" = ANY($2::text[]) AND NOT EXISTS (SELECT FROM ${identifier(object.table)} o WHERE o."id" = s."record_id"::uuid)`,
      values: [name, gone.map(({ id }) => id)],
    });
    await removeByIds('sys_record_share', rows.map(({ id }) => id), context.writer, asPlatform(context));
  }
}

const batch = 500;

/** Takes assignments and shares away that have expired. They counted for nothing since; several processes may clean up at once. */
export async function removeExpired({ database, writer, systemContext }: Pick<Runtime, 'database' | 'writer' | 'systemContext'>): Promise<number> {
  let count = 0;
  for (const object of ['sys_permission_assignment', 'sys_record_share']) {
    for (;;) {
      const { rows } = await database.query<{ id: string }>({ text: `SELECT "id" FROM ${identifier(object)} WHERE "expires_at" <= now() ORDER BY "expires_at" LIMIT ${batch}`, values: [] });
      const gone = await removeByIds(object, rows.map(({ id }) => id), writer, systemContext());
      count += gone;
      if (gone === 0 || rows.length < batch) break;
    }
  }
  return count;
}

/** What follows from a write of the caller, whatever rights the caller has. */
export const asPlatform = (context: RequestContext): RequestContext => Object.create(context, { access: { value: systemAccess, enumerable: true } }) as RequestContext;

export async function removeByIds(object: string, ids: readonly string[], writer: Writer, context: RequestContext): Promise<number> {
  if (ids.length === 0) return 0;
  const result = await writer.write({ object, operation: 'deleteMany', ids, options: { mode: 'PARTIAL' } }, context);
  return result.rows.filter(({ id }) => id !== undefined).length;
}
