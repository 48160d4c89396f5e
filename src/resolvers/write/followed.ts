import { planOf } from './object-plan.ts';
import { newRow, type Row } from './rows.ts';
import type { RunState } from './run-state.ts';
import type { FollowedRecord } from './statement-part.ts';

/** One write changes a record once for those who hear of it, however many of its statements did. */
export function keepFollowed(records: readonly FollowedRecord[], { followed }: RunState): void {
  for (const found of records) {
    const key = `${found.object} ${found.id}`;
    followed.set(key, { ...found, before: { ...found.before, ...followed.get(key)?.before } });
  }
}

/** As updates that nobody asked for, of records that stay. */
export function followedRows({ followed, leaving, underway, tools }: RunState): readonly Row[] {
  return [...followed].flatMap(([key, { object, id, before, record }]) => {
    const plan = planOf(tools.plans, object);
    const trash = plan.object.softDelete;
    const names = Object.keys(before).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(record[name]));
    if (names.length === 0 || leaving.has(key) || (trash !== undefined && (record[trash] ?? null) !== null)) return [];
    // What the same write sets itself may have come after the statement that showed the record.
    const own = underway.get(key);
    const written = own?.kind === 'update' ? { ...record, ...own.values } : record;
    const row = newRow({ plan, kind: 'update', id, path: [], root: 0, values: Object.fromEntries(names.map((name) => [name, record[name]])) });
    row.previous = { ...written, ...before };
    row.written = written;
    return [row];
  });
}
