import type { BindList, Locals } from '../../sql/binds.ts';
import type { ObjectPlan } from '../object-plan.ts';
import type { NotePart } from '../statement-part.ts';
import { imageOf } from './parts.ts';

/** For each part of the statement, its note, or those of many rows as JSON. */
export interface NotesInput extends Locals {
  readonly notes: readonly string[];
}

export function notesKey({ notes: all }: ObjectPlan, notes: readonly NotePart[]): string {
  return notes.length === 0 ? '' : ` n${notes.map((part) => all.indexOf(part)).join()}`;
}

/** CTEs that keep notes of the rows `n` of `from`. */
export function noteSql(plan: ObjectPlan, parts: readonly NotePart[], { many, from, before, after }: { readonly many: boolean; readonly from: string; readonly before: string | undefined; readonly after: string | undefined }, binds: BindList): readonly string[] {
  const image = (alias: string | undefined): string => (alias === undefined ? 'NULL::jsonb' : imageOf(plan, alias));
  return parts.map((part, index) => {
    const given = binds.addOwn((_, locals) => (locals as NotesInput).notes[index], many ? 'json' : 'text');
    const rows = many ? `${from} JOIN json_to_recordset(${given}) AS k("id" uuid, "note" text) ON k."id" = n."id"` : from;
    return `note${index} AS (${part.sql({ from: rows, id: 'n."id"', note: many ? 'k."note"' : given, before: image(before), after: image(after) })})`;
  });
}
