import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';

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
 * Orders objects so that the targets of lookups come first. A circle is opened at lookups that may be empty; nobody could fill a circle
 * of required ones. A lookup of an object on itself is no circle here: `orderRecords` sorts its records.
 */
export function orderObjects(catalog: Catalog, names: Iterable<string>): SeedOrder {
  const waiting = new Map([...new Set(names)].sort().flatMap((name) => {
    const object = catalog.objects.get(name);
    return object ? [[name, object] as const] : [];
  }));
  const objects: CatalogObject[] = [];
  const postponed: Postponed[] = [];
  while (waiting.size > 0) {
    const candidates = [...waiting.values()].map((object) => ({ object, open: openLookups(object, waiting) }));
    const cost = (open: readonly CatalogField[]): number => open.reduce((sum, { required }) => sum + (required ? 1000 : 1), 0);
    const next = candidates.reduce((best, candidate) => (cost(candidate.open) < cost(best.open) ? candidate : best));
    postponed.push(...next.open.map((field) => ({ object: next.object.name, field: field.name })));
    objects.push(next.object);
    waiting.delete(next.object.name);
  }
  return { objects, postponed };
}

function openLookups(object: CatalogObject, waiting: ReadonlyMap<string, CatalogObject>): CatalogField[] {
  return [...object.fields.values()].filter(({ reference }) => reference !== undefined && reference.object !== object.name && waiting.has(reference.object));
}

/**
 * Records in layers: each points only at records of earlier layers, or outside the list. Undefined when records point at each other
 * in a circle. `pointsAt` gives the ids that a record points at.
 */
export function layerRecords<R extends { readonly id: string }>(records: readonly R[], pointsAt: (record: R) => readonly string[]): readonly (readonly R[])[] | undefined {
  let waiting = new Map(records.map((record) => [record.id, record]));
  const layers: R[][] = [];
  while (waiting.size > 0) {
    const layer = [...waiting.values()].filter((record) => !pointsAt(record).some((id) => waiting.has(id)));
    if (layer.length === 0) return undefined;
    layers.push(layer);
    const placed = new Set(layer);
    waiting = new Map([...waiting].filter(([, record]) => !placed.has(record)));
  }
  return layers;
}
