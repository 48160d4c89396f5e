import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import { jsonbObject, jsonOf, logInsert, loggedDifferences, Stamps } from '../../../resolvers/write/sql/parts.ts';
import { logTarget } from '../history/log-target.ts';
import { autonumbersOf, emptyInputs, organizationOf, organizationValue, textsAround, type Autonumber } from './autonumber.ts';
import { fieldsOf } from './format.ts';
import { numberSql, skipStoredSql } from './number-sql.ts';

/** What became of the records that had no number. */
export interface FilledNumbers {
  /** `ticket.number` */
  readonly name: string;
  readonly numbered: number;
  /** Records that still have none: a field that their number is made from, or their organization, is empty. */
  readonly left: number;
}

/** Records per transaction: writers wait for the counters of one batch only. */
const batchSize = 1_000;

interface Unnumbered {
  readonly id: string;
  readonly created_at: Date | string;
  readonly image: Readonly<Record<string, unknown>>;
}

/** Numbers the records that have none, those from before the field was defined: in the order in which they were made, by the day of that. Works beside writers. */
export async function fillNumbers({ catalog, database, systemContext }: Runtime, timeZone: string): Promise<readonly FilledNumbers[]> {
  const found: FilledNumbers[] = [];
  for (const object of catalog.objects.values()) {
    if (object.view) continue;
    for (const number of autonumbersOf(object)) {
      let numbered = 0;
      for (;;) {
        const { rows } = await database.query<{ id: string }>({ text: candidatesSql(number, object), values: [] });
        if (rows.length === 0) break;
        const ids = rows.map(({ id }) => id);
        numbered += await database.transaction(() => fillBatch(number, object, ids, systemContext(), timeZone));
      }
      const always = fieldsOf(number.format).length === 0 && !number.organization;
      const left = always ? 0 : await countLeft(number, object, database);
      if (numbered + left > 0) found.push({ name: number.name, numbered, left });
    }
  }
  return found;
}

function candidatesSql(number: Autonumber, object: CatalogObject): string {
  const given = fieldsOf(number.format).map((name) => `t.${identifier(object.fields.get(name)?.column ?? name)}::text <> ''`);
  const owned = number.organization ? [`t.${identifier(number.organization.column ?? '')} IS NOT NULL`] : [];
  const conditions = [`t.${identifier(number.column)} IS NULL`, ...given, ...owned];
  return `SELECT t."id" FROM ${identifier(object.table)} t WHERE ${conditions.join(' AND ')} ORDER BY t."created_at", t."id" LIMIT ${batchSize}`;
}

async function countLeft({ column }: Autonumber, { table }: CatalogObject, database: Runtime['database']): Promise<number> {
  const { rows } = await database.query<{ left: number }>({ text: `SELECT count(*)::int4 AS "left" FROM ${identifier(table)} t WHERE t.${identifier(column)} IS NULL`, values: [] });
  return rows[0]?.left ?? 0;
}

/** In a transaction. Gives how many records got a number. */
async function fillBatch(number: Autonumber, object: CatalogObject, ids: readonly string[], context: RequestContext, timeZone: string): Promise<number> {
  const { database } = context;
  const { rows } = await database.query<Unnumbered>({ text: lockSql(number, object), values: [ids] });
  const given = rows
    .filter(({ image }) => emptyInputs(number, image).length === 0)
    .map(({ id, created_at, image }, place) => ({ id, '#place': place, ...organizationOf([number], image), ...textsAround(number, image, new Date(created_at), timeZone) }));
  if (given.length === 0) return 0;
  let numbered = 0;
  for (const group of separable(given, number)) {
    const [owners, prefixes] = [group.map((row) => String(row[organizationValue] ?? '')), group.map((row) => row[number.before])];
    await database.query({ text: skipStoredSql(number, object.table), values: [number.name, owners, prefixes] });
    const binds = new BindList();
    const text = fillSql(number, object, binds);
    const { rows: written } = await database.query<{ count: number }>({ text, values: binds.values(context, { rows: JSON.stringify(group) }) });
    numbered += written[0]?.count ?? 0;
  }
  return numbered;
}

type Given = Readonly<Record<string, unknown>>;

/** One statement numbers all rows, unless the numbers behind one text could be those behind another: `1` and `11`. */
function separable(rows: readonly Given[], { before }: Autonumber): readonly (readonly Given[])[] {
  const groups = groupBy(rows, (row) => String(row[before]));
  const prefixes = [...groups.keys()];
  const collide = prefixes.some((prefix) => prefixes.some((other) => other !== prefix && other.startsWith(prefix) && /^\d/.test(other.slice(prefix.length))));
  return collide ? [...groups.values()] : [rows];
}

function lockSql(number: Autonumber, object: CatalogObject): string {
  const target = logTarget(object);
  const names = [...fieldsOf(number.format), ...(number.organization ? [number.organization.name] : [])];
  const image = jsonbObject(names.flatMap((name) => {
    const column = target.columns.get(name);
    return column ? [[name, jsonOf(column, 't')] as const] : [];
  }));
  return `SELECT t."id", t."created_at", ${image} AS "image" FROM ${identifier(object.table)} t WHERE t."id" = ANY($1::uuid[]) AND t.${identifier(number.column)} IS NULL ORDER BY t."created_at", t."id" FOR NO KEY UPDATE`;
}

function fillSql(number: Autonumber, object: CatalogObject, binds: BindList): string {
  const stamps = new Stamps(binds);
  const target = logTarget(object);
  const [table, column] = [identifier(object.table), identifier(number.column)];
  const columns = [`"id" uuid`, `"#place" int4`, `${identifier(organizationValue)} text`, `${identifier(number.before)} text`, `${identifier(number.after)} text`];
  const rows = binds.add((_, locals) => locals['rows'], 'json');
  const { ctes, join, values } = numberSql([number], new Set(), 'input', 'i."#place"');
  const logged = [...target.columns.values()].filter(({ field }) => field === number.field);
  const parts = [
    `input AS (SELECT * FROM json_to_recordset(${rows}) AS r(${columns.join(', ')}))`,
    ...ctes,
    `old AS (SELECT o.* FROM ${table} o JOIN input i ON i."id" = o."id")`,
    `new AS (UPDATE ${table} t SET ${column} = ${values.get(number.field.name) ?? 'NULL'} FROM input i ${join} WHERE t."id" = i."id" RETURNING t.*)`,
    logInsert(target, 'update', 'n."id"', loggedDifferences(logged, 'o', 'n'), 'old o JOIN new n ON n."id" = o."id"', stamps),
  ];
  return `WITH ${parts.join(', ')} SELECT count(*)::int4 AS "count" FROM new`;
}
