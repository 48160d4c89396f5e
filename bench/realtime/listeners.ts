/** A process that holds sockets, counts what they are told and measures how late it comes. Forked by `bench/realtime.ts`. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { scenarioNamed } from './scenarios.ts';
import { WireSocket } from './wire-socket.ts';

export interface OpenSockets {
  readonly port: number;
  readonly scenario: string;
  /** Numbers of the sockets: `from` to below `to`. */
  readonly from: number;
  readonly to: number;
}

/** Asked for with `opened`, `heard` and nothing else. */
export interface Heard {
  /** Messages about changes, of all sockets. */
  readonly messages: number;
  /** Sum of the numbers of the changes that they were about: with the count it tells losses and repeats. */
  readonly sum: number;
  readonly resyncs: number;
  /** Changes that came again, or in different orders to different sockets. */
  readonly disorder: number;
  /** READY of subscriptions. */
  readonly ready: number;
  /** Messages by milliseconds of delay. */
  readonly delays: readonly number[];
  /** First message that was an error. */
  readonly failure: string | undefined;
}

const longest = 20_000;
/** Sockets that are opened at a time. */
const atOnce = 50;
const delays = new Uint32Array(longest + 1);
const heard = { messages: 0, sum: 0, resyncs: 0, ready: 0, failure: undefined as string | undefined };
const [kindMark, titleMark, atMark] = ['"kind":"', '"title":"', '"at":"'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

/** Bytes of the id of a subscription, with what stands before it. */
const idAt = '{"id":"'.length;
const idSize = 36;

/** A change as the first socket was told of it. */
interface Told {
  /** The message after the id of the subscription. */
  readonly text: Buffer;
  readonly number: number;
  readonly moment: number;
  readonly place: number;
  /** What came right after it, to some socket. */
  readonly followers: Set<Told>;
}

/** Changes in the order in which this process heard of them first. */
const told: Told[] = [];
const toldByNumber = new Map<number, Told>();

interface Listener {
  /** Ids of its subscriptions. */
  readonly ids: readonly Buffer[];
  /** Of its last message. */
  last: Told | undefined;
}

/** Every message is compared with what other sockets were told, or read where it differs. */
function take(listener: Listener, data: Buffer, from: number, to: number): void {
  const begin = from + idAt + idSize;
  const { last } = listener;
  const expected = told[last ? last.place + 1 : 0];
  const same = expected && to - begin === expected.text.length && data.compare(expected.text, 0, expected.text.length, begin, to) === 0;
  const change = same ? expected : read(data.subarray(begin, to));
  if (!change) return;
  if (!listener.ids.some((id) => data.compare(id, 0, idSize, from + idAt, begin) === 0)) heard.failure ??= `An unknown subscription: ${data.toString('latin1', from, to)}`;
  heard.messages += 1;
  heard.sum += change.number;
  // Subscriptions of one socket are independent of each other.
  if (last && listener.ids.length === 1) last.followers.add(change);
  listener.last = change;
  delays[Math.max(0, Math.min(longest, Date.now() - change.moment))]! += 1;
}

/** Undefined for what is not about a change. */
function read(text: Buffer): Told | undefined {
  const kind = text.indexOf(kindMark);
  if (kind < 0) {
    if (text.includes('"type":"error"') || text.includes('"errors"')) heard.failure ??= text.toString();
    return undefined;
  }
  const first = text[kind + kindMark.length];
  if (first === 0x52) {
    if (text[kind + kindMark.length + 2] === 0x41) heard.ready += 1;
    else heard.resyncs += 1;
    return undefined;
  }
  const title = text.indexOf(titleMark) + titleMark.length;
  const number = Number(text.toString('latin1', title, text.indexOf(0x22, title)));
  const known = toldByNumber.get(number);
  if (known) return known;
  const at = text.indexOf(atMark) + atMark.length;
  const change: Told = { text: Buffer.from(text), number, moment: Date.parse(text.toString('latin1', at, text.indexOf(0x22, at))), place: told.length, followers: new Set() };
  told.push(change);
  toldByNumber.set(number, change);
  return change;
}

/** Changes that follow themselves, through others or at once. */
function circles(): number {
  const open = new Set<Told>();
  const done = new Set<Told>();
  let found = 0;
  const walk = (change: Told): void => {
    if (open.has(change)) found += 1;
    if (open.has(change) || done.has(change)) return;
    open.add(change);
    for (const follower of change.followers) walk(follower);
    open.delete(change);
    done.add(change);
  };
  for (const change of told) walk(change);
  return found;
}

async function openSockets({ port, scenario: name, from, to }: OpenSockets): Promise<void> {
  const scenario = scenarioNamed(name);
  let opening = 0;
  const open = async (number: number): Promise<void> => {
    let acknowledge: (() => void) | undefined;
    const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
    const ids = scenario.operations(number).map(() => randomUUID());
    const listener: Listener = { ids: ids.map((id) => Buffer.from(id)), last: undefined };
    // The first message is the acknowledgement.
    const socket = await WireSocket.open(port, (data, start, end) => {
      if (!acknowledge) return take(listener, data, start, end);
      acknowledge();
      acknowledge = undefined;
    });
    socket.send({ type: 'connection_init', payload: { 'x-person': String(number % 10_000) } });
    await acknowledged;
    for (const [index, payload] of scenario.operations(number).entries()) socket.send({ id: ids[index], type: 'subscribe', payload });
  };
  for (let next = from; next < to; ) {
    const batch: Promise<void>[] = [];
    for (; next < to && batch.length < atOnce; next += 1) batch.push(open(next));
    await Promise.all(batch);
    opening += batch.length * scenario.operationsPerSocket;
    // One batch after the other, so that the server need not queue connections.
    while (heard.ready < opening && heard.failure === undefined) await sleep(5);
  }
}

process.on('message', (message: { readonly open?: OpenSockets; readonly tell?: true }) => {
  if (message.open) {
    openSockets(message.open).then(() => process.send?.({ opened: true }), (error: unknown) => process.send?.({ failure: String(error) }));
    return;
  }
  const answer: Heard = { ...heard, disorder: circles(), delays: [...delays] };
  process.send?.({ heard: answer });
});
process.on('disconnect', () => process.exit());
