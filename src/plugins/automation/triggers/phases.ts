import type { Catalog, CatalogObject } from '../../../metadata/catalog.ts';
import type { Change, MutationContext, MutationPhase } from '../../../resolvers/write/phase.ts';
import type { StatementPart } from '../../../resolvers/write/statement-part.ts';
import { addNotes, isKnownBefore, notePart } from '../outbox/note-part.ts';
import { isRecordAction, type Rule } from '../rule.ts';
import { sightOf, type Sight, type Surroundings } from '../sight.ts';
import { subjectOf } from '../fires.ts';
import type { Tools } from '../tools.ts';
import { followedPhase } from './followed.ts';
import { setFields, type Decided } from './set-fields.ts';
import { setTimers } from './set-timers.ts';
import { expressionsOf, sortRules } from './sort-rules.ts';
import { writeWithin } from './write-within.ts';

export interface PhaseOptions {
  /** Rules and handlers of an object. Asked before its first write. */
  rulesOf(object: CatalogObject, catalog: Catalog): readonly Rule[];
  readonly surroundings: Surroundings;
  tools(): Tools;
}

/** Hooks for the objects and kinds of changes that have rules: others cost nothing. */
export function phasesOf({ rulesOf, surroundings, tools }: PhaseOptions): readonly MutationPhase[] {
  const decided: Decided = new WeakMap();
  return [
    {
      forObject(object, catalog) {
        const rules = rulesOf(object, catalog).filter(({ runIn, actions }) => runIn === 'transaction' && actions.some(({ type }) => type === 'field_update'));
        if (rules.length === 0) return undefined;
        const sight = sightOf(expressionsOf(rules, true), catalog, surroundings);
        return {
          kinds: kindsOf(rules),
          pure: sight.pure,
          before: (changes, context) => {
            if (context.skipAutomations === true) return undefined;
            if (sight.pure) return setFields(rules, changes, sight.at(context), decided, context);
            return sight.load(changes.map(subjectOf), context).then((environmentOf) => setFields(rules, changes, environmentOf, decided, context));
          },
        };
      },
    },
    {
      forObject(object, catalog) {
        const all = rulesOf(object, catalog);
        if (all.length === 0) return undefined;
        const { within: atOnce, afterwards, timed } = sortRules(all);
        const within = atOnce.filter(({ actions }) => actions.some((action) => isRecordAction(action) && action.type !== 'field_update'));
        const values = sightOf(expressionsOf(within, true), catalog, surroundings);
        const criteria = sightOf(expressionsOf([...afterwards, ...timed], false), catalog, surroundings);
        const asked = expressionsOf(afterwards, false);
        const atHand = sightOf(asked, catalog, surroundings);
        const early = atHand.pure && isKnownBefore(asked, catalog);
        const late = early ? [] : afterwards;
        const rules = [...new Set([...within, ...late, ...timed])];
        const statement = (): readonly StatementPart[] => [{ note: notePart(afterwards, atHand, tools) }];
        const followed = followedPhase(all, catalog, surroundings, tools);
        const look = (sight: Sight, changes: readonly Change[], context: MutationContext) => sight.load(changes.map(subjectOf), context);
        return {
          ...(early && afterwards.length > 0 && { statement }),
          // Whatever happens to a record may move or take back what waits for its time.
          kinds: timed.length > 0 ? ['create', 'update', 'delete', 'restore'] : kindsOf(rules),
          ...(rules.length > 0 && {
            async after(changes: readonly Change[], context: MutationContext) {
              if (context.skipAutomations === true) return;
              if (within.length > 0) await writeWithin(within, changes, await look(values, changes, context), decided, context, tools());
              if (late.length + timed.length === 0) return;
              const environmentOf = await look(criteria, changes, context);
              await addNotes(late, changes, environmentOf, context, tools());
              if (timed.length > 0) await setTimers(timed, changes, environmentOf, context, tools());
            },
          }),
          ...followed,
        };
      },
    },
  ];
}

const kindsOf = (rules: readonly Rule[]): readonly Change['kind'][] => [...new Set(rules.flatMap(({ events }) => [...events]))];
