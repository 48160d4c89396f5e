import { entryOf } from '../../../kernel/entry-of.ts';
import type { StoredRecord } from '../../../resolvers/filter/to-predicate.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { kindOf, type ChangeKind } from '../delivery/change.ts';
import type { RecordChange } from '../views/record-changes.ts';
import type { ViewIndex } from '../views/view-index.ts';
import type { View } from '../views/view.ts';

/** What a step of the log means for the rows of one view. */
export interface Outcome {
  readonly kind: ChangeKind;
  readonly id: string;
  /** Undefined where a change of another record is the cause. */
  readonly change: RecordChange | undefined;
}

export type Outcomes = Map<View, Outcome[]>;

const factsOf = ({ before, after, created }: RecordChange) => ({ existed: before !== undefined, exists: after !== undefined, created });

const made = new WeakMap<RecordChange, Map<ChangeKind, Outcome>>();

/** Of one change for a view whose former and present match are known; the same for all views to which it is the same. */
export function outcomeOf(change: RecordChange, was: boolean, is: boolean): Outcome | undefined {
  const kind = kindOf(was, is, factsOf(change));
  if (!kind) return undefined;
  return entryOf(entryOf(made, change, () => new Map<ChangeKind, Outcome>()), kind, () => ({ kind, id: change.id, change }));
}

/** For views that memory can test: each view is asked about each of its rows once, however many listen. A view whose test throws is among `failed`. */
export function testInMemory(changes: readonly RecordChange[], index: ViewIndex, request: RequestContext, outcomes: Outcomes, failed: Map<View, unknown>): void {
  for (const change of changes) {
    for (const view of index.candidates([change.before, change.after])) {
      try {
        const outcome = outcomeOf(change, matches(view, change.before, request), matches(view, change.after, request));
        if (outcome) addOutcome(outcomes, view, outcome);
      } catch (error) {
        failed.set(view, error);
      }
    }
  }
}

export function matches({ test }: View, image: StoredRecord | undefined, request: RequestContext): boolean {
  return image !== undefined && test?.(image, request) === true;
}

/** For a view whose rows were looked up anew. `of`: only these ids were. */
export function compareRows(known: ReadonlySet<string>, rows: ReadonlySet<string>, changes: readonly RecordChange[], of: ReadonlySet<string> | undefined): Outcome[] {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const outcomes: Outcome[] = [];
  if (!of) {
    for (const id of known) if (!rows.has(id) && !byId.has(id)) outcomes.push({ kind: 'LEFT', id, change: undefined });
    for (const id of rows) if (!known.has(id) && !byId.has(id)) outcomes.push({ kind: 'ENTERED', id, change: undefined });
  }
  for (const change of changes) {
    const outcome = outcomeOf(change, known.has(change.id), rows.has(change.id));
    if (outcome) outcomes.push(outcome);
  }
  return outcomes;
}

export function addOutcome(outcomes: Outcomes, view: View, outcome: Outcome): void {
  const list = outcomes.get(view);
  if (list) list.push(outcome);
  else outcomes.set(view, [outcome]);
}
