import type { Database } from '../../../database/database.ts';
import type { PlatformTable } from '../../../database/phase.ts';

const table = 'objectos_remote_schema';

export const copyTable: PlatformTable = {
  name: table,
  model: `
/// Schemas of remote services as they were last, for starts without them.
model ObjectosRemoteSchema {
  remote String   @id
  sdl    String
  at     DateTime @db.Timestamptz(3)

  @@map("${table}")
}
`,
};

export async function readCopy(database: Database, remote: string): Promise<string | undefined> {
  const { rows } = await database.query<{ sdl: string }>({ text: `SELECT "sdl" FROM "${table}" WHERE "remote" = $1`, values: [remote] });
  return rows[0]?.sdl;
}

export async function keepCopy(database: Database, remote: string, sdl: string): Promise<void> {
  const text = `INSERT INTO "${table}" ("remote", "sdl", "at") VALUES ($1, $2, now()) ON CONFLICT ("remote") DO UPDATE SET "sdl" = excluded."sdl", "at" = excluded."at" WHERE "${table}"."sdl" <> excluded."sdl"`;
  await database.query({ text, values: [remote, sdl] });
}
