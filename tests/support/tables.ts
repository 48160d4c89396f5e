import type { Database } from '../../src/database/database.ts';
import { searchVector } from '../../src/database/search-vector.ts';
import type { Catalog } from '../../src/metadata/catalog.ts';

/** Bare tables of a catalog, without keys and checks: for tests of what is below migrations. */
export async function migrateToCatalog(database: Database, catalog: Catalog): Promise<void> {
  const statements: string[] = [];
  for (const object of catalog.objects.values()) {
    const columns = [...object.fields.values()].flatMap((field) => {
      const shape = field.column === undefined ? undefined : field.type.column(field);
      if (!shape) return [];
      return [`"${field.column as string}" ${shape.pgType}${field.name === 'id' ? ' primary key' : field.name === 'version' ? ' not null default 1' : ''}`];
    });
    statements.push(`create table "${object.table}" (${columns.join(', ')})`);
    if (object.searchFields.length > 0) statements.push(`create index on "${object.table}" using gin (${searchVector(object)})`);
  }
  for (const link of catalog.links) {
    statements.push(`create table "${link.table}" (source_id uuid, target_id uuid, position int, primary key (source_id, target_id))`);
  }
  await database.exec(statements.join(';\n'));
}
