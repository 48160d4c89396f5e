import { randomBytes } from 'node:crypto';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { encodeCursor } from '../cursor.ts';
import type { Audience } from '../delivery/audience.ts';
import { showsRecord, type ChangeMessage } from '../delivery/change.ts';
import type { Listener } from '../delivery/listener.ts';
import type { ReadRecord, RecordReader } from '../delivery/record-reader.ts';
import type { Batch } from '../delivery/subscriber.ts';
import { SubscriptionEvent } from '../../../resolvers/execute/subscription-event.ts';
import { nameFields, type Named } from '../delivery/name-fields.ts';
import type { View } from '../views/view.ts';
import type { Attempt } from './attempt.ts';
import type { Outcome, Outcomes } from './outcomes.ts';
import type { Step } from './step.ts';

interface Post {
  readonly view: View;
  readonly audience: Audience;
  readonly named: readonly Named[];
}

/** Makes the messages of a step and gives what hands them over. Fields are named, records read and answers made once for all who get the same. */
export async function prepareMessages({ outcomes, before, cursor }: Step, request: RequestContext, attempt: Attempt): Promise<() => void> {
  const failed = new Map<Audience, unknown>();
  const posts = await postsOf(outcomes, request, attempt, failed);
  const records = await readShared(posts.filter(isAnyShared), attempt, failed);
  const patterns: Patterns = new Map();
  return () => {
    for (const [{ listeners }, error] of failed) for (const { subscriber } of [...listeners]) subscriber.end(error);
    const own = new Map<Listener, OwnPost[]>();
    for (const post of posts) {
      const { view, audience, named } = post;
      const read = records.get(audience.reader.key);
      const batch = read && batchOf(post, read, patterns, before, cursor);
      const tells = batch !== undefined && batch.messages.length > 0;
      if (tells) {
        if (audience.last) audience.last.next = batch;
        audience.last = batch;
      }
      for (const listener of audience.listeners) {
        if (!batch || !isShared(listener)) entryOf(own, listener, () => []).push(...named.map((each) => ({ view, each })));
        else if (tells) listener.subscriber.pushShared(batch);
      }
    }
    for (const [listener, list] of own) pushOwn(listener, list, before, cursor);
  };
}

/** Those who get the same fields named. */
interface Readers {
  readonly object: CatalogObject;
  readonly outcomes: Set<Outcome>;
  readonly audiences: [Audience, ...Audience[]];
}

async function postsOf(outcomes: Outcomes, request: RequestContext, attempt: Attempt, failed: Map<Audience, unknown>): Promise<readonly Post[]> {
  const byLens = new Map<string, Readers>();
  const told: Omit<Post, 'named'>[] = [];
  for (const view of outcomes.keys()) {
    for (const audience of view.audiences.values()) {
      const readers = byLens.get(audience.lens);
      if (readers) readers.audiences.push(audience);
      else byLens.set(audience.lens, { object: view.object, outcomes: new Set(), audiences: [audience] });
      for (const outcome of outcomes.get(view) ?? []) byLens.get(audience.lens)?.outcomes.add(outcome);
      told.push({ view, audience });
    }
  }
  const named = new Map<string, ReadonlyMap<Outcome, Named>>();
  await Promise.all([...byLens].map(async ([lens, { object, outcomes: happened, audiences }]) => {
    const [{ fields, interest }] = audiences;
    const list = await attempt(() => nameFields(object, [...happened], fields, interest, request), (error): readonly Named[] => {
      for (const audience of audiences) failed.set(audience, error);
      return [];
    });
    named.set(lens, new Map(list.map((each) => [each.outcome, each])));
  }));
  return told.flatMap(({ view, audience }) => {
    const own = (outcomes.get(view) ?? []).flatMap((outcome) => named.get(audience.lens)?.get(outcome) ?? []);
    return own.length > 0 ? [{ view, audience, named: own }] : [];
  });
}

/** Events with a mark for the sight, by the form of their answers and what their cursors say. */
type Patterns = Map<string, Map<Named, SubscriptionEvent>>;

/** Nobody gets to know it. As long as a sight. */
const sightMark = randomBytes(12).toString('base64url');

function batchOf({ view: { object }, audience: { sight, form }, named }: Post, read: ReadonlyMap<string, ReadRecord>, patterns: Patterns, before: string, cursor: string): Batch {
  const told = named.filter(({ outcome: { kind, id } }) => !showsRecord(kind) || read.has(id));
  const messages = told.map((each, index) => {
    const { kind, id, change } = each.outcome;
    const record = showsRecord(kind) ? read.get(id) : undefined;
    const log = index === told.length - 1 ? cursor : (change?.cursor ?? before);
    const message: ChangeMessage = { ...messageOf(each, log, sight), records: record?.rows };
    const alike = entryOf(patterns, `${log} ${form}`, () => new Map<Named, SubscriptionEvent>());
    const pattern = entryOf(alike, each, () => new SubscriptionEvent({ ...message, cursor: encodeCursor({ log, sight: sightMark }) }, record?.errors));
    return { object, message, event: new SubscriptionEvent(message, record?.errors, { of: pattern, mark: sightMark, text: sight }) };
  });
  return { messages, cursor: encodeCursor({ log: cursor, sight }), next: undefined };
}

function isAnyShared({ audience: { listeners } }: Post): boolean {
  for (const listener of listeners) if (isShared(listener)) return true;
  return false;
}

/** While rights change, and across objects, a listener reads its records itself. */
const isShared = ({ alone, next }: Listener): boolean => !alone && !next;

interface OwnPost {
  readonly view: View;
  readonly each: Named;
}

/** In the order of the log over all objects; what other records caused comes first. */
function pushOwn({ subscriber, standing: { sight } }: Listener, list: OwnPost[], before: string, cursor: string): void {
  const orderOf = ({ each }: OwnPost): number => each.outcome.change?.order ?? -1;
  for (const [index, { view, each }] of list.sort((a, b) => orderOf(a) - orderOf(b)).entries()) {
    const message = messageOf(each, index === list.length - 1 ? cursor : (each.outcome.change?.cursor ?? before), sight);
    subscriber.push({ object: view.object, message }, encodeCursor({ log: cursor, sight }));
  }
}

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
    records.set(key, ids.size === 0 ? new Map() : await attempt<ReadonlyMap<string, ReadRecord>>(() => reader.read([...ids]), (error) => {
      for (const audience of audiences) failed.set(audience, error);
      return new Map();
    }));
  }));
  return records;
}
