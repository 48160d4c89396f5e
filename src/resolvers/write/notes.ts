import type { Row, Values } from './rows.ts';
import type { RunState } from './run-state.ts';
import { noteName } from './sql/notes.ts';
import { changeOf } from './stages.ts';
import type { NotePart } from './statement-part.ts';

/** Asks what is to be kept of rows that passed all checks. */
export function takeNotes(rows: readonly Row[], { context }: RunState): void {
  for (const row of rows) {
    for (const part of row.plan.notes) {
      const note = part.kinds.includes(row.kind) ? part.of(changeOf(row), context) : undefined;
      if (note) row.notes = new Map(row.notes).set(part, note);
    }
  }
}

/** The parts that have a note for one of the rows. */
export function partsNoted(rows: readonly Row[]): readonly NotePart[] {
  const [first] = rows;
  return first?.plan.notes.filter((part) => rows.some(({ notes }) => notes.has(part))) ?? [];
}

/** The notes of a row that go into its statement along with it. */
export function noteValues(parts: readonly NotePart[], { notes }: Row): Values {
  const values: Values = {};
  for (const [index, part] of parts.entries()) values[noteName(index)] = notes.get(part)?.value ?? null;
  return values;
}

/** Says what was kept with rows that were written. */
export function tellNotes(written: readonly Row[], { told, context: { database } }: RunState): void {
  for (const { notes } of written) {
    for (const note of notes.values()) {
      told.push(...note.told);
      database.afterCommit(note.committed);
    }
  }
}
