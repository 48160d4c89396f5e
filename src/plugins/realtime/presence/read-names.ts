import type { RequestContext } from '../../../resolvers/request.ts';
import { askRows } from '../views/ask-rows.ts';
import { closedFilter } from '../views/closed-filter.ts';

/** Names of people, as far as the asker may read them. */
export async function readNames(userIds: readonly string[], context: RequestContext): Promise<readonly (string | null)[]> {
  const { catalog, access, database } = context;
  const people = catalog.objects.get('sys_user');
  const rights = access.object('sys_user');
  if (!people || rights.read === false || rights.field('name').read !== true) return userIds.map(() => null);
  const ids = [...new Set(userIds)];
  const [readable] = await askRows([{ object: people, filter: closedFilter(people, undefined, context), ids }], context);
  const { rows } = await database.query<{ id: string; name: string }>({ name: 'objectos_presence_names', text: 'SELECT id::text AS "id", name FROM sys_user WHERE id = ANY($1::uuid[])', values: [[...(readable ?? [])]] });
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return userIds.map((id) => names.get(id) ?? null);
}
