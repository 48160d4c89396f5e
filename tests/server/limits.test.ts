import { describe, expect, it } from 'vitest';
import { compileAll } from './compile-all.ts';
import { startServer, type TestServer } from './test-server.ts';
import { connect, overEvents, overHttp, overSocket, type Result } from './transports.ts';

const nested = (levels: number): string => `{ person ${'{ friend '.repeat(levels)}{ name }${' }'.repeat(levels)} }`;
const limits = { tokens: 300, depth: 8, aliases: 5, directives: 5, rootFields: 4, cost: 1_000, bodyBytes: 20_000 };

/** Fragments that double at each level: 2^20 fields from few tokens. */
const doubling = `${Array.from({ length: 20 }, (_, level) => `fragment F${level} on Person { a: friend { name } b: friend { name } ...F${level + 1} ...F${level + 1} }`).slice(0, 8).join(' ')} fragment F8 on Person { name } { person { ...F0 } }`;

const cases: [name: string, limit: string, query: string, variables?: Record<string, unknown>][] = [
  ['tokens', 'tokens', `{ ${'hello '.repeat(301)} }`],
  ['depth', 'depth', nested(9)],
  ['depth through fragments', 'depth', '{ person { ...A } } fragment A on Person { friend { friend { friend { ...B } } } } fragment B on Person { friend { friend { friend { friend { name } } } } }'],
  ['deep nesting', 'tokens', '{ person '.repeat(500) + '}'.repeat(500)],
  ['aliases', 'aliases', '{ a: hello b: hello c: hello person { d: name e: name f: name } }'],
  ['aliases multiplied by fragments', 'aliases', doubling],
  ['directives', 'directives', '{ hello @include(if: true) person @include(if: true) { name @skip(if: false) friend @skip(if: false) { name @include(if: true) friend @include(if: true) { name } } } }'],
  ['root fields', 'rootFields', '{ a: hello b: hello c: hello d: hello hello }'],
  ['cost', 'cost', '{ person { friends(first: 40) { friends(first: 40) { name } } } }'],
  ['cost by default sizes', 'cost', '{ person { friends { friends { friends { name } } } } }'],
  ['cost by variables', 'cost', 'query ($n: Int) { person { friends(first: $n) { friends(first: $n) { name } } } }', { n: 40 }],
];

const transports: [string, (app: TestServer, query: string, variables?: Record<string, unknown>) => Promise<Result[]>][] = [
  ['HTTP', overHttp],
  ['SSE', overEvents],
  ['WebSocket', (app, query, variables) => overSocket(connect(app), query, variables)],
];

describe.each([
  ['graphql-js', undefined],
  ['compiled', compileAll],
] as const)('document limits (%s)', (_, engine) => {
  it.each(cases)('refuse %s on every transport with the same words', async (_name, limit, query, variables) => {
    const app = await startServer({ settings: { limits }, ...(engine && { engine }) });
    const answers: Result[][] = [];
    for (const [, ask] of transports) answers.push(await ask(app, query, variables));
    expect(answers[0]?.[0]).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit, maximum: limits[limit as keyof typeof limits] } }] });
    expect(answers[0]?.[0]).not.toHaveProperty('data');
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('let through what stays within them', async () => {
    const app = await startServer({ settings: { limits }, ...(engine && { engine }) });
    expect(await app.query(nested(6))).not.toHaveProperty('errors');
    expect(await app.query('query ($n: Int) { person { friends(first: $n) { friends(first: $n) { name } } } }', { n: 20 })).not.toHaveProperty('errors');
  });
});

