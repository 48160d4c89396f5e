import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { AccessProvider } from '../../../resolvers/access.ts';
import { EventStream } from '../../../resolvers/execute/event-stream.ts';
import { SubscriptionEvent } from '../../../resolvers/execute/subscription-event.ts';
import type { Args } from '../../../resolvers/read/arguments.ts';
import { pageRows, readPage } from '../../../resolvers/read/page.ts';
import { withPlaces } from '../../../resolvers/read/places.ts';
import type { ReadLimits } from '../../../resolvers/read/plan-context.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import type { ChangeMessage } from './change.ts';
import { requestOf, type Wish } from './listener.ts';
import { createReader, type ChangeSelection, type ReadRecord } from './record-reader.ts';
import type { SharedReads } from './shared-reads.ts';
import type { Subscriber } from './subscriber.ts';

/** One page of a list that is followed. */
export interface LiveWish {
  readonly object: CatalogObject;
  /** `where`, `orderBy` and `first`. */
  readonly args: Args;
  readonly limits: ReadLimits;
  /** Tells when something changed. */
  readonly changes: Wish;
  readonly selection: ChangeSelection;
}

export const liveKinds = {
  LIST: 'The whole list; what was there before is void.',
  PATCH: 'What became of the list: records that are not among the ids any more are gone.',
} as const;

/** As resolvers of the live types read it. */
export interface LiveMessage {
  readonly kind: keyof typeof liveKinds;
  readonly ids: readonly string[];
  /** By response key of `records`. */
  readonly records: readonly ReadRecord['rows'][];
}

/** A page that is read anew when one of its rows, or one that might become one, changed; changes that come while a message is on its way are one patch. */
export class LiveList extends EventStream<SubscriptionEvent> {
  readonly #wish: LiveWish;
  readonly #context: RequestContext;
  readonly #provider: AccessProvider;
  readonly #shared: SharedReads;
  readonly #changes: Subscriber;
  /** Ids of records that changed since the last message. */
  readonly #changed = new Set<string>();
  #ids: readonly string[] | undefined;
  /** The cursor of the last change that is not looked into yet. */
  #due: string | undefined;
  #reading = false;
  #read: SubscriptionEvent | undefined;

  constructor(wish: LiveWish, context: RequestContext, provider: AccessProvider, shared: SharedReads, changes: Subscriber) {
    super(() => changes.end());
    this.#wish = wish;
    this.#context = context;
    this.#provider = provider;
    this.#shared = shared;
    this.#changes = changes;
    changes.onReady(() => this.#gather());
  }

  protected override take(): SubscriptionEvent | undefined {
    const read = this.#read;
    this.#read = undefined;
    if (!read && !this.#reading && this.#due !== undefined) this.#readOn(this.#due).catch((error: unknown) => this.end(error));
    return read;
  }

  #gather(): void {
    for (let event = this.#changes.poll(); event; event = this.#changes.poll()) {
      const { kind, recordId, cursor } = event.value as ChangeMessage;
      if (kind === 'RESYNC') this.#ids = undefined;
      if (recordId !== undefined) this.#changed.add(recordId);
      this.#due = cursor;
    }
    if (this.#changes.ended) this.end(this.#changes.error);
    else if (this.#due !== undefined) this.notify();
  }

  async #readOn(cursor: string): Promise<void> {
    this.#reading = true;
    this.#due = undefined;
    try {
      this.#read = await this.#next(cursor);
    } finally {
      this.#reading = false;
    }
    if (this.#read || this.#due !== undefined) this.notify();
  }

  /** Undefined when nothing became of the list. */
  async #next(cursor: string): Promise<SubscriptionEvent | undefined> {
    const { object, selection, changes } = this.#wish;
    const changed = new Set(this.#changed);
    this.#changed.clear();
    const request = requestOf(this.#context, await this.#provider.accessOf(this.#context.caller), selection.variables);
    const ids = await this.#page(cursor, request);
    const former = this.#ids;
    const known = new Set(former);
    const wanted = ids.filter((id) => !known.has(id) || changed.has(id));
    if (former && wanted.length === 0 && former.length === ids.length && former.every((id, index) => id === ids[index])) return undefined;
    const reader = createReader(selection, object, request);
    const kept = ids.filter((id) => known.has(id));
    const { event, present } = await this.#shared.ask(JSON.stringify([cursor, changes.key, reader.key, former !== undefined, ids, wanted, kept]), async () => {
      const read = await reader.read(wanted);
      // One that went away in between is told of by the next change.
      const here = ids.filter((id) => known.has(id) || read.has(id));
      const records = wanted.flatMap((id) => read.get(id) ?? []);
      const message: LiveMessage = { kind: former ? 'PATCH' : 'LIST', ids: here, records: records.map(({ rows }) => rows) };
      const { length } = selection.path;
      const errors = records.flatMap((record, index) => record.errors.map((error) => withPlaces(error, (path) => [...path.slice(0, length), index, ...path.slice(length)])));
      return { event: new SubscriptionEvent(message, errors), present: here };
    });
    this.#ids = present;
    return event;
  }

  #page(cursor: string, request: RequestContext): Promise<readonly string[]> {
    const { object, args, limits } = this.#wish;
    const { catalog, access, database } = request;
    const binds = new BindList();
    const alias = binds.alias();
    const page = readPage(args, { object, alias, catalog, access, binds }, limits);
    const text = `SELECT ${alias}."id"::text AS "id" FROM ${pageRows(page, page.size)}`;
    const values = binds.values(request);
    return this.#shared.ask(JSON.stringify([cursor, text, values]), async () => (await database.query<{ id: string }>({ text, values })).rows.map(({ id }) => id));
  }
}
