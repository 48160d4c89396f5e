import type { Database } from '../../../database/database.ts';
import { ObjectosError } from '../../../errors.ts';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { Logger } from '../../../kernel/log.ts';
import type { AccessProvider } from '../../../resolvers/access.ts';
import type { Caller } from '../../../resolvers/caller.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import { readChanges } from '../../../resolvers/write/change-log/read-changes.ts';
import { onChanges } from '../../../resolvers/write/change-log/signal.ts';
import { decodeCursor, encodeCursor, incomplete } from '../cursor.ts';
import type { ChangeKind } from '../delivery/change.ts';
import { isDated, requestOf, standingOf, type Listener, type Rights, type Standing, type Wish } from '../delivery/listener.ts';
import { nameFields, type Named } from '../delivery/name-fields.ts';
import type { RecordReader } from '../delivery/record-reader.ts';
import { Subscriber } from '../delivery/subscriber.ts';
import type { RealtimeSettings } from '../settings.ts';
import { askRows } from '../views/ask-rows.ts';
import type { View } from '../views/view.ts';
import { apart, together, type Attempt } from './attempt.ts';
import { messageOf, prepareMessages } from './deliver.ts';
import { Rests } from './rests.ts';
import { takeStep, type Arrival, type Beginning, type Step } from './step.ts';
import { Views } from './views.ts';

export interface HubOptions {
  readonly runtime: Runtime;
  readonly access: () => AccessProvider;
  readonly settings: RealtimeSettings;
  readonly log: Logger;
}

/** Milliseconds between looks at the log when nothing woke the hub, and between looks at the rights of listeners. */
const polling = 1_000;
const sweeping = 900;
/** Milliseconds before another try after a failure. */
const retrying = 250;
/** Milliseconds after which rows that come and go with the clock are looked at again. */
const clock = 30_000;
/** Listeners whose rights are read in one go, and of those the ones that are compared before the event loop turns. */
const sweepAtOnce = 200;
const compareAtOnce = 25;
/** So many times as long as a look at rights has taken it rests before the next ones, unless there is a reason to look: messages have to go out in between. */
const restFor = 3;

