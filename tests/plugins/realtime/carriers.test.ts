import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { realtimeSettings } from '../../../src/plugins/realtime/settings.ts';
import { onChanges } from '../../../src/resolvers/write/change-log/signal.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { fold, soon, startLive, type LiveApp } from './support.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const objects = [{ name: 'deal', fields: { name: { type: 'text' } } }];
const person = { userId: id(1) };
const brokers = [
  { name: 'Redis', url: new URL(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379') },
  { name: 'NATS', url: new URL(process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222') },
];
const answers = ({ hostname, port }: URL): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTo({ host: hostname, port: Number(port) }, () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/** A way to a broker that can be cut. */
async function wayTo({ protocol, hostname, port }: URL) {
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((socket) => {
    if (!whole) return void socket.destroy();
    const broker = connectTo({ host: hostname, port: Number(port) });
    for (const end of [socket, broker]) {
      open.add(end);
      end.on('error', () => undefined).on('close', () => {
        open.delete(end);
        socket.destroy();
        broker.destroy();
      });
    }
    socket.pipe(broker).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  /** What is open stays open, but nothing comes through any more. */
  const freeze = (): void => {
    for (const socket of open) socket.unpipe().pause();
  };
  const cut = (): void => {
    whole = false;
    for (const socket of open) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return { url: `${protocol}//127.0.0.1:${String((server.address() as AddressInfo).port)}`, freeze, cut, mend: () => (whole = true) };
}

/** As through a pooler in transaction mode: LISTEN succeeds, and nothing is heard. */
const deaf = (database: Database): Database =>
  new Proxy(database, {
    get(target, key) {
      if (key === 'listen') return () => Promise.resolve(() => Promise.resolve());
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

async function send(app: LiveApp, payload: number): Promise<readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] | undefined> {
  for await (const { errors } of app.client(person).iterate({ query: 'mutation($payload: JSON!) { sendSignal(topic: "lobby", payload: $payload) }', variables: { payload } })) return errors;
  throw new Error('There is no answer.');
}

describeEachDatabase('news between processes', (open, kind) => {
  for (const { name, url } of brokers) {
    it.runIf(kind === 'postgres')(`comes through ${name} where LISTEN hears nothing, and nothing is lost while it is away`, async ({ skip }) => {
      if (!(await answers(url))) skip(`${name} does not answer.`);
      const way = await wayTo(url);
      const first = await open({ pool: 8 });
      const schema = (await first.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] })).rows[0]?.name ?? '';
      const settings = { wakeUp: way.url, signalsPerSecond: 1_000 };
      const a = await startLive({ database: deaf(first), objects, settings });
      const b = await startLive({ database: deaf(await open({ schema })), objects, settings });
      const create = (n: number) => a.system('mutation($input: DealCreateInput!) { createDeal(input: $input) { record { id } } }', { input: { id: id(n), name: `n${n}` } });
      await a.system('mutation($input: UserCreateInput!) { createUser(input: $input) { record { id } } }', { input: { id: person.userId, name: 'Ada', email: 'ada@example.com' } });

      const stream = b.follow('subscription { dealChanges { cursor kind recordId changedFields at record { id } } }', person);
      const signals = b.follow('subscription { signals(topic: "lobby") { payload } }', person);
      const heard = () => signals.messages.map((message) => (message as unknown as { payload: number }).payload);
      const presence = b.follow('subscription { presence(topic: "lobby") { kind members { id } } }', person);
      await expect.poll(() => stream.kinds, soon).toEqual(['READY']);
      await expect.poll(() => presence.kinds, soon).toEqual(['ROSTER']);
      let woken = 0;
      const stop = await onChanges(b.platform.database, () => (woken += 1));
      onTestFinished(() => stop());

      await create(1);
      await expect.poll(() => [woken > 0, fold(stream.messages).size], soon).toEqual([true, 1]);
      expect(await send(a, 1)).toBeUndefined();
      await expect.poll(heard, soon).toEqual([1]);

      way.cut();
      await create(2);
      await expect.poll(() => fold(stream.messages).size, soon).toBe(2);
      await expect.poll(async () => (await send(a, 2))?.[0]?.extensions?.['code'], soon).toBe('UNAVAILABLE');
      const before = heard().length;

      way.mend();
      await expect.poll(async () => {
        await send(a, 3);
        return heard().slice(before).includes(3);
      }, soon).toBe(true);
      woken = 0;
      await create(3);
      await expect.poll(() => [woken > 0, fold(stream.messages).size], soon).toEqual([true, 3]);
      expect(stream.kinds).not.toContain('RESYNC');

      way.freeze();
      const late = a.follow('subscription { presence(topic: "lobby") { kind members { id } } }', person);
      expect((await send(a, 4))?.[0]?.extensions?.['code']).toBe('UNAVAILABLE');
      await expect.poll(() => [late.kinds, presence.kinds.at(-1)], soon).toEqual([['ROSTER'], 'JOINED']);
      await expect.poll(async () => {
        await send(a, 5);
        return heard().includes(5);
      }, { timeout: 20_000, interval: 500 }).toBe(true);
    });
  }
});

it('an address of neither is refused', () => {
  const { error } = realtimeSettings.safeParse({ wakeUp: 'amqp://host' });
  expect(error?.issues).toMatchObject([{ path: ['wakeUp'], message: expect.stringContaining('Write redis://host:6379') as unknown }]);
});
