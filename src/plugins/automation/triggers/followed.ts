import type { Catalog } from '../../../metadata/catalog.ts';
import { storedReads } from '../../../resolvers/expressions/formulas.ts';
import { groupBy } from '../../../resolvers/write/group-by.ts';
import type { Change, MutationPhase } from '../../../resolvers/write/phase.ts';
import { subjectOf } from '../fires.ts';
import { addNotes } from '../outbox/note-part.ts';
import type { Rule } from '../rule.ts';
import { sightOf, type Surroundings } from '../sight.ts';
import type { Tools } from '../tools.ts';
import { setTimers } from './set-timers.ts';
import { expressionsOf, sortRules } from './sort-rules.ts';
import { writeWithin } from './write-within.ts';

/**
 * Rules whose criteria look at roll-ups: writes of the summarised records change those without one of the record itself. Undefined
 * without such rules. Others do not hear of it: nobody updated the record, as its version says too.
 */
export function followedPhase(rules: readonly Rule[], catalog: Catalog, surroundings: Surroundings, tools: () => Tools): Pick<MutationPhase, 'hears' | 'followed'> | undefined {
  const hearing = rules.map((rule) => ({ rule, hears: rollUpsRead(rule, catalog) })).filter(({ hears }) => hears.length > 0);
  if (hearing.length === 0) return undefined;
  const all = hearing.map(({ rule }) => rule);
  const sight = sightOf([...expressionsOf(all, false), ...expressionsOf(sortRules(all).within, true)], catalog, surroundings);
  const concerned = ({ values }: Change): readonly Rule[] => hearing.filter(({ hears }) => hears.some((name) => name in values)).map(({ rule }) => rule);
  return {
    hears: [...new Set(hearing.flatMap(({ hears }) => hears))],
    async followed(changes, context) {
      if (context.skipAutomations === true) return;
      const environmentOf = await sight.load(changes.map(subjectOf), context);
      for (const group of groupBy(changes, (change) => concerned(change).map(({ name }) => name).join()).values()) {
        const { within, afterwards, timed } = sortRules(concerned(group[0] as Change));
        await addNotes(afterwards, group, environmentOf, context, tools());
        if (timed.length > 0) await setTimers(timed, group, environmentOf, context, tools());
        // Last: what they write of the record is its next change.
        await writeWithin(within, group, environmentOf, undefined, context, tools());
      }
    },
  };
}

/** Stored fields of the record that it computes from others, and that its updates may start the rule by. */
function rollUpsRead({ criteria, events, timers }: Rule, catalog: Catalog): readonly string[] {
  if (!criteria || (!events.has('update') && timers.length === 0)) return [];
  return storedReads([criteria], catalog).flatMap(({ steps, field }) => (steps.length === 0 && field.type.computed === true && field.column !== undefined ? [field.name] : []));
}