describe('limits', () => {
  it('refuse a body that is too large, with and without a length', async () => {
    const app = await startServer({ settings: { limits } });
    const large = JSON.stringify({ query: '{ hello }', variables: { x: 'x'.repeat(30_000) } });
    const declared = await app.post(large);
    expect(declared.status).toBe(413);
    expect(await declared.json()).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE', limit: 'bodyBytes', maximum: 20_000 } }] });
    const chunks = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < large.length; sent += 5_000) controller.enqueue(new TextEncoder().encode(large.slice(sent, sent + 5_000)));
        controller.close();
      },
    });
    const streamed = await fetch(app.graphql, { method: 'POST', headers: { 'content-type': 'application/json' }, body: chunks, duplex: 'half' } as RequestInit);
    expect(streamed.status).toBe(413);
  });

  it('refuse a WebSocket message that is too large by ending its operation; the socket goes on', async () => {
    const app = await startServer({ settings: { limits } });
    let closed = 0;
    const client = connect(app, { onClosed: () => (closed += 1) });
    expect(await overSocket(client, '{ hello }', { x: 'x'.repeat(30_000) })).toMatchObject([{ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] }]);
    expect(await overSocket(client, '{ hello }')).toEqual([{ data: { hello: 'hello world' } }]);
    expect(closed).toBe(0);
  });

  it('refuse long batches and many operations on one socket', async () => {
    const app = await startServer({ settings: { limits: { ...limits, batch: 2, socketOperations: 2 } } });
    const batch = await app.post(Array(3).fill({ query: '{ hello }' }));
    expect(batch.status).toBe(400);
    expect(await batch.json()).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'batch', maximum: 2, actual: 3 } }] });
    const client = connect(app);
    const open = [overSocket(client, 'subscription { endless }'), overSocket(client, 'subscription { endless }')];
    await expect.poll(() => overSocket(client, '{ hello }')).toMatchObject([{ errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'socketOperations' } }] }]);
    void client.dispose();
    await Promise.allSettled(open);
  });

  it('leave the socket open after every kind of bad document', async () => {
    const app = await startServer({ settings: { limits } });
    let closed = 0;
    const client = connect(app, { onClosed: () => (closed += 1) });
    for (const [, , query, variables] of cases) expect((await overSocket(client, query, variables))[0]?.errors).toHaveLength(1);
    for (const query of ['{', '{ nothing }', '', 'subscription { count hello }', 'query ($v: Int!) { number(value: $v) }']) expect((await overSocket(client, query))[0]).toHaveProperty('errors');
    expect(await overSocket(client, 'query A { hello } query B { hello }', undefined, 'C')).toMatchObject([{ errors: [{ extensions: { code: 'BAD_REQUEST' } }] }]);
    expect(await overSocket(client, 'subscription { count(to: 2) }')).toEqual([{ data: { count: 1 } }, { data: { count: 2 } }]);
    expect(closed).toBe(0);
  });

  it('bound nesting of values and selections before the stack ends, whatever the token limit', async () => {
    const app = await startServer({ settings: { limits: { tokens: 1_000_000 } } });
    for (const query of [`{ number(value: ${'['.repeat(50_000)}${']'.repeat(50_000)}) }`, '{ person '.repeat(20_000) + '}'.repeat(20_000)]) {
      expect(await app.query(query)).toMatchObject({ errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'depth' } }] });
    }
    expect(await app.query('{ hello }')).toEqual({ data: { hello: 'hello world' } });
  });
});

describe('introspection', () => {
  const introspect = '{ __schema { queryType { name } } }';

  it('is on outside production and off in it, unless configured', async () => {
    const open = await startServer();
    expect(await open.query(introspect)).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
    const closed = await startServer({ settings: { production: true } });
    for (const [, ask] of transports) expect(await ask(closed, introspect)).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }, {}] }]);
    const configured = await startServer({ settings: { production: true, introspection: true } });
    expect(await configured.query(introspect)).toHaveProperty('data.__schema');
  });

  it('is not replaced by suggestions where it is off', async () => {
    const open = await startServer();
    expect((await open.query('{ helo }')).errors?.[0]?.message).toContain('Did you mean "hello"');
    const closed = await startServer({ settings: { production: true } });
    expect((await closed.query('{ helo }')).errors?.[0]?.message).toBe('Cannot query field "helo" on type "Query".');
  });
});
