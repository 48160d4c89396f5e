import type { Row } from './rows.ts';
import type { RunState } from './run-state.ts';
import type { NotesInput } from './sql/notes.ts';
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

/** `many`: the notes of several rows, by their ids. */
export function notesInput(parts: readonly NotePart[], rows: readonly Row[], many: boolean): NotesInput | undefined {
  if (parts.length === 0) return undefined;
  const noted = (part: NotePart): string => {
    const found = rows.flatMap(({ id, notes }) => ({ id, note: notes.get(part)?.text }));
    return many ? JSON.stringify(found.filter(({ note }) => note !== undefined)) : (found[0]?.note ?? '');
  };
  return { notes: parts.map(noted) };
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
