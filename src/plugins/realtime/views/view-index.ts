import { entryOf } from '../../../kernel/entry-of.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { StoredRecord } from '../../../resolvers/filter/to-predicate.ts';
import { indexValue, type View } from './view.ts';

/** The views of one object, found by what a row holds: views of other values cost nothing. */
export class ViewIndex {
  readonly object: CatalogObject;
  readonly #byValue = new Map<string, Map<string, Set<View>>>();
  readonly #scanned = new Set<View>();
  readonly #asked = new Set<View>();
  readonly #needs = new Map<string, number>();
  #size = 0;

  constructor(object: CatalogObject) {
    this.object = object;
  }

  get size(): number {
    return this.#size;
  }

  /** Views that the database has to test. */
  get asked(): Iterable<View> {
    return this.#asked;
  }

  /** Fields that the views read of a row in memory. */
  get needs(): readonly string[] {
    return [...this.#needs.keys()];
  }

  add(view: View): void {
    this.#size += 1;
    if (!view.test) {
      this.#asked.add(view);
      return;
    }
    for (const name of view.needs) this.#needs.set(name, (this.#needs.get(name) ?? 0) + 1);
    if (!view.values) {
      this.#scanned.add(view);
      return;
    }
    for (const [field, value] of view.values) {
      const values = entryOf(this.#byValue, field, () => new Map<string, Set<View>>());
      entryOf(values, value, () => new Set<View>()).add(view);
    }
  }

  delete(view: View): void {
    this.#size -= 1;
    this.#asked.delete(view);
    this.#scanned.delete(view);
    if (!view.test) return;
    for (const name of view.needs) {
      const left = (this.#needs.get(name) ?? 0) - 1;
      if (left > 0) this.#needs.set(name, left);
      else this.#needs.delete(name);
    }
    for (const [field, value] of view.values ?? []) {
      const values = this.#byValue.get(field);
      const views = values?.get(value);
      views?.delete(view);
      if (views?.size === 0) values?.delete(value);
      if (values?.size === 0) this.#byValue.delete(field);
    }
  }

  /** Views, tested in memory, that one of the images may be in. */
  candidates(images: readonly (StoredRecord | undefined)[]): Set<View> {
    const found = new Set(this.#scanned);
    for (const [field, values] of this.#byValue) {
      for (const image of images) {
        const value = image?.[field];
        if (value === undefined || value === null) continue;
        for (const view of values.get(indexValue(value)) ?? []) found.add(view);
      }
    }
    return found;
  }
}
