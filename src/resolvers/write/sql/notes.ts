import type { BindList } from '../../sql/binds.ts';
import { identifier } from '../../sql/identifier.ts';
import type { ObjectPlan } from '../object-plan.ts';
import type { NotePart } from '../statement-part.ts';
import type { ExtraColumn } from './input-rows.ts';
import { imageOf, type SingleInput, type Stamps } from './parts.ts';

export const noteName = (index: number): string => `#note${index}`;

/** The notes of each of many rows, which come with it. */
export function noteColumns(notes: readonly NotePart[]): readonly ExtraColumn[] {
  return notes.map((_, index) => [noteName(index), 'json']);
}

export function notesKey({ notes: all }: ObjectPlan, notes: readonly NotePart[]): string {
  return notes.length === 0 ? '' : ` n${notes.map((part) => all.indexOf(part)).join()}`;
}

interface WrittenRows {
  /** FROM items with the rows that were written. */
  readonly from: string;
  /** SQL of their ids. */
  readonly id: string;
  /** How many values come before the notes, with one row; many have them in `input`. */
  readonly single: number | undefined;
  /** Aliases of the record as it was and as it is. */
  readonly before?: string;
  readonly after?: string;
  /** SQL of what the log says of new records, if their images follow from it. */
  readonly created?: string | undefined;
}

/** CTEs that keep the notes of those rows that were written. */
export function noteSql(plan: ObjectPlan, parts: readonly NotePart[], { from, id, single, before, after, created = 'NULL::jsonb' }: WrittenRows, stamps: Stamps, binds: BindList): readonly string[] {
  // Stamps that nobody asks for would be bound in vain.
  if (parts.length === 0) return [];
  const image = (alias: string | undefined): string => (alias === undefined ? 'NULL::jsonb' : imageOf(plan, alias));
  const { now: at, actor, organization } = stamps;
  const written = { id, at, actor, organization, before: image(before), after: image(after), created };
  return parts.map((part, index) => {
    const brought = `k.${identifier(noteName(index))}`;
    const rows =
      single === undefined
        ? { from: `${from} JOIN input k ON k."id" = ${id} WHERE ${brought} IS NOT NULL`, note: `${brought}::text` }
        : { from, note: binds.addOwn((_, locals) => (locals as SingleInput).values[single + index], 'text') };
    return `note${index} AS (${part.sql({ ...rows, ...written })})`;
  });
}
