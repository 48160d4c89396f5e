import { ObjectosError } from '../../../errors.ts';
import type { CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { BindList } from '../../../resolvers/sql/binds.ts';
import { identifier, literal } from '../../../resolvers/sql/identifier.ts';
import type { FollowSql, FollowUp, RowWrite, StatementPart, WrittenRows } from '../../../resolvers/write/statement-part.ts';
import type { Stamps } from '../../../resolvers/write/sql/parts.ts';
import { fileTable } from '../tables.ts';
import { fileFields, setting } from './file-fields.ts';

interface Answer {
  /** Ids of files that the records name and may not have. */
  readonly refused: readonly string[] | null;
  readonly released: number;
}

/** Files follow their records: those that a write names become theirs, those that it gives up expire, in the same statement. */
export function followFiles(object: CatalogObject, removeSoon: (context: RequestContext) => Promise<void>): readonly StatementPart[] {
  const fields = fileFields(object);
  if (fields.length === 0) return [];
  return [{ follow: (write) => followUp(object, concerned(fields, write), write, removeSoon) }];
}

function concerned(fields: readonly CatalogField[], { kind, fields: set, soft }: RowWrite): readonly CatalogField[] {
  if (kind === 'restore' || soft) return [];
  // All or none, so that a file may move from one field to another.
  return kind === 'delete' || fields.some(({ name }) => set.includes(name)) ? fields : [];
}

function followUp(object: CatalogObject, fields: readonly CatalogField[], { kind }: RowWrite, removeSoon: (context: RequestContext) => Promise<void>): FollowUp | undefined {
  if (fields.length === 0) return undefined;
  return {
    pending: true,
    tables: [fileTable],
    sql: (rows, binds, stamps) => (kind === 'delete' ? releaseSql(fields, object, rows, stamps) : claimSql(fields, object, rows, binds, stamps)),
    async finish(answer, context) {
      const { refused, released } = answer as Answer;
      if (refused && refused.length > 0) throw new ObjectosError('CONFLICT', 'A file of the record was given to another one, or its time is over. Upload it again.');
      if (released > 0) await removeSoon(context);
    },
  };
}

/** Files that the rows hold: one row for each file and record. */
function filesSql(fields: readonly CatalogField[], from: string, alias: 'a' | 'b'): string {
  const selects = fields.map((field) => {
    const column = `${alias}.${identifier(field.column ?? field.name)}`;
    const isPublic = setting(field, 'publicRead') === true;
    return `SELECT (e.value ->> 'id')::uuid AS "id", ${alias}."id" AS "record", ${literal(field.name)} AS "field", e.value ->> 'name' AS "name", ${String(isPublic)} AS "public" FROM ${from} CROSS JOIN LATERAL jsonb_path_query(${column}, '$[*] ? (exists (@.id))') AS e(value)`;
  });
  // Of several fields one that is public counts: it gives out addresses that others may not.
  return `SELECT s."id", s."record", (array_agg(s."field" ORDER BY s."public" DESC, s."field"))[1] AS "field", min(s."name") AS "name" FROM (${selects.join(' UNION ALL ')}) s GROUP BY s."id", s."record"`;
}

const noFiles = `SELECT NULL::uuid AS "id", NULL::uuid AS "record", NULL::text AS "field", NULL::text AS "name" WHERE false`;
const sameFile = 'n."id" = o."id" AND n."record" = o."record"';

function releaseSql(fields: readonly CatalogField[], object: CatalogObject, { before }: WrittenRows, stamps: Stamps): FollowSql {
  const ctes = [`file_old AS (${before === undefined ? noFiles : filesSql(fields, before, 'b')})`, releasedSql(object, 'file_old', stamps)];
  return { ctes, answer: answerSql('NULL') };
}

function claimSql(fields: readonly CatalogField[], object: CatalogObject, { before, after }: WrittenRows, binds: BindList, stamps: Stamps): FollowSql {
  const isSystem = binds.add(({ caller }) => caller.kind === 'system', 'boolean');
  const ctes = [
    `file_old AS (${before === undefined ? noFiles : filesSql(fields, before, 'b')})`,
    `file_new AS (${after === undefined ? noFiles : filesSql(fields, after, 'a')})`,
    `file_claim AS (SELECT n.* FROM file_new n WHERE NOT EXISTS (SELECT 1 FROM file_old o WHERE ${sameFile} AND n."field" = o."field" AND n."name" = o."name"))`,
    `file_claimed AS (UPDATE "${fileTable}" f SET "object" = ${literal(object.name)}, "field" = n."field", "record_id" = n."record", "name" = n."name", "expires_at" = NULL ` +
      `FROM file_claim n WHERE f."id" = n."id" AND (f."record_id" = n."record" AND f."object" = ${literal(object.name)} AND f."expires_at" IS NULL ` +
      `OR f."record_id" IS NULL AND f."expires_at" > now() AND (${isSystem} OR f."uploaded_by" IS NOT DISTINCT FROM ${stamps.actor})) RETURNING f."id", f."record_id")`,
    releasedSql(object, `(SELECT o.* FROM file_old o WHERE NOT EXISTS (SELECT 1 FROM file_new n WHERE ${sameFile}))`, stamps),
  ];
  return { ctes, answer: answerSql(`(SELECT jsonb_agg(n."id") FROM file_claim n WHERE NOT EXISTS (SELECT 1 FROM file_claimed c WHERE c."id" = n."id" AND c."record_id" = n."record"))`) };
}

function releasedSql(object: CatalogObject, files: string, stamps: Stamps): string {
  return `file_released AS (UPDATE "${fileTable}" f SET "expires_at" = least(${stamps.now}, now()) FROM ${files} o WHERE f."id" = o."id" AND f."record_id" = o."record" AND f."object" = ${literal(object.name)} RETURNING f."id")`;
}

const answerSql = (refused: string): string => `jsonb_build_object('refused', ${refused}, 'released', (SELECT count(*) FROM file_released))`;
