import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { describeEachDatabase } from '../../support/database.ts';
import { soon, startLive, type LiveApp } from './support.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const objects = [{ name: 'deal', sharingModel: 'private', fields: { name: { type: 'text' }, owner: { type: 'user' } } }];
const rules = [
  { kind: 'profile' as const, value: { name: 'rep', objects: { deal: { allowRead: true, allowEdit: true, allowCreate: true }, sys_user: { allowRead: true, viewAllRecords: true } } } },
];
const [ada, bob] = [1, 2].map((n) => ({ userId: id(n), profile: 'rep' })) as [{ userId: string; profile: string }, { userId: string; profile: string }];
const where = 'subscription($topic: String!) { presence(topic: $topic) { kind self members { id userId name state { status typing fieldName position { line column } metadata } } } }';

interface Told {
  readonly kind: string;
  readonly self: string;
  readonly members: readonly { readonly id: string; readonly userId: string; readonly name: string | null; readonly state: Readonly<Record<string, unknown>> }[];
}

/** One socket of a person, which may be present, tell its state, and be asked. */
function connect(app: LiveApp, caller: object) {
  const client = app.client(caller);
  const told: Told[] = [];
  const errors: unknown[] = [];
  return {
    client, told, errors,
    /** Names by member as a client folds them. */
    roster: () => {
      const members = new Map<string, Told['members'][number]>();
      for (const { kind, members: these } of told) for (const member of these) if (kind === 'LEFT') members.delete(member.id); else members.set(member.id, member);
      return members;
    },
    enter(topic: string) {
      return client.subscribe<{ presence: Told }>({ query: where, variables: { topic } }, {
        next: ({ data, errors: failed }) => {
          if (data) told.push(data.presence);
          if (failed) errors.push(...failed);
        },
        error: (error) => errors.push(...(Array.isArray(error) ? (error as unknown[]) : [error])),
        complete: () => undefined,
      });
    },
    async ask(query: string, variables: Record<string, unknown>): Promise<{ data?: Record<string, unknown> | null | undefined; errors?: readonly unknown[] | undefined }> {
      for await (const result of client.iterate<Record<string, unknown>>({ query, variables })) return result;
      throw new Error('There is no answer.');
    },
  };
}
const update = 'mutation($topic: String!, $state: PresenceStateInput!, $member: ID) { updatePresence(topic: $topic, state: $state, member: $member) }';

