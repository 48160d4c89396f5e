import { describe, expect, it } from 'vitest';
import { compileAll } from './compile-all.ts';
import { startServer, type TestServer } from './test-server.ts';
import { connect, overEvents, overHttp, overSocket, type Result } from './transports.ts';

const transports: [string, (app: TestServer, query: string) => Promise<Result[]>][] = [
  ['HTTP', overHttp],
  ['SSE', overEvents],
  ['WebSocket', (app, query) => overSocket(connect(app), query)],
];

describe.each(transports)('errors over %s', (_, ask) => {
  it('masks what is not ours and logs it under the id that the client gets', async () => {
    const app = await startServer();
    const [result] = await ask(app, '{ hello broken }');
    const [error] = result?.errors ?? [];
    expect(result?.data).toEqual({ hello: 'hello world', broken: null });
    expect(error).toMatchObject({ message: 'Internal error', path: ['broken'], locations: [{ line: 1, column: 9 }], extensions: { code: 'INTERNAL', errorId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string } });
    expect(JSON.stringify(result)).not.toContain('hunter2');
    const lines = app.logged.filter(({ errorId }) => errorId !== undefined);
    expect(lines).toMatchObject([{ errorId: (error?.extensions as { errorId: string }).errorId, err: { message: 'password=hunter2 at 10.0.0.1' } }]);
  });

  it('passes coded errors with their details', async () => {
    const app = await startServer();
    expect(await ask(app, '{ denied refused }')).toEqual([
      {
        data: { denied: null, refused: null },
        errors: [
          { message: 'You may not read this.', path: ['denied'], locations: [{ line: 1, column: 3 }], extensions: { code: 'FORBIDDEN', field: 'denied' } },
          { message: 'Not on Sundays', path: ['refused'], locations: [{ line: 1, column: 10 }], extensions: { code: 'CLOSED' } },
        ],
      },
    ]);
  });

  it('gives codes to faults of the document', async () => {
    const app = await startServer();
    expect(await ask(app, '{ hello')).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] }]);
    expect(await ask(app, '{ nothing nowhere }')).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }]);
    expect(await ask(app, 'query ($v: Int!) { number(value: $v) }')).toMatchObject([{ errors: [{ message: 'Variable "$v" of required type "Int!" was not provided.', extensions: { code: 'BAD_REQUEST' } }] }]);
    expect(app.logged.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });
});

describe.each(transports.slice(1))('streams over %s', (_, ask) => {
  it('mask what breaks them, at the start and later', async () => {
    const app = await startServer();
    const later = await ask(app, 'subscription { failing }');
    expect(later).toMatchObject([{ data: { failing: 1 } }, { errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL' } }] }]);
    const start = await ask(app, 'subscription { unavailable }');
    expect(start).toMatchObject([{ errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL' } }] }]);
    expect(JSON.stringify([later, start])).not.toContain('secret');
    expect(app.logged.filter(({ errorId }) => errorId !== undefined)).toHaveLength(2);
  });
});

describe('compiled operations', () => {
  it('give the same errors as graphql-js, and mask what they throw', async () => {
    const app = await startServer({ engine: compileAll });
    const plain = await startServer();
    for (const [, ask] of transports) expect(await ask(app, '{ hello denied refused }')).toEqual(await ask(plain, '{ hello denied refused }'));
    const failing = await startServer({ engine: (schema) => ({ schema, compile: () => ({ execute: () => Promise.reject(new Error('relation "users" does not exist')) }) }) });
    for (const [, ask] of transports) {
      const [result] = await ask(failing, '{ hello }');
      expect(result).toMatchObject({ data: null, errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL' } }] });
    }
  });

  it('fall back to graphql-js when they cannot be compiled', async () => {
    const app = await startServer({
      engine: (schema) => ({
        schema,
        compile: () => {
          throw new Error('planner bug');
        },
      }),
    });
    expect(await app.query('{ hello }')).toEqual({ data: { hello: 'hello world' } });
    expect(app.logged).toContainEqual(expect.objectContaining({ err: expect.objectContaining({ message: 'planner bug' }) as object }));
  });
});
