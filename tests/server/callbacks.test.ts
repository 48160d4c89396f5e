import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { realtime } from '../../src/plugins/realtime/index.ts';
import { openEmpty } from '../support/database.ts';
import { startEndpoint, type Endpoint } from '../support/endpoint.ts';
import { startPlatform, type TestPlatform } from '../support/platform.ts';

interface Message {
  readonly kind: string;
  readonly action: 'check' | 'next' | 'complete';
  readonly id: string;
  readonly verifier: string;
  readonly payload?: { readonly data?: { readonly memoChanges?: { readonly kind: string; readonly record: { readonly title: string } | null } } };
  readonly errors?: readonly { readonly message: string }[];
}

let app: TestPlatform;
/** Answers as the router does: confirms the subscriptions that it knows. */
let router: Endpoint;
let url: string;
const known = new Set<string>();
let failures = 0;

const messages = (id: string): readonly Message[] => router.received.map(({ body }) => JSON.parse(body) as Message).filter((message) => message.id === id);
const told = (id: string): readonly (string | undefined)[] => messages(id).filter(({ action }) => action === 'next').map(({ payload }) => payload?.data?.memoChanges?.kind);
const isOpen = (): boolean => app.platform.kernel.services.get('sockets', 'the test').callers().length > 0;

async function ask(id: string, { query = 'subscription { memoChanges { kind record { title } } }', callbackUrl = `${router.url}/callback/${id}`, ...more }: { readonly query?: string; readonly callbackUrl?: string; readonly heartbeatIntervalMs?: number } = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json;callbackSpec=1.0, application/json' },
    body: JSON.stringify({ query, extensions: { subscription: { callbackUrl, subscriptionId: id, verifier: `proof of ${id}`, heartbeatIntervalMs: 0, ...more } } }),
  });
  return { status: response.status, protocol: response.headers.get('subscription-protocol'), body: (await response.json()) as { readonly data?: unknown; readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[] } };
}

beforeAll(async () => {
  router = await startEndpoint(({ body }) => {
    const { id, verifier, action } = JSON.parse(body) as Message;
    if (verifier !== `proof of ${id}`) return { status: 401 };
    if (action === 'next' && failures > 0) {
      failures -= 1;
      return { status: 503 };
    }
    return { status: known.has(id) ? (action === 'check' ? 204 : 200) : 404, headers: { 'subscription-protocol': 'callback/1.0' } };
  });
  const database = await openEmpty();
  app = await startPlatform({ yaml: 'name: memo\nfields: { title: text }', database, plugins: [realtime()], settings: { server: { callbacks: { allow: [`${router.url}/callback`] } } } });
  ({ url } = await app.platform.start());
});
afterAll(async () => {
  await app.close();
  await router.close();
});
beforeEach(() => {
  router.received.length = 0;
});

const create = (title: string) => app.query(`mutation { createMemo(input: { title: "${title}" }) { record { id } } }`);

it('posts the events of a subscription to the router, once it has confirmed', async () => {
  known.add('one');
  expect(await ask('one')).toEqual({ status: 200, protocol: 'callback/1.0', body: { data: null } });
  expect(messages('one')[0]).toEqual({ kind: 'subscription', action: 'check', id: 'one', verifier: 'proof of one' });
  await vi.waitFor(() => expect(told('one')).toEqual(['READY']), 10_000);
  await create('First');
  await create('Second');
  await vi.waitFor(() => expect(told('one')).toEqual(['READY', 'CREATED', 'CREATED']), 10_000);
  expect(messages('one').at(-1)?.payload?.data?.memoChanges?.record).toEqual({ title: 'Second' });
  expect(router.received.every(({ headers }) => headers['subscription-protocol'] === 'callback/1.0' && headers['content-type'] === 'application/json')).toBe(true);
  expect(isOpen()).toBe(true);

  app.platform.kernel.services.get('sockets', 'the test').close(() => true, 4401, 'The session has ended.');
  await vi.waitFor(() => expect(messages('one').at(-1)).toMatchObject({ action: 'complete', errors: [{ message: 'The session has ended.' }] }), 10_000);
  expect(isOpen()).toBe(false);
});

it('beats, and ends where the router answers that it knows nothing of it', async () => {
  known.add('two');
  await ask('two', { heartbeatIntervalMs: 20 });
  await vi.waitFor(() => expect(messages('two').filter(({ action }) => action === 'check').length).toBeGreaterThan(3), 10_000);
  known.delete('two');
  await vi.waitFor(() => expect(isOpen()).toBe(false), 10_000);
  const before = messages('two').length;
  await create('Third');
  expect(messages('two').length).toBe(before);
});

it('ends where an event is refused, and posts it again where the router is not there', async () => {
  known.add('three');
  await ask('three');
  await vi.waitFor(() => expect(told('three')).toEqual(['READY']), 10_000);
  failures = 2;
  await create('Fourth');
  await vi.waitFor(() => expect(told('three')).toEqual(['READY', 'CREATED', 'CREATED', 'CREATED']), 10_000);
  expect(isOpen()).toBe(true);
  known.delete('three');
  await create('Fifth');
  await vi.waitFor(() => expect(isOpen()).toBe(false), 10_000);
});

it('does not begin without a confirmation', async () => {
  expect(await ask('unknown')).toMatchObject({ status: 400, body: { errors: [{ message: 'The callback address did not confirm the subscription.', extensions: { code: 'BAD_REQUEST' } }] } });
  expect(messages('unknown')).toHaveLength(1);
  expect(isOpen()).toBe(false);
});

it('tells errors with the end of it', async () => {
  known.add('four');
  expect(await ask('four', { query: 'subscription { memoChanges(after: "forged") { kind } }' })).toMatchObject({ status: 200 });
  await vi.waitFor(() => expect(messages('four').at(-1)).toMatchObject({ action: 'complete', errors: [{ message: expect.any(String) as string }] }), 10_000);
  expect(isOpen()).toBe(false);
});

it.each([
  ['of another port', () => 'http://127.0.0.1:1/callback/x'],
  ['beside the path', () => `${router.url}/callbacks/x`],
  ['above the path', () => `${router.url}/callback/../admin`],
  ['with a name in it', () => router.url.replace('http://', 'http://me:you@').concat('/callback/x')],
])('posts nothing to addresses %s', async (_what, address) => {
  expect(await ask('evil', { callbackUrl: address() })).toMatchObject({ status: 403, body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } });
  expect(router.received).toEqual([]);
});

it('says what a request lacks', async () => {
  expect(await ask('five', { callbackUrl: 'file:///etc/passwd' })).toMatchObject({ status: 400, body: { errors: [{ message: expect.stringContaining('callbackUrl') as string }] } });
  expect(await ask('', {})).toMatchObject({ status: 400, body: { errors: [{ message: expect.stringContaining('subscriptionId') as string }] } });
});