async function startTeam(app: LiveApp): Promise<void> {
  for (const [n, name] of [[1, 'Ada'], [2, 'Bob']] as const) await app.system('mutation($input: UserCreateInput!) { createUser(input: $input) { record { id } } }', { input: { id: id(n), name, email: `${name}@example.com` } });
  await app.system('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: [{ id: id(10), name: 'shared', ownerId: id(1) }, { id: id(11), name: 'other', ownerId: id(2) }] });
}

describeEachDatabase('presence', (open, kind) => {
  it('shows the roster first, then who comes, changes and goes', async () => {
    const app = await startLive({ database: await open(), objects, rules });
    await startTeam(app);
    const [a, b] = [connect(app, ada), connect(app, bob)];
    a.enter('room-1');
    await expect.poll(() => a.told.map(({ kind: what }) => what), soon).toEqual(['ROSTER']);
    expect(a.told[0]).toMatchObject({ self: a.told[0]?.members[0]?.id, members: [{ userId: id(1), name: 'Ada', state: { status: null } }] });
    const leave = b.enter('room-1');
    await expect.poll(() => b.told[0]?.members.map(({ name }) => name), soon).toEqual(['Ada', 'Bob']);
    await expect.poll(() => a.told.at(-1), soon).toMatchObject({ kind: 'JOINED', members: [{ name: 'Bob' }] });
    expect(await b.ask(update, { topic: 'room-1', state: { status: 'BUSY', typing: true, position: { line: 2, column: 7 }, metadata: { zoom: 2 } } })).toEqual({ data: { updatePresence: true } });
    await expect.poll(() => a.told.at(-1), soon).toMatchObject({ kind: 'UPDATED', members: [{ name: 'Bob', state: { status: 'BUSY', typing: true, fieldName: null, position: { line: 2, column: 7 }, metadata: { zoom: 2 } } }] });
    leave();
    await expect.poll(() => a.told.at(-1), soon).toMatchObject({ kind: 'LEFT', members: [{ name: 'Bob' }] });
    const again = connect(app, bob);
    again.enter('room-1');
    await expect.poll(() => a.roster().size, soon).toBe(2);
    again.client.terminate();
    await expect.poll(() => a.roster().size, soon).toBe(1);
  });

  it('tells the last of quick changes, and refuses what is too large, not a state, or for another topic', async () => {
    const app = await startLive({ database: await open(), objects, rules, settings: { presenceSize: 200 } });
    await startTeam(app);
    const [a, b] = [connect(app, ada), connect(app, bob)];
    a.enter('room-1');
    b.enter('room-1');
    await expect.poll(() => [a.roster().size, b.roster().size], soon).toEqual([2, 2]);
    await Promise.all(Array.from({ length: 30 }, (_, n) => b.ask(update, { topic: 'room-1', state: { position: { line: 0, column: n } } })));
    await expect.poll(() => a.told.at(-1)?.members[0]?.state['position'], soon).toEqual({ line: 0, column: 29 });
    const refusal = async (state: object) => (await b.ask(update, { topic: 'room-1', state }).catch((error: unknown) => ({ errors: error as readonly unknown[] }))).errors;
    expect(await refusal({ metadata: 'x'.repeat(300) })).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'presenceSize' } }]);
    for (const text of ['\u0000', 'half \ud83d', '\\\\\u0000']) expect(await refusal({ metadata: { text } })).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(await refusal({ metadata: { text: '\\u0000 is written so, 😀' } })).toBeUndefined();
    await expect.poll(() => a.told.at(-1)?.members[0]?.state['metadata'], soon).toEqual({ text: '\\u0000 is written so, 😀' });
    expect(await refusal({ status: 'SOMEWHERE' })).toMatchObject([{ message: expect.stringContaining('SOMEWHERE') as string }]);
    expect((await b.ask(update, { topic: 'room-2', state: {} })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('of a record is for those who may read it, not too often, and ends with the right', async () => {
    const app = await startLive({ database: await open(), objects, rules, settings: { presenceUpdates: 1 } });
    await startTeam(app);
    const [a, b] = [connect(app, ada), connect(app, bob)];
    const topic = `record.deal.${id(10)}`;
    b.enter(topic);
    await expect.poll(() => b.errors, soon).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    a.enter(topic);
    await expect.poll(() => a.roster().size, soon).toBe(1);
    expect((await b.ask('mutation($topic: String!) { sendSignal(topic: $topic, payload: 1) }', { topic })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const { self } = a.told[0] ?? { self: '' };
    expect((await b.ask(update, { topic, state: {}, member: self })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const often = await Promise.all(Array.from({ length: 20 }, () => a.ask(update, { topic, state: { typing: true } })));
    expect(JSON.stringify(often)).toContain('RATE_LIMITED');
    const asked = await a.ask('query($id: ID!) { deal(id: $id) { viewers { userId name } } deals(orderBy: [{ name: ASC }]) { nodes { name viewers { userId } } } }', { id: id(10) });
    expect(asked).toEqual({ data: { deal: { viewers: [{ userId: id(1), name: 'Ada' }] }, deals: { nodes: [{ name: 'shared', viewers: [{ userId: id(1) }] }] } } });
    for (const [name, code] of [['record.deal.x', 'BAD_REQUEST'], [`user.${id(2)}`, 'FORBIDDEN'], ['no spaces', 'BAD_REQUEST']]) {
      const c = connect(app, ada);
      c.enter(String(name));
      await expect.poll(() => c.errors, soon).toMatchObject([{ extensions: { code } }]);
    }
    const nobody = connect(app, { kind: 'anonymous', userId: undefined });
    nobody.enter('room-1');
    await expect.poll(() => nobody.errors, soon).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    await app.system(`mutation { updateDeal(id: "${id(10)}", input: { ownerId: "${id(2)}" }) { record { id } } }`);
    await expect.poll(() => a.errors, soon).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    b.enter(topic);
    await expect.poll(() => [...b.roster().values()].map(({ userId }) => userId), soon).toEqual([id(2)]);
  });

  it('keeps organizations apart, and signals reach all in a topic', async () => {
    const app = await startLive({ database: await open(), objects, rules, settings: { signalSize: 100, signalsPerSecond: 1 } });
    await startTeam(app);
    const heard = (caller: object) => {
      const messages: unknown[] = [];
      const client = app.client(caller);
      client.subscribe({ query: 'subscription { signals(topic: "lobby") { userId payload } }' }, { next: ({ data }) => messages.push(data?.['signals']), error: () => undefined, complete: () => undefined });
      return messages;
    };
    const [mine, foreign] = [heard(bob), heard({ ...bob, organizationId: id(99) })];
    const a = connect(app, ada);
    const b = connect(app, { ...bob, organizationId: id(99) });
    a.enter('lobby');
    b.enter('lobby');
    await expect.poll(() => [a.roster().size, b.roster().size], soon).toEqual([1, 1]);
    const send = (payload: unknown) => a.ask('mutation($payload: JSON!) { sendSignal(topic: "lobby", payload: $payload) }', { payload });
    await expect.poll(async () => {
      const { errors } = await send({ wave: true });
      return errors === undefined && mine.length > 0;
    }, { timeout: 15_000, interval: 1_100 }).toBe(true);
    expect(mine[0]).toEqual({ userId: id(1), payload: { wave: true } });
    expect((await send('x'.repeat(200))).errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'signalSize' } }]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(1)));
    expect(answers.some(({ errors }) => JSON.stringify(errors ?? []).includes('RATE_LIMITED'))).toBe(true);
    expect(foreign).toEqual([]);
  });

  it('forgets a connection that is dead within five seconds', async () => {
    const app = await startLive({ database: await open(), objects, rules });
    await startTeam(app);
    const a = connect(app, ada);
    a.enter('room-1');
    const dead = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    onTestFinished(() => dead.terminate());
    await new Promise((resolve) => dead.once('open', resolve));
    dead.send(JSON.stringify({ type: 'connection_init', payload: { authorization: JSON.stringify(bob) } }));
    await new Promise((resolve) => dead.once('message', resolve));
    dead.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: where, variables: { topic: 'room-1' } } }));
    await expect.poll(() => a.roster().size, soon).toBe(2);
    // It reads nothing any more, and so answers no ping.
    dead.pause();
    await expect.poll(() => a.roster().size, soon).toBe(1);
  });

  it('pings a socket at one pace, in however many topics it is present', async () => {
    const app = await startLive({ database: await open(), objects, rules });
    await startTeam(app);
    const warnings: string[] = [];
    const warn = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    onTestFinished(() => socket.terminate());
    let pings = 0;
    socket.on('ping', () => (pings += 1));
    await new Promise((resolve) => socket.once('open', resolve));
    const send = (message: object): void => socket.send(JSON.stringify(message));
    send({ type: 'connection_init', payload: { authorization: JSON.stringify(bob) } });
    await new Promise((resolve) => socket.once('message', resolve));
    for (let n = 1; n <= 12; n += 1) send({ id: String(n), type: 'subscribe', payload: { query: where, variables: { topic: `room-${n}` } } });
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(pings).toBeGreaterThan(0);
    expect(pings).toBeLessThan(4);
    for (let n = 2; n <= 12; n += 1) send({ id: String(n), type: 'complete' });
    const before = pings;
    await expect.poll(() => pings, { timeout: 5_000 }).toBeGreaterThan(before);
    expect(warnings.filter((text) => text.includes('listeners'))).toEqual([]);
  });

  it('of a person is one for all devices, whichever organization is active on them', async () => {
    const app = await startLive({ database: await open(), objects, rules });
    await startTeam(app);
    const [desk, phone] = [connect(app, ada), connect(app, { ...ada, organizationId: id(99) })];
    desk.enter(`user.${id(1)}`);
    phone.enter(`user.${id(1).toUpperCase()}`);
    await expect.poll(() => [desk.roster().size, phone.roster().size], soon).toEqual([2, 2]);
  });

  it.runIf(kind === 'postgres')('is one roster for several processes, also when one dies', async () => {
    const database = await open({ pool: 8 });
    const first = await startLive({ database, objects, rules });
    await startTeam(first);
    const schema = (await database.query<{ name: string }>({ text: 'SELECT current_schema() AS name', values: [] })).rows[0]?.name ?? '';
    const second = await startLive({ database: await open({ schema }), objects, rules });
    const [a, b] = [connect(first, ada), connect(second, bob)];
    a.enter('room-1');
    b.enter('room-1');
    await expect.poll(() => [a.roster().size, b.roster().size], soon).toEqual([2, 2]);
    await b.ask(update, { topic: 'room-1', state: { typing: true } });
    await expect.poll(() => a.told.at(-1), soon).toMatchObject({ kind: 'UPDATED', members: [{ name: 'Bob', state: { typing: true } }] });
    // Over another process, as after a request that a load balancer sent elsewhere.
    const other = connect(first, bob);
    expect(await other.ask(update, { topic: 'room-1', state: { typing: false }, member: b.told[0]?.self })).toEqual({ data: { updatePresence: true } });
    await expect.poll(() => a.told.at(-1), soon).toMatchObject({ kind: 'UPDATED', members: [{ name: 'Bob', state: { typing: false } }] });
    // What a process leaves that gives no sign of life any more.
    const ghost = '018f0000-0000-7000-8000-0000000000aa';
    await database.query({ text: 'INSERT INTO objectos_presence_process (id, seen_at) VALUES ($1::uuid, clock_timestamp())', values: [ghost] });
    await database.query({ text: `INSERT INTO objectos_presence (id, topic, process, user_id, state, joined_at, updated_at) SELECT $1::uuid, topic, $1::uuid, user_id, '{}', now(), now() FROM objectos_presence LIMIT 1`, values: [ghost] });
    await expect.poll(() => a.roster().size, soon).toBe(3);
    await expect.poll(() => a.roster().size, soon).toBe(2);
  });
});
