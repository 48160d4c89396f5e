import type { CatalogObject } from '../../../metadata/catalog.ts';
import { EventStream } from '../../../resolvers/execute/event-stream.ts';
import { SubscriptionEvent } from '../../../resolvers/execute/subscription-event.ts';
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

/** Made messages that many subscriptions get. */
export interface Batch {
  readonly messages: readonly (Waiting & { readonly event: SubscriptionEvent })[];
  /** For a subscription for which too much waits. */
  readonly cursor: string;
  /** The one that the same audience gets next. */
  next: Batch | undefined;
}

/** Records read in one statement for messages that wait. */
const readAtOnce = 100;
/** Batches that may wait as they are. */
const batchesAtOnce = 64;

/** What one subscription has yet to be told. The queue is bounded: a slow reader misses details, never the outcome. */
export class Subscriber extends EventStream<SubscriptionEvent> {
  readonly #options: SubscriberOptions;
  readonly #queue = new Map<string, Waiting>();
  /** Batches from the first to the last come after the queue. While the reader keeps up, they are not looked into. */
  #first: Batch | undefined;
  #last: Batch | undefined;
  #batches = 0;
  #inBatches = 0;
  /** In the first batch. */
  #position = 0;
  readonly #read: SubscriptionEvent[] = [];
  #reading = false;
  /** Entries whose message is made, which is what takes memory. */
  #made = 0;
  #controls = 0;

  constructor(options: SubscriberOptions) {
    super(options.onEnd);
    this.#options = options;
  }

  /** READY, RESYNC. */
  tell(kind: ChangeKind, cursor: string, isGap = false): void {
    const message: ChangeMessage = { kind, cursor, recordId: undefined, changedFields: [], at: undefined, records: undefined };
    this.#unpack();
    this.#queue.set(`control ${(this.#controls += 1)}`, { object: undefined, message, isGap });
    this.notify();
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

  /** Of at least one message. */
  pushShared(batch: Batch): void {
    if (this.ended) return;
    if (this.#last?.next !== batch) {
      this.#unpack();
      this.#first = batch;
    }
    this.#last = batch;
    this.#batches += 1;
    this.#inBatches += batch.messages.length;
    if (this.#batches > batchesAtOnce || this.#inBatches > this.#options.queueSize) this.#unpack();
    this.notify();
  }

  /** No batch follows on those that wait. */
  part(): void {
    this.#unpack();
  }

  /** `cursor` is for the case that too much waits. */
  push(waiting: Waiting, cursor: string): void {
    if (this.ended) return;
    this.#unpack();
    this.#enqueue(waiting, cursor);
    this.notify();
  }

  /** Of each record what came of it. */
  #unpack(): void {
    const last = this.#last;
    let batch = this.#first;
    let position = this.#position;
    this.#forgetBatches();
    for (; batch; batch = batch === last ? undefined : batch.next) {
      for (; position < batch.messages.length; position += 1) this.#enqueue(batch.messages[position] as Waiting, batch.cursor);
      position = 0;
    }
  }

  #forgetBatches(): void {
    this.#first = this.#last = undefined;
    this.#batches = this.#inBatches = this.#position = 0;
  }

  #enqueue(waiting: Waiting, cursor: string): void {
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
  }

  override end(error?: unknown): void {
    this.#clear();
    super.end(error);
  }

  #clear(): void {
    this.#queue.clear();
    this.#forgetBatches();
    this.#read.length = 0;
    this.#made = 0;
  }

  /** The first message; or none while the records of the first ones are read. */
  protected override take(): SubscriptionEvent | undefined {
    const read = this.#read.shift();
    if (read || this.#reading) return read;
    if (this.#queue.size === 0) return this.#takeShared();
    const [first] = this.#queue;
    if (!first) return undefined;
    const [key, waiting] = first;
    if (!waiting.event && showsRecord(waiting.message.kind)) {
      this.#readFirst(waiting.object as CatalogObject).catch((error: unknown) => this.end(error));
      return undefined;
    }
    this.#queue.delete(key);
    if (waiting.event) this.#made -= 1;
    if (waiting.isGap && this.#options.onGap()) this.#clear();
    return waiting.event ?? new SubscriptionEvent(waiting.message);
  }

  #takeShared(): SubscriptionEvent | undefined {
    const batch = this.#first;
    const waiting = batch?.messages[this.#position];
    if (!batch || !waiting) return undefined;
    this.#position += 1;
    this.#inBatches -= 1;
    if (this.#position < batch.messages.length) return waiting.event;
    if (batch === this.#last) this.#forgetBatches();
    else {
      this.#first = batch.next;
      this.#batches -= 1;
      this.#position = 0;
    }
    return waiting.event;
  }

  /** Reads the records of the first messages, as far as they are of this object. */
  async #readFirst(object: CatalogObject): Promise<void> {
    const batch: Waiting[] = [];
    for (const [key, candidate] of this.#queue) {
      if (candidate.event || candidate.object !== object || !showsRecord(candidate.message.kind) || batch.length === readAtOnce) break;
      batch.push(candidate);
      this.#queue.delete(key);
    }
    this.#reading = true;
    const records = await this.#options.readerOf(object).read(batch.map(({ message }) => message.recordId ?? '')).finally(() => (this.#reading = false));
    if (this.ended) return;
    this.#read.push(...batch.flatMap(({ message }) => eventOf(message, records.get(message.recordId ?? '')) ?? []));
    this.notify();
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
