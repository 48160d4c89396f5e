import type { CatalogField } from '../../../metadata/catalog.ts';
import { labelOf } from './machine.ts';

/** How the value of a field may change. */
export interface StateSteps {
  readonly field: CatalogField;
  /** States of new records; undefined: any. */
  readonly initial: readonly string[] | undefined;
  /** States that may follow; undefined for a value that is no state. */
  next(state: string): readonly string[] | undefined;
  isFinal(state: string): boolean;
}

/** Says why a record may not come from one state into the other; undefined when it may. `imported`: what comes from elsewhere was there before it came. */
export function refusedStep(steps: StateSteps, before: string | undefined, after: string | undefined, imported: boolean): string | undefined {
  const { field, initial, next, isFinal } = steps;
  const begins = initial === undefined || (after !== undefined && initial.includes(after));
  if (before === undefined) return begins || (imported && after !== undefined) ? undefined : `${field.label} begins as ${list(field, initial)}, not as ${shown(field, after)}`;
  const allowed = next(before);
  // A value that the definition has no state for may be brought into order.
  if (!allowed) return begins ? undefined : `${field.label} is in no known state. It can begin anew as ${list(field, initial)}`;
  if (after !== undefined && allowed.includes(after)) return undefined;
  return noWay(field, `${field.label} cannot go from ${labelOf(field, before)} to ${shown(field, after)}`, isFinal(before) ? before : undefined, allowed);
}

/** What is not possible, and what is instead. */
export function noWay(field: CatalogField, message: string, final: string | undefined, allowed: readonly string[]): string {
  if (final !== undefined) return `${message}: ${labelOf(field, final)} is final`;
  return `${message}. Allowed: ${allowed.length > 0 ? list(field, allowed) : 'nothing at present'}`;
}

function shown(field: CatalogField, state: string | undefined): string {
  return state === undefined ? 'nothing' : labelOf(field, state);
}

function list(field: CatalogField, states: readonly string[]): string {
  return states.map((state) => labelOf(field, state)).join(', ');
}
