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
import type { Attempt } from './attempt.ts';
import type { Step } from './step.ts';

interface Post {
  readonly view: View;
  readonly audience: Audience;
  readonly named: readonly Named[];
}

/** Makes the messages of a step and gives what hands them over. Records are read once for all who get the same. */
export async function prepareMessages({ outcomes, before, cursor }: Step, request: RequestContext, attempt: Attempt): Promise<() => void> {
  const posts: Post[] = [];
  const failed = new Map<Audience, unknown>();
  for (const [view, list] of outcomes) {
    for (const audience of view.audiences.values()) {
      const wanted = list.filter(({ kind }) => audience.kinds?.has(kind) ?? true);
      const named = await attempt(() => nameFields(view.object, wanted, audience.fields, request), (error) => {
        failed.set(audience, error);
        return [];
      });
      if (named.length > 0) posts.push({ view, audience, named });
    }
  }
  const shared = posts.filter(({ audience }) => [...audience.listeners].some(isShared));
  const records = await readShared(shared, attempt, failed);
  return () => {
    for (const [{ listeners }, error] of failed) for (const { subscriber } of [...listeners]) subscriber.end(error);
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

interface SharedReading {
  readonly reader: RecordReader;
  readonly audiences: Audience[];
  readonly ids: Set<string>;
}

async function readShared(posts: readonly Post[], attempt: Attempt, failed: Map<Audience, unknown>): Promise<ReadonlyMap<string, ReadonlyMap<string, ReadRecord>>> {
  const wanted = new Map<string, SharedReading>();
  for (const { audience, named } of posts) {
    const { reader } = audience;
    const entry = wanted.get(reader.key) ?? { reader, audiences: [], ids: new Set<string>() };
    wanted.set(reader.key, entry);
    entry.audiences.push(audience);
    for (const { outcome: { kind, id } } of named) if (showsRecord(kind)) entry.ids.add(id);
  }
  const records = new Map<string, ReadonlyMap<string, ReadRecord>>();
  await Promise.all([...wanted].map(async ([key, { reader, audiences, ids }]) => {
    if (ids.size === 0) return;
    records.set(key, await attempt(() => reader.read([...ids]), (error) => {
      for (const audience of audiences) failed.set(audience, error);
      return new Map();
    }));
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
