import type { GraphQLResolveInfo } from 'graphql';
import { ObjectosError } from '../../errors.ts';
import type { CatalogObject } from '../../metadata/catalog.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import { latestCursor, readChanges, type LoggedChange } from '../../resolvers/write/change-log/read-changes.ts';
import { decodeCursor, encodeCursor, sightOf } from './cursor.ts';
import { allMessages, showsRecord, type ChangeMessage } from './delivery/change.ts';
import { fieldRights, type FieldRights } from './delivery/field-rights.ts';
import { nameFields } from './delivery/name-fields.ts';
import { changeSelection, createReader } from './delivery/record-reader.ts';
import { missedBy, objectsOf } from './hub/catch-up.ts';
import type { Realtime } from './realtime.ts';
import { closedFilter } from './views/closed-filter.ts';
import { createView } from './views/view.ts';

/** One answer of `changesSince`. */
export interface FeedPage {
  readonly cursor: string;
  readonly hasMore: boolean;
  readonly gap: boolean;
  /** Without records yet. */
  readonly messages: readonly (ChangeMessage & { readonly object: CatalogObject })[];
}

const usual = 500;
const most = 5_000;

function pageSize(first = usual): number {
  if (first < 1) throw new ObjectosError('BAD_REQUEST', `first must be one or more; ${first} was given.`);
  if (first > most) throw new ObjectosError('LIMIT_EXCEEDED', `A page looks at ${most.toLocaleString('en-US')} changes at most; ${first} were asked for. Read on with cursor.`, { extensions: { limit: 'first', maximum: most, actual: first } });
  return first;
}

/** Changes since a cursor, each record once. */
export async function followChanges(objects: readonly CatalogObject[], cursor: string | undefined, first: number | undefined, context: RequestContext): Promise<FeedPage> {
  const { database, catalog } = context;
  const limit = pageSize(first);
  const views = objects.map((object) => createView(object, closedFilter(object, undefined, context), catalog));
  const rights = objects.map((object) => fieldRights(object, context));
  const sight = sightOf(views.map(({ key }, index) => ({ viewKey: key, fields: rights[index] as FieldRights })));
  const page = (log: string, rest: Partial<FeedPage>): FeedPage => ({ cursor: encodeCursor({ log, sight }), hasMore: false, gap: false, messages: [], ...rest });
  if (cursor === undefined) return page(await latestCursor(database), {});
  const { log: after, sight: former } = decodeCursor(cursor);
  return database.transaction(async () => {
    const { changes, cursor: next, more, gap } = await readChanges(database, { after, objects: objectsOf(views), limit });
    const lost = async (): Promise<FeedPage> => page(await latestCursor(database), { gap: true });
    if (gap || former !== sight) return lost();
    const missed = await missedBy(views, [...changes, ...(more ? await laterChanges(changes, next, context) : [])], context);
    if (!missed) return lost();
    const here = new Set(changes.map(({ recordId }) => recordId));
    const messages: FeedPage['messages'][number][] = [];
    const named = await Promise.all(objects.map((object, index) => nameFields(object, missed.flatMap(({ view, outcome }) => (view.object === object && here.has(outcome.id) ? [outcome] : [])), rights[index] as FieldRights, allMessages, context)));
    for (const [index, object] of objects.entries()) {
      for (const { outcome: { kind, id, change }, changedFields } of named[index] ?? []) {
        messages.push({ object, kind, recordId: id, changedFields, at: change?.at, cursor: encodeCursor({ log: change?.cursor ?? next, sight }), records: undefined });
      }
    }
    return page(next, { hasMore: more, messages });
  }, { isolation: 'repeatable read', readOnly: true });
}

/** Changes of the same records beyond the page: rows show what came of all of them. */
async function laterChanges(changes: readonly LoggedChange[], after: string, { database }: RequestContext): Promise<readonly LoggedChange[]> {
  const recordIds = [...new Set(changes.map(({ recordId }) => recordId))];
  const later: LoggedChange[] = [];
  for (let cursor = after; ; ) {
    const page = await readChanges(database, { after: cursor, recordIds, limit: most });
    later.push(...page.changes);
    if (!page.more) return later;
    ({ cursor } = page);
  }
}

/** The messages of a page with the records that the operation selects, one statement for each object. */
export async function feedRecords({ messages }: FeedPage, context: RequestContext, info: GraphQLResolveInfo, { limits }: Realtime): Promise<readonly ChangeMessage[]> {
  const selection = changeSelection(info, limits);
  const records = new Map<string, Readonly<Record<string, unknown>>>();
  for (const object of new Set(messages.map((message) => message.object))) {
    const ids = messages.flatMap((message) => (message.object === object && showsRecord(message.kind) ? [message.recordId ?? ''] : []));
    if (ids.length === 0) continue;
    for (const [id, { rows }] of await createReader(selection, object, context).read(ids)) records.set(id, rows);
  }
  return messages.flatMap((message) => {
    if (!showsRecord(message.kind)) return [message];
    const rows = records.get(message.recordId ?? '');
    return rows ? [{ ...message, records: rows }] : [];
  });
}
