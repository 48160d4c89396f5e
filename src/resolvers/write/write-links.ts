import { identifier } from '../sql/identifier.ts';
import { groupBy } from './group-by.ts';
import type { Row } from './rows.ts';
import type { RunState } from './run-state.ts';

/** Brings the junction tables of multiple lookups to the new lists of the rows. */
export async function writeLinks(rows: readonly Row[], { context }: RunState): Promise<void> {
  const changes = rows.flatMap(({ id, links }) => links.map((change) => ({ id, ...change })));
  for (const [{ link }, group] of groupBy(changes, ({ relation }) => relation)) {
    const table = identifier(link.table);
    const gone = group.flatMap(({ id, before, after }) => before.filter((target) => !after.includes(target)).map((target) => ({ s: id, t: target })));
    if (gone.length > 0) {
      const text = `DELETE FROM ${table} l USING json_to_recordset($1::json) AS r(s uuid, t uuid) WHERE l.source_id = r.s AND l.target_id = r.t`;
      await context.database.query({ text, values: [JSON.stringify(gone)] });
    }
    const listed = group.flatMap(({ id, after }) => after.map((target, position) => ({ s: id, t: target, p: position })));
    if (listed.length > 0) {
      const text =
        `INSERT INTO ${table} (source_id, target_id, position) SELECT r.s, r.t, r.p FROM json_to_recordset($1::json) AS r(s uuid, t uuid, p int4) ` +
        'ON CONFLICT (source_id, target_id) DO UPDATE SET position = excluded.position';
      await context.database.query({ text, values: [JSON.stringify(listed)] });
    }
  }
}
