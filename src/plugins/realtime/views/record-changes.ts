import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { Database } from '../../../database/database.ts';
import type { StoredRecord } from '../../../resolvers/filter/to-predicate.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { columnPlans } from '../../../resolvers/write/object-plan.ts';
import { jsonbObject, jsonOf } from '../../../resolvers/write/sql/parts.ts';
import type { LoggedChange } from '../../../resolvers/write/change-log/read-changes.ts';

/** All that happened to one record between two moments. */
export interface RecordChange {
  readonly object: CatalogObject;
  readonly id: string;
  /** The record at the first moment; undefined where it was not there. Holds the fields that were asked for. */
  readonly before: StoredRecord | undefined;
  readonly after: StoredRecord | undefined;
  /** It is new, not back from the trash. */
  readonly created: boolean;
  /** Machine names of fields that were written. */
  readonly changed: ReadonlySet<string>;
  /** Resumes before what was not yet told of other records, of this one at most again. */
  readonly cursor: string;
  /** Place of the first change among those that were read. */
  readonly order: number;
  /** ISO 8601, of the last change. */
  readonly at: string;
}

export type LogOrder = ReadonlyMap<LoggedChange, number>;

export const orderOf = (log: readonly LoggedChange[]): LogOrder => new Map(log.map((change, index) => [change, index]));

/** Puts the changes of each record together, in the order in which the first of each came. `present` are rows at the second moment. */
export function mergeChanges(object: CatalogObject, log: readonly LoggedChange[], order: LogOrder, present: ReadonlyMap<string, StoredRecord>): readonly RecordChange[] {
  const byRecord = new Map<string, [LoggedChange, ...LoggedChange[]]>();
  for (const change of log) {
    const list = byRecord.get(change.recordId);
    if (list) list.push(change);
    else byRecord.set(change.recordId, [change]);
  }
  return [...byRecord].map(([id, changes]) => {
    const last = changes.at(-1) ?? changes[0];
    const after = last.kind === 'delete' ? undefined : present.get(id);
    return {
      object, id, after,
      before: undone(id, after, changes),
      created: changes[0].kind === 'create',
      changed: new Set(changes.flatMap((change) => Object.keys(change.changes))),
      cursor: changes[0].cursor,
      order: order.get(changes[0]) ?? 0,
      at: last.at,
    };
  });
}

function undone(id: string, after: StoredRecord | undefined, changes: readonly LoggedChange[]): StoredRecord | undefined {
  let image = after;
  for (const { kind, changes: fields } of [...changes].reverse()) {
    if (kind === 'create' || kind === 'restore') image = undefined;
    else if (kind === 'delete') image = { id, ...formerValues(fields) };
    else if (image) image = { ...image, ...formerValues(fields) };
  }
  return image;
}

const formerValues = (changes: LoggedChange['changes']): StoredRecord => Object.fromEntries(Object.entries(changes).map(([name, [before]]) => [name, before]));

/** Rows that are not in the trash, with these fields in the form that the log has them in. */
export async function presentRows(object: CatalogObject, ids: readonly string[], fields: readonly string[], database: Database): Promise<ReadonlyMap<string, StoredRecord>> {
  const columns = columnPlans(object);
  const pairs = fields.flatMap((name): [string, string][] => {
    const column = columns.get(name);
    return column ? [[name, jsonOf(column, 't')]] : [];
  });
  const deletedAt = object.softDelete === undefined ? undefined : columns.get(object.softDelete)?.column;
  const text = `SELECT t."id"::text AS "id", ${jsonbObject(pairs)} AS "image" FROM ${identifier(object.table)} t WHERE t."id" = ANY($1::uuid[])${deletedAt === undefined ? '' : ` AND t.${deletedAt} IS NULL`}`;
  const { rows } = await database.query<{ id: string; image: StoredRecord }>({ text, values: [ids] });
  return new Map(rows.map(({ id, image }) => [id, { ...image, id }]));
}
