import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { automation } from '../../../src/plugins/automation/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { webhooks } from '../../../src/plugins/webhooks/index.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { eventually } from '../jobs/support.ts';

const secret = `whsec_${Buffer.from('another secret, of 26 byte').toString('base64')}`;
const payment = { name: 'payment', fields: { number: { type: 'text', unique: true, externalId: true }, amount: { type: 'currency' }, status: { type: 'select', options: ['open', 'paid'] }, payer: 'text' } };
const fields = { number: '{{ payload.invoice.number }}', amount: '{{ payload.amount }}', status: '{{ payload.status | downcase }}', payer: '{{ payload.first }} {{ payload.last }}' };

describeEachDatabase('incoming webhooks', (open) => {
  let app: TestPlatform;
  let url = '';
  const seen: unknown[] = [];
  const payments = async () => ((await app.query('{ payments(orderBy: [{ number: ASC }]) { nodes { number amount status payer } } }')).data?.['payments'] as { nodes: readonly unknown[] }).nodes;
  const send = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}/hooks/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as { readonly duplicate?: boolean; readonly errors?: readonly { readonly message: string }[] } };
  };
  const signed = (id: string, body: unknown, at = new Date()) => ({ 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook(secret).sign(id, at, JSON.stringify(body)) });

  beforeAll(async () => {
    process.env['TEST_HOOK_SECRET'] = secret;
    const own = { env: ['TEST_HOOK_SECRET'], maxBodyBytes: 2_000 };
    app = await startPlatform({
      database: await open(),
      settings: { encryption: { key: Buffer.alloc(32, 7).toString('base64') } },
      objects: [
        { ...payment, workflows: [{ name: 'thank', triggerType: 'on_create', actions: [{ type: 'create_record', objectName: 'note', fields: { title: 'Thanks for {number}' } }] }] },
        {
          name: 'note', fields: { title: 'text' }, workflows: [
            { name: 'take_order', triggerType: 'webhook', actions: [{ type: 'create_record', objectName: 'note', fields: { title: 'Order {payload.number} of {{headers.x-shop}}, {query.via}{payload.nothing}' } }] },
            { name: 'count_order', triggerType: 'webhook', actions: [{ type: 'custom_script', capabilities: ['write'], context: { order: '{payload}' }, code: `await ctx.api.create('note', { title: String(ctx.input.order.lines.length) + ' lines' })` }] },
          ],
        },
      ],
      plugins: [
        jobs({ pollSeconds: 60 }), automation(),
        webhooks({
          ...own,
          definitions: ['localhost:1', '127.1:1', '[::ffff:127.0.0.1]:1', '169.254.169.254', '10.0.0.1'].map((host, n) => ({ name: `inside_${n}`, object: 'note', triggers: ['create'], url: `http://${host}/x`, runAs: 'system', retryPolicy: { maxRetries: 0 } })),
          receivers: [
            { name: 'payments', path: 'bank/payments', verificationType: 'hmac', secret: '{{env.TEST_HOOK_SECRET}}', toleranceSeconds: 60, action: 'upsert_record', target: 'payment', key: 'number', runAs: 'system', fields },
            { name: 'pushes', verificationType: 'hmac', secret: '{{env.TEST_HOOK_SECRET}}', header: 'X-Hub-Signature-256', idHeader: 'X-GitHub-Delivery', action: 'publish_event', target: 'repository.pushed' },
            { name: 'tokens', verificationType: 'header_token', secret: '{{env.TEST_HOOK_SECRET}}', header: 'x-token', action: 'publish_event', target: 'token.seen' },
            { name: 'inside', verificationType: 'ip_whitelist', allowedAddresses: ['127.0.0.0/8', '::1'], action: 'publish_event', target: 'inside.seen' },
            { name: 'orders', verificationType: 'none', action: 'trigger_flow', target: 'take_order' },
            { name: 'lines', verificationType: 'none', action: 'script', target: 'count_order' },
            { name: 'outside', verificationType: 'ip_whitelist', allowedAddresses: ['203.0.113.0/24'], action: 'publish_event', target: 'outside.seen' },
          ],
        }),
      ],
    });
    app.platform.kernel.events.on('**', ({ name, payload }) => {
      if (/\.(pushed|seen)$/.test(name)) seen.push({ name, payload });
    });
    ({ url } = await app.platform.start());
  });
  afterAll(() => app.close());

  it('write records once for each signed message, and start what follows from that', async () => {
    const message = { invoice: { number: 'R-1' }, amount: '12.50', status: 'PAID', first: 'Ada', last: 'L' };
    expect(await send('bank/payments', message, signed('m1', message))).toEqual({ status: 200, body: { accepted: true, duplicate: false } });
    expect(await send('bank/payments', message, signed('m1', message))).toEqual({ status: 200, body: { accepted: true, duplicate: true } });
    const next = { ...message, amount: '13.00' };
    expect(await send('bank/payments', next, signed('m2', next))).toMatchObject({ status: 200, body: { duplicate: false } });
    expect(await payments()).toMatchObject([{ number: 'R-1', status: 'PAID', payer: 'Ada L', amount: expect.stringMatching(/^13/) as string }]);
    await eventually(async () => expect((await app.query('{ notes { nodes { title } } }')).data).toEqual({ notes: { nodes: [{ title: 'Thanks for R-1' }] } }));
  });

  it('refuse messages that are forged, old, too large or not JSON, and keep nothing of them', async () => {
    const message = { invoice: { number: 'R-9' }, amount: '1', status: 'OPEN' };
    const before = await payments();
    const good = signed('f1', message);
    expect(await send('bank/payments', message)).toMatchObject({ status: 401 });
    expect(await send('bank/payments', { ...message, amount: '9' }, good)).toMatchObject({ status: 401, body: { errors: [{ message: 'The message is refused: the signature does not fit.' }] } });
    expect(await send('bank/payments', message, { ...good, 'webhook-id': 'f2' })).toMatchObject({ status: 401 });
    for (const seconds of [-120, 120]) expect(await send('bank/payments', message, signed('f3', message, new Date(Date.now() + seconds * 1000)))).toMatchObject({ status: 401, body: { errors: [{ message: 'The message is refused: the message is not from within 60 seconds.' }] } });
    expect(await send('bank/payments', 'x'.repeat(3_000), good)).toMatchObject({ status: 413 });
    expect(await send('bank/payments', 'nothing', { ...good, 'webhook-signature': new Webhook(secret).sign('f1', new Date(Number(good['webhook-timestamp']) * 1000), 'nothing') })).toMatchObject({ status: 400 });
    expect(await send('bank/other', message, good)).toMatchObject({ status: 404 });
    // What was refused by a rule may come again once it is mended.
    const wrong = { ...message, status: 'LOST' };
    expect(await send('bank/payments', wrong, signed('f4', wrong))).toMatchObject({ status: 400 });
    expect(await payments()).toEqual(before);
    expect(await send('bank/payments', message, signed('f4', message))).toMatchObject({ status: 200, body: { duplicate: false } });
  });

  it('know others by hashes, tokens and addresses', async () => {
    const body = { ref: 'main' };
    const hash = `sha256=${createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(JSON.stringify(body)).digest('hex')}`;
    const raw = `sha256=${createHmac('sha256', secret).update(JSON.stringify(body)).digest('hex')}`;
    expect((await send('pushes', body, { 'x-hub-signature-256': hash, 'x-github-delivery': 'd1' })).status).toBe(401);
    expect(await send('pushes', body, { 'x-hub-signature-256': raw, 'x-github-delivery': 'd1' })).toMatchObject({ status: 200, body: { duplicate: false } });
    expect(await send('pushes', body, { 'x-hub-signature-256': raw, 'x-github-delivery': 'd1' })).toMatchObject({ status: 200, body: { duplicate: true } });
    expect((await send('tokens', body, { 'x-token': `${secret}x` })).status).toBe(401);
    expect((await send('tokens', body, { 'x-token': secret })).status).toBe(200);
    expect((await send('inside', body)).status).toBe(200);
    expect((await send('outside', body)).status).toBe(403);
    await eventually(() => expect(seen).toEqual([{ name: 'repository.pushed', payload: body }, { name: 'token.seen', payload: body }, { name: 'inside.seen', payload: body }]));
  });

  it('start rules, whose runs are durable and tell nobody what the message says', async () => {
    const message = { number: 'O-1', lines: [1, 2], card: '4111' };
    expect(await send('orders?via=mail', message, { 'x-shop': 'Isar', 'webhook-id': 'o1' })).toEqual({ status: 200, body: { accepted: true, duplicate: false } });
    expect(await send('orders?via=mail', message, { 'x-shop': 'Isar', 'webhook-id': 'o1' })).toEqual({ status: 200, body: { accepted: true, duplicate: true } });
    expect((await send('lines', message)).status).toBe(200);
    await eventually(async () => {
      expect((await app.query('{ notes(where: { not: { title: { startsWith: "Thanks" } } }, orderBy: [{ title: ASC }]) { nodes { title } } }')).data).toEqual({ notes: { nodes: [{ title: '2 lines' }, { title: 'Order O-1 of Isar, mail' }] } });
      const { nodes } = (await app.query('{ automationRuns(where: { event: { eq: WEBHOOK } }, orderBy: [{ rule: ASC }]) { nodes { rule status object trigger steps } } }')).data?.['automationRuns'] as { nodes: readonly object[] };
      expect(nodes).toMatchObject([{ rule: 'count_order', status: 'COMPLETED', object: null }, { rule: 'take_order', status: 'COMPLETED', object: null }]);
      expect(JSON.stringify(nodes)).not.toContain('4111');
    });
  });

  it('stay in a network that outgoing ones may not reach, whatever names it', async () => {
    await app.query('mutation { createNote(input: { title: "Inside" }) { record { id } } }');
    await eventually(async () => {
      const { data } = await app.query('{ webhookDeliveries { nodes { webhook status error } } }');
      const { nodes } = data?.['webhookDeliveries'] as { nodes: readonly { webhook: string; status: string; error: string }[] };
      expect(new Set(nodes.map(({ webhook }) => webhook)).size).toBe(5);
      expect(new Set(nodes.map(({ status, error }) => `${status}: ${error}`))).toEqual(new Set(['FAILED: the service has an address of the own machine or network']));
    });
  });
});
