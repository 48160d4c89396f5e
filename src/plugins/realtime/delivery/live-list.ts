import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { AccessProvider } from '../../../resolvers/access.ts';
import { SubscriptionEvent } from '../../../resolvers/execute/subscription-event.ts';
import type { Args } from '../../../resolvers/read/arguments.ts';
import { pageRows, readPage } from '../../../resolvers/read/page.ts';
import type { ReadLimits } from '../../../resolvers/read/plan-context.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { BindList } from '../../../resolvers/sql/binds.ts';
import type { ChangeMessage } from './change.ts';
import { requestOf, type Wish } from './listener.ts';
import { createReader, type ChangeSelection, type ReadRecord } from './record-reader.ts';
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
export class LiveList implements AsyncIterableIterator<SubscriptionEvent> {
  readonly #wish: LiveWish;
  readonly #context: RequestContext;
  readonly #provider: AccessProvider;
  readonly #changes: Subscriber;
  /** Ids of records that changed since the last message. */
  readonly #changed = new Set<string>();
  #ids: readonly string[] | undefined;
  #due = false;
  #finished: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(wish: LiveWish, context: RequestContext, provider: AccessProvider, changes: Subscriber) {
    this.#wish = wish;
    this.#context = context;
    this.#provider = provider;
    this.#changes = changes;
    void this.#gather();
  }

  end(error?: unknown): void {
    this.#changes.end(error);
  }

  async next(): Promise<IteratorResult<SubscriptionEvent>> {
    for (;;) {
      if (this.#finished) {
        const { error } = this.#finished;
        this.#finished = { error: undefined };
        if (error !== undefined) throw error;
        return { done: true, value: undefined };
      }
      if (!this.#due) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      this.#due = false;
      try {
        const event = await this.#read();
        if (event && !this.#finished) return { done: false, value: event };
      } catch (error) {
        this.end(error);
      }
    }
  }

  return(): Promise<IteratorResult<SubscriptionEvent>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #gather(): Promise<void> {
    let error: unknown;
    try {
      for await (const { value } of this.#changes) {
        const { kind, recordId } = value as ChangeMessage;
        if (kind === 'RESYNC') this.#ids = undefined;
        if (recordId !== undefined) this.#changed.add(recordId);
        this.#due = true;
        this.#wake();
      }
    } catch (thrown) {
      error = thrown;
    }
    this.#finished = { error };
    this.#wake();
  }

  /** Undefined when nothing became of the list. */
  async #read(): Promise<SubscriptionEvent | undefined> {
    const { object, selection } = this.#wish;
    const changed = new Set(this.#changed);
    this.#changed.clear();
    const request = requestOf(this.#context, await this.#provider.accessOf(this.#context.caller), selection.variables);
    const ids = await this.#page(request);
    const former = this.#ids;
    const known = new Set(former);
    const wanted = ids.filter((id) => !known.has(id) || changed.has(id));
    if (former && wanted.length === 0 && former.length === ids.length && former.every((id, index) => id === ids[index])) return undefined;
    const read = await createReader(selection, object, request).read(wanted);
    // One that went away in between is told of by the next change.
    const present = ids.filter((id) => known.has(id) || read.has(id));
    this.#ids = present;
    const records = wanted.flatMap((id) => read.get(id) ?? []);
    const message: LiveMessage = { kind: former ? 'PATCH' : 'LIST', ids: present, records: records.map(({ rows }) => rows) };
    return new SubscriptionEvent(message, records.flatMap(({ errors }) => errors));
  }

  async #page(request: RequestContext): Promise<readonly string[]> {
    const { object, args, limits } = this.#wish;
    const { catalog, access, database } = request;
    const binds = new BindList();
    const alias = binds.alias();
    const page = readPage(args, { object, alias, catalog, access, binds }, limits);
    const { rows } = await database.query<{ id: string }>({ text: `SELECT ${alias}."id"::text AS "id" FROM ${pageRows(page, page.size)}`, values: binds.values(request) });
    return rows.map(({ id }) => id);
  }
}
