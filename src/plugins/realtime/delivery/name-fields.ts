import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Outcome } from '../hub/outcomes.ts';
import { askRows, type Question } from '../views/ask-rows.ts';
import { filterKey } from '../views/closed-filter.ts';
import type { Interest } from './change.ts';
import type { FieldRights } from './field-rights.ts';

/** What happened, with the fields that its readers may know of. */
export interface Named {
  readonly outcome: Outcome;
  /** GraphQL names. */
  readonly changedFields: readonly string[];
}

/** Names the fields that changed, and leaves out what is not wanted, and updates that touched only fields that the caller may not read. */
export async function nameFields(object: CatalogObject, happened: readonly Outcome[], rights: FieldRights, { kinds, changedFields }: Interest, request: RequestContext): Promise<readonly Named[]> {
  const outcomes = kinds ? happened.filter(({ kind }) => kinds.has(kind)) : happened;
  const questions = new Map<string, Question & { readonly ids: string[] }>();
  for (const outcome of outcomes) {
    for (const { rows } of shownIn(outcome, rights)) {
      if (!rows) continue;
      const key = filterKey(rows);
      const question = questions.get(key) ?? { object, filter: rows, ids: [] };
      question.ids.push(outcome.id);
      questions.set(key, question);
    }
  }
  const answers = questions.size === 0 ? [] : await askRows([...questions.values()], request);
  const readable = new Map([...questions.keys()].map((key, index) => [key, answers[index]]));
  return outcomes.flatMap((outcome): readonly Named[] => {
    const shown = shownIn(outcome, rights).filter(({ rows }) => !rows || readable.get(filterKey(rows))?.has(outcome.id));
    const names = [...new Set(shown.map(({ name }) => name))];
    if (outcome.kind === 'UPDATED') {
      if (names.length === 0 && (outcome.change?.changed.size ?? 0) > 0) return [];
      if (changedFields && !names.some((name) => changedFields.has(name))) return [];
    }
    return [{ outcome, changedFields: names }];
  });
}

function shownIn({ kind, change }: Outcome, rights: FieldRights) {
  if (!change || (kind !== 'UPDATED' && kind !== 'ENTERED')) return [];
  return [...change.changed].flatMap((field) => rights.shownAs(field));
}
