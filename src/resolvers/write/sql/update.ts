import { BindList } from '../../sql/binds.ts';
import { fieldsRead } from '../../filter/fields-read.ts';
import { allOf, type Rows } from '../../filter/rows.ts';
import { rowCondition, visibleRows } from '../../filter/visible-rows.ts';
import { columnOf, systemFields, type ObjectPlan } from '../object-plan.ts';
import { isPlain, type Access } from '../../access.ts';
import { followSql } from '../follow-ups.ts';
import type { FollowUp, Heard, NotePart } from '../statement-part.ts';
import { answeredFlags, fieldChecks, imageCheck, passes, referenceChecks, rowFlag, rowFlags, sqlScope, type Check, type CheckScope } from './checks.ts';
import { inputRow, inputRows } from './input-rows.ts';
import { castActor, returnedColumn, returningKey } from './insert.ts';
import { noteColumns, noteSql, notesKey } from './notes.ts';
import { imageOf, logInsert, loggedDifferences, requestColumn, Stamps } from './parts.ts';
import type { Returning } from '../writer.ts';
import type { WriteStatement } from './statement-cache.ts';

export interface UpdateShape extends CheckScope {
  /** Machine names of the values that are set. */
  readonly fields: readonly string[];
  readonly many: boolean;
  /** The rows come of several requests of one caller. */
  readonly gathered: boolean;
  readonly withLinks: boolean;
  readonly image: boolean;
  readonly returning?: Returning | undefined;
  /** The records were locked and their old image checked before. */
  readonly locked: boolean;
  readonly followUps: readonly FollowUp[];
  readonly heard: Heard;
  readonly notes: readonly NotePart[];
}

export function updateKey(plan: ObjectPlan, shape: UpdateShape, access: Access): string {
  const flags = `${shape.many ? 'm' : ''}${shape.gathered ? 'g' : ''}${shape.withLinks ? 'l' : ''}${shape.image ? 'i' : ''}${shape.locked ? 'k' : ''}${shape.checkReferences ? 'r' : ''}`;
  return `u ${plan.name} ${flags} ${shape.asSystem ? '' : access.fingerprint} ${shape.fields.join()}${returningKey(shape)}${notesKey(plan, shape.notes)}`;
}

/**
 * Updates one row or many: locks the old image, checks rights on it and on the new one, writes what differs with its change log
 * rows, and answers per record what was found. A record of which nothing changes is left alone.
 */
