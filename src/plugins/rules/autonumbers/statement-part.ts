import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { identifier, literal } from '../../../resolvers/sql/identifier.ts';
import type { InsertPart, InsertSql, StatementPart } from '../../../resolvers/write/statement-part.ts';
import { fieldsOf, parseNumberFormat, renderPieces, splitNumber, type NumberFormat } from './format.ts';
import { counterTable } from './tables.ts';

interface Autonumber {
  readonly field: CatalogField;
  readonly column: string;
  /** In the table of counters: `quote.number`. */
  readonly name: string;
  readonly format: NumberFormat;
  /** Names of the values that go along with a row. */
  readonly before: string;
  readonly after: string;
  readonly value: string;
}

const table = identifier(counterTable);

/** Numbers are given by the inserting statement itself, under the lock of the counter: what is not committed leaves no gap. */
export function autonumberPart(object: CatalogObject): StatementPart | undefined {
  const numbers = [...object.fields.values()].filter(({ type }) => type.name === 'autonumber').map(readAutonumber);
  if (numbers.length === 0) return undefined;
  const insert: InsertPart = {
    extra: numbers.flatMap(({ before, after, value }) => [[before, 'text'], [after, 'text'], [value, 'int8']] as const),
    values(change, { now }, report) {
      const values: Record<string, unknown> = {};
      for (const { field, format, before, after, value } of numbers) {
        const given = change.values[field.name];
        if (typeof given === 'string') {
          const parts = splitNumber(format, given, change.record);
          Object.assign(values, { [before]: parts?.before ?? null, [after]: null, [value]: parts?.value ?? null });
          continue;
        }
        const empty = fieldsOf(format).filter((name) => isEmpty(change.record[name]));
        for (const name of empty) report(change, { field: name, code: 'REQUIRED', message: `${object.fields.get(name)?.label ?? name} is required, since ${field.label} is made from it.` });
        if (empty.length > 0) continue;
        Object.assign(values, { [before]: renderPieces(format.before, change.record, now), [after]: renderPieces(format.after, change.record, now), [value]: null });
      }
      return values;
    },
    sql: (given, rows) => numberSql(numbers, new Set(given), rows),
    async taken(columns, computed, context) {
      const number = numbers.find(({ column }) => columns.includes(column));
      if (!number) return false;
      const prefixes = [...new Set(computed.flatMap((values) => (typeof values[number.before] === 'string' ? [values[number.before]] : [])))];
      await skipStored(number, object, prefixes, context);
      return true;
    },
  };
  return { insert };
}

function readAutonumber(field: CatalogField, index: number): Autonumber {
  return { field, column: field.column ?? field.name, name: `${field.object}.${field.name}`, format: parseNumberFormat(field), before: `#before${index}`, after: `#after${index}`, value: `#value${index}` };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/**
 * Reserves as many numbers as there are rows, and goes on after those that rows bring along. All counters of the statement are locked
 * in one order, so that two writers cannot block each other.
 */
function numberSql(numbers: readonly Autonumber[], given: ReadonlySet<string>, rows: string): InsertSql {
  const made = numbers.filter(({ field }) => !given.has(field.name));
  const brought = numbers.filter(({ field }) => given.has(field.name));
  const counted = made.map(({ before }, index) => {
    const prefix = `i.${identifier(before)}`;
    return `nc${index} AS (SELECT i."id", ${prefix} AS "prefix", row_number() OVER (PARTITION BY ${prefix} ORDER BY i."id") AS "position", count(*) OVER (PARTITION BY ${prefix}) AS "total" FROM ${rows} i)`;
  });
  const needs = [
    ...made.map(({ name, format }, index) => `SELECT DISTINCT ${literal(name)} AS "name", "prefix", ${format.start - 1} + "total" AS "value" FROM nc${index}`),
    ...brought.map(({ name, before, value }) => `SELECT ${literal(name)}, i.${identifier(before)}, max(i.${identifier(value)}) FROM ${rows} i WHERE i.${identifier(before)} IS NOT NULL GROUP BY 2`),
  ];
  const added = made.map(({ name, format: { start } }) => `WHEN ${literal(name)} THEN greatest(c."value", ${start - 1}) + excluded."value" - ${start - 1}`);
  const value = added.length === 0 ? later : `CASE c."name" ${added.join(' ')} ELSE ${later} END`;
  const counters = `nv AS (INSERT INTO ${table} AS c ("name", "prefix", "value") SELECT * FROM (${needs.join(' UNION ALL ')}) n ORDER BY 1, 2 ON CONFLICT ("name", "prefix") DO UPDATE SET "value" = ${value} RETURNING c."name", c."prefix", c."value")`;
  return {
    ctes: [...counted, counters],
    join: made.map(({ name }, index) => `JOIN nc${index} ON nc${index}."id" = i."id" JOIN nv nv${index} ON nv${index}."name" = ${literal(name)} AND nv${index}."prefix" = nc${index}."prefix"`).join(' '),
    values: new Map(made.map(({ field, format, before, after }, index) => [field.name, `i.${identifier(before)} || ${padded(`(nv${index}."value" - nc${index}."total" + nc${index}."position")::text`, format.width)} || i.${identifier(after)}`])),
  };
}

const later = 'greatest(c."value", excluded."value")';

/** Zeros in front; a longer number keeps its digits. */
function padded(sql: string, width: number): string {
  return width <= 1 ? sql : `lpad(${sql}, greatest(${width}, length(${sql})), '0')`;
}

/** Stored numbers that no counter made: it goes on after the greatest of them. */
async function skipStored({ name, column, format }: Autonumber, object: CatalogObject, prefixes: readonly unknown[], { database }: RequestContext): Promise<void> {
  const stored = `substring(substr(t.${identifier(column)}, length(p.prefix) + 1) from '^\\d{1,18}')::int8`;
  const text =
    `INSERT INTO ${table} AS c ("name", "prefix", "value") SELECT $1, p.prefix, greatest(max(${stored}), ${format.start - 1}) FROM unnest($2::text[]) AS p(prefix) ` +
    `JOIN ${identifier(object.table)} t ON starts_with(t.${identifier(column)}, p.prefix) GROUP BY p.prefix ORDER BY p.prefix ON CONFLICT ("name", "prefix") DO UPDATE SET "value" = ${later}`;
  await database.query({ text, values: [name, prefixes] });
}
