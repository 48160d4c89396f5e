import { randomUUID } from 'node:crypto';
import { ObjectosError } from '../../../errors.ts';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { Logger } from '../../../kernel/log.ts';
import type { AccessProvider } from '../../../resolvers/access.ts';
import type { RequestContext } from '../../../resolvers/request.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import type { RealtimeSettings } from '../settings.ts';
import type { Carrier } from '../carrier/carrier.ts';
import type { Member, PresenceState } from './member.ts';
import { Rate } from './rate.ts';
import { Room } from './room.ts';
import { presenceChannel, RosterStore } from './roster-store.ts';
import { RosterStream } from './roster-stream.ts';
import { allowed, noSuchRecord, type Attendance } from './topic-rights.ts';
import { recordTopic, type Topic } from './topic.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';

export interface PresenceOptions {
  readonly runtime: Runtime;
  readonly access: () => AccessProvider;
  readonly settings: RealtimeSettings;
  readonly log: Logger;
  readonly carrier: Carrier;
}

/** A member whose connection this process holds. */
interface LocalMember extends Attendance {
  readonly id: string;
  readonly userId: string;
  readonly stream: RosterStream;
  /** What its WebSocket began with; operations on the same socket have the same. */
  readonly connection: object | undefined;
  state: PresenceState;
  writtenAt: number;
  due: NodeJS.Timeout | undefined;
  /** The latest write of the state. */
  written: Promise<void>;
}

/** Milliseconds between signs of life, and looks at all rosters and rights. */
const beating = 1_000;
/** Milliseconds in which changes of rosters are gathered, and between two writes of one state. */
const gathering = 20;
const writing = 50;
/** In JSON, escapes of what PostgreSQL takes for no character; the backslash is not itself escaped. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;
/** Beats between clean-ups. */
const cleaning = 60;

