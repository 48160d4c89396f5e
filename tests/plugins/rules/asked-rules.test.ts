import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPrivateAddress, outboundRequest } from '../../../src/kernel/outbound-request.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { rules } from '../../../src/plugins/rules/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';

/** What the service does before it answers `/busy`. */
let meanwhile: () => Promise<unknown> = () => Promise.resolve();
const asked: { readonly url: string; readonly body: string }[] = [];
const service = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const url = request.url ?? '';
    asked.push({ url, body });
    if (url.startsWith('/slow')) return;
    if (url.startsWith('/moved')) return void response.writeHead(302, { location: '/vat' }).end();
    if (url.startsWith('/broken')) return void response.writeHead(500).end('no');
    const given = body === '' ? new URL(url, 'http://x').searchParams.get('value') : (JSON.parse(body) as { value: unknown }).value;
    const answer = JSON.stringify(given === 'DE1' ? { valid: true } : given === 'DE2' ? { valid: false, message: 'Expired.' } : { valid: false });
    if (url.startsWith('/busy')) void meanwhile().then(() => response.end(answer), () => response.writeHead(500).end());
    else response.end(answer);
  });
});
const port = await new Promise<number>((resolve) => service.listen(0, '127.0.0.1', () => resolve((service.address() as AddressInfo).port)));
afterAll(() => service.close());

const problems = (result: unknown): readonly unknown[] =>
  ((result as { errors?: readonly { extensions: { problems?: readonly { path: readonly unknown[]; code: string; message: string }[] } }[] }).errors ?? []).flatMap(({ extensions }) => (extensions.problems ?? []).map(({ path, code, message }) => [path.slice(1).join('.'), code, message]));

const definition = (validatorUrl: string, more = ''): string => `
name: firm
fields: { name: { type: text, required: true }, vat: { type: text } }
validations: [{ name: vat, type: async, field: vat, validatorUrl: "${validatorUrl}", message: No such number.${more} }]
`;

describeEachDatabase('rules that ask a service', (open) => {
  const start = async (path: string, more?: string): Promise<TestPlatform> => startPlatform({ yaml: definition(`http://127.0.0.1:${port}${path}`, more), plugins: [rules({ allowPrivateAddresses: true })], database: await open() });
  const create = (app: TestPlatform, vat: string | null) => app.query('mutation ($vat: String) { createFirm(input: { name: "F", vat: $vat }) { record { id } warnings { message } } }', { vat });

  it.each(['GET', 'POST'])('takes its verdict by %s', async (method) => {
    const app = await start('/vat', `, method: ${method}, params: { country: DE }`);
    asked.length = 0;
    expect(problems(await create(app, 'DE1'))).toEqual([]);
    expect(problems(await create(app, 'DE2'))).toEqual([['vat', 'RULE_FAILED', 'Expired.']]);
    expect(problems(await create(app, 'DE3'))).toEqual([['vat', 'RULE_FAILED', 'No such number.']]);
    expect(problems(await create(app, null))).toEqual([]);
    expect(asked).toHaveLength(3);
    if (method === 'GET') expect(Object.fromEntries(new URL(asked[0]?.url ?? '', 'http://x').searchParams)).toEqual({ rule: 'vat', object: 'firm', event: 'create', field: 'vat', value: 'DE1', country: 'DE' });
    else expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ rule: 'vat', object: 'firm', event: 'create', field: 'vat', value: 'DE1', params: { country: 'DE' } });
    await app.close();
  });

  it('asks before locks are taken, once for each value, however the write comes', async () => {
    const app = await startPlatform({
      yaml: `name: group
fields: { name: { type: text } }
---
${definition(`http://127.0.0.1:${port}/busy`)}
  - { name: names, type: unique, fields: [name], message: Taken. }
`.replace('validations: [{', 'validations:\n  - {').replace('}]', '}').replace('vat: { type: text } }', 'vat: { type: text }, group: { type: lookup, reference: group } }'),
      plugins: [rules({ allowPrivateAddresses: true })], database: await open(),
    });
    const id = '018f0000-0000-7000-8000-000000000001';
    meanwhile = () => app.query('mutation { updateFirms(where: { name: { eq: "F" } }, input: { name: "G" }) { count } }');
    const told = async (document: string): Promise<unknown> => {
      asked.length = 0;
      const { data, errors } = await app.query(document);
      return [asked.length, data ?? problems({ errors })];
    };
    expect(await told(`mutation { createFirm(input: { id: "${id}", name: "F", vat: "DE1" }) { record { name } } }`)).toEqual([1, { createFirm: { record: { name: 'F' } } }]);
    // The record that is written is changed by the service itself.
    expect(await told(`mutation { updateFirm(id: "${id}", input: { vat: "DE2" }) { record { name } } }`)).toMatchObject([1, { updateFirm: null }]);
    await app.query(`mutation { updateFirm(id: "${id}", input: { vat: null, name: "F" }) { record { name } } }`);
    expect(await told(`mutation { updateFirm(id: "${id}", input: { vat: "DE1" }) { record { name vat } } }`)).toEqual([1, { updateFirm: { record: { name: 'G', vat: 'DE1' } } }]);
    expect(await told(`mutation { updateFirm(id: "${id}", input: { vat: null, name: "F" }, dryRun: true) { record { vat } } }`)).toEqual([0, { updateFirm: { record: { vat: null } } }]);
    expect(await told('mutation { createFirms(mode: PARTIAL, input: [{ name: "a", vat: "DE1" }, { name: "b", vat: "DE3" }, { name: "c", vat: "DE1" }, { name: "d" }]) { count } }')).toEqual([2, { createFirms: { count: 3 } }]);
    expect(await told('mutation @atomic { a: createGroup(input: { name: "x", firms: { create: [{ name: "e", vat: "DE1" }] } }) { record { name } } b: createFirm(input: { name: "h", vat: "DE1" }, idempotencyKey: "k") { record { name } } }')).toMatchObject([1, { a: { record: { name: 'x' } }, b: { record: { name: 'h' } } }]);
    await app.close();
  });

  it('asks only when the value changes', async () => {
    const app = await start('/vat');
    const { data } = (await create(app, 'DE1')) as unknown as { data: { createFirm: { record: { id: string } } } };
    asked.length = 0;
    await app.query('mutation ($id: ID!) { updateFirm(id: $id, input: { name: "G", vat: "DE1" }) { record { id } } }', { id: data.createFirm.record.id });
    expect(asked).toEqual([]);
    await app.close();
  });

  it.each([['/slow', 'did not answer within 200 ms'], ['/broken', 'gave no verdict (status 500)'], ['/moved', 'gave no verdict (status 302)']])('refuses the write when %s gives no verdict', async (path, reason) => {
    const app = await start(path, ', timeout: 200');
    expect(problems(await create(app, 'DE1'))).toEqual([['vat', 'RULE_UNAVAILABLE', `The value could not be checked: the service ${reason}.`]]);
    await app.close();
  });

  it('lets the write pass with a warning when the rule is one', async () => {
    const app = await start('/slow', ', timeout: 200, severity: warning');
    expect(await create(app, 'DE1')).toMatchObject({ data: { createFirm: { warnings: [{ message: 'The value could not be checked: the service did not answer within 200 ms.' }] } } });
    await app.close();
  });
});

describe('requests to services that definitions name', () => {
  it.each([`http://127.0.0.1:1/`, 'http://10.0.0.1/', 'http://169.254.169.254/latest', 'http://[::1]/', 'http://[::ffff:10.0.0.1]/', 'http://192.168.1.1/', 'http://2130706433/'])('%s is refused', async (url) => {
    await expect(outboundRequest({ url: new URL(url), method: 'GET', timeoutMs: 1000, allowPrivateAddresses: false })).rejects.toThrow('the service has an address of the own machine or network');
  });

  it('refuses a name that resolves to the own machine', async () => {
    await expect(outboundRequest({ url: new URL(`http://localhost:${port}/vat`), method: 'GET', timeoutMs: 1000, allowPrivateAddresses: false })).rejects.toThrow('the service has an address of the own machine or network');
  });

  it('knows public addresses', () => {
    expect(['1.1.1.1', '93.184.216.34', '2606:4700::1111'].map(isPrivateAddress)).toEqual([false, false, false]);
    expect(['fe80::1%eth0', 'fd00::1', '64:ff9b::a00:1', '100.64.0.1', 'x'].map(isPrivateAddress)).toEqual([true, true, true, true, true]);
  });
});

