import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startServer, type TestServer } from './test-server.ts';
import { connect, overSocket } from './transports.ts';

const texts = 'subscription($lengths: [Int], $times: Int) { texts(lengths: $lengths, times: $times) }';
/** Of the data of a message around a text. */
const around = '{"data":{"texts":""}}'.length;

it('writes messages of all sizes of frames in their order, also where answers take their time', async () => {
  const client = connect(await startServer());
  const head = '{"id":"","type":"next","payload":}'.length + 36;
  const edges = [125, 126, 65_535, 65_536].flatMap((length) => [-1, 0, 1].map((more) => length - head - around + more));
  const lengths = [0, 1, 2, ...edges, 200_000, 3];
  const told = await overSocket(client, texts, { lengths });
  expect(told.map(({ data }) => String(data?.['texts']).length)).toEqual(lengths);
});

it('gives each subscription of a socket its own messages, and completes it after the last', async () => {
  const client = connect(await startServer());
  const all = [1, 2, 3, 4].map((n) => Array.from({ length: 50 }, (_, index) => n * 100 + index));
  const told = await Promise.all(all.map((lengths) => overSocket(client, texts, { lengths })));
  expect(told.map((results) => results.map(({ data }) => String(data?.['texts']).length))).toEqual(all);
});

it('ends a subscription alone whose answer cannot be printed', async () => {
  const client = connect(await startServer());
  const [broken, sound] = await Promise.all([overSocket(client, 'subscription { unprintable }'), overSocket(client, texts, { lengths: [2, 4, 6, 8] })]);
  expect(broken).toMatchObject([{ errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL' } }] }]);
  expect(sound).toHaveLength(4);
  expect(await overSocket(client, texts, { lengths: [1, 2] })).toHaveLength(2);
});

async function follow(app: TestServer, variables: object, id = 'a'): Promise<{ readonly socket: WebSocket; readonly types: string[]; readonly ids: Set<string> }> {
  const socket = new WebSocket(app.graphql.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await once(socket, 'message');
  const types: string[] = [];
  const ids = new Set<string>();
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as { readonly id: string; readonly type: string };
    types.push(message.type);
    ids.add(message.id);
  });
  socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: texts, variables } }));
  return { socket, types, ids };
}

it('asks for no more events while a client does not read, and goes on when it does', async () => {
  const app = await startServer();
  const times = 2_000;
  const { socket, types } = await follow(app, { lengths: [9_999], times });
  await expect.poll(() => types.includes('next')).toBe(true);
  socket.pause();
  let before = -1;
  await expect.poll(async () => {
    const stopped = app.probe.texts === before;
    before = app.probe.texts;
    await sleep(50);
    return stopped;
  }, { timeout: 10_000 }).toBe(true);
  expect(before).toBeLessThan(times);
  socket.resume();
  await expect.poll(() => types.at(-1), { timeout: 10_000 }).toBe('complete');
  expect(types.filter((type) => type === 'next')).toHaveLength(times);
  socket.close();
});

it('keeps what a client has yet to read apart from what others are told meanwhile', async () => {
  const app = await startServer();
  const slow = await follow(app, { lengths: [9_999], times: 1_000 }, 'slow');
  await expect.poll(() => slow.types.includes('next')).toBe(true);
  slow.socket.pause();
  const quick = await follow(app, { lengths: [9_999, 10], times: 1_000 }, 'quick');
  await expect.poll(() => quick.types.at(-1), { timeout: 10_000 }).toBe('complete');
  slow.socket.resume();
  await expect.poll(() => slow.types.at(-1), { timeout: 10_000 }).toBe('complete');
  expect([slow, quick].map(({ ids }) => [...ids])).toEqual([['slow'], ['quick']]);
  expect(slow.types.filter((type) => type === 'next')).toHaveLength(1_000);
  for (const { socket } of [slow, quick]) socket.close();
});

it('lets go of a subscription whose client goes away without reading', async () => {
  const app = await startServer();
  const { socket, types } = await follow(app, { lengths: [9_999], times: 100_000 });
  await expect.poll(() => types.includes('next')).toBe(true);
  socket.pause();
  await sleep(100);
  socket.terminate();
  await expect.poll(async () => {
    const before = app.probe.texts;
    await sleep(50);
    return app.probe.texts === before;
  }, { timeout: 10_000 }).toBe(true);
});
