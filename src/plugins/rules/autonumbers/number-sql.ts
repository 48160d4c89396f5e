import { identifier, literal } from '../../../resolvers/sql/identifier.ts';
import type { InsertSql } from '../../../resolvers/write/statement-part.ts';
import { organizationValue, type Autonumber } from './autonumber.ts';
import { counterTable } from './tables.ts';

const table = identifier(counterTable);
const later = 'greatest(c."value", excluded."value")';

/**
 * Reserves as many numbers as there are rows, and goes on after those that rows bring along. All counters of the statement are locked
 * in one order, so that two writers cannot block each other. `order`: SQL over a row `i`, in the order of the numbers.
 */
export function numberSql(numbers: readonly Autonumber[], given: ReadonlySet<string>, rows: string, order = 'i."id"'): InsertSql {
  const made = numbers.filter(({ field }) => !given.has(field.name));
  const brought = numbers.filter(({ field }) => given.has(field.name));
  const counted = made.map((number, index) => {
    const [owner, prefix] = [ownerSql(number), `i.${identifier(number.before)}`];
    const counter = `PARTITION BY ${owner}, ${prefix}`;
    return `nc${index} AS (SELECT i."id", ${owner} AS "organization", ${prefix} AS "prefix", row_number() OVER (${counter} ORDER BY ${order}) AS "position", count(*) OVER (${counter}) AS "total" FROM ${rows} i)`;
  });
  const needs = [
    ...made.map(({ name, format }, index) => `SELECT DISTINCT ${literal(name)} AS "name", "organization", "prefix", ${format.start - 1} + "total" AS "value" FROM nc${index}`),
    ...brought.map((number) => `SELECT ${literal(number.name)}, ${ownerSql(number)}, i.${identifier(number.before)}, max(i.${identifier(number.value)}) FROM ${rows} i WHERE i.${identifier(number.before)} IS NOT NULL GROUP BY 2, 3`),
  ];
  const added = made.map(({ name, format: { start } }) => `WHEN ${literal(name)} THEN greatest(c."value", ${start - 1}) + excluded."value" - ${start - 1}`);
  const value = added.length === 0 ? later : `CASE c."name" ${added.join(' ')} ELSE ${later} END`;
  const counters = `nv AS (${insertCounters(`SELECT * FROM (${needs.join(' UNION ALL ')}) n ORDER BY 1, 2, 3`, value)} RETURNING c."name", c."organization", c."prefix", c."value")`;
  const same = (index: number): string => `nv${index}."organization" = nc${index}."organization" AND nv${index}."prefix" = nc${index}."prefix"`;
  return {
    ctes: [...counted, counters],
    join: made.map(({ name }, index) => `JOIN nc${index} ON nc${index}."id" = i."id" JOIN nv nv${index} ON nv${index}."name" = ${literal(name)} AND ${same(index)}`).join(' '),
    values: new Map(made.map(({ field, format, before, after }, index) => [field.name, `i.${identifier(before)} || ${padded(`(nv${index}."value" - nc${index}."total" + nc${index}."position")::text`, format.width)} || i.${identifier(after)}`])),
  };
}

/**
 * The statement after which a number's counters go on behind the greatest stored number that begins alike, also where no counter made it.
 * `$1`: name of the number; `$2`, `$3`: organizations and texts before the counter, side by side.
 */
export function skipStoredSql({ column, format, organization }: Autonumber, objectTable: string): string {
  const stored = `substring(substr(t.${identifier(column)}, length(p.prefix) + 1) from '^\\d{1,18}')::int8`;
  const own = organization ? ` AND t.${identifier(organization.column ?? '')} = nullif(p.organization, '')::uuid` : '';
  const greatest =
    `SELECT $1, p.organization, p.prefix, greatest(max(${stored}), ${format.start - 1}) FROM unnest($2::text[], $3::text[]) AS p(organization, prefix) ` +
    `JOIN ${identifier(objectTable)} t ON starts_with(t.${identifier(column)}, p.prefix)${own} GROUP BY 2, 3 ORDER BY 2, 3`;
  return insertCounters(greatest, later);
}

function insertCounters(rows: string, value: string): string {
  return `INSERT INTO ${table} AS c ("name", "organization", "prefix", "value") ${rows} ON CONFLICT ("name", "organization", "prefix") DO UPDATE SET "value" = ${value}`;
}

function ownerSql({ organization }: Autonumber): string {
  return organization ? `i.${identifier(organizationValue)}` : `''::text`;
}

/** Zeros in front; a longer number keeps its digits. */
function padded(sql: string, width: number): string {
  return width <= 1 ? sql : `lpad(${sql}, greatest(${width}, length(${sql})), '0')`;
}
