import { SubscriptionEvent } from '../../../resolvers/execute/subscription-event.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { ChangeKind, ChangeMessage } from './change.ts';
import { showsRecord } from './change.ts';
import type { ReadRecord, RecordReader } from './record-reader.ts';

/** A message that waits. */
export interface Waiting {
  readonly object: CatalogObject | undefined;
  readonly message: ChangeMessage;
  /** Made already, perhaps for others too; otherwise the record is read when its turn comes. */
  readonly event?: SubscriptionEvent | undefined;
  /** Tells of a gap that `lose` made. */
  readonly isGap?: boolean;
}

export interface SubscriberOptions {
  /** The one that goes with the rights of the caller at the moment. */
  readonly readerOf: (object: CatalogObject) => RecordReader;
  readonly queueSize: number;
  /** The cursor of a message that tells of a gap, from the one that follows all that is left out. */
  readonly gapCursor: (cursor: string) => string;
  /** Called once the subscriber was told of a gap that `lose` made; true when it is told of all records again. */
  readonly onGap: () => boolean;
  readonly onEnd: () => void;
}

/** Records read in one statement for messages that wait. */
const readAtOnce = 100;

/** What one subscription has yet to be told, and its end of the stream. The queue is bounded: a slow reader misses details, never the outcome. */
export class Subscriber implements AsyncIterableIterator<SubscriptionEvent> {
  readonly #options: SubscriberOptions;
  readonly #queue = new Map<string, Waiting>();
  readonly #read: SubscriptionEvent[] = [];
  /** Entries whose message is made, which is what takes memory. */
  #made = 0;
  #controls = 0;
  #wake: (() => void) | undefined;
  #ended = false;
  #error: unknown;

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** READY, RESYNC. */
  tell(kind: ChangeKind, cursor: string, isGap = false): void {
    const message: ChangeMessage = { kind, cursor, recordId: undefined, changedFields: [], at: undefined, records: undefined };
    this.#queue.set(`control ${(this.#controls += 1)}`, { object: undefined, message, isGap });
    this.#notify();
  }

  /** Everything that waits is void: what the client has is to be replaced by what it is told from now on. */
  resync(cursor: string): void {
    this.#clear();
    this.tell('RESYNC', cursor);
  }

  /** Changes up to this cursor are lost. */
  lose(cursor: string): void {
    this.#clear();
    this.tell('RESYNC', this.#options.gapCursor(cursor), true);
  }

  /** `cursor` is for the case that too much waits. */
  push(waiting: Waiting, cursor: string): void {
    if (this.#ended) return;
    const id = waiting.message.recordId ?? '';
    const former = this.#queue.get(id);
    const next = former ? merge(former, waiting) : waiting;
    if (next === former) return;
    if (former) {
      this.#queue.delete(id);
      if (former.event) this.#made -= 1;
    }
    if (!next) return;
    this.#queue.set(id, next);
    if (next.event) this.#made += 1;
    if (this.#made > this.#options.queueSize) this.lose(cursor);
    else this.#notify();
  }

  /** Ends the stream, with an error when one is given. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#clear();
    this.#notify();
    this.#options.onEnd();
  }

  async next(): Promise<IteratorResult<SubscriptionEvent>> {
    for (;;) {
      if (this.#ended) {
        const error = this.#error;
        this.#error = undefined;
        if (error !== undefined) throw error;
        return { done: true, value: undefined };
      }
      const made = this.#read.shift() ?? (await this.#take());
      if (made) return { done: false, value: made };
      if (this.#queue.size === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  return(): Promise<IteratorResult<SubscriptionEvent>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<SubscriptionEvent>> {
    this.end();
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #clear(): void {
    this.#queue.clear();
    this.#read.length = 0;
    this.#made = 0;
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** The first message, or the first of several whose records are read now. */
  async #take(): Promise<SubscriptionEvent | undefined> {
    const [first] = this.#queue;
    if (!first) return undefined;
    const [key, waiting] = first;
    if (waiting.event || !showsRecord(waiting.message.kind)) {
      this.#queue.delete(key);
      if (waiting.event) this.#made -= 1;
      if (waiting.isGap && this.#options.onGap()) this.#clear();
      return waiting.event ?? new SubscriptionEvent(waiting.message);
    }
    const batch: Waiting[] = [];
    for (const [other, candidate] of this.#queue) {
      if (candidate.event || candidate.object !== waiting.object || !showsRecord(candidate.message.kind) || batch.length === readAtOnce) break;
      batch.push(candidate);
      this.#queue.delete(other);
    }
    const reader = this.#options.readerOf(waiting.object as CatalogObject);
    const records = await reader.read(batch.map(({ message }) => message.recordId ?? ''));
    if (this.#ended) return undefined;
    this.#read.push(...batch.flatMap(({ message }) => eventOf(message, records.get(message.recordId ?? '')) ?? []));
    return this.#read.shift();
  }
}

/** Undefined where the caller may not see the record any more: that it left is told by itself. */
function eventOf(message: ChangeMessage, record: ReadRecord | undefined): SubscriptionEvent | undefined {
  return record && new SubscriptionEvent({ ...message, records: record.rows }, record.errors);
}

/** Two messages of one record of which the first was not sent. */
function merge(former: Waiting, next: Waiting): Waiting | undefined {
  const [first, second] = [former.message, next.message];
  if (!showsRecord(second.kind)) return first.kind === 'SNAPSHOT' ? undefined : next;
  // What is read when its turn comes shows the later state by itself.
  if (!former.event && showsRecord(first.kind)) return former;
  if (!showsRecord(first.kind)) return next;
  const kind = second.kind === 'UPDATED' ? first.kind : second.kind;
  const changedFields = kind === 'UPDATED' ? [...new Set([...first.changedFields, ...second.changedFields])] : second.changedFields;
  const message = { ...second, kind, changedFields };
  return { object: next.object, message, event: next.event?.with(message) };
}
