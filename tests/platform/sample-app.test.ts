import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { sampleQuery } from '../../src/server/sample-query.ts';
import { startCrm } from '../support/crm.ts';
import type { Crm } from '../support/crm.ts';
import { AccountsDocument, CreateTaskDocument } from './operations.generated.ts';

describe('the sample app', () => {
  let crm: Crm;
  beforeAll(async () => {
    crm = await startCrm();
  }, 120_000);
  afterAll(() => crm.stop());
  const person = 'manager@example.com';

  async function run<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    const headers = { 'content-type': 'application/json', ...(await crm.signIn(person)) };
    const response = await fetch(`${crm.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: print(document), variables }) });
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  }

  it('answers a typed query over its seeded records', async () => {
    const { accounts } = await run(AccountsDocument, { first: 5 });
    expect(accounts.totalCount).toBeGreaterThan(20);
    expect(accounts.nodes).toHaveLength(5);
    const names = accounts.nodes.map(({ name }) => name);
    expect(names.every((name) => typeof name === 'string' && name.length > 2)).toBe(true);
    expect(accounts.nodes.some(({ contacts }) => contacts.nodes.length > 0)).toBe(true);
    expect(accounts.nodes.filter(({ annualRevenue }) => annualRevenue !== null).every(({ annualRevenue }) => /^\d+(\.\d+)?$/.test(annualRevenue ?? ''))).toBe(true);
  });

  it('takes a typed mutation', async () => {
    const { createTask } = await run(CreateTaskDocument, { subject: 'Call back', dueDate: '2027-02-01' });
    expect(createTask?.record).toMatchObject({ subject: 'Call back', dueDate: '2027-02-01', version: 1 });
  });

  it('tells over a WebSocket what changes', async () => {
    const connectionParams = await crm.signIn(person);
    const client = createClient({ url: `${crm.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
    const changes = client.iterate<{ taskChanges: unknown }>({ query: 'subscription { taskChanges { kind record { subject } } }' });
    const next = async (): Promise<unknown> => ((await changes.next()).value as { data?: { taskChanges: unknown } } | undefined)?.data?.taskChanges;
    expect(await next()).toEqual({ kind: 'READY', record: null });
    await run(CreateTaskDocument, { subject: 'Send the offer', dueDate: '2027-02-02' });
    expect(await next()).toEqual({ kind: 'CREATED', record: { subject: 'Send the offer' } });
    await client.dispose();
  });

  it('is announced with a query that works', async () => {
    const query = sampleQuery(crm.platform.catalog) ?? '';
    const { data, errors } = await crm.ask(query, person);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toMatch(/"totalCount":[1-9]/);
  });

  it('serves GraphiQL and tells that it is healthy', async () => {
    const page = await fetch(`${crm.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/text\/html/);
    expect((await fetch(`${crm.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${crm.url}/readyz`)).status).toBe(200);
  });

  it('has about a thousand records of at least twelve objects', async () => {
    const objects = [...crm.platform.catalog.objects.values()].filter(({ system }) => !system);
    expect(objects.length).toBeGreaterThanOrEqual(12);
    const fields = objects.map(({ names }) => `${names.one}: ${names.many}Aggregate { count }`);
    const { data, errors } = await crm.ask(`{ ${fields.join(' ')} }`, 'admin@example.com');
    expect(errors).toBeUndefined();
    const counts = Object.values(data as Record<string, { readonly count: number }>).map(({ count }) => count);
    expect(counts.every((count) => count > 0)).toBe(true);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(900);
  });
});
