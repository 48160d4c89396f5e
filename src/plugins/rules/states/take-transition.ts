import { testExpression } from '../../../resolvers/expressions/evaluate.ts';
import type { Change } from '../../../resolvers/write/phase.ts';
import { assign, type AssignmentProblem } from '../assignments/assignment.ts';
import type { Subject } from '../evaluation/environment.ts';
import { labelOf, type State, type StateMachine, type Transition } from './machine.ts';
import { noWay, refusedStep } from './refused-step.ts';

type See = (change: Change) => Subject;

/** Brings a record into its new state and sets what entering and leaving set. Says why when there is no way. */
export function takeTransition(machine: StateMachine, change: Change, event: string | undefined, see: See, imported: boolean): readonly AssignmentProblem[] {
  const { field, states, initial } = machine;
  const before = (change.previous?.[field.name] ?? undefined) as string | undefined;
  const after = (change.record[field.name] ?? undefined) as string | undefined;
  if (event === undefined && before === after && change.kind === 'update') return settle(machine, change, see);
  const from = before === undefined ? undefined : states.get(before);
  const ways = from ? possible(from.transitions, change, see) : [];
  const targets = [...new Set(ways.flatMap(({ target }) => target ?? []))];
  if (event !== undefined) {
    const taken = ways.find((transition) => transition.event === event);
    if (!from || !taken) return [refused(machine, noWay(field, `${event} is not possible while ${field.label} is ${labelOf(field, before)}`, from?.final === true ? before : undefined, targets))];
    // The state that the mutation guessed gives way to the one that guards chose.
    if (field.name in change.values) change.values[field.name] = before;
    return [...follow(machine, from, taken, change, see), ...settle(machine, change, see)];
  }
  const reason = refusedStep({ field, initial, next: () => from && targets, isFinal: () => from?.final === true }, before, after, imported);
  if (reason !== undefined) return [refused(machine, reason)];
  if (before === undefined && imported && after !== undefined && !initial.includes(after)) return [];
  const taken = from && ways.find(({ target }) => target === after);
  if (taken) return [...follow(machine, from, taken, change, see), ...settle(machine, change, see)];
  return [...enter(machine, after, change, see), ...(before === undefined ? settle(machine, change, see) : [])];
}

/** Transitions whose guards hold; of those with the same event the first alone. */
function possible(transitions: readonly Transition[], change: Change, see: See): readonly Transition[] {
  const guarded = transitions.some(({ guards }) => guards.length > 0);
  const environment = guarded ? see(change).environment : undefined;
  const events = new Set<string>();
  return transitions.filter(({ event, guards }) => {
    if (events.has(event) || (environment && !guards.every((guard) => testExpression(guard, environment)))) return false;
    events.add(event);
    return true;
  });
}

function follow(machine: StateMachine, from: State, { target, assignments }: Transition, change: Change, see: See): readonly AssignmentProblem[] {
  if (target === undefined) return assign(assignments, change, see);
  const leaving = assign(from.exit, change, see);
  change.values[machine.field.name] = target;
  return [...leaving, ...assign(assignments, change, see), ...enter(machine, target, change, see)];
}

function enter({ states }: StateMachine, state: string | undefined, change: Change, see: See): readonly AssignmentProblem[] {
  return assign((state === undefined ? undefined : states.get(state)?.entry) ?? [], change, see);
}

/** Transitions that are taken by themselves. One that comes back to a state ends the way. */
function settle(machine: StateMachine, change: Change, see: See): readonly AssignmentProblem[] {
  const seen = new Set<string>();
  for (const problems: AssignmentProblem[] = []; ; ) {
    const value = change.record[machine.field.name] as string;
    const state = machine.states.get(value);
    const next = state && !seen.has(value) && state.always.length > 0 ? possible(state.always, change, see)[0] : undefined;
    if (!state || !next) return problems;
    seen.add(value);
    problems.push(...follow(machine, state, next, change, see));
  }
}

function refused({ field }: StateMachine, message: string): AssignmentProblem {
  return { field: field.name, code: 'NOT_A_TRANSITION', message: `${message}.` };
}
