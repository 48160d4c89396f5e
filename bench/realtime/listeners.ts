/** A process that holds sockets, counts what they are told and measures how late it comes. Forked by `bench/realtime.ts`. */
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

let lastText = '';
let lastMoment = 0;
/** Messages of one change come together. */
function momentOf(text: string): number {
  if (text !== lastText) [lastText, lastMoment] = [text, Date.parse(text)];
  return lastMoment;
}

function take(text: Buffer): void {
  const kind = text.indexOf(kindMark);
  if (kind < 0) {
    if (text.includes('"type":"error"') || text.includes('"errors"')) heard.failure ??= text.toString();
    return;
  }
  const first = text[kind + kindMark.length];
  if (first === 0x52) {
    if (text[kind + kindMark.length + 2] === 0x41) heard.ready += 1;
    else heard.resyncs += 1;
    return;
  }
  const title = text.indexOf(titleMark) + titleMark.length;
  const at = text.indexOf(atMark) + atMark.length;
  heard.messages += 1;
  heard.sum += Number(text.toString('latin1', title, text.indexOf(0x22, title)));
  const delay = Date.now() - momentOf(text.toString('latin1', at, text.indexOf(0x22, at)));
  delays[Math.max(0, Math.min(longest, Math.round(delay)))]! += 1;
}

async function openSockets({ port, scenario: name, from, to }: OpenSockets): Promise<void> {
  const scenario = scenarioNamed(name);
  let opening = 0;
  const open = async (number: number): Promise<void> => {
    let acknowledge: (() => void) | undefined;
    const acknowledged = new Promise<void>((resolve) => (acknowledge = resolve));
    // The first message is the acknowledgement.
    const socket = await WireSocket.open(port, (text) => {
      if (!acknowledge) return take(text);
      acknowledge();
      acknowledge = undefined;
    });
    socket.send({ type: 'connection_init', payload: { 'x-person': String(number % 10_000) } });
    await acknowledged;
    for (const [index, payload] of scenario.operations(number).entries()) socket.send({ id: String(index), type: 'subscribe', payload });
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
  const answer: Heard = { ...heard, delays: [...delays] };
  process.send?.({ heard: answer });
});
process.on('disconnect', () => process.exit());
