import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import { systemAccess } from '../../../resolvers/access.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import { filterToSql } from '../../../resolvers/filter/to-sql.ts';
import type { StoredRecord } from '../../../resolvers/filter/to-predicate.ts';
import { visibleRows, whereClause } from '../../../resolvers/filter/visible-rows.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';

/** Which rows match a closed filter. */
export interface Question {
  readonly object: CatalogObject;
  readonly filter: Filter;
  /** Only of these. */
  readonly ids?: readonly string[] | undefined;
  /** Of rows as they were, instead of those of the table; without trash. */
  readonly images?: readonly StoredRecord[] | undefined;
  readonly limit?: number | undefined;
}

/** Questions of one statement. */
const atOnce = 40;

/** Answers questions of all kinds of views in few statements: the ids that match, in their order. */
export async function askRows(questions: readonly Question[], request: RequestContext): Promise<readonly ReadonlySet<string>[]> {
  const answers = questions.map(() => new Set<string>());
  for (let start = 0; start < questions.length; start += atOnce) {
    const binds = new BindList();
    const parts = questions.slice(start, start + atOnce).map((question, index) => `(${sqlOf(question, start + index, request.catalog, binds)})`);
    const { rows } = await request.database.query<{ n: number; id: string }>({ text: parts.join(' UNION ALL '), values: binds.values(request) });
    for (const { n, id } of rows) answers[n]?.add(id);
  }
  return answers;
}

function sqlOf({ object, filter, ids, images, limit }: Question, number: number, catalog: Catalog, binds: BindList): string {
  const scope = { object, alias: binds.alias(), catalog, access: systemAccess, binds };
  const conditions = images ? [] : visibleRows(scope);
  if (ids) conditions.push(`${scope.alias}."id" = ANY(${binds.add(() => ids, 'uuid[]')})`);
  conditions.push(filterToSql(filter, scope));
  const table = identifier(object.table);
  const rows = images ? `jsonb_populate_recordset(NULL::${table}, ${binds.add(() => JSON.stringify(images.map((image) => byColumn(object, image))), 'jsonb')})` : table;
  const bounded = limit === undefined ? '' : ` ORDER BY 2 LIMIT ${limit}`;
  return `SELECT ${number} AS n, ${scope.alias}."id"::text AS id FROM ${rows} ${scope.alias}${whereClause(conditions)}${bounded}`;
}

function byColumn({ fields }: CatalogObject, image: StoredRecord): StoredRecord {
  return Object.fromEntries(Object.entries(image).flatMap(([name, value]) => {
    const column = fields.get(name)?.column;
    return column === undefined ? [] : [[column, value]];
  }));
}
