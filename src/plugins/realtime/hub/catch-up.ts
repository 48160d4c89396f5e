import type { RequestContext } from '../../../resolvers/request.ts';
import type { LoggedChange } from '../../../resolvers/write/change-log/read-changes.ts';
import { askRows } from '../views/ask-rows.ts';
import { mergeChanges, orderOf, presentRows } from '../views/record-changes.ts';
import type { View } from '../views/view.ts';
import { matches, outcomeOf, type Outcome } from './outcomes.ts';

export interface Missed {
  readonly view: View;
  readonly outcome: Outcome;
}

/**
 * What a part of the log, which ends now, means to somebody who had the rows of these views at its beginning; in the order of the
 * log. Undefined where that cannot be told: other records decide about the rows too, and changed. Needs a transaction of one snapshot.
 */
export async function missedBy(views: readonly View[], log: readonly LoggedChange[], request: RequestContext): Promise<readonly Missed[] | undefined> {
  const touched = new Set(log.map(({ object }) => object));
  const missed: Missed[] = [];
  const order = orderOf(log);
  for (const view of views) {
    if (view.timed || [...view.dependencies].some((name) => touched.has(name))) return undefined;
    const own = log.filter(({ object }) => object === view.object.name);
    if (own.length === 0) continue;
    const ids = [...new Set(own.map(({ recordId }) => recordId))];
    const changes = mergeChanges(view.object, own, order, await presentRows(view.object, ids, [...view.needs], request.database));
    const images = changes.flatMap(({ before }) => (before ? [before] : []));
    const [is, was] = view.test
      ? [undefined, undefined]
      : await askRows([{ object: view.object, filter: view.filter, ids }, { object: view.object, filter: view.filter, images }], request);
    for (const change of changes) {
      const outcome = outcomeOf(change, was ? was.has(change.id) : matches(view, change.before, request), is ? is.has(change.id) : matches(view, change.after, request));
      if (outcome) missed.push({ view, outcome });
    }
  }
  return missed.sort((a, b) => (a.outcome.change?.order ?? 0) - (b.outcome.change?.order ?? 0));
}

/** Objects whose changes decide about the rows of views. */
export const objectsOf = (views: readonly View[]): readonly string[] => [...new Set(views.flatMap(({ object, dependencies }) => [object.name, ...dependencies]))];
