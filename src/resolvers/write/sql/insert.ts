import type { Rows } from '../../filter/rows.ts';
import type { RequestContext } from '../../request.ts';
import { BindList } from '../../sql/binds.ts';
import { identifier } from '../../sql/identifier.ts';
import { columnOf, systemFields, type ColumnPlan, type ObjectPlan } from '../object-plan.ts';
import { followSql } from '../follow-ups.ts';
import type { FollowUp, Heard, InsertPart, NotePart } from '../statement-part.ts';
import { answeredFlags, createChecks, passes, rowFlags, type CheckScope } from './checks.ts';
import { inputRows } from './input-rows.ts';
import { showsAll } from '../created-image.ts';
import { noteColumns, noteSql, notesKey } from './notes.ts';
import { imageOf, logInsert, loggedValues, requestColumn, Stamps } from './parts.ts';
import type { Returning } from '../writer.ts';
import type { WriteStatement } from './statement-cache.ts';

export interface InsertShape extends CheckScope {
  /** Machine names of the given values, `id` first. */
  readonly fields: readonly string[];
  readonly many: boolean;
  /** The rows come of several requests of one caller. */
  readonly gathered: boolean;
  /** Multiple lookups that the rows set. */
  readonly lists: readonly string[];
  /** Rows bring lists of multiple lookups for the log. */
  readonly withLinks: boolean;
  /** Give back the stored rows. */
  readonly image: boolean;
  readonly returning?: Returning | undefined;
  readonly followUps: readonly FollowUp[];
  readonly heard: Heard;
  readonly notes: readonly NotePart[];
}

export function insertKey(plan: ObjectPlan, shape: InsertShape, access: RequestContext['access']): string {
  const flags = `${shape.many ? 'm' : ''}${shape.gathered ? 'g' : ''}${shape.withLinks ? 'l' : ''}${shape.image ? 'i' : ''}${shape.checkReferences ? 'r' : ''}`;
  return `i ${plan.name} ${flags} ${shape.asSystem ? '' : access.fingerprint} ${[...shape.fields, ...shape.lists].join()}${returningKey(shape)}${notesKey(plan, shape.notes)}`;
}

/**
 * Inserts one row or many, checks the caller's rights on the new image, and writes the change log: one statement. Rows that
 * fail a check are not written; the flags of the answer say which check it was.
 */
export function insertStatement(plan: ObjectPlan, shape: InsertShape): WriteStatement {
  const binds = new BindList();
  const stamps = new Stamps(binds, shape.gathered);
  const columns = shape.fields.map((field) => columnOf(plan, field));
  const inserts = plan.parts.flatMap(({ insert }) => insert ?? []);
  const extra = [...(shape.gathered ? [requestColumn] : []), ...(shape.withLinks ? [['#links', 'jsonb'] as const] : []), ...inserts.flatMap((insert) => insert.extra)];
  const input = inputRows(columns, { ...shape, extra: shape.many ? [...extra, ...noteColumns(shape.notes)] : extra }, binds);
  const stamped = stampColumns(plan, shape.fields, stamps);
  const target = [...columns.map(({ column }) => column), ...stamped.map(([{ column }]) => column)];
  const source = [...columns.map(({ column }) => `i.${column}`), ...stamped.map(([, sql]) => sql)];

  const checks = createChecks(plan, shape, shape.lists, 'i', binds);
  const ctes = [`input AS (${input})`];
  if (checks.length > 0) {
    const given = new Map([...columns.map((column) => [column.column, `i.${column.column}`] as const), ...stamped.map(([{ column }, sql]) => [column, sql] as const)]);
    const whole = [...plan.columns.values()].map(({ column, castType }) => `${given.get(column) ?? `NULL::${castType}`} AS ${column}`);
    const brought = extra.map(([name]) => `, i.${identifier(name)}`).join('');
    ctes.push(`image AS (SELECT ${whole.join(', ')}${brought} FROM input i)`);
    ctes.push(`checked AS (SELECT i.*, ${rowFlags(checks)} FROM image i)`);
  }
  const from = checks.length > 0 ? `checked i WHERE ${passes(checks, 'i')}` : 'input i';
  const inserted = checks.length > 0 ? [...columns, ...stamped.map(([column]) => column)].map(({ column }) => `i.${column}`) : source;
  const computed = computedColumns(plan, shape, inserts, from, binds);
  ctes.push(...computed.ctes);
  ctes.push(
    `new AS (INSERT INTO ${plan.table} (${[...target, ...computed.columns.map(([{ column }]) => column)].join(', ')}) ` +
      `SELECT ${[...inserted, ...computed.columns.map(([, sql]) => sql)].join(', ')} FROM ${computed.from} RETURNING *)`,
  );

  const logged = loggedValues([...columns, ...computed.columns.map(([column]) => column)], 'n');
  const followsFromLog = shape.notes.length > 0 && showsAll(plan, [...shape.fields, ...computed.columns.map(([{ field }]) => field.name)]);
  const logFrom = shape.withLinks || shape.gathered ? 'new n JOIN input i ON i."id" = n."id"' : 'new n';
  ctes.push(logInsert(plan, 'create', 'n."id"', `${logged}${shape.withLinks ? ` || coalesce(i."#links", '{}'::jsonb)` : ''}`, logFrom, stamps, { request: stamps.requestOfRow, returning: followsFromLog ? '"record_id", "changes"' : undefined }));
  const followed = followSql(shape.followUps, { before: undefined, after: 'new a' }, binds, stamps, shape.heard);
  const noted = followsFromLog ? { from: 'log l', id: 'l."record_id"', created: 'l."changes"' } : { from: 'new n', id: 'n."id"', after: 'n' };
  ctes.push(...followed.ctes, ...noteSql(plan, shape.notes, { ...noted, single: shape.many ? undefined : columns.length + extra.length }, stamps, binds));
  const image = `${shape.image ? `, ${imageOf(plan, 'n')} AS "image"` : ''}${followed.column}`;
  const returned = returnedColumn(shape, 'n', insertedRights(plan, shape), binds);
  const result =
    checks.length > 0
      ? `SELECT c."id"${answeredFlags(checks, 'c')}, n."id" IS NOT NULL AS "written"${image}${returned} FROM checked c LEFT JOIN new n ON n."id" = c."id"`
      : `SELECT n."id", true AS "written"${image}${returned} FROM new n`;
  return { text: `WITH ${ctes.join(', ')} ${result}`, binds };
}

