import { ObjectosError } from '../../../errors.ts';
import type { AccessProvider } from '../../../resolvers/access.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { requestOf } from '../delivery/listener.ts';
import { askRows, type Question } from '../views/ask-rows.ts';
import { closedFilter, filterKey } from '../views/closed-filter.ts';
import type { Topic } from './topic.ts';

/** Somebody in a topic, with the context of the operation. */
export interface Attendance {
  readonly topic: Topic;
  readonly context: RequestContext;
}

/** Those of the attendances that are allowed at the moment. Equal rights on an object are one question. */
export async function allowed<T extends Attendance>(attendances: readonly T[], provider: AccessProvider): Promise<ReadonlySet<T>> {
  const found = new Set<T>();
  const questions = new Map<string, Question & { readonly ids: string[]; readonly askers: T[] }>();
  let any: RequestContext | undefined;
  for (const attendance of attendances) {
    const { topic: { record }, context } = attendance;
    if (!record) {
      found.add(attendance);
      continue;
    }
    any = context;
    const filter = closedFilter(record.object, undefined, requestOf(context, await provider.accessOf(context.caller), {}));
    const key = `${record.object.name} ${filterKey(filter)}`;
    const question = questions.get(key) ?? { object: record.object, filter, ids: [], askers: [] };
    questions.set(key, question);
    question.ids.push(record.id);
    question.askers.push(attendance);
  }
  if (!any) return found;
  const list = [...questions.values()];
  const answers = await askRows(list, any);
  for (const [index, { askers }] of list.entries()) {
    for (const asker of askers) if (answers[index]?.has(asker.topic.record?.id.toLowerCase() ?? '')) found.add(asker);
  }
  return found;
}

export const noSuchRecord = (): ObjectosError => new ObjectosError('NOT_FOUND', 'There is no such record.');