describeEachDatabase('rules in TypeScript', (open) => {
  const bookings: Plugin = {
    name: 'bookings', version: '1.0.0', description: 'Checks bookings.', requires: ['rules'],
    lifecycle: {
      init({ services }) {
        services.get('validators').register('even', ({ value, params }) => Number(value) % Number(params['by'] ?? 2) === 0);
        services.get('validators').register('free', async ({ change }, { database }) => {
          const { rows } = await database.query<{ n: number }>({ text: 'SELECT count(*)::int AS n FROM "booking" WHERE "seat" = $1 AND "id" <> $2', values: [change.record['seat'], change.id] });
          return (rows[0]?.n ?? 0) === 0 || [{ field: 'seat', message: `Seat ${String(change.record['seat'])} is taken.` }];
        });
      },
    },
  };
  const yaml = `
name: booking
fields: { name: text, seat: { type: number, scale: 0 } }
validations:
  - { name: even, type: custom, handler: even, field: seat, params: { by: 2 }, message: Even seats only. }
  - { name: free, type: async, validatorFunction: free, message: Not free. }
`;
  let app: TestPlatform;
  beforeAll(async () => {
    app = await startPlatform({ yaml, plugins: [rules(), bookings], database: await open() });
    return () => app.close();
  });
  const book = (seat: number) => app.query('mutation ($seat: Int) { createBooking(input: { seat: $seat }) { record { id } } }', { seat });

  it('run within the write', async () => {
    expect(problems(await book(2))).toEqual([]);
    expect(problems(await book(2))).toEqual([['seat', 'RULE_FAILED', 'Seat 2 is taken.']]);
    expect(problems(await book(3))).toEqual([['seat', 'RULE_FAILED', 'Even seats only.']]);
  });

  it('stop the start when a definition names one that nobody registered', async () => {
    const other = await startPlatform({ yaml, plugins: [rules()], database: await open() });
    await expect(other.platform.start()).rejects.toThrow('booking.even names the validator "even"');
    await other.close();
  });
});
