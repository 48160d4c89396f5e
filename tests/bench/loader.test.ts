import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, load, parseResponse, wireRequest } from '../../bench/loader.ts';

describe('the load generator', () => {
  const server = createServer((request, response) => {
    if (request.url === '/chunked') {
      response.write('{"data":');
      response.end('"in parts"}');
    } else if (request.url === '/errors') response.end('{"errors":[]}');
    else response.writeHead(200, { 'content-length': '2' }).end('{}');
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  it('reads bodies with a length and bodies in chunks', async () => {
    expect((await ask(port, wireRequest('GET', '/'))).body.toString()).toBe('{}');
    expect((await ask(port, wireRequest('POST', '/chunked', { a: 'ü' }))).body.toString()).toBe('{"data":"in parts"}');
  });

  it('waits for the rest of a response that is cut anywhere', () => {
    const whole = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n');
    for (let length = 0; length < whole.length; length += 1) expect(parseResponse(whole.subarray(0, length))).toBeUndefined();
    expect(parseResponse(whole)?.body.toString()).toBe('hello world');
  });

  it('counts answers that hold errors as errors, not as work done', async () => {
    const result = await load({ port, requests: [wireRequest('GET', '/errors')], connections: 2, milliseconds: 50 });
    expect(result.errors).toBeGreaterThan(0);
    expect(result.perSecond).toBe(0);
    expect(result.firstError).toBe('{"errors":[]}');
    const good = await load({ port, requests: [wireRequest('GET', '/'), wireRequest('GET', '/chunked')], connections: 2, milliseconds: 50 });
    expect(good.errors).toBe(0);
    expect(good.perSecond).toBeGreaterThan(10);
    expect(good.p50).toBeLessThanOrEqual(good.p99);
  });
});
