import type { RequestContext } from '../../../resolvers/request.ts';
import { encodeCursor } from '../cursor.ts';
import type { Audience } from '../delivery/audience.ts';
import { showsRecord, type ChangeMessage } from '../delivery/change.ts';
import { isAlone, type Listener } from '../delivery/listener.ts';
import type { ReadRecord, RecordReader } from '../delivery/record-reader.ts';
import type { Waiting } from '../delivery/subscriber.ts';
import { SubscriptionEvent } from '../../../resolvers/execute/subscription-event.ts';
import { nameFields, type Named } from '../delivery/name-fields.ts';
import type { View } from '../views/view.ts';
import type { Step } from './step.ts';

interface Post {
  readonly view: View;
  readonly audience: Audience;
  readonly named: readonly Named[];
}

/** Makes the messages of a step and hands them over when `commit` is called. Records are read once for all who get the same. */
export async function prepareMessages({ outcomes, before, cursor }: Step, request: RequestContext): Promise<() => void> {
  const posts: Post[] = [];
  for (const [view, list] of outcomes) {
    for (const audience of view.audiences.values()) {
      const wanted = list.filter(({ kind }) => audience.kinds?.has(kind) ?? true);
      const named = await nameFields(view.object, wanted, audience.fields, request);
      if (named.length > 0) posts.push({ view, audience, named });
    }
  }
  const shared = posts.filter(({ audience }) => [...audience.listeners].some(isShared));
  const records = await readShared(shared);
  return () => {
    for (const { view, audience, named } of shared) {
      const { sight } = audience;
      const read = records.get(audience.reader.key);
      const told = named.filter(({ outcome: { kind, id } }) => !showsRecord(kind) || read?.has(id));
      const waiting = told.map((each, index): Waiting => {
        const record = showsRecord(each.outcome.kind) ? read?.get(each.outcome.id) : undefined;
        const message = { ...messageOf(each, index === told.length - 1 ? cursor : (each.outcome.change?.cursor ?? before), sight), records: record?.rows };
        return { object: view.object, message, event: new SubscriptionEvent(message, record?.errors) };
      });
      const end = encodeCursor({ log: cursor, sight });
      for (const { subscriber } of [...audience.listeners].filter(isShared)) for (const each of waiting) subscriber.push(each, end);
    }
    for (const [listener, list] of ownPosts(posts)) {
      const { sight } = listener.standing;
      for (const [index, { view, each }] of list.entries()) {
        const message = messageOf(each, index === list.length - 1 ? cursor : (each.outcome.change?.cursor ?? before), sight);
        listener.subscriber.push({ object: view.object, message }, encodeCursor({ log: cursor, sight }));
      }
    }
  };
}

/** While rights change, and across objects, a listener reads its records itself. */
const isShared = (listener: Listener): boolean => !isAlone(listener) && !listener.next;

export function messageOf({ outcome: { kind, id, change }, changedFields }: Named, log: string, sight: string): ChangeMessage {
  return { kind, recordId: id, changedFields, at: change?.at ?? new Date().toISOString(), cursor: encodeCursor({ log, sight }), records: undefined };
}

async function readShared(posts: readonly Post[]): Promise<ReadonlyMap<string, ReadonlyMap<string, ReadRecord>>> {
  const wanted = new Map<string, { readonly reader: RecordReader; readonly ids: Set<string> }>();
  for (const { audience: { reader }, named } of posts) {
    const entry = wanted.get(reader.key) ?? { reader, ids: new Set<string>() };
    wanted.set(reader.key, entry);
    for (const { outcome: { kind, id } } of named) if (showsRecord(kind)) entry.ids.add(id);
  }
  const records = new Map<string, ReadonlyMap<string, ReadRecord>>();
  await Promise.all([...wanted].map(async ([key, { reader, ids }]) => {
    if (ids.size > 0) records.set(key, await reader.read([...ids]));
  }));
  return records;
}

/** In the order of the log over all objects; what other records caused comes first. */
function ownPosts(posts: readonly Post[]): ReadonlyMap<Listener, readonly { readonly view: View; readonly each: Named }[]> {
  const lists = new Map<Listener, { readonly view: View; readonly each: Named }[]>();
  for (const { view, audience, named } of posts) {
    for (const listener of audience.listeners) {
      if (isShared(listener)) continue;
      const list = lists.get(listener) ?? [];
      lists.set(listener, list);
      for (const each of named) list.push({ view, each });
    }
  }
  const orderOf = ({ each }: { readonly each: Named }): number => each.outcome.change?.order ?? -1;
  for (const list of lists.values()) list.sort((a, b) => orderOf(a) - orderOf(b));
  return lists;
}
