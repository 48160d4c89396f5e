import { AsyncLocalStorage } from 'node:async_hooks';
import { ObjectosError, StartupError } from '../../errors.ts';
import type { EventLog, EventSubscription, KeptEvent } from '../../kernel/event-log.ts';
import { compilePattern } from '../../kernel/event-pattern.ts';
import type { EventBus, EventMetadata } from '../../kernel/events.ts';
import type { JobRun, JobService } from '../../kernel/jobs.ts';
import { newId } from '../../kernel/new-id.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import { eventObject } from './objects.ts';

export interface ReplayRange {
  /** Id of the event after which they are given again. */
  readonly after?: string | undefined;
  /** Id of the last one. */
  readonly until?: string | undefined;
  readonly since?: Date | undefined;
  readonly before?: Date | undefined;
}

export interface EventStore extends EventLog {
  /** Gives a subscription events again that its pattern matches. Answers how many. */
  replay(subscription: string, range: ReplayRange): Promise<number>;
  readonly subscriptions: readonly { readonly name: string; readonly pattern: string }[];
  /** An event is being told inside the process because it was published: it is kept already. */
  readonly telling: boolean;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
  readonly source: string;
  readonly user: string | null;
  readonly organization: string | null;
  readonly correlation: string | null;
  readonly causation: string | null;
  readonly happened_at: string | Date;
}

interface Subscribed extends EventSubscription {
  readonly matches: (name: string) => boolean;
  readonly job: string;
}

/** Of the jobs that hand events over, before the name of the subscription. */
export const jobPrefix = 'event:';

const table = String(eventObject['name']);
const columns = '"id", "name", "payload", "source", "user", "organization", "correlation", "causation", "happened_at"';
const replayAtOnce = 500;

/** Events in a table, handed to each subscription by a job of its own. */
export function createEventStore({ runtime, jobs, events }: { readonly runtime: Runtime; readonly jobs: JobService; readonly events: EventBus }): EventStore {
  const { database } = runtime;
  const subscriptions = new Map<string, Subscribed>();
  /** What is published while an event is handled follows from it. */
  const handling = new AsyncLocalStorage<KeptEvent>();
  let telling = false;

  const tell = (event: KeptEvent): void => {
    telling = true;
    try {
      events.emit(event.name, event.payload, event.metadata);
    } finally {
      telling = false;
    }
  };

  return {
    get subscriptions() {
      return [...subscriptions.values()];
    },
    get telling() {
      return telling;
    },
    publish: (name, payload, { key, ...given } = {}) =>
      database.transaction(async () => {
        if (!/^[A-Za-z][\w-]*([.:][\w-]+)*$/.test(name)) throw new TypeError(`"${name}" is not the name of an event.`);
        const cause = handling.getStore();
        const metadata: EventMetadata = { ...(cause && { causationId: cause.id, correlationId: cause.metadata.correlationId ?? cause.id }), source: 'platform', ...given, timestamp: new Date() };
        if (key !== undefined) {
          await database.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`event ${key}`] });
          const { rows: [first] } = await database.query<{ id: string }>({ text: `SELECT "id" FROM "${table}" WHERE "request_key" = $1`, values: [key] });
          if (first) return first.id;
        }
        const id = newId();
        const { source, userId = null, organizationId = null, correlationId = null, causationId = null, timestamp } = metadata;
        const input = { id, name, payload: payload ?? null, source, user: userId, organization: organizationId, correlation: correlationId, causation: causationId, requestKey: key ?? null, happenedAt: timestamp.toISOString() };
        await runtime.writer.write({ object: table, options: {}, operation: 'create', input }, runtime.systemContext());
        for (const { job, matches } of subscriptions.values()) if (matches(name)) await jobs.enqueue(job, { event: id });
        database.afterCommit(() => tell({ id, name, payload, metadata }));
        return id;
      }),
    subscribe(subscription) {
      const { name, pattern, attempts = 4, retryDelay = 1 } = subscription;
      if (!/^[a-z][\w.-]{0,100}$/.test(name)) throw new StartupError(`"${name}" is no name of a subscription: small letters, digits, dots, _ and -, a letter first.`);
      if (subscriptions.has(name)) throw new StartupError(`There are two subscriptions "${name}" to events. Rename one of them.`);
      const subscribed: Subscribed = { ...(subscription as EventSubscription), matches: compilePattern(pattern), job: `${jobPrefix}${name}` };
      subscriptions.set(name, subscribed);
      jobs.register(subscribed.job, { queue: 'events', attempts, retryDelay, handler: (run: JobRun) => handle(subscribed, run) });
    },
    async replay(name, { after, until, since, before }) {
      const subscription = subscriptions.get(name);
      if (!subscription) throw new ObjectosError('NOT_FOUND', `There is no subscription "${name}".`);
      let count = 0;
      for (let last = after; ; ) {
        const { rows } = await database.query<{ id: string; name: string }>({
          text: `SELECT "id", "name" FROM "${table}" WHERE ($1::uuid IS NULL OR "id" > $1::uuid) AND ($2::uuid IS NULL OR "id" <= $2::uuid) AND ($3::timestamptz IS NULL OR "happened_at" >= $3::timestamptz) AND ($4::timestamptz IS NULL OR "happened_at" < $4::timestamptz) ORDER BY "id" LIMIT ${replayAtOnce}`,
          values: [last ?? null, until ?? null, since?.toISOString() ?? null, before?.toISOString() ?? null],
        });
        const wanted = rows.filter((row) => subscription.matches(row.name));
        await jobs.enqueueMany(subscription.job, wanted.map(({ id }) => ({ data: { event: id, replay: true } })));
        count += wanted.length;
        if (rows.length < replayAtOnce) return count;
        last = rows.at(-1)?.id;
      }
    },
  };

  async function handle({ handler }: Subscribed, run: JobRun): Promise<unknown> {
    const { event: id, replay = false } = run.data as { readonly event: string; readonly replay?: boolean };
    const { rows } = await database.query<Row>({ text: `SELECT ${columns} FROM "${table}" WHERE "id" = $1`, values: [id] });
    const [row] = rows;
    if (!row) return { removed: id };
    const event = eventOf(row);
    return handling.run(event, () => handler({ event, attempt: run.attempt, replayed: replay, signal: run.signal, log: run.log, complete: (work) => run.complete(work) }));
  }
}

function eventOf({ id, name, payload, source, user, organization, correlation, causation, happened_at: at }: Row): KeptEvent {
  return {
    id, name, payload,
    metadata: { source, timestamp: new Date(at), ...(user !== null && { userId: user }), ...(organization !== null && { organizationId: organization }), ...(correlation !== null && { correlationId: correlation }), ...(causation !== null && { causationId: causation }) },
  };
}