/** Follows the change log for all listeners of this process. One loop: steps never overlap, so that everything it keeps belongs to one place of the log. */
export class Hub {
  readonly #options: HubOptions;
  readonly #views = new Views();
  readonly #listeners = new Set<Listener>();
  readonly #joining = new Map<Listener, boolean>();
  /** Those whose rights come to other rows by now. */
  readonly #moving = new Set<Listener>();
  #cursor: string | undefined;
  #timedAt = 0;
  #stopped = false;
  #woken = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  #sweeper: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** Under way, and asked for. */
  #looks = 0;
  readonly #rests = new Rests();
  #stopListening: (() => Promise<void>) | undefined;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#stopListening = await onChanges(this.#options.runtime.database, () => this.wake());
    this.#running = this.#run();
    this.#sweeper = setInterval(() => this.#sweep(), sweeping).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweeper);
    this.endAll();
    this.wake();
    await this.#running;
    await this.#rests.without(async () => this.#looking);
    await this.#stopListening?.();
  }

  /** Something may have been committed. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Ends all subscriptions. */
  endAll(): void {
    for (const { subscriber } of [...this.#listeners]) subscriber.end();
  }

  /** Begins to listen; a wish that the caller may not have is refused. */
  async subscribe(wish: Wish, context: RequestContext, onEnd: () => void): Promise<Subscriber> {
    const rights = await this.#rightsOf(context.caller);
    const request = requestOf(context, rights.access, wish.selection.variables);
    const standing = standingOf(wish, request);
    // What the database refuses must not reach the loop that serves everybody.
    await askRows(standing.rows.map(({ object, filter }) => ({ object, filter, limit: 0 })), request);
    if (wish.after !== undefined) await checkCursor(wish.after, context.database);
    const subscriber = new Subscriber({
      queueSize: this.#options.settings.queueSize,
      readerOf: ({ name }) => readerOf(listener, name),
      gapCursor: (cursor) => (wish.snapshot ? encodeCursor({ ...decodeCursor(cursor), sight: incomplete }) : cursor),
      onGap: () => {
        if (!wish.snapshot || subscriber.ended) return false;
        this.#views.leave(listener);
        this.#join(listener, true);
        return true;
      },
      onEnd: () => {
        this.#listeners.delete(listener);
        this.#joining.delete(listener);
        this.#moving.delete(listener);
        this.#views.leave(listener);
        onEnd();
      },
    });
    const listener: Listener = { wish, subscriber, context, alone: standing.rows.length > 1, rights, standing, next: undefined, legs: [] };
    this.#listeners.add(listener);
    this.#join(listener, false);
    return subscriber;
  }

  #join(listener: Listener, again: boolean): void {
    this.#joining.set(listener, again);
    this.wake();
  }

  async #run(): Promise<void> {
    let attempt = together;
    while (!this.#stopped) {
      if (!this.#woken) await this.#pause(polling);
      this.#woken = false;
      if (this.#listeners.size === 0) {
        this.#cursor = undefined;
        continue;
      }
      try {
        await this.#step(attempt);
        attempt = together;
      } catch (error) {
        if (this.#stopped) return;
        attempt = apart(this.#options.runtime.database);
        this.#options.log.warn({ err: error }, 'Changes could not be read; it is tried again.');
        await new Promise((resolve) => setTimeout(resolve, retrying).unref());
        this.#woken = true;
      }
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #step(attempt: Attempt): Promise<void> {
    const { runtime, settings } = this.#options;
    const request = runtime.systemContext();
    const timed = Date.now() - this.#timedAt > clock;
    const arrivals = this.#arrivals(request);
    const step = await takeStep({ after: this.#cursor, views: this.#views, arrivals, settings, timed, attempt }, request);
    // Who lost a right with these very changes gets nothing that it was for.
    if (step.system) await this.#lookAtRightsNow();
    const deliver = await prepareMessages(step, request, attempt);
    const missed = await Promise.all(step.beginnings.map((beginning) => attempt(() => nameMissed(beginning, request), (error) => {
      beginning.arrival.listener.subscriber.end(error);
      return [];
    })));

    this.#cursor = step.cursor;
    if (timed) this.#timedAt = Date.now();
    for (const [view, rows] of step.known) view.known = rows;
    if (step.gap) for (const { subscriber, standing, legs } of this.#listeners) if (legs.length > 0) subscriber.lose(encodeCursor({ log: step.cursor, sight: standing.sight }));
    if (!step.gap) deliver();
    for (const [index, beginning] of step.beginnings.entries()) this.#begin(beginning, step, missed[index] ?? []);
    for (const [{ audiences }, error] of step.failed) {
      for (const { subscriber } of [...audiences.values()].flatMap(({ listeners }) => [...listeners])) subscriber.end(error);
    }
    if (this.#joining.size > 0 || this.#moving.size > 0) this.#woken = true;
  }

  /** Takes those who begin out of their queue; the others keep their rows until the step has told what the new ones are. */
  #arrivals(request: RequestContext): Arrival[] {
    const found = new Map<string, View>();
    const viewsOf = ({ rows }: Standing): View[] =>
      rows.map((row) => {
        const view = found.get(row.viewKey) ?? this.#views.find(row, request);
        found.set(row.viewKey, view);
        return view;
      });
    const arrivals: Arrival[] = [];
    for (const [listener, again] of this.#joining) {
      if (listener.subscriber.ended) continue;
      const standing = listener.next ?? listener.standing;
      arrivals.push({ listener, standing, views: viewsOf(standing), from: undefined, again });
    }
    for (const listener of this.#moving) {
      const { next, legs } = listener;
      if (next && legs.length > 0) arrivals.push({ listener, standing: next, views: viewsOf(next), from: legs.map(({ view }) => view), again: false });
    }
    return arrivals;
  }

  #begin({ arrival, resync, missed, snapshot, entered, left, refused }: Beginning, { cursor }: Step, named: readonly Named[]): void {
    const { listener, views, standing, from } = arrival;
    const { subscriber, wish } = listener;
    if (!from) this.#joining.delete(listener);
    if (subscriber.ended) return;
    if (refused) return subscriber.end(refused);
    const former = listener.standing.sight;
    this.#views.leave(listener);
    listener.standing = standing;
    if (listener.next?.key === standing.key) this.#move(listener, undefined);
    listener.legs = standing.rows.map((rows, index) => this.#views.enter(listener, views[index] as View, rows));

    const end = encodeCursor({ log: cursor, sight: standing.sight });
    const tell = (kind: ChangeKind, view: View, id: string, sight: string): void =>
      subscriber.push({ object: view.object, message: messageOf({ outcome: { kind, id, change: undefined }, changedFields: [] }, cursor, sight) }, end);
    if (resync) subscriber.resync(snapshot ? encodeCursor({ log: cursor, sight: incomplete }) : end);
    for (const [view, ids] of snapshot ?? []) for (const id of ids) tell('SNAPSHOT', view, id, incomplete);
    const byOutcome = new Map(missed.map(({ outcome, view }) => [outcome, view]));
    for (const each of named) {
      const view = byOutcome.get(each.outcome);
      if (view) subscriber.push({ object: view.object, message: messageOf(each, each.outcome.change?.cursor ?? cursor, standing.sight) }, end);
    }
    const moved = ([['LEFT', left], ['ENTERED', entered]] as const).flatMap(([kind, lists]) => (wish.interest.kinds?.has(kind) === false ? [] : lists.flatMap(([view, ids]) => ids.map((id) => ({ kind, view, id })))));
    for (const [index, { kind, view, id }] of moved.entries()) tell(kind, view, id, index === moved.length - 1 ? standing.sight : former);
    if (!from || snapshot) subscriber.tell('READY', end);
  }

  /** One look at a time; whoever asks while one is under way gets another. */
  #lookAtRights(): Promise<void> {
    this.#looks += 1;
    const look = (this.#looking ?? Promise.resolve()).then(() => this.#compareRights()).finally(() => (this.#looks -= 1));
    this.#looking = look;
    return look;
  }

  /** For somebody whose rights did become others, as far as is known. */
  async #lookAtRightsNow(): Promise<void> {
    await this.#rests.without(() => this.#lookAtRights());
  }

  /** New credentials take effect at once; otherwise a look that is under way goes on in its own time. */
  #sweep(): void {
    for (const { rights, context } of this.#listeners) if (rights.caller !== context.caller) return void this.#lookAtRightsNow();
    if (this.#looks === 0) void this.#lookAtRights();
  }

  async #compareRights(): Promise<void> {
    const dated = (listeners: Iterable<Listener>): readonly Listener[] => {
      const version = this.#options.access().version?.();
      const found: Listener[] = [];
      for (const listener of listeners) if (isDated(listener, version) && !listener.subscriber.ended) found.push(listener);
      return found;
    };
    const waiting = dated(this.#listeners);
    for (let start = 0; start < waiting.length; start += sweepAtOnce) {
      const began = performance.now();
      const listeners = dated(waiting.slice(start, start + sweepAtOnce));
      try {
        await this.#options.access().prepare?.([...new Set(listeners.map(({ context }) => context.caller))]);
      } catch (error) {
        this.#options.log.warn({ err: error }, 'The rights of subscriptions could not be looked at; it is tried again.');
        break;
      }
      const known = new Map<Caller, Promise<Rights>>();
      for (const [index, listener] of listeners.entries()) {
        await this.#compareRightsOf(listener, known);
        if (index % compareAtOnce === compareAtOnce - 1) await new Promise((resolve) => setImmediate(resolve));
      }
      if (start + sweepAtOnce < waiting.length) await this.#rests.rest((performance.now() - began) * restFor);
    }
    if (this.#moving.size > 0) this.wake();
  }

  async #compareRightsOf(listener: Listener, known: Map<Caller, Promise<Rights>>): Promise<void> {
    const { subscriber, context, wish } = listener;
    try {
      const { caller } = context;
      const rights = await entryOf(known, caller, () => this.#rightsOf(caller));
      if (subscriber.ended) return;
      const standing = standingOf(wish, requestOf(context, rights.access, wish.selection.variables));
      listener.rights = rights;
      this.#move(listener, standing.key === listener.standing.key ? undefined : standing);
    } catch (error) {
      if (error instanceof ObjectosError && error.code !== 'INTERNAL') subscriber.end(error);
      else this.#options.log.warn({ err: error }, 'The rights of a subscription could not be looked at; it is tried again.');
    }
  }

  async #rightsOf(caller: Caller): Promise<Rights> {
    const provider = this.#options.access();
    const version = provider.version?.();
    return { caller, version, access: await provider.accessOf(caller) };
  }

  #move(listener: Listener, next: Standing | undefined): void {
    listener.next = next;
    if (next) this.#moving.add(listener);
    else this.#moving.delete(listener);
  }
}

function readerOf({ next, standing }: Listener, object: string): RecordReader {
  const rows = (next ?? standing).rows.find((each) => each.object.name === object);
  if (!rows) throw new Error(`The subscription is not for ${object}.`);
  return rows.reader;
}

async function nameMissed({ arrival: { listener: { wish }, standing }, missed }: Beginning, request: RequestContext): Promise<readonly Named[]> {
  const named: Named[] = [];
  for (const { object, fields } of standing.rows) {
    named.push(...(await nameFields(object, missed.flatMap(({ view, outcome }) => (view.object === object ? [outcome] : [])), fields, wish.interest, request)));
  }
  return named.sort((a, b) => (a.outcome.change?.order ?? 0) - (b.outcome.change?.order ?? 0));
}

/** Refuses what the log did not hand out. */
async function checkCursor(text: string, database: Database): Promise<void> {
  const { log } = decodeCursor(text);
  try {
    await readChanges(database, { after: log, objects: [], limit: 1 });
  } catch (error) {
    throw new ObjectosError('BAD_REQUEST', 'This cursor does not come from a subscription to changes.', { cause: error });
  }
}