export function updateStatement(plan: ObjectPlan, shape: UpdateShape): WriteStatement {
  const binds = new BindList();
  const stamps = new Stamps(binds, shape.gathered);
  const columns = shape.fields.map((field) => columnOf(plan, field));
  const id = columnOf(plan, 'id');
  const extra = [...(shape.gathered ? [requestColumn] : []), ...(shape.locked ? [] : [['#version', 'int4'] as const]), ...(shape.withLinks ? [['#links', 'jsonb'] as const] : []), ...(shape.many ? noteColumns(shape.notes) : [])];
  // One row stands where it is used: the planner makes plain values of it.
  const row = shape.many ? undefined : inputRow([id, ...columns], extra, binds);
  const input = row ? `(${row.sql})` : 'input';
  const ctes = row ? [] : [`input AS (${inputRows([id, ...columns], { ...shape, extra }, binds)})`];
  const wanted = row ? `o."id" = ${row.first}` : 'o."id" IN (SELECT "id" FROM input)';
  ctes.push(`old AS (SELECT o.* FROM ${plan.table} o WHERE ${wanted}${shape.locked ? '' : `${row ? '' : ' ORDER BY o."id"'} FOR NO KEY UPDATE`})`);

  const stamped = new Map<string, string>();
  if (plan.columns.has('updated_at') && !shape.fields.includes('updated_at')) stamped.set(columnOf(plan, 'updated_at').column, stamps.now);
  const updatedBy = plan.columns.get('updated_by');
  if (updatedBy && !shape.fields.includes('updated_by')) stamped.set(updatedBy.column, castActor(stamps.actor, updatedBy));

  const kept = keptRights(plan, shape);
  const onImage = imageCheck('edit', plan, shape, 'm', binds, kept);
  const checks: Check[] = [
    ...(shape.locked ? [] : oldChecks(plan, shape, binds)),
    ...referenceChecks(plan, shape, 'i', binds),
    ...onImage,
  ];
  const set = new Map(columns.map(({ column }) => [column, `i.${column}`]));
  const whole = [...plan.columns.values()].map(({ column }) => `${set.get(column) ?? stamped.get(column) ?? `o.${column}`} AS ${column}`);
  if (onImage.length > 0) ctes.push(`image AS (SELECT ${whole.join(', ')} FROM old o JOIN ${input} i ON i."id" = o."id")`);
  if (checks.length > 0) {
    const join = onImage.length > 0 ? ' JOIN image m ON m."id" = o."id"' : '';
    ctes.push(`state AS (SELECT o.*, ${rowFlags(checks)} FROM old o JOIN ${input} i ON i."id" = o."id"${join})`);
  }
  const rows = checks.length > 0 ? 'state' : 'old';
  const assignments = [
    ...columns.map(({ column }) => `${column} = i.${column}`),
    ...[...stamped].map(([column, sql]) => `${column} = ${sql}`),
    ...(plan.columns.has('version') ? ['"version" = t."version" + 1'] : []),
  ];
  // Whether a value that the caller does not see was the same already is nothing to tell.
  const blind = !shape.asSystem && shape.fields.some((name) => !isPlain(shape.access.object(plan.name).field(name)));
  const differs = blind ? ['true'] : [...columns.map(({ column }) => `o.${column} IS DISTINCT FROM i.${column}`), ...(shape.withLinks ? ['i."#links" IS NOT NULL'] : [])];
  const where = [
    't."id" = o."id"',
    'i."id" = o."id"',
    ...(checks.length > 0 ? [passes(checks, 'o')] : []),
    `(${differs.length === 0 ? 'false' : differs.join(' OR ')})`,
  ];
  ctes.push(`new AS (UPDATE ${plan.table} t SET ${assignments.join(', ')} FROM ${rows} o, ${input} i WHERE ${where.join(' AND ')} RETURNING t.*)`);
  const changes = `${loggedDifferences(columns, 'o', 'n')}${shape.withLinks ? ` || coalesce(i."#links", '{}'::jsonb)` : ''}`;
  const logFrom = `${rows} o JOIN new n ON n."id" = o."id"${shape.withLinks || shape.gathered ? ` JOIN ${input} i ON i."id" = o."id"` : ''}`;
  ctes.push(logInsert(plan, 'update', 'o."id"', changes, logFrom, stamps, { request: stamps.requestOfRow }));

  const version = plan.columns.has('version') ? 'o."version"' : 'NULL::int4';
  const followed = followSql(shape.followUps, { before: 'old b JOIN new w ON w."id" = b."id"', after: 'new a' }, binds, stamps, shape.heard);
  ctes.push(...followed.ctes, ...noteSql(plan, shape.notes, { from: 'new n JOIN old o ON o."id" = n."id"', id: 'n."id"', single: row && columns.length + 1 + extra.length, before: 'o', after: 'n' }, stamps, binds));
  const image = `${shape.image ? `, ${imageOf(plan, 'n')} AS "image"` : ''}${followed.column}`;
  const isChecked = checks.some(({ name }) => name === 'visible');
  const returned = returnedColumn(shape, 'v', kept, binds, isChecked ? rowFlag('visible', 'o') : undefined);
  // A record of which nothing changed is shown as it stands.
  if (returned !== '') ctes.push(`seen AS (SELECT * FROM new UNION ALL SELECT * FROM old o WHERE NOT EXISTS (SELECT FROM new n${row ? '' : ' WHERE n."id" = o."id"'}))`);
  const text =
    `WITH ${ctes.join(', ')} SELECT o."id", ${version} AS "current"${answeredFlags(checks, 'o')}, n."id" IS NOT NULL AS "written"${image}${returned} ` +
    `FROM ${rows} o LEFT JOIN new n ON n."id" = o."id"${returned !== '' ? ' JOIN seen v ON v."id" = o."id"' : ''}`;
  return { text, binds };
}

/** Rights on the old image that hold for the new one as well, since the update touches nothing that they depend on. */
function keptRights(plan: ObjectPlan, { access, asSystem, fields }: UpdateShape): Rows {
  if (asSystem) return true;
  const touched = new Set([...fields, ...systemFields.filter((name) => name !== 'id')]);
  const { read, edit } = access.object(plan.name);
  return allOf([read, edit].filter((rows) => fieldsRead(rows, plan.object)?.every((name) => !touched.has(name)) ?? false));
}

/** What has to hold for the record as it is. */
function oldChecks(plan: ObjectPlan, shape: UpdateShape, binds: BindList): Check[] {
  const scope = sqlScope(plan, shape, 'o', binds);
  const visible = visibleRows(scope);
  const { read, edit } = shape.access.object(plan.name);
  const editable = shape.asSystem ? undefined : rowCondition(edit, { ...scope, known: read });
  return [
    ...(visible.length > 0 ? [{ name: 'visible', sql: visible.join(' AND ') }] : []),
    ...(plan.columns.has('version') ? [{ name: 'version', sql: '(i."#version" IS NULL OR i."#version" = o."version")' }] : []),
    ...(editable === undefined ? [] : [{ name: 'edit', sql: editable }]),
    ...fieldChecks(plan, shape, 'o', binds),
  ];
}
