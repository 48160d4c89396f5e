import type { CatalogField } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import { expressionsOf, type Assignment } from '../assignments/assignment.ts';

/** The state machine of one field. States are its stored values. */
export interface StateMachine {
  readonly name: string;
  readonly field: CatalogField;
  readonly initial: readonly string[];
  readonly states: ReadonlyMap<string, State>;
  /** All there are, in the order of their definition. */
  readonly events: readonly string[];
}

export interface State {
  readonly value: string;
  readonly final: boolean;
  readonly entry: readonly Assignment[];
  readonly exit: readonly Assignment[];
  readonly transitions: readonly Transition[];
  /** Taken by themselves as soon as their guards hold. */
  readonly always: readonly Transition[];
}

export interface Transition {
  readonly event: string;
  /** Undefined: the state stays, and only the assignments are carried out. */
  readonly target: string | undefined;
  readonly guards: readonly CheckedExpression[];
  readonly assignments: readonly Assignment[];
  readonly label: string;
}

export function expressionsOfMachine({ states }: StateMachine): readonly CheckedExpression[] {
  return [...states.values()].flatMap(({ entry, exit, transitions, always }) => [
    ...expressionsOf(entry), ...expressionsOf(exit), ...[...transitions, ...always].flatMap(({ guards, assignments }) => [...guards, ...expressionsOf(assignments)]),
  ]);
}

export function labelOf({ options }: CatalogField, state: unknown): string {
  return options.find(({ value }) => value === state)?.label ?? String(state);
}
