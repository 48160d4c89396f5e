import { entryOf } from '../../kernel/entry-of.ts';
import type { CatalogObject } from '../../metadata/catalog.ts';
import { columnPlans, systemFields, type ObjectPlan } from './object-plan.ts';
import type { Image } from './rows.ts';

const stamped: ReadonlySet<string> = new Set(systemFields);

/** Whether the values that the log keeps of a new record say all of it: what they leave out is empty or a stamp. `set`: fields that its statement sets. */
export function showsAll({ columns }: Pick<ObjectPlan, 'columns'>, set: readonly string[]): boolean {
  return [...columns].every(([name, { field, logged }]) => {
    if (stamped.has(name)) return name === 'id' || !set.includes(name);
    if (set.includes(name)) return logged && !field.internal;
    return field.defaultValue === undefined && !field.type.computed;
  });
}

interface Created {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly actor: string | null;
  /** What the log says of it. */
  readonly values: Image;
}

/** A new record of an object as hooks see it, where the log says all of it. */
export function createdImage(object: CatalogObject | undefined, { id, at, actor, values }: Created): Image {
  const stamps: Image = { id, created_at: at, created_by: actor, updated_at: at, updated_by: actor, version: 1 };
  const columns = object ? entryOf(columnNames, object, () => [...columnPlans(object).keys()]) : Object.keys({ ...stamps, ...values });
  return Object.fromEntries(columns.map((name) => [name, values[name] ?? stamps[name] ?? null]));
}

const columnNames = new WeakMap<CatalogObject, readonly string[]>();
