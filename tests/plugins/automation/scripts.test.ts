import { afterAll, expect, it } from 'vitest';
import { deferred } from '../jobs/support.ts';
import { createSandbox, type ScriptCall } from '../../../src/plugins/automation/scripts/sandbox.ts';

const sandbox = createSandbox(2);
afterAll(() => sandbox.stop());

const run = (code: string, { can = [], ...options }: Partial<ScriptCall> & { readonly can?: readonly string[] } = {}) =>
  sandbox.run({ code, given: { can, record: { name: 'Ada', n: 2 } }, timeout: 20_000, memory: 32, reach: {}, signal: new AbortController().signal, ...options });

it('answers what a script returns, through JSON', async () => {
  expect(await run('return { name: ctx.record.name, n: ctx.context.n * 2, at: new Date(0), skip: undefined }')).toEqual({ name: 'Ada', n: 4, at: '1970-01-01T00:00:00.000Z' });
  expect(await run('const wait = async () => 1; return [await wait(), await wait()].length')).toBe(2);
  expect(await run('')).toBeNull();
});

it('tells what a script throws', async () => {
  await expect(run('throw new RangeError("too far")')).rejects.toThrow(/^RangeError: too far$/);
  await expect(run('throw "text"')).rejects.toThrow('The script threw: text');
  await expect(run('return (')).rejects.toThrow(/^SyntaxError: /);
  await expect(run('await new Promise(() => undefined)')).rejects.toThrow('The script waits for something that never happens.');
  await expect(run('return { toJSON() { throw new Error("no") } }')).rejects.toThrow(/^Error: no$/);
});

it.each([
  ['a loop', 'for (;;);'],
  ['a loop of promises', 'for (;;) await null;'],
  ['a loop in what is answered', 'return { toJSON() { for (;;); } };'],
  ['a costly pattern', 'return /^(a+)+$/.test("a".repeat(40) + "b");'],
  ['a loop that catches', 'for (;;) { try { for (;;); } catch {} }'],
])('ends %s', async (_, code) => {
  await expect(run(code, { timeout: 300 })).rejects.toThrow(/^The script (took longer than it may|did not end within 300 ms)\.$/);
  // The next script is none the worse.
  expect(await run('return 1')).toBe(1);
}, 60_000);

it.each([
  ['an array', 'const all = []; for (;;) all.push(new Array(1000).fill(all.length));'],
  ['a text', 'let text = "x"; for (;;) text += text;'],
  ['a buffer', 'return new ArrayBuffer(1e9).byteLength;'],
])('limits the memory of %s', async (_, code) => {
  await expect(run(code, { timeout: 3_000 })).rejects.toThrow(/more memory|string too long|longer than it may|did not end within/);
  expect(await run('return 1')).toBe(1);
}, 60_000);

it('limits the stack', async () => {
  await expect(run('const f = () => f() + 1; return f();')).rejects.toThrow(/stack/i);
});

it('lets out no large result', async () => {
  await expect(run('return "x".repeat(300000)')).rejects.toThrow('The result of the script is larger than 262144 characters.');
});

it('shows a script nothing of the process', async () => {
  const names = ['process', 'require', 'module', 'global', 'fetch', 'setTimeout', 'XMLHttpRequest', 'WebAssembly', 'Buffer', 'console', 'call', 'std', 'os', 'bjson', 'scriptArgs', 'print'];
  expect(await run(`return ${JSON.stringify(names)}.filter((name) => typeof globalThis[name] !== 'undefined')`)).toEqual([]);
  await expect(run('return (await import("node:fs")).readFileSync("/etc/passwd")')).rejects.toThrow();
  // All constructors are those of the sandbox.
  await expect(run('return ctx.record.constructor.constructor("return process")()')).rejects.toThrow("'process' is not defined");
});

it('lets out only what it may reach', async () => {
  const asked: unknown[] = [];
  const reach = { http: (request: unknown) => (asked.push(request), { status: 200 }) };
  expect(await run('return [typeof ctx.http, typeof ctx.api.query, typeof ctx.api.create, typeof ctx.logger]')).toEqual(['undefined', 'undefined', 'undefined', 'undefined']);
  expect(await run('return ctx.http({ url: "https://example.com" })', { can: ['http'], reach })).toEqual({ status: 200 });
  expect(asked).toEqual([{ url: 'https://example.com' }]);
  // What the script is told it can is not what lets it.
  await expect(run('return ctx.api.query("{ a }")', { can: ['read'], reach })).rejects.toThrow('The script may not "query": its capabilities do not say so.');
  await expect(run('return ctx.http()', { can: ['http'], reach: { http: () => Promise.reject(new Error('refused')) } })).rejects.toThrow('refused');
});

it('is not misled by changed prototypes', async () => {
  const answers: unknown[] = [];
  const reach = { http: (request: unknown) => (answers.push(request), { fine: true }), constructor: () => 'never' };
  const result = await run(
    `JSON.parse = () => ({ stolen: true }); JSON.stringify = () => '"forged"'; Object.prototype.status = 1; Array.prototype.join = () => 'x';
     String.prototype.toString = () => 'y'; Promise.prototype.then = undefined; Object.defineProperty(Object.prototype, '__proto__', { value: { admin: true } });
     const answer = await ctx.http({ a: 1, __proto__: { b: 2 }, ['__proto__']: 3 }); return { answer, polluted: {}.status };`,
    { can: ['http'], reach },
  ).catch((error: unknown) => String(error));
  expect(JSON.stringify(result)).not.toContain('stolen');
  expect(({} as { status?: unknown; admin?: unknown }).status).toBeUndefined();
  expect(({} as { status?: unknown; admin?: unknown }).admin).toBeUndefined();
  expect(await run('return [typeof {}.status, {}.admin]')).toEqual(['undefined', null]);
});

it('counts how often a script calls out', async () => {
  let calls = 0;
  await expect(run('for (;;) await ctx.http()', { can: ['http'], reach: { http: () => (calls += 1) } })).rejects.toThrow('A script may call out at most 1000 times.');
  expect(calls).toBe(1_000);
});

it('ends with its signal', async () => {
  const control = new AbortController();
  const asked = deferred();
  const running = run('await ctx.http()', { can: ['http'], reach: { http: () => (asked.resolve(), new Promise(() => undefined)) }, signal: control.signal });
  await asked.promise;
  control.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
});

it('runs several scripts beside each other, and others after them', async () => {
  expect(await Promise.all(Array.from({ length: 6 }, (_, n) => run(`return ${n}`)))).toEqual([0, 1, 2, 3, 4, 5]);
});
