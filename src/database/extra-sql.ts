import { indexedFields } from '../metadata/catalog.ts';
import type { Catalog, CatalogObject } from '../metadata/catalog.ts';
import { indexName, sqlName } from '../metadata/naming.ts';
import { quoteName } from './listener.ts';
import type { PlatformTable } from './phase.ts';
import { searchVector } from './search-vector.ts';

/** Something that Prisma's language cannot say, created after the tables are as they should be. */
export interface ExtraSql {
  /** Name in the database: of the index or the constraint. */
  readonly name: string;
  readonly table: string;
  readonly create: string;
  readonly drop: string;
  /** For a check: the condition, to find the rows that break it. */
  readonly condition?: string;
}

/** Everything of this kind that the Catalog and the tables of plugins ask for, in a stable order. */
export function extraSql(catalog: Catalog, tables: readonly PlatformTable[] = []): readonly ExtraSql[] {
  return [
    ...[...catalog.objects.values()].filter(({ view }) => !view).flatMap((object) => [...checks(object), ...keys(object), ...indexes(object), ...search(object)]),
    ...tables.flatMap(({ name: table, sql = [] }) => sql.map((statement) => ({ ...statement, table }))),
  ];
}

/**
 * Deleted records of an object with soft deletion stay in the table without holding on to their unique values: the key is
 * unique among the others. An `ON CONFLICT` on such a key repeats this predicate.
 */
export function uniqueKeyPredicate(object: CatalogObject): string | undefined {
  const column = object.softDelete === undefined ? undefined : object.fields.get(object.softDelete)?.column;
  return column === undefined ? undefined : `${quoteName(column)} IS NULL`;
}

export function keyIsPartial(object: CatalogObject, fields: readonly string[]): boolean {
  return uniqueKeyPredicate(object) !== undefined && !(fields.length === 1 && fields[0] === 'id');
}

function checks(object: CatalogObject): ExtraSql[] {
  const table = quoteName(object.table);
  return [...object.fields.values()].flatMap((field) => {
    if (field.column === undefined) return [];
    const column = quoteName(field.column);
    const shape = field.type.column(field);
    const conditions = (shape?.checks ?? []).map((check) => check.replaceAll('{column}', () => column));
    if (field.required && shape?.prismaType.endsWith('[]')) conditions.push(`${column} IS NOT NULL`);
    return conditions.map((condition, index): ExtraSql => {
      const name = sqlName(`${object.table}_${field.column ?? ''}_check${index === 0 ? '' : index + 1}`);
      return {
        name,
        table: object.table,
        condition,
        create: `ALTER TABLE ${table} ADD CONSTRAINT ${quoteName(name)} CHECK (${condition})`,
        drop: `ALTER TABLE IF EXISTS ${table} DROP CONSTRAINT IF EXISTS ${quoteName(name)}`,
      };
    });
  });
}

function keys(object: CatalogObject): ExtraSql[] {
  const predicate = uniqueKeyPredicate(object);
  return object.keys.flatMap((key) => {
    const fields = indexedFields(key);
    const columns = columnsOf(object, fields);
    if (predicate === undefined || columns === undefined || !keyIsPartial(object, fields)) return [];
    return index(object, indexName(object.table, columns, true), `UNIQUE INDEX`, `(${columns.map(quoteName).join(', ')}) WHERE ${predicate}`);
  });
}

function indexes(object: CatalogObject): ExtraSql[] {
  const keyed = new Set(object.keys.map((key) => indexedFields(key).join()));
  const predicate = uniqueKeyPredicate(object);
  return object.indexes.flatMap(({ name, fields, unique, type, partial }) => {
    const columns = columnsOf(object, fields);
    if (columns === undefined || (type === 'btree' && partial === undefined && (!unique || predicate === undefined))) return [];
    if (unique && partial === undefined && keyed.has(fields.join())) return [];
    const where = [...(partial === undefined ? [] : [`(${partial})`]), ...(unique && predicate !== undefined ? [predicate] : [])];
    return index(object, sqlName(name), unique ? 'UNIQUE INDEX' : 'INDEX', `USING ${type} (${columns.map(quoteName).join(', ')})${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}`);
  });
}

function search(object: CatalogObject): ExtraSql[] {
  if (object.searchFields.length === 0) return [];
  return index(object, sqlName(`${object.table}_search_idx`), 'INDEX', `USING gin (${searchVector(object)})`);
}

function index(object: CatalogObject, name: string, kind: string, rest: string): [ExtraSql] {
  return [{ name, table: object.table, create: `CREATE ${kind} ${quoteName(name)} ON ${quoteName(object.table)} ${rest}`, drop: `DROP INDEX IF EXISTS ${quoteName(name)}` }];
}

function columnsOf(object: CatalogObject, fields: readonly string[]): string[] | undefined {
  const columns = fields.flatMap((name) => object.fields.get(name)?.column ?? []);
  return columns.length === fields.length ? columns : undefined;
}
