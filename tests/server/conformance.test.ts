import { serverAudits } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { compileAll } from './compile-all.ts';
import { startServer } from './test-server.ts';

const audits = serverAudits({ url: 'http://localhost' });

describe.each([
  ['through graphql-js', undefined],
  ['compiled', compileAll],
] as const)('GraphQL over HTTP, operations %s', (_, engine) => {
  it(`passes all ${audits.length} audits of graphql-http`, async () => {
    const { graphql } = await startServer(engine ? { engine } : {});
    const failures: string[] = [];
    for (const audit of serverAudits({ url: graphql })) {
      const result = await audit.fn();
      if (result.status !== 'ok') failures.push(`${audit.id} ${audit.name}: ${result.reason}`);
    }
    expect(failures).toEqual([]);
  });

  it('chooses the media type that is accepted first, and refuses before running what it could not return', async () => {
    const { post } = await startServer(engine ? { engine } : {});
    const typeFor = async (accept: string): Promise<[number, string | null]> => {
      const response = await post({ query: '{ hello }' }, { accept });
      return [response.status, response.headers.get('content-type')];
    };
    expect(await typeFor('application/graphql-response+json, application/json;q=0.9')).toEqual([200, 'application/graphql-response+json; charset=utf-8']);
    expect(await typeFor('application/json, application/graphql-response+json')).toEqual([200, 'application/json; charset=utf-8']);
    expect(await typeFor('text/html, */*')).toEqual([200, 'application/json; charset=utf-8']);
    expect((await typeFor('image/png'))[0]).toBe(406);
  });

  it('answers faults of the document with 200 as application/json and 400 as application/graphql-response+json', async () => {
    const { post } = await startServer(engine ? { engine } : {});
    for (const body of [{ query: '{' }, { query: '{ nothing }' }, { query: 'query ($v: Int!) { number(value: $v) }', variables: { v: 'x' } }, { query: '{ hello }', operationName: 'Other' }]) {
      const older = await post(body, { accept: 'application/json' });
      const newer = await post(body, { accept: 'application/graphql-response+json' });
      expect([older.status, newer.status]).toEqual([200, 400]);
      const result = (await newer.json()) as object;
      expect(result).toEqual(await older.json());
      expect(result).not.toHaveProperty('data');
    }
  });

  it('answers queries by GET, refuses mutations by GET, and other methods', async () => {
    const { graphql } = await startServer(engine ? { engine } : {});
    const get = await fetch(`${graphql}?query=${encodeURIComponent('query($n: String){hello(name:$n)}')}&variables=${encodeURIComponent('{"n":"Ada"}')}`);
    expect(await get.json()).toEqual({ data: { hello: 'hello Ada' } });
    const mutation = await fetch(`${graphql}?query=${encodeURIComponent('mutation{touch}')}`);
    expect([mutation.status, mutation.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect((await fetch(graphql, { method: 'PUT', body: '{}' })).status).toBe(405);
  });

  it('runs a batch in order, each operation for itself', async () => {
    const { post } = await startServer(engine ? { engine } : {});
    const response = await post([{ query: '{ hello }' }, { query: '{ nothing }' }, { query: 'query ($v: Int!) { number(value: $v) }', variables: { v: 3 } }, { query: '{ denied }' }]);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject([
      { data: { hello: 'hello world' } },
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      { data: { number: 3 } },
      { data: { denied: null }, errors: [{ path: ['denied'], extensions: { code: 'FORBIDDEN' } }] },
    ]);
  });
});
