import { createHash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createPlatform } from '../../src/platform.ts';
import { cli, makeFolder, testEnv, writeFiles } from '../support/cli.ts';
import type { Platform } from '../../src/platform.ts';
import type { Database } from '../../src/database/database.ts';
import { createLog } from '../../src/server/log.ts';
import { openEmpty } from '../support/database.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const definitions = [{ name: 'memo', fields: { title: { type: 'text' } } }];
const seeds = [{ object: 'memo', externalId: 'title', records: [{ title: 'One' }] }];

let database: Database;
const platforms: Platform[] = [];
beforeAll(async () => {
  database = await openEmpty();
});
afterAll(async () => {
  for (const platform of platforms) await platform.stop();
  await database.close();
});

async function start(directory: string, documents: object = {}): Promise<string> {
  const platform = await createPlatform({ directory, definitions, seeds, database, env: {}, log: createLog({ level: 'silent' }), settings: { mode: 'test', plugins: ['open-access'], server: { port: 0, documents } } });
  platforms.push(platform);
  return (await platform.start()).url;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}
const post = async (url: string, body: object): Promise<Answer> => {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
};
const persisted = (query: string) => ({ persistedQuery: { version: 1, sha256Hash: sha(query) } });
const codeOf = ({ errors }: Answer): string | undefined => errors?.[0]?.extensions?.code;
const query = 'query Memos($title: String) { memos(where: { title: { eq: $title } }) { nodes { title } } }';
const found = { data: { memos: { nodes: [{ title: 'One' }] } } };

describe('automatic persisted queries', () => {
  let url: string;
  beforeAll(async () => {
    url = await start('/nonexistent');
  });
  const ask = (body: object) => post(url, { variables: { title: 'One' }, ...body });

  it('take the hash alone once the document came with it', async () => {
    expect(await ask({ extensions: persisted(query) })).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] });
    expect(await ask({ query, extensions: persisted(query) })).toEqual(found);
    expect(await ask({ extensions: persisted(query) })).toEqual(found);
    expect(await ask({ documentId: `sha256:${sha(query)}` })).toEqual(found);
    const search = new URLSearchParams({ extensions: JSON.stringify(persisted(query)), variables: '{"title":"One"}' });
    const response = await fetch(`${url}/graphql?${search.toString()}`, { headers: { accept: 'application/json' } });
    expect(await response.json()).toEqual(found);
  });

  it('refuse a hash that is not that of the document, and keep nothing of it', async () => {
    const other = '{ memos { totalCount } }';
    expect(codeOf(await ask({ query: other, extensions: persisted(query.replace('One', 'Two') + ' ') }))).toBe('BAD_REQUEST');
    expect(codeOf(await ask({ extensions: persisted(other) }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(codeOf(await ask({ query, extensions: { persistedQuery: { version: 2, sha256Hash: sha(query) } } }))).toBe('BAD_REQUEST');
    expect(codeOf(await ask({}))).toBe('BAD_REQUEST');
  });

  it('work in batches and over WebSockets', async () => {
    const batch = await post(url, [{ query, variables: { title: 'One' }, extensions: persisted(query) }, { variables: { title: 'Two' }, extensions: persisted(query) }]);
    expect(batch).toEqual([found, { data: { memos: { nodes: [] } } }]);
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    for await (const result of client.iterate({ query: '', variables: { title: 'One' }, extensions: persisted(query) })) expect(result).toEqual(found);
    await client.dispose();
  });
});

describe('trusted documents', () => {
  it('are written by codegen, and named by clients', async () => {
    const folder = await makeFolder({
      'objectos.config.yml': 'plugins: [open-access]\ncodegen: { documents: [operations], output: operations.generated.ts, manifest: documents.json }\n',
      'schema/objects/memo.object.yml': 'name: memo\nfields: { title: text }\n',
      'operations/memos.graphql': 'query Memos { memos { nodes { ...Title } } }\nfragment Title on Memo { title }\nquery Count { memos { totalCount } }\n',
    });
    expect((await cli(['codegen', '-C', folder], testEnv)).code).toBe(0);
    const { default: manifest } = (await import(`${folder}/documents.json`, { with: { type: 'json' } })) as { default: Record<string, string> };
    const [memos, count] = [/query Memos/, /query Count/].map((pattern) => Object.entries(manifest).find(([, text]) => pattern.test(text)));
    expect(Object.keys(manifest)).toHaveLength(2);
    expect(memos?.[1]).toContain('fragment Title');
    expect(count?.[1]).not.toContain('fragment Title');

    const url = await start(folder, { manifest: 'documents.json', trustedOnly: true });
    expect(await post(url, { documentId: `sha256:${memos?.[0] ?? ''}` })).toEqual(found);
    expect(await post(url, { extensions: { persistedQuery: { version: 1, sha256Hash: count?.[0] } } })).toEqual({ data: { memos: { totalCount: 1 } } });
    expect(await post(url, { query: count?.[1] })).toEqual({ data: { memos: { totalCount: 1 } } });
    for (const body of [{ query: '{ memos { totalCount } }' }, { query, extensions: persisted(query) }, { documentId: 'nothing' }, { query: '{ __schema { types { name } } }' }]) expect(codeOf(await post(url, body))).toBe('FORBIDDEN');

    await writeFiles(folder, { 'apollo.json': JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations: [{ id: 'count', name: 'Count', type: 'query', body: count?.[1] }] }) });
    expect(await post(await start(folder, { manifest: 'apollo.json' }), { documentId: 'count' })).toEqual({ data: { memos: { totalCount: 1 } } });
  });

  it('stop the start where they cannot be read', async () => {
    const folder = await makeFolder({ 'broken.json': '["no manifest"]' });
    await expect(start(folder, { manifest: 'missing.json' })).rejects.toThrow('The manifest of trusted documents cannot be read');
    await expect(start(folder, { manifest: 'broken.json' })).rejects.toThrow('is no manifest of documents');
    await expect(start(folder, { trustedOnly: true })).rejects.toThrow('server.documents.trustedOnly needs server.documents.manifest');
  });
});

describe('the answer of a GET', () => {
  it('has a tag, and is not sent again while it is the same', async () => {
    const url = await start('/nonexistent');
    const ask = (tag?: string) => fetch(`${url}/graphql?query=${encodeURIComponent('{ memos { nodes { title } } }')}`, { headers: { accept: 'application/json', ...(tag !== undefined && { 'if-none-match': tag }) } });
    const first = await ask();
    const tag = first.headers.get('etag') ?? '';
    expect([first.status, first.headers.get('cache-control'), first.headers.get('vary')]).toEqual([200, 'private, no-cache', 'accept, authorization, cookie, x-api-key']);
    const again = await ask(`"other", W/${tag}`);
    expect([again.status, await again.text()]).toEqual([304, '']);
    await post(url, { query: 'mutation { createMemo(input: { title: "Two" }) { record { id } } }' });
    const changed = await ask(tag);
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });
});
