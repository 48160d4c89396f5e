import type { Access } from '../../access.ts';
import { BindList } from '../../sql/binds.ts';
import { literal } from '../../sql/identifier.ts';
import { changeLogTable } from '../change-log/table.ts';
import { columnOf, type ObjectPlan } from '../object-plan.ts';
import { followSql } from '../follow-ups.ts';
import type { FollowUp, Heard, NotePart } from '../statement-part.ts';
import { castActor } from './insert.ts';
import { inputRows } from './input-rows.ts';
import { noteColumns, noteSql, notesKey } from './notes.ts';
import { imageOf, logInsert, loggedValues, Stamps } from './parts.ts';
import type { WriteStatement } from './statement-cache.ts';

export interface DeleteShape {
  /** `soft` marks the record, `hard` removes it, `restore` takes it out of the trash. */
  readonly mode: 'soft' | 'hard' | 'restore';
  readonly image: boolean;
  readonly followUps: readonly FollowUp[];
  readonly heard: Heard;
  readonly notes: readonly NotePart[];
}

export interface IdsInput extends Readonly<Record<string, unknown>> {
  readonly ids: readonly string[];
}

export function deleteKey(plan: ObjectPlan, { mode, image, notes }: DeleteShape, _access: Access): string {
  return `d ${plan.name} ${mode} ${image ? 'i' : ''}${notesKey(plan, notes)}`;
}

/** Deletes, marks or restores records that were locked and checked before, with their change log rows. */
export function deleteStatement(plan: ObjectPlan, { mode, image, followUps, heard, notes }: DeleteShape): WriteStatement {
  const binds = new BindList();
  const stamps = new Stamps(binds);
  const ids = binds.add((_, locals) => (locals as IdsInput).ids, 'uuid[]');
  const gone =
    mode === 'hard'
      ? `DELETE FROM ${plan.table} t WHERE t."id" = ANY(${ids})`
      : `UPDATE ${plan.table} t SET ${markAssignments(plan, mode, stamps)} WHERE t."id" = ANY(${ids})`;
  // Nobody can ask for the history of a record that is gone: its changes age like all others.
  const ends = mode === 'hard' && plan.kept.length > 0;
  const log = logInsert(ends ? { ...plan, kept: [] } : plan, mode === 'restore' ? 'restore' : 'delete', 'n."id"', loggedValues(plan.columns.values(), 'n'), 'new n', stamps);
  const released = `released AS (UPDATE "${changeLogTable}" l SET "kept" = false FROM new n WHERE l."record_id" = n."id" AND l."object" = ${literal(plan.name)} AND l."kept")`;
  const noted = notes.length === 0 ? [] : [`input AS (${inputRows([columnOf(plan, 'id')], { many: true, extra: noteColumns(notes) }, binds)})`];
  const followed = followSql(followUps, mode === 'restore' ? { before: undefined, after: 'new a' } : { before: 'new b', after: undefined }, binds, stamps, heard);
  const ctes = [...noted, `new AS (${gone} RETURNING t.*)`, log, ...(ends ? [released] : []), ...followed.ctes, ...noteSql(plan, notes, { from: 'new n', id: 'n."id"', single: undefined }, stamps, binds)];
  const text = `WITH ${ctes.join(', ')} SELECT n."id", true AS "written"${image ? `, ${imageOf(plan, 'n')} AS "image"` : ''}${followed.column} FROM new n`;
  return { text, binds };
}

function markAssignments(plan: ObjectPlan, mode: 'soft' | 'restore', stamps: Stamps): string {
  const updatedBy = plan.columns.get('updated_by');
  return [
    `${plan.deletedAt ?? ''} = ${mode === 'soft' ? stamps.now : 'NULL'}`,
    ...(plan.columns.has('updated_at') ? [`${columnOf(plan, 'updated_at').column} = ${stamps.now}`] : []),
    ...(updatedBy ? [`${updatedBy.column} = ${castActor(stamps.actor, updatedBy)}`] : []),
    ...(plan.columns.has('version') ? ['"version" = t."version" + 1'] : []),
  ].join(', ');
}
