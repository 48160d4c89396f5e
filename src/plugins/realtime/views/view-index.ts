import { entryOf } from '../../../kernel/entry-of.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { StoredRecord } from '../../../resolvers/filter/to-predicate.ts';
import { RangeIndex } from './range-index.ts';
import { indexValue, measure, type FieldRange, type FieldValue, type View } from './view.ts';

/** The views of one object, found by what a row holds: views of other values cost nothing. */
export class ViewIndex {
  readonly object: CatalogObject;
  readonly #byValue = new Map<string, Map<string, Set<View>>>();
  readonly #byRange = new Map<string, { readonly isTime: boolean; readonly index: RangeIndex<View> }>();
  /** Take the ranges of a view out again. */
  readonly #ranged = new Map<View, (() => void)[]>();
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
    if (!view.marks) {
      this.#scanned.add(view);
      return;
    }
    for (const mark of view.marks) {
      if ('value' in mark) this.#addValue(view, mark);
      else entryOf(this.#ranged, view, () => []).push(this.#addRange(view, mark));
    }
  }

  #addValue(view: View, { field, value }: FieldValue): void {
    const values = entryOf(this.#byValue, field, () => new Map<string, Set<View>>());
    entryOf(values, value, () => new Set<View>()).add(view);
  }

  #addRange(view: View, { field, isTime, low, high }: FieldRange): () => void {
    const { index } = entryOf(this.#byRange, field, () => ({ isTime, index: new RangeIndex<View>() }));
    const remove = index.add(view, low, high);
    return () => {
      remove();
      if (index.size === 0) this.#byRange.delete(field);
    };
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
    for (const remove of this.#ranged.get(view) ?? []) remove();
    this.#ranged.delete(view);
    for (const mark of view.marks ?? []) if ('value' in mark) this.#deleteValue(view, mark);
  }

  #deleteValue(view: View, { field, value }: FieldValue): void {
    const values = this.#byValue.get(field);
    const views = values?.get(value);
    views?.delete(view);
    if (views?.size === 0) values?.delete(value);
    if (values?.size === 0) this.#byValue.delete(field);
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
    for (const [field, { isTime, index }] of this.#byRange) {
      for (const image of images) {
        const value = image?.[field];
        if (value === undefined || value === null) continue;
        for (const view of index.around(measure(value, isTime))) found.add(view);
      }
    }
    return found;
  }
}
