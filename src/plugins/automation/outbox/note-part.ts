import type { Catalog } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import { storedReads } from '../../../resolvers/expressions/formulas.ts';
import { systemFields } from '../../../resolvers/write/object-plan.ts';
import type { Change, MutationContext } from '../../../resolvers/write/phase.ts';
import type { NotePart } from '../../../resolvers/write/statement-part.ts';
import type { Rule } from '../rule.ts';
import type { EnvironmentOf, Sight } from '../sight.ts';
import type { Tools } from '../tools.ts';
import { noteOf } from './note.ts';
import { outboxTable } from './table.ts';

const stamps: ReadonlySet<string> = new Set(systemFields.filter((name) => name !== 'id'));

/** Whether the writing statement changes nothing that these expressions look at: they say the same before it. */
export function isKnownBefore(expressions: readonly CheckedExpression[], catalog: Catalog): boolean {
  return storedReads(expressions, catalog).every(({ root, steps, field }) => steps.length === 0 && (root === 'previous' || (field.column !== undefined && !field.type.computed && !stamps.has(field.name))));
}

/** Runs that a write starts are decided upon before its statement, which keeps them for the outbox along with the record. */
export function notePart(rules: readonly Rule[], sight: Sight, tools: () => Tools): NotePart {
  return {
    kinds: [...new Set(rules.flatMap(({ events }) => [...events]))],
    of: (change, context) => (context.skipAutomations === true ? undefined : noteOf(rules, change, sight.at(context), tools())),
    sql: ({ from, id, note, actor, organization, at, before, after, created }) =>
      `INSERT INTO ${outboxTable} ("record_id", "note", "user", "organization", "at", "before", "after", "created") SELECT ${[id, note, actor, organization, at, before, after, created].join(', ')} FROM ${from}`,
  };
}

/** The same for rules whose criteria look at what only the written record shows. */
export async function addNotes(rules: readonly Rule[], changes: readonly Change[], environmentOf: EnvironmentOf, context: MutationContext, tools: Tools): Promise<void> {
  const { caller, now } = context;
  const written = { user: caller.userId ?? null, organization: caller.organizationId ?? null, at: now.toISOString() };
  const noted = changes.flatMap((change) => {
    const note = noteOf(rules, change, environmentOf, tools);
    return note ? [{ change, note }] : [];
  });
  await tools.outbox.add(noted.map(({ change: { id, record, previous, kind }, note }) => ({ record_id: id, note: JSON.stringify(note.value), ...written, before: kind === 'update' ? previous : null, after: kind === 'delete' ? null : record })));
  for (const { note: { told } } of noted) for (const { topic, item, ready } of told) context.tell(topic, item, ready);
}
