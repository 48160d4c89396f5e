import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleQuery } from '../../src/cli/sample-query.ts';
import { createPlatform } from '../../src/platform.ts';
import type { Platform } from '../../src/platform.ts';
import { createLog } from '../../src/server/log.ts';
import { ask, repository } from '../support/cli.ts';
import { AccountsDocument, CreateTaskDocument } from './operations.generated.ts';

describe('the sample app', () => {
  let platform: Platform;
  let url: string;
  beforeAll(async () => {
    platform = await createPlatform({
      directory: repository,
      migrate: 'sync',
      settings: { mode: 'development', server: { port: 0 }, database: { dataDirectory: 'memory://' } },
      log: createLog({ level: 'silent' }),
      env: {},
    });
    ({ url } = await platform.start());
  }, 120_000);
  afterAll(() => platform.stop());

  async function run<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: print(document), variables }) });
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

  it('is announced with a query that works', async () => {
    const query = sampleQuery(platform.catalog) ?? '';
    const { data, errors } = await ask(`${url}/graphql`, query);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toMatch(/"totalCount":[1-9]/);
  });

  it('serves GraphiQL and tells that it is healthy', async () => {
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch(/text\/html/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('has about a thousand records of at least twelve objects', async () => {
    const objects = [...platform.catalog.objects.values()].filter(({ system }) => !system);
    expect(objects.length).toBeGreaterThanOrEqual(12);
    const fields = objects.map(({ names }) => `${names.one}: ${names.many}Aggregate { count }`);
    const { data, errors } = await ask(`${url}/graphql`, `{ ${fields.join(' ')} }`);
    expect(errors).toBeUndefined();
    const counts = Object.values(data as Record<string, { readonly count: number }>).map(({ count }) => count);
    expect(counts.every((count) => count > 0)).toBe(true);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(900);
  });
});
