import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';

/** A lookup that has to be set after its target was made, because objects point at each other in a circle. */
export interface Postponed {
  readonly object: string;
  readonly field: string;
}

export interface SeedOrder {
  /** Targets before those that point at them. */
  readonly objects: readonly CatalogObject[];
  readonly postponed: readonly Postponed[];
}

/**
 * Orders objects so that the targets of lookups come first. A circle is opened at a lookup that may be empty; a circle of required
 * lookups cannot be filled by anybody, and the linker refuses it. Lookups of an object on itself are no circle: records are sorted.
 */
export function orderObjects(catalog: Catalog, names: Iterable<string>): SeedOrder {
  const wanted = new Set(names);
  const objects: CatalogObject[] = [];
  const postponed: Postponed[] = [];
  const state = new Map<string, 'open' | 'done'>();

  const place = (name: string): void => {
    const object = catalog.objects.get(name);
    if (!object || state.has(name)) return;
    state.set(name, 'open');
    const lookups = [...object.fields.values()].filter(({ reference }) => reference !== undefined && reference.object !== name && wanted.has(reference.object));
    // Required lookups first, so that a circle is met again at one that may wait.
    for (const field of lookups.sort((a, b) => Number(b.required) - Number(a.required))) {
      const target = field.reference?.object ?? '';
      if (state.get(target) === 'open') postponed.push({ object: name, field: field.name });
      else place(target);
    }
    state.set(name, 'done');
    objects.push(object);
  };
  for (const name of [...wanted].sort()) place(name);
  return { objects, postponed };
}

/** Records so that those that others point at come first. `pointsAt` gives the ids that a record points at within the same set. */
export function orderRecords<R extends { readonly id: string }>(records: readonly R[], pointsAt: (record: R) => readonly string[]): readonly R[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  const placed = new Set<R>();
  const place = (record: R, path: ReadonlySet<string>): void => {
    if (placed.has(record) || path.has(record.id)) return;
    const longer = new Set(path).add(record.id);
    for (const id of pointsAt(record)) {
      const target = byId.get(id);
      if (target) place(target, longer);
    }
    placed.add(record);
  };
  for (const record of records) place(record, new Set());
  return [...placed];
}
