import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ExecutionResult } from '@graphql-tools/utils';
import { graphql } from 'graphql';
import type { Remote } from '../../../src/plugins/stitching/read-remotes.ts';
import { follow } from '../../../src/plugins/stitching/remote/follow.ts';
import { createLog } from '../../../src/server/log.ts';
import { catalogSchema, startService, type RemoteService } from './remote-service.ts';

const schema = catalogSchema([]);
let service: RemoteService;

beforeAll(async () => {
  service = await startService(schema);
});
beforeEach(() => {
  service.answer = undefined;
});
afterAll(() => service.close());

const start = (query = 'subscription { productAdded { title } }'): AsyncIterableIterator<ExecutionResult> =>
  follow({ name: 'catalog', timeoutMs: 5_000, subscriptions: () => service.url } as Remote, { query }, { 'x-tenant': 'north' }, createLog({ level: 'silent' }));
const add = (title: string) => graphql({ schema, source: `mutation { addProduct(sku: "D4", title: "${title}") { sku } }` });
const streamed = (text: string) => {
  service.answer = (response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
};
const codes = ({ value }: IteratorResult<ExecutionResult>): readonly unknown[] => ((value as ExecutionResult).errors ?? []).map(({ message, extensions }) => [message, extensions['code']]);

it('follows a service by event streams, until nobody does any more', async () => {
  const events = start();
  const first = events.next();
  await service.followed();
  await add('Drill \u2028 ü');
  expect(await first).toEqual({ done: false, value: { data: { productAdded: { title: 'Drill \u2028 ü' } } } });
  const second = events.next();
  await events.return?.();
  expect((await second).done).toBe(true);
  await service.unfollowed();
});

it('reads events in pieces, past comments, to the end', async () => {
  streamed(': hello\r\n\r\nevent: next\r\ndata: {"data":\r\ndata: {"productAdded":null}}\r\n\r\nevent: complete\ndata:\n\n');
  const events = start();
  expect(await events.next()).toEqual({ done: false, value: { data: { productAdded: null } } });
  expect((await events.next()).done).toBe(true);
});

it('tells errors of the service, and nothing else of it', async () => {
  expect(codes(await start('subscription { nothing }').next())).toEqual([['Cannot query field "nothing" on type "Subscription".', 'REMOTE_ERROR']]);
  service.answer = (response) => void response.writeHead(500, { 'content-type': 'text/html' }).end('<html>secret stack</html>');
  expect(codes(await start().next())).toEqual([['The remote service catalog does not answer.', 'REMOTE_UNAVAILABLE']]);
  service.answer = (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
  expect(codes(await start().next())).toEqual([['The remote service catalog does not answer.', 'REMOTE_UNAVAILABLE']]);
});

it('takes a stream that breaks off for an error, and ends', async () => {
  streamed('event: next\ndata: {"data":{"productAdded":null}}\n\nevent: ne');
  const events = start();
  await events.next();
  expect(codes(await events.next())).toEqual([['The remote service catalog does not answer.', 'REMOTE_UNAVAILABLE']]);
  expect((await events.next()).done).toBe(true);
});