/** Rights on a new record that were checked. What plugins compute is not in the image that was looked at. */
function insertedRights(plan: ObjectPlan, { access, asSystem }: InsertShape): Rows {
  return asSystem || plan.parts.some(({ insert }) => insert) ? true : access.object(plan.name).check;
}

/** What plugins compute for the rows that passed the checks. */
function computedColumns(plan: ObjectPlan, { fields }: InsertShape, inserts: readonly InsertPart[], from: string, binds: BindList) {
  if (inserts.length === 0) return { ctes: [], columns: [], from };
  const parts = inserts.map((insert) => insert.sql(fields, 'sound', binds));
  const columns = parts.flatMap(({ values }) => [...values].map(([name, sql]) => [columnOf(plan, name), sql] as const));
  return { ctes: [`sound AS (SELECT i.* FROM ${from})`, ...parts.flatMap(({ ctes }) => ctes)], columns, from: ['sound i', ...parts.map(({ join }) => join)].join(' ') };
}

/** `returned`: JSON of the stored row `alias`, of which `known` is sure; null where there is none. Not of what follows from the statement, which it sees as it was before. */
export function returnedColumn({ returning, followUps }: Pick<InsertShape, 'returning' | 'followUps'>, alias: string, known: Rows, binds: BindList, condition = `${alias}."id" IS NOT NULL`): string {
  const isOld = followUps.some(({ tables }) => tables.some((table) => returning?.reads(table, known)));
  return returning && !isOld ? `, CASE WHEN ${condition} THEN ${returning.sql(alias, binds, known)} END::text AS "returned"` : '';
}

export function returningKey({ returning }: Pick<InsertShape, 'returning'>): string {
  return returning ? ` ${returning.id}` : '';
}

function stampColumns(plan: ObjectPlan, given: readonly string[], stamps: Stamps): [ColumnPlan, string][] {
  return systemFields.flatMap((name): [ColumnPlan, string][] => {
    const column = plan.columns.get(name);
    if (!column || name === 'id' || given.includes(name)) return [];
    if (name === 'version') return [[column, '1']];
    if (name === 'created_at' || name === 'updated_at') return [[column, stamps.now]];
    return [[column, castActor(stamps.actor, column)]];
  });
}

export function castActor(actor: string, { castType }: ColumnPlan): string {
  return castType === 'text' ? actor : `(${actor})::${castType}`;
}

