import type { Catalog } from '../../metadata/catalog.ts';
import type { FindRecord } from '../../metadata/expressions/checked.ts';
import { systemAccess } from '../access.ts';
import { objectNamed, type SqlScope } from '../filter/scope.ts';
import type { StoredRecord } from '../filter/to-predicate.ts';
import { fieldSql } from '../filter/to-sql.ts';
import { visibleRows, whereClause } from '../filter/visible-rows.ts';
import { BindList } from '../sql/binds.ts';
import { identifier } from '../sql/identifier.ts';
import { imageSql, type FieldsBehind, type RelatedContext } from './related.ts';
import { isStorableWhole } from './values.ts';

/** Records that are found by one key. */
export interface Search {
  readonly find: FindRecord;
  /** By the values of the key; null where there is no record. */
  readonly known: Map<string, StoredRecord | null>;
  /** Values that were asked for, that of the organization last. */
  readonly missing: Map<string, readonly unknown[]>;
}

export interface Missing {
  readonly ids: readonly { readonly object: string; readonly id: string }[];
  readonly searches: readonly Search[];
  readonly fields: FieldsBehind;
}

interface FoundRow {
  readonly object: string;
  readonly id: string;
  readonly image: StoredRecord;
  /** Place of the search that found it, and the values that it was found by. */
  readonly search: number | null;
  readonly key: string;
}

/** One statement reads all of it, each record by a unique index. */
export async function readMissing({ ids, searches, fields }: Missing, catalog: Catalog, context: RelatedContext): Promise<readonly FoundRow[]> {
  const binds = new BindList();
  const scopeOf = (object: string): SqlScope => ({ object: objectNamed(catalog, object), alias: binds.alias(), catalog, access: systemAccess, binds });
  const shown = (scope: SqlScope, search: string, key: string): string => `SELECT '${scope.object.name}' AS "object", ${scope.alias}."id", ${imageSql(scope, fields)} AS "image", ${search}::int AS "search", ${key} AS "key"`;
  const byId = [...new Set(ids.map(({ object }) => object))].map((object) => {
    const scope = scopeOf(object);
    const wanted = binds.add(() => ids.flatMap((one) => (one.object === object ? [one.id] : [])), 'uuid[]');
    return `${shown(scope, 'NULL', "''")} FROM ${identifier(scope.object.table)} ${scope.alias}${whereClause([`${scope.alias}."id" = ANY(${wanted})`, ...visibleRows(scope)])}`;
  });
  const byKey = searches.map(({ find, missing }, place) => {
    const scope = scopeOf(find.object);
    const { keys, organization } = find;
    const columns = [...keys.map(({ field }) => field), ...(organization ? [organization.found] : [])].map((field) => ({ field, type: wide(field.type.column(field)?.castType ?? 'text') }));
    const storable = [...missing].filter(([, values]) => columns.every(({ type }, index) => type !== 'bigint' || isStorableWhole(values[index])));
    const lists = columns.map(({ type }, index) => binds.add(() => storable.map(([, values]) => values[index]), `${type}[]`));
    const row = binds.alias();
    const equal = columns.map(({ field }, index) => `${fieldSql(field, scope)} ${field.required || index < keys.length ? '=' : 'IS NOT DISTINCT FROM'} ${row}."k${index}"`);
    const from = `unnest(${[...lists, binds.add(() => storable.map(([key]) => key), 'text[]')].join(', ')}) ${row}(${columns.map((_, index) => `"k${index}"`).join(', ')}, "key")`;
    return `${shown(scope, String(place), `${row}."key"`)} FROM ${from} JOIN ${identifier(scope.object.table)} ${scope.alias} ON ${[...equal, ...visibleRows(scope)].join(' AND ')}`;
  });
  const { rows } = await context.database.query<FoundRow>({ text: [...byId, ...byKey].join(' UNION ALL '), values: binds.values(context) });
  return rows;
}

/** Values of expressions may be larger than a column takes. */
const wide = (type: string): string => (type === 'integer' ? 'bigint' : type);
