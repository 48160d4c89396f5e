import { ObjectosError } from '../../../errors.ts';
import type { Logger } from '../../../kernel/log.ts';
import type { AccessProvider } from '../../../resolvers/access.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import { EventStream } from '../../../resolvers/execute/event-stream.ts';
import type { RealtimeSettings } from '../settings.ts';
import type { Carrier } from '../carrier/carrier.ts';
import { Rate } from './rate.ts';
import { allowed, noSuchRecord, type Attendance } from './topic-rights.ts';
import type { Topic } from './topic.ts';

/** Signals are carried with their payload; they are kept nowhere. */
const signalsChannel = 'objectos_signals';

/** What one person tells all others in a topic. */
export interface Signal {
  readonly userId: string;
  readonly payload: unknown;
  /** ISO 8601 */
  readonly at: string;
}

export interface SignalsOptions {
  readonly access: () => AccessProvider;
  readonly settings: RealtimeSettings;
  readonly log: Logger;
  readonly carrier: Carrier;
}

/** A slow reader misses the oldest. */
class SignalStream extends EventStream<Signal> {
  readonly #waiting: Signal[] = [];
  readonly #most: number;

  constructor(most: number, onEnd: () => void) {
    super(onEnd);
    this.#most = most;
  }

  push(signal: Signal): void {
    if (this.ended) return;
    this.#waiting.push(signal);
    if (this.#waiting.length > this.#most) this.#waiting.shift();
    this.notify();
  }

  protected override take(): Signal | undefined {
    return this.#waiting.shift();
  }
}

interface Hearer extends Attendance {
  readonly stream: SignalStream;
}

/** Milliseconds between looks at the rights of those who hear. */
const looking = 1_000;

/** Messages from client to client in a topic, as they come: who is not there does not get them. */
export class Signals {
  readonly #options: SignalsOptions;
  readonly #hearers = new Map<string, Set<Hearer>>();
  readonly #rate: Rate;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(options: SignalsOptions) {
    this.#options = options;
    this.#rate = new Rate(options.settings.signalsPerSecond);
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#options.carrier.listen(signalsChannel, (payload) => {
      if (payload === '') return;
      const { topic, ...signal } = JSON.parse(payload) as Signal & { readonly topic: string };
      for (const { stream } of this.#hearers.get(topic) ?? []) stream.push(signal);
    });
    this.#timer = setInterval(() => (this.#looking ??= this.#lookAtRights().finally(() => (this.#looking = undefined))), looking).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.endAll();
    await this.#looking;
    await this.#stopListening?.();
  }

  endAll(): void {
    for (const { stream } of this.#all()) stream.end();
  }

  async hear(topic: Topic, context: RequestContext, onEnd: () => void): Promise<EventStream<Signal>> {
    await this.#check({ topic, context });
    const hearers = this.#hearers.get(topic.key) ?? new Set();
    const stream = new SignalStream(this.#options.settings.queueSize, () => {
      hearers.delete(hearer);
      if (hearers.size === 0 && this.#hearers.get(topic.key) === hearers) this.#hearers.delete(topic.key);
      onEnd();
    });
    const hearer: Hearer = { topic, context, stream };
    this.#hearers.set(topic.key, hearers.add(hearer));
    return stream;
  }

  async send(topic: Topic, payload: unknown, context: RequestContext): Promise<void> {
    const { settings, carrier } = this.#options;
    const { userId = '' } = context.caller;
    if (Buffer.byteLength(JSON.stringify(payload)) > settings.signalSize) {
      throw new ObjectosError('LIMIT_EXCEEDED', `The payload takes more than ${settings.signalSize} bytes.`, { extensions: { limit: 'signalSize', maximum: settings.signalSize } });
    }
    if (!this.#rate.take(userId)) throw new ObjectosError('RATE_LIMITED', `You may send ${settings.signalsPerSecond} signals a second.`);
    await this.#check({ topic, context });
    const signal: Signal & { readonly topic: string } = { topic: topic.key, userId, payload, at: new Date().toISOString() };
    await carrier.tell(signalsChannel, [JSON.stringify(signal)]).catch((error: unknown) => {
      throw new ObjectosError('UNAVAILABLE', 'The signal could not be sent; try again soon.', { cause: error });
    });
  }

  #all(): Hearer[] {
    return [...this.#hearers.values()].flatMap((hearers) => [...hearers]);
  }

  async #check(attendance: Attendance): Promise<void> {
    if (!(await allowed([attendance], this.#options.access())).has(attendance)) throw noSuchRecord();
  }

  async #lookAtRights(): Promise<void> {
    try {
      this.#rate.forget();
      const hearers = this.#all();
      const may = await allowed(hearers, this.#options.access());
      for (const hearer of hearers) if (!may.has(hearer)) hearer.stream.end(noSuchRecord());
    } catch (error) {
      this.#options.log.warn({ err: error }, 'The rights of those who hear signals could not be looked at; it is tried again.');
    }
  }
}