/** Who is present in which topic, on all processes of the app. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #store: RosterStore;
  readonly #members = new Map<string, LocalMember>();
  readonly #rooms = new Map<string, Room<LocalMember>>();
  readonly #updates: Rate;
  readonly #dirty = new Set<string>();
  #gathering: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #beat: NodeJS.Timeout | undefined;
  #beats = 0;
  #beating: Promise<void> | undefined;
  #alive = false;
  #stopped = false;
  #stopListening: (() => Promise<void>) | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#store = new RosterStore(() => options.runtime.database, randomUUID(), options.carrier);
    this.#updates = new Rate(options.settings.presenceUpdates);
  }

  async start(): Promise<void> {
    // An empty payload: notifications may be missing.
    this.#stopListening = await this.#options.carrier.listen(presenceChannel, (topic) => (topic === '' ? this.#lookAtAll() : this.#look(topic)));
    this.#beat = setInterval(() => (this.#beating ??= this.#liveOn().finally(() => (this.#beating = undefined))), beating).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#beat);
    clearTimeout(this.#gathering);
    this.endAll();
    await this.#beating;
    await this.#reading;
    await this.#stopListening?.();
    if (this.#alive) await this.#store.close().catch((error: unknown) => this.#failed(error));
  }

  endAll(): void {
    for (const { stream } of [...this.#members.values()]) stream.end();
  }

  /** Comes into a topic, until the stream ends. */
  async join(topic: Topic, context: RequestContext, connection: object | undefined, onEnd: () => void): Promise<RosterStream> {
    const { userId } = context.caller;
    if (userId === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first: only people can be present.');
    await this.#check({ topic, context });
    if (!this.#alive) {
      await this.#store.beat();
      this.#alive = true;
    }
    const id = randomUUID();
    const stream = new RosterStream(id, () => {
      this.#leave(member);
      onEnd();
    });
    const member: LocalMember = { id, userId, topic, context, stream, connection, state: {}, writtenAt: 0, due: undefined, written: Promise.resolve() };
    this.#members.set(id, member);
    entryOf(this.#rooms, topic.key, () => new Room<LocalMember>()).here.add(member);
    try {
      await this.#store.add([{ topic: topic.key, id, userId, state: {} }]);
    } catch (error) {
      stream.end();
      throw error;
    }
    if (stream.ended) await this.#store.remove([id]);
    else this.#look(topic.key);
    return stream;
  }

  /** Replaces what the caller tells in a topic. Of several changes within moments the last is told. */
  async update(topic: Topic, state: PresenceState, memberId: string | undefined, context: RequestContext, connection: object | undefined): Promise<void> {
    const { settings } = this.#options;
    const { userId = '' } = context.caller;
    const text = JSON.stringify(state);
    if (unstorable.test(text)) throw new ObjectosError('BAD_REQUEST', 'The state holds a character that cannot be kept: NUL, or half of a surrogate pair.');
    if (Buffer.byteLength(text) > settings.presenceSize) {
      throw new ObjectosError('LIMIT_EXCEEDED', `The state takes more than ${settings.presenceSize} bytes.`, { extensions: { limit: 'presenceSize', maximum: settings.presenceSize } });
    }
    if (!this.#updates.take(userId)) throw new ObjectosError('RATE_LIMITED', `The state changes more often than ${settings.presenceUpdates} times a second.`);
    const member = [...(this.#rooms.get(topic.key)?.here ?? [])].find((each) => each.userId === userId && (memberId === undefined ? connection !== undefined && each.connection === connection : each.id === memberId));
    if (!member) {
      // Held by another process.
      if (memberId !== undefined) await this.#check({ topic, context });
      if (memberId !== undefined && (await this.#store.update(memberId, userId, state, topic.key))) return;
      throw new ObjectosError('NOT_FOUND', 'You are not present there: subscribe to `presence` on this socket first, or name with `member` the `self` of another connection of yours.');
    }
    member.state = state;
    if (member.due) return;
    const wait = member.writtenAt + writing - performance.now();
    if (wait <= 0) return this.#write(member);
    member.due = setTimeout(() => {
      member.due = undefined;
      this.#write(member).catch((error: unknown) => this.#failed(error));
    }, wait).unref();
  }

  /** Members of the topics of records, for each id. */
  async viewersOf(object: CatalogObject, ids: readonly string[]): Promise<readonly (readonly Member[])[]> {
    const topics = ids.map((id) => recordTopic(object, id).key);
    const rosters = await this.#store.rosters(topics);
    return topics.map((topic) => rosters.get(topic) ?? []);
  }

  async #check(attendance: Attendance): Promise<void> {
    if (!(await allowed([attendance], this.#options.access())).has(attendance)) throw noSuchRecord();
  }

  /** One after another: beside each other, on connections of their own, the older one could be the last. */
  #write(member: LocalMember): Promise<void> {
    member.writtenAt = performance.now();
    const write = async (): Promise<void> => {
      if (!member.stream.ended) await this.#store.update(member.id, member.userId, member.state, member.topic.key);
    };
    return (member.written = member.written.then(write, write));
  }

  #leave(member: LocalMember): void {
    const { id, topic, due } = member;
    clearTimeout(due);
    this.#members.delete(id);
    const room = this.#rooms.get(topic.key);
    room?.here.delete(member);
    if (room?.here.size === 0) this.#rooms.delete(topic.key);
    // At a stop all rows of the process go together.
    if (!this.#stopped) this.#store.remove([id]).catch((error: unknown) => this.#failed(error));
  }

  #lookAtAll(): void {
    for (const topic of this.#rooms.keys()) this.#look(topic);
  }

  /** Topics where nobody of this process is are nothing to it. */
  #look(topic: string): void {
    if (!this.#rooms.has(topic)) return;
    this.#dirty.add(topic);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#reading = (this.#reading ?? Promise.resolve()).then(() => this.#read());
    }, gathering).unref();
  }

  async #read(): Promise<void> {
    const topics = [...this.#dirty];
    this.#dirty.clear();
    if (topics.length === 0 || this.#stopped) return;
    try {
      for (const [topic, roster] of await this.#store.rosters(topics)) {
        const room = this.#rooms.get(topic);
        if (!room) continue;
        const news = room.compare(roster);
        for (const { stream } of [...room.here]) stream.show(room.known, news);
      }
    } catch (error) {
      // They are looked at again with the next beat.
      this.#failed(error);
    }
  }

  async #liveOn(): Promise<void> {
    try {
      this.#updates.forget();
      if ((this.#beats += 1) % cleaning === 0) await this.#store.cleanUp();
      if (this.#members.size === 0) return;
      const members = [...this.#members.values()];
      if (await this.#store.beat()) await this.#store.add(members.map(({ id, topic, userId, state }) => ({ id, topic: topic.key, userId, state })));
      const may = await allowed(members, this.#options.access());
      for (const member of members) if (!may.has(member)) member.stream.end(noSuchRecord());
      this.#lookAtAll();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!this.#stopped) this.#options.log.warn({ err: error }, 'Presence could not be brought up to date; it is tried again.');
  }
}
