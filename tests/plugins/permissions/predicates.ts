import type { CatalogObject } from '../../../src/metadata/catalog.ts';
import { filterToPredicate, type StoredRecord } from '../../../src/resolvers/filter/to-predicate.ts';
import type { RequestContext } from '../../../src/resolvers/request.ts';
import type { TestPlatform } from '../../support/platform.ts';
import { personId } from './ids.ts';
import type { Deal, Item, Kind, Label, Note, Oracle, State, Task } from './oracle.ts';
import type { Compared } from './answers.ts';

/** The row rights as functions in memory, as events use them, beside the rules: one answer for each record and right. Nobody has any on what is elsewhere. */
export async function predicateAnswers(app: TestPlatform, oracle: Oracle, elsewhere: State): Promise<Compared[]> {
  const { services } = app.platform.kernel;
  const runtime = services.get('runtime', 'the test');
  const { catalog } = runtime;
  const caller = { kind: 'user', userId: personId(oracle.me), organizationId: oracle.world.people[oracle.me]?.org, roles: [], attributes: {} } as const;
  const access = await services.get('access', 'the test').accessOf(caller);
  const request: RequestContext = { ...runtime.systemContext(), caller, access };
  return (['deal', 'task', 'note', 'label'] as const).flatMap((kind) => {
    const object = catalog.objects.get(kind) as CatalogObject;
    const rights = access.object(kind);
    const related = (from: CatalogObject, relation: string, record: StoredRecord): readonly StoredRecord[] => {
      const found = from.relations.get(relation);
      if (found?.kind !== 'one') return [];
      return oracle.all(found.target as Kind).filter(({ id }) => id === record[found.field]).map((item) => inMemory(found.target as Kind, item));
    };
    const answer = (right: boolean | Parameters<typeof filterToPredicate>[0], item: Item): boolean => (typeof right === 'boolean' ? right : filterToPredicate(right, { object, catalog, related })(inMemory(kind, item), request));
    const others = elsewhere[`${kind}s`].map((item): Compared => ({ what: `rights on ${kind} ${item.id} of elsewhere in memory`, actual: [rights.read, rights.edit, rights.delete].map((right) => answer(right, item)), expected: [false, false, false] }));
    return [...others, ...oracle.all(kind).flatMap((item): Compared[] => [
      { what: `read ${kind} ${item.id} in memory`, actual: answer(rights.read, item), expected: oracle.reads(kind, item) },
      { what: `edit ${kind} ${item.id} in memory`, actual: answer(rights.edit, item), expected: oracle.edits(kind, item) },
      { what: `delete ${kind} ${item.id} in memory`, actual: answer(rights.delete, item), expected: oracle.deletes(kind, item) },
    ])];
  });
}

function inMemory(kind: Kind, item: Item): StoredRecord {
  const person = (n: number | undefined) => (n === undefined ? null : personId(n));
  if (kind === 'deal') return { ...item, owner: person((item as Deal).owner) };
  if (kind === 'task') return { ...(item as Task) };
  return { ...item, created_by: person((item as Note | Label).creator) };
}
