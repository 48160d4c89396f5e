import type { StoredFile } from '../../kernel/uploads.ts';
import type { Database } from '../../database/database.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { fileTable } from './tables.ts';

/** A file as its row knows it. */
export interface FileRow extends StoredFile {
  readonly uploadedBy: string | undefined;
  /** The record that has it. */
  readonly object: string | undefined;
  readonly field: string | undefined;
  readonly recordId: string | undefined;
}

/** Hours for which a file waits for the operation that it came with. */
const arrivalHours = 1;

const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();

/** The row of a file that belongs to its uploader. */
export async function addFile({ id, name, size, mimeType, digest, width, height }: StoredFile, { database, caller }: RequestContext): Promise<void> {
  await database.query({
    text: `INSERT INTO "${fileTable}" ("id", "name", "size", "mime_type", "digest", "width", "height", "uploaded_by", "uploaded_at", "expires_at") VALUES ($1::uuid, $2, $3::bigint, $4, $5, $6::int, $7::int, $8, now(), $9::timestamptz)`,
    values: [id, name, String(size), mimeType, digest, width ?? null, height ?? null, caller.userId ?? null, hours(arrivalHours)],
  });
}

/** Lets a file wait for a record for so long. */
export async function keepFile(id: string, keepHours: number, database: Database): Promise<void> {
  await database.query({ text: `UPDATE "${fileTable}" SET "expires_at" = $2::timestamptz WHERE "id" = $1::uuid AND "record_id" IS NULL AND "expires_at" > now()`, values: [id, hours(keepHours)] });
}

/** Those of the files that are there. */
export async function findFiles(ids: readonly string[], database: Database): Promise<ReadonlyMap<string, FileRow>> {
  const { rows } = await database.query<Readonly<Record<string, unknown>>>({
    text: `SELECT "id"::text, "name", "size"::text, "mime_type", "digest", "width", "height", "uploaded_by", "object", "field", "record_id"::text FROM "${fileTable}" WHERE "id" = ANY($1::uuid[]) AND ("expires_at" IS NULL OR "expires_at" > now())`,
    values: [ids],
  });
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  return new Map(
    rows.map((row): [string, FileRow] => [
      String(row['id']),
      {
        id: String(row['id']), name: String(row['name']), size: Number(row['size']), mimeType: String(row['mime_type']), digest: String(row['digest']),
        width: number(row['width']), height: number(row['height']), uploadedBy: text(row['uploaded_by']), object: text(row['object']), field: text(row['field']), recordId: text(row['record_id']),
      },
    ]),
  );
}

/** Ids of files that no record has and whose time is over. */
export async function expiredFiles(database: Database, limit: number): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({ text: `SELECT "id"::text FROM "${fileTable}" WHERE "expires_at" <= now() ORDER BY "expires_at" LIMIT $1::int`, values: [limit] });
  return rows.map(({ id }) => id);
}

export async function forgetFile(id: string, database: Database): Promise<void> {
  await database.query({ text: `DELETE FROM "${fileTable}" WHERE "id" = $1::uuid AND "expires_at" <= now()`, values: [id] });
}
