import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { pruneChanges } from '../../../src/resolvers/write/change-log/prune-changes.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { fold, repeats, soon, startLive, type LiveApp, type Message } from './support.ts';

const id = (n: number): string => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const objects = [
  { name: 'deal', enable: { trash: true }, fields: { name: { type: 'text' }, stage: { type: 'text' }, parent: { type: 'lookup', reference: 'deal' }, topic: { type: 'lookup', reference: 'note' } } },
  { name: 'note', fields: { text: { type: 'textarea' } } },
];
const message = 'cursor kind recordId changedFields at';
const deals = `subscription($after: String, $snapshot: Boolean) { dealChanges(after: $after, snapshot: $snapshot) { ${message} record { id name } } }`;
const create = (app: LiveApp, from: number, count = 1, name = 'n') => app.system('mutation($input: [DealCreateInput!]!) { createDeals(input: $input) { count } }', { input: Array.from({ length: count }, (_, n) => ({ id: id(from + n), name: `${name}${from + n}` })) });
const rename = (app: LiveApp, n: number, name: string) => app.system('mutation($id: ID!, $name: String!) { updateDeal(id: $id, input: { name: $name }) { record { id } } }', { id: id(n), name });

describeEachDatabase('streams of changes', (open, kind) => {
  it('go on after any message without missing or repeating a record', async () => {
    const app = await startLive({ database: await open(), objects });
    const whole = app.follow(deals);
    await expect.poll(() => whole.kinds, soon).toEqual(['READY']);
    await create(app, 1, 3);
    await rename(app, 2, 'x');
    await app.system(`mutation { deleteDeal(id: "${id(3)}") { record { id } } }`);
    await create(app, 4, 2);
    await expect.poll(() => [...fold(whole.messages).keys()].sort(), soon).toEqual([1, 2, 4, 5].map(id));
    for (const [index, { cursor }] of whole.messages.entries()) {
      const rest = app.follow(deals, undefined, { after: cursor });
      await expect.poll(() => rest.kinds.at(-1), soon).toBe('READY');
      const told = [...whole.messages.slice(0, index + 1), ...rest.messages];
      expect([...fold(told).entries()].sort()).toEqual([...fold(whole.messages).entries()].sort());
      expect(repeats(told)).toEqual([]);
      rest.close();
    }
  });

  it('say RESYNC past the retention, and refuse cursors that nobody handed out', async () => {
    const app = await startLive({ database: await open(), objects });
    for (const after of ['x', 'x.y', `${Buffer.from('9:1:').toString('base64url')}.abc`]) {
      const forged = app.follow(deals, undefined, { after });
      await expect.poll(() => forged.errors, soon).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    }
    const first = app.follow(deals);
    await expect.poll(() => first.kinds, soon).toEqual(['READY']);
    await create(app, 1, 2);
    await pruneChanges(app.platform.database, { olderThan: new Date(Date.now() + 1_000) });
    const [plain, whole] = [false, true].map((snapshot) => app.follow(deals, undefined, { after: first.messages[0]?.cursor, snapshot }));
    await expect.poll(() => plain?.kinds, soon).toEqual(['RESYNC', 'READY']);
    await expect.poll(() => whole?.kinds, soon).toEqual(['RESYNC', 'SNAPSHOT', 'SNAPSHOT', 'READY']);
    const other = app.follow(deals);
    await expect.poll(() => other.kinds, soon).toEqual(['READY']);
  });

  it('give slow readers a RESYNC instead of filling the memory, and the outcome in the end', async () => {
    const app = await startLive({ database: await open(), objects, settings: { queueSize: 20 } });
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const told: Message[] = [];
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(data.toString()) as { type: string; payload?: { data: { noteChanges: Message } } };
      if (type === 'next' && payload) told.push(payload.data.noteChanges);
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await once(socket, 'message');
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `subscription { noteChanges(snapshot: true) { ${message} record { id text } } }` } }));
    await expect.poll(() => told.map(({ kind: what }) => what), soon).toEqual(['READY']);
    socket.pause();
    // More than what the buffers of a connection take.
    const text = 'x'.repeat(60_000);
    for (let round = 0; round < 16; round += 1) {
      await app.system('mutation($input: [NoteCreateInput!]!) { createNotes(input: $input) { count } }', { input: Array.from({ length: 15 }, (_, n) => ({ id: id(round * 15 + n), text })) });
    }
    await sleep(100);
    socket.resume();
    await expect.poll(() => fold(told).size, { timeout: 10_000 }).toBe(240);
    expect(told.map(({ kind: what }) => what)).toContain('RESYNC');
    expect(repeats(told)).toEqual([]);
    socket.close();
  });

  it('follow one record, several objects, and only the kinds that are wanted', async () => {
    const app = await startLive({ database: await open(), objects });
    await create(app, 1, 2);
    const one = app.follow(`subscription { recordChanges(object: "Deal", id: "${id(1)}", snapshot: true) { ${message} record { id __typename ... on Deal { name } } } }`);
    const both = app.follow(`subscription { changes(objects: ["deal", "Note"]) { ${message} record { __typename ... on Deal { name } ... on Note { text } } } }`);
    const deleted = app.follow(`subscription { dealChanges(kinds: [DELETED]) { ${message} } }`);
    for (const stream of [one, both, deleted]) await expect.poll(() => stream.kinds.at(-1), soon).toBe('READY');
    await rename(app, 1, 'x');
    await rename(app, 2, 'y');
    await expect.poll(() => both.messages.length, soon).toBe(3);
    await app.system(`mutation { createNote(input: { id: "${id(9)}", text: "hi" }) { record { id } } }`);
    await app.system(`mutation { deleteDeal(id: "${id(2)}") { record { id } } }`);
    await expect.poll(() => both.messages.length, soon).toBe(5);
    expect(both.messages.slice(1)).toMatchObject([
      { kind: 'UPDATED', record: { __typename: 'Deal', name: 'x' } }, { kind: 'UPDATED', record: { name: 'y' } }, { kind: 'CREATED', record: { __typename: 'Note', text: 'hi' } }, { kind: 'DELETED', recordId: id(2) },
    ]);
    expect(one.messages.map(({ kind: what, record }) => [what, record?.['name']])).toEqual([['SNAPSHOT', 'n1'], ['READY', undefined], ['UPDATED', 'x']]);
    expect(deleted.kinds).toEqual(['READY', 'DELETED']);
    const unknown = app.follow('subscription { changes(objects: ["nothing"]) { kind } }');
    await expect.poll(() => unknown.errors, soon).toMatchObject([{ message: 'There is no object "nothing" whose changes you may follow.' }]);
  });

  it('end alone when the database cannot test their rows', async () => {
    const app = await startLive({ database: await open(), objects });
    await create(app, 1, 2);
    const broken = app.follow(`subscription { dealChanges(where: { topic: { text: { eq: "x" } } }) { ${message} } }`);
    const sound = app.follow(`subscription { dealChanges(where: { not: { parent: { name: { eq: "y" } } } }) { ${message} record { id name } } }`);
    const plain = app.follow(deals);
    for (const stream of [broken, sound, plain]) await expect.poll(() => stream.kinds, soon).toEqual(['READY']);
    await app.platform.database.exec('ALTER TABLE note RENAME COLUMN text TO other');
    await rename(app, 2, 'z');
    await expect.poll(() => broken.errors, soon).toMatchObject([{ message: 'Internal error', extensions: { code: 'INTERNAL' } }]);
    for (const stream of [sound, plain]) await expect.poll(() => stream.kinds, soon).toEqual(['READY', 'UPDATED']);
  });

  it('are bounded per person', async () => {
    const app = await startLive({ database: await open(), objects, settings: { subscriptionsPerUser: 2, viewSize: 3 } });
    const caller = { userId: id(7) };
    const client = app.client(caller);
    const streams = [1, 2, 3].map(() => app.follow(deals, caller, {}, client));
    await expect.poll(() => streams[2]?.errors, soon).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'subscriptionsPerUser', maximum: 2 } }]);
    streams[0]?.close();
    await sleep(50);
    const again = app.follow(deals, caller, {}, client);
    await expect.poll(() => again.kinds, soon).toEqual(['READY']);
    await create(app, 1, 4);
    const large = app.follow(deals, undefined, { snapshot: true });
    await expect.poll(() => large.errors, soon).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'viewSize', maximum: 3 } }]);
  });

  it('are bounded per address for those who have not signed in', async () => {
    const behind: Plugin = {
      name: 'test-proxy', version: '1.0.0', description: 'Believes what a proxy says.',
      lifecycle: { init: ({ services }) => services.register('clients', { address: (request) => request?.header('x-forwarded-for') ?? request?.remoteAddress }) },
    };
    const app = await startLive({ database: await open(), objects, settings: { subscriptionsPerAddress: 2 }, plugins: [behind] });
    const through = (address: string, connectionParams = {}) => {
      class Proxied extends WebSocket {
        constructor(url: string, protocols: string) {
          super(url, protocols, { headers: { 'x-forwarded-for': address } });
        }
      }
      return createClient({ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: Proxied, retryAttempts: 0, connectionParams });
    };
    const full = [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'subscriptionsPerAddress', maximum: 2 } }];
    const first = app.follow(deals, undefined, {}, through('192.0.2.1'));
    const second = app.follow(deals, undefined, {}, through('192.0.2.1'));
    await expect.poll(() => [first, second].map(({ kinds }) => kinds), soon).toEqual([['READY'], ['READY']]);
    // What a client says of itself is not what a proxy says.
    const third = app.follow(deals, undefined, {}, through('192.0.2.1', { 'X-Forwarded-For': '192.0.2.9' }));
    await expect.poll(() => third.errors, soon).toMatchObject(full);
    const [other, person] = [app.follow(deals, undefined, {}, through('192.0.2.2')), app.follow(deals, { userId: id(7) })];
    await expect.poll(() => [other, person].map(({ kinds }) => kinds), soon).toEqual([['READY'], ['READY']]);
    first.close();
    await sleep(50);
    const again = app.follow(deals, undefined, {}, through('192.0.2.1'));
    await expect.poll(() => again.kinds, soon).toEqual(['READY']);
  });

  it('come as server-sent events too, and end with the connection', async () => {
    const app = await startLive({ database: await open(), objects });
    const stop = new AbortController();
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' }, body: JSON.stringify({ query: deals }), signal: stop.signal });
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    const told = () => [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => (JSON.parse(data ?? '') as { data: Record<string, Message> }).data['dealChanges']?.kind);
    await expect.poll(told, soon).toEqual(['READY']);
    await create(app, 1);
    await expect.poll(told, soon).toEqual(['READY', 'CREATED']);
    stop.abort();
    await reading;
  });

  it('of events are cut when the session of their caller ends', async () => {
    const app = await startLive({ database: await open(), objects });
    const read = async (caller: object) => {
      const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: JSON.stringify(caller) }, body: JSON.stringify({ query: deals }) });
      const stream = { text: '', ended: false };
      void (async () => {
        for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) stream.text += Buffer.from(chunk).toString();
      })().catch(() => undefined).finally(() => (stream.ended = true));
      return stream;
    };
    const [mine, other] = [await read({ userId: id(1) }), await read({ userId: id(2) })];
    for (const stream of [mine, other]) await expect.poll(() => stream.text, soon).toContain('READY');
    const sockets = app.platform.kernel.services.get('sockets', 'test');
    expect(sockets.callers().map(({ userId }) => userId).sort()).toEqual([id(1), id(2)]);
    sockets.close(({ userId }) => userId === id(1), 4401, 'The session has ended');
    await expect.poll(() => mine.ended, soon).toBe(true);
    await create(app, 1);
    await expect.poll(() => other.text, soon).toContain('CREATED');
    expect([other.ended, mine.text.includes('CREATED')]).toEqual([false, false]);
    sockets.close(() => true, 4401, 'Enough');
  });

  it('are waited for by those who poll long, as far as they may', async () => {
    const app = await startLive({ database: await open(), objects, settings: { subscriptionsPerUser: 1 } });
    const caller = { userId: id(7) };
    const ask = async (cursor: string | undefined, wait: number) => {
      const began = performance.now();
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST', headers: { 'content-type': 'application/json', authorization: JSON.stringify(caller) },
        body: JSON.stringify({ query: 'query($cursor: String, $wait: Int) { changesSince(cursor: $cursor, objects: ["deal"], wait: $wait) { cursor changes { kind recordId record { id ... on Deal { name } } } } }', variables: { cursor, wait } }),
      });
      const { data, errors } = (await response.json()) as { data?: { changesSince?: { cursor: string; changes: unknown[] } }; errors?: unknown };
      return { ...data?.changesSince, errors, took: performance.now() - began };
    };
    const { cursor } = await ask(undefined, 10_000);
    const quiet = await ask(cursor, 300);
    expect(quiet).toMatchObject({ changes: [], errors: undefined });
    expect(quiet.took).toBeGreaterThan(290);
    const waiting = ask(quiet.cursor, 20_000);
    await sleep(300);
    expect((await ask(quiet.cursor, 5_000)).errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'subscriptionsPerUser' } }]);
    await app.system('mutation { createNote(input: { text: "of no interest" }) { record { id } } }');
    await create(app, 1);
    const told = await waiting;
    expect(told).toMatchObject({ changes: [{ kind: 'CREATED', recordId: id(1), record: { name: 'n1' } }] });
    expect(told.took).toBeLessThan(10_000);
    // What happened meanwhile is told at once, and nothing twice.
    await rename(app, 1, 'x');
    const next = await ask(told.cursor, 20_000);
    expect(next).toMatchObject({ changes: [{ kind: 'UPDATED', record: { name: 'x' } }] });
    expect(next.took).toBeLessThan(10_000);
    expect((await ask(cursor, -1)).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect((await ask(cursor, 20_001)).errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'wait' } }]);
  });

  it('are a feed for those who poll', async () => {
    const app = await startLive({ database: await open(), objects });
    const ask = async (cursor?: string, first?: number) => {
      const { data, errors } = await app.query(`query($cursor: String, $first: Int) { changesSince(cursor: $cursor, objects: ["deal"], first: $first) { cursor hasMore gap changes { ${message} record { id ... on Deal { name } } } } }`, { cursor, first });
      expect(errors).toBeUndefined();
      return data?.['changesSince'] as { cursor: string; hasMore: boolean; gap: boolean; changes: Message[] };
    };
    for (const [first, code] of [[0, 'BAD_REQUEST'], [5_001, 'LIMIT_EXCEEDED']] as const) {
      const { errors } = await app.query(`{ changesSince(objects: ["deal"], first: ${first}) { cursor } }`);
      expect(errors).toMatchObject([{ extensions: { code } }]);
    }
    const start = await ask();
    expect(start).toMatchObject({ hasMore: false, gap: false, changes: [] });
    await create(app, 1, 3);
    await rename(app, 1, 'x');
    await app.system(`mutation { deleteDeal(id: "${id(2)}") { record { id } } }`);
    await app.system(`mutation { createNote(input: { text: "hi" }) { record { id } } }`);
    const rows = new Map<string, unknown>();
    let page = await ask(start.cursor, 2);
    expect(page.hasMore).toBe(true);
    for (;;) {
      for (const { kind: what, recordId, record } of page.changes) {
        if (what === 'DELETED' || what === 'LEFT') rows.delete(recordId ?? '');
        else rows.set(recordId ?? '', record?.['name']);
      }
      if (!page.hasMore) break;
      page = await ask(page.cursor, 2);
    }
    expect([...rows].sort()).toEqual([[id(1), 'x'], [id(3), 'n3']]);
    expect(await ask(page.cursor)).toMatchObject({ changes: [], hasMore: false, gap: false });
    if (kind === 'pglite') {
      await create(app, 4);
      await pruneChanges(app.platform.database, { olderThan: new Date(Date.now() + 1_000) });
      expect(await ask(start.cursor)).toMatchObject({ changes: [], gap: true });
    }
  });
});
