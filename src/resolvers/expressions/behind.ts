import { entryOf } from '../../kernel/entry-of.ts';
import type { Catalog } from '../../metadata/catalog.ts';
import type { CheckedExpression, FindRecord } from '../../metadata/expressions/checked.ts';
import type { StoredRecord } from '../filter/to-predicate.ts';
import type { ExpressionEnvironment } from './environment.ts';
import { evaluateExpression } from './evaluate.ts';
import { fieldsBehind, searchesOf, storedReads } from './formulas.ts';
import { readMissing, type Search } from './read-missing.ts';
import { lookupFollower, recordKey, type FieldsBehind, type Loaded, type RelatedContext, type RelatedSource } from './related.ts';
import { readValue, storedValue } from './values.ts';

/** The records that expressions read beside their own, as the transaction sees them. */
export interface Behind {
  /** The record that a lookup leads to. */
  related(object: string, id: string): StoredRecord | null;
  /** The record that a key finds. */
  found(find: FindRecord, values: readonly unknown[], record: StoredRecord | null | undefined): StoredRecord | null;
  /** Reads what was asked for and was not there yet, by one statement; false when nothing was. */
  read(): Promise<boolean>;
}

/** As part of what expressions see. */
export function seeing(behind: Behind): Pick<ExpressionEnvironment, 'related' | 'found'> {
  return { related: behind.related.bind(behind), found: behind.found.bind(behind) };
}

/** Reads what expressions about these records need of others: one statement for all lookups, and one for all keys. */
export type LoadBehind<S extends RelatedSource = RelatedSource, C extends RelatedContext = RelatedContext> = (sources: readonly S[], context: C) => Promise<Behind>;

/** Undefined when the expressions stay on the record itself. `see` is what they see of a record. */
export function behindLoader<S extends RelatedSource, C extends RelatedContext>(
  expressions: readonly CheckedExpression[],
  catalog: Catalog,
  see: (source: S, context: C, behind: Behind) => ExpressionEnvironment,
): LoadBehind<S, C> | undefined {
  const fields = fieldsBehind(expressions, catalog);
  const follow = lookupFollower(storedReads(expressions, catalog), fields, catalog);
  const searches = searchesOf(expressions, catalog);
  if (!follow && searches.length === 0) return undefined;
  return async (sources, context) => {
    const behind = new RecordsBehind(fields, catalog, context);
    if (follow) await follow(sources, context, behind.loaded);
    if (searches.length === 0) return behind;
    // A key may be made of what another finds.
    do {
      for (const source of sources) {
        const environment = see(source, context, behind);
        for (const search of searches) {
          evaluateExpression(search, environment);
          if (source.previous) evaluateExpression(search, { ...environment, record: source.previous });
        }
      }
    } while (await behind.read());
    return behind;
  };
}

class RecordsBehind implements Behind {
  readonly loaded: Loaded = new Map();
  readonly #searches = new Map<string, Search>();
  readonly #missing = new Map<string, { readonly object: string; readonly id: string }>();
  readonly #fields: FieldsBehind;
  readonly #catalog: Catalog;
  readonly #context: RelatedContext;

  constructor(fields: FieldsBehind, catalog: Catalog, context: RelatedContext) {
    this.#fields = fields;
    this.#catalog = catalog;
    this.#context = context;
  }

  related(object: string, id: string): StoredRecord | null {
    const key = recordKey(object, id);
    const stored = this.loaded.get(key);
    const underway = this.#context.underway?.(object, id);
    if (underway) return { ...stored, ...underway };
    if (stored === undefined) this.#missing.set(key, { object, id });
    return stored ?? null;
  }

  found(find: FindRecord, values: readonly unknown[], record: StoredRecord | null | undefined): StoredRecord | null {
    const { object, keys, organization } = find;
    const search = entryOf(this.#searches, [object, ...keys.map(({ field }) => field.name)].join(' '), () => ({ find, known: new Map(), missing: new Map() }));
    const all = organization ? [...values, record?.[organization.own.name] ?? null] : values;
    const key = JSON.stringify(all);
    const known = search.known.get(key);
    if (known === undefined) search.missing.set(key, all);
    return known ?? null;
  }

  async read(): Promise<boolean> {
    const searches = [...this.#searches.values()].filter(({ missing }) => missing.size > 0);
    const ids = [...this.#missing.values()];
    if (ids.length === 0 && searches.length === 0) return false;
    const rows = await readMissing({ ids, searches, fields: this.#fields }, this.#catalog, this.#context);
    for (const { object, id } of ids) this.loaded.set(recordKey(object, id), null);
    for (const { object, id, image } of rows) this.loaded.set(recordKey(object, id), image);
    for (const [place, search] of searches.entries()) {
      const found = new Map(rows.flatMap((row) => (row.search === place ? [[row.key, row] as const] : [])));
      this.#settle(search, (key) => found.get(key));
    }
    this.#missing.clear();
    return true;
  }

  /** What the same write creates or changes has its new keys. */
  #settle({ find, known, missing }: Search, stored: (key: string) => { readonly id: string; readonly image: StoredRecord } | undefined): void {
    const changing = this.#context.changing?.(find.object) ?? [];
    const changed = new Map(changing.map(({ id, record, kind }) => [id, kind === 'delete' ? null : record]));
    const byKey = new Map([...changed.values()].flatMap((record) => (record ? [[keyOf(find, record), record] as const] : [])));
    for (const key of missing.keys()) {
      const row = stored(key);
      known.set(key, byKey.get(key) ?? (row && !changed.has(row.id) ? row.image : null));
    }
    missing.clear();
  }
}

/** The values of the key as `found` spells them. */
function keyOf({ keys, organization }: FindRecord, record: StoredRecord): string {
  const values = keys.map(({ field, value: { type } }) => storedValue(type, readValue(type, record[field.name])));
  return JSON.stringify(organization ? [...values, record[organization.found.name] ?? null] : values);
}
