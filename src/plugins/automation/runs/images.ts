import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { Database } from '../../../database/database.ts';
import { identifier } from '../../../resolvers/sql/identifier.ts';
import { columnPlans } from '../../../resolvers/write/object-plan.ts';
import { jsonbObject, jsonOf } from '../../../resolvers/write/sql/parts.ts';

/** SQL of the whole record, as hooks see it. */
export function imageSql(object: CatalogObject, alias: string): string {
  return jsonbObject([...columnPlans(object)].map(([name, column]) => [name, jsonOf(column, alias)] as const));
}

/** A record as it is now; undefined when it is gone, or in the trash. */
export async function imageOf(object: CatalogObject, id: string, database: Database): Promise<Readonly<Record<string, unknown>> | undefined> {
  const deleted = object.softDelete === undefined ? '' : ` AND o.${identifier(object.fields.get(object.softDelete)?.column ?? object.softDelete)} IS NULL`;
  const { rows } = await database.query<{ image: Readonly<Record<string, unknown>> }>({ text: `SELECT ${imageSql(object, 'o')} AS "image" FROM ${identifier(object.table)} o WHERE o."id" = $1::uuid${deleted}`, values: [id] });
  return rows[0]?.image;
}
