import { LRUCache } from 'lru-cache';
import type { Catalog, CatalogObject } from '../../metadata/catalog.ts';
import type { Question } from '../../resolvers/execute/answers.ts';
import type { ObjectCache } from './settings.ts';

/** What a statement reads. */
export interface Reads {
  /** Names of objects: a change of any of their records may change the answer. */
  readonly objects: readonly string[];
  /** Milliseconds for which the answer may be kept. */
  readonly maxAge: number;
}

/** Statements of which it is remembered what they read. */
const keptStatements = 5_000;

/** The write path logs every change of people; of other objects of the platform, plugins keep some fields past it. */
const people = 'sys_user';

/** Finds out which objects a statement reads, and for how long its answer may be kept. */
export class ReadsOfStatements {
  readonly #maxAge: number;
  readonly #tables = new WeakMap<Catalog, ReadonlyMap<string, CatalogObject>>();
  readonly #known = new WeakMap<Catalog, LRUCache<string, Reads | 'unknown'>>();

  /** `maxAge` in seconds, of objects that say nothing. */
  constructor(maxAge: number) {
    this.#maxAge = maxAge;
  }

  /** Undefined when the answer may not be kept. */
  of({ catalog, name, text }: Pick<Question, 'catalog' | 'name' | 'text'>): Reads | undefined {
    let known = this.#known.get(catalog);
    if (!known) {
      known = new LRUCache({ max: keptStatements });
      this.#known.set(catalog, known);
    }
    let reads = known.get(name);
    if (!reads) {
      reads = this.#find(text, this.#tablesOf(catalog)) ?? 'unknown';
      known.set(name, reads);
    }
    return reads === 'unknown' ? undefined : reads;
  }

  #tablesOf(catalog: Catalog): ReadonlyMap<string, CatalogObject> {
    let tables = this.#tables.get(catalog);
    if (!tables) {
      const objects = [...catalog.objects.values()].map((object) => [object.table, object] as const);
      const links = catalog.links.flatMap(({ table, object }) => (catalog.objects.has(object) ? [[table, catalog.objects.get(object) as CatalogObject] as const] : []));
      tables = new Map([...objects, ...links]);
      this.#tables.set(catalog, tables);
    }
    return tables;
  }

  #find(text: string, tables: ReadonlyMap<string, CatalogObject>): Reads | undefined {
    const named = tablesIn(text, tables);
    if (!named) return undefined;
    const ages = named.map((object) => this.#secondsOf(object));
    if (ages.length === 0 || ages.includes(0)) return undefined;
    return { objects: [...new Set(named.map(({ name }) => name))], maxAge: Math.min(...ages) * 1_000 };
  }

  #secondsOf({ name, view, system, definition }: CatalogObject): number {
    const own = definition['cache'] as ObjectCache;
    if (view || own === false) return 0;
    return own?.maxAge ?? (system && name !== people ? 0 : this.#maxAge);
  }
}

const quotedTexts = /E?'(?:[^']|'')*'/g;
const quotedNames = /"((?:[^"]|"")*)"/g;
/** A relation, not a function, that something is read from; a name with a schema is none of ours. */
const sources = /(?<!\bdistinct\s+|\bextract\(\s*\w+\s+)\b(?:from|join)\s+(?:only\s+|lateral\s+)?(?:"((?:[^"]|"")*)"|([a-z_]\w*))(?!\w|\s*\()/gi;
const changing = /\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid|uuidv[47]|nextval|currval|lastval|current_setting|pg_\w+|txid_\w+)\s*\(|\b(?:current_(?:date|time|timestamp|user|role)|session_user|localtime|localtimestamp)\b/i;

/**
 * The objects whose tables a statement names, in doubt one too many. Undefined when something else goes into the answer: a
 * table that no object has, the time of the database, chance.
 */
export function tablesIn(statement: string, tables: ReadonlyMap<string, CatalogObject>): readonly CatalogObject[] | undefined {
  const text = statement.replaceAll(quotedTexts, "''");
  if (changing.test(text.replaceAll(quotedNames, '""'))) return undefined;
  for (const [, quoted, plain] of text.matchAll(sources)) {
    const isKnown = quoted === undefined ? isLocal(plain as string, text) : tables.has(quoted.replaceAll('""', '"'));
    if (!isKnown) return undefined;
  }
  return Array.from(text.matchAll(quotedNames), ([, name = '']) => tables.get(name.replaceAll('""', '"'))).filter((object) => object !== undefined);
}

/** A common table expression of the statement. */
const isLocal = (name: string, text: string): boolean => new RegExp(`\\b${name}\\s*(?:\\([^)]*\\)\\s*)?AS\\s+(?:NOT\\s+)?(?:MATERIALIZED\\s+)?\\(`).test(text);
