import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { webhooks } from '../../../src/plugins/webhooks/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startEndpoint, type Endpoint, type ReceivedRequest } from '../../support/endpoint.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { eventually } from '../jobs/support.ts';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const reader = '018f0000-0000-7000-8000-0000000000a1';
const keeper = '018f0000-0000-7000-8000-0000000000a2';

const objects = [
  { name: 'account', fields: { name: 'text', salary: { type: 'currency' }, tier: { type: 'select', options: ['gold', 'silver'] } } },
  { name: 'deal', fields: { name: 'text', amount: { type: 'currency' }, account: { type: 'lookup', reference: 'account', relatedName: 'deals' }, closed: 'boolean' } },
];
const rights = { allowCreate: true, allowRead: true, allowEdit: true, allowDelete: true, viewAllRecords: true, modifyAllRecords: true };
const sets = [
  { kind: 'profile', value: [{ name: 'readers', objects: { account: rights, deal: rights }, fields: { 'account.salary': { readable: false, editable: false } } }, { name: 'keepers', objects: { account: rights, deal: rights }, systemPermissions: ['manage_webhooks'] }] },
] as const;

describeEachDatabase('outgoing webhooks', (open) => {
  let database: Database;
  let app: TestPlatform;
  let endpoint: Endpoint;

  const body = (request: ReceivedRequest | undefined): unknown => JSON.parse(request?.body ?? 'null');
  const data = async (document: string, variables?: Readonly<Record<string, unknown>>, as = app.as(systemCaller)) => {
    const { data: found, errors } = await as.query(document, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return found as Readonly<Record<string, unknown>>;
  };
  const create = async (object: 'Account' | 'Deal', input: object) => ((await data(`mutation ($input: ${object}CreateInput!) { create${object}(input: $input) { record { id } } }`, { input }))[`create${object}`] as { record: { id: string } }).record.id;
  const deliveries = async (webhook: string, fields = 'status attempts error responseStatus') =>
    ((await data(`query ($webhook: String!) { webhookDeliveries(where: { webhook: { eq: $webhook } }, orderBy: [{ id: ASC }]) { nodes { ${fields} } } }`, { webhook }))['webhookDeliveries'] as { nodes: readonly Readonly<Record<string, unknown>>[] }).nodes;
  const person = (id: string) => app.as({ userId: id });

  beforeAll(async () => {
    database = await open();
    process.env['TEST_HOOK_SECRET'] = secret;
    endpoint = await startEndpoint(({ path, headers }) => {
      if (path === '/flaky' && endpoint.on(path).filter((one) => one.headers['webhook-id'] === headers['webhook-id']).length < 3) return { status: 503, body: 'the amount is 42' };
      if (path === '/broken') return { status: 500 };
      if (path === '/moved') return { status: 302, headers: { location: `${endpoint.url}/elsewhere` } };
      if (path === '/gone') return { status: 410 };
      if (path === '/slow') return 'silence';
      return { status: 200 };
    });
    const { url } = endpoint;
    const quick = { initialDelayMs: 1, maxDelayMs: 5 };
    app = await startPlatform({
      database, objects, open: false,
      settings: { encryption: { key: Buffer.alloc(32, 7).toString('base64') } },
      plugins: [
        jobs({ pollSeconds: 60 }), permissions({ definitions: sets }),
        webhooks({
          allowPrivateAddresses: true, env: ['TEST_HOOK_SECRET'],
          definitions: [
            { name: 'erp', object: 'deal', triggers: ['create', 'update', 'delete'], url: `${url}/erp`, payload: '{ id name amount account { name tier } }', runAs: 'system', secret: '{{env.TEST_HOOK_SECRET}}', headers: { 'X-Tenant': 'a' }, authentication: { type: 'bearer', token: '{{env.TEST_HOOK_SECRET}}' } },
            { name: 'flaky', object: 'deal', triggers: ['create'], url: `${url}/flaky`, runAs: 'system', retryPolicy: quick },
            { name: 'broken', object: 'account', triggers: ['create', 'update'], url: `${url}/broken`, runAs: 'system', payloadFields: ['name'], retryPolicy: { ...quick, maxRetries: 1 } },
            { name: 'moved', object: 'account', triggers: ['create'], url: `${url}/moved`, runAs: 'system', retryPolicy: { maxRetries: 0 } },
            { name: 'slow', object: 'account', triggers: ['create'], url: `${url}/slow`, runAs: 'system', timeoutMs: 50, retryPolicy: { maxRetries: 0 } },
            { name: 'reader', object: 'account', triggers: ['create', 'update', 'delete'], url: `${url}/reader`, runAs: 'reader@example.com', payload: '{ id name salary }', includeSession: true },
            { name: 'text', object: 'account', triggers: ['api'], url: `${url}/text`, runAs: 'user', headers: { 'content-type': 'text/plain' }, body: '{{ type }}: {{ record.name | upcase }}' },
          ],
        }),
      ],
    });
    await app.platform.kernel.start();
    for (const [id, name, permissionSet] of [[reader, 'reader', 'readers'], [keeper, 'keeper', 'keepers']]) {
      await data('mutation ($input: UserCreateInput!) { createUser(input: $input) { record { id } } }', { input: { id, name, email: `${name}@example.com` } });
      await data('mutation ($input: PermissionAssignmentCreateInput!) { createPermissionAssignment(input: $input) { record { id } } }', { input: { userId: id, permissionSet } });
    }
  });
  afterAll(async () => {
    await app.close();
    await endpoint.close();
  });

  it('carry a selection, signed as Standard Webhooks are', async () => {
    const account = await create('Account', { name: 'ACME', tier: 'GOLD' });
    const deal = await create('Deal', { name: 'Big', amount: '12.50', accountId: account });
    await eventually(() => expect(endpoint.on('/erp')).toHaveLength(1));
    const [request] = endpoint.on('/erp');
    expect(body(request)).toMatchObject({ type: 'deal.created', data: { object: 'deal', recordId: deal, record: { id: deal, name: 'Big', amount: '12.50', account: { name: 'ACME', tier: 'GOLD' } } } });
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'x-tenant': 'a', authorization: `Bearer ${secret}` });
    expect(new Webhook(secret).verify(request?.body ?? '', request?.headers as Record<string, string>)).toEqual(body(request));
    expect(() => new Webhook(secret).verify(`${request?.body ?? ''} `, request?.headers as Record<string, string>)).toThrow();

    await data('mutation ($id: ID!) { updateDeal(id: $id, input: { closed: true }) { record { id } } }', { id: deal });
    await eventually(() => expect(endpoint.on('/erp')).toHaveLength(2));
    expect(body(endpoint.on('/erp')[1])).toMatchObject({ data: { changedFields: expect.arrayContaining(['closed']) as unknown } });
    await data('mutation ($id: ID!) { deleteDeal(id: $id) { record { id } } }', { id: deal });
    await eventually(() => expect(endpoint.on('/erp').map((one) => (body(one) as { type: string }).type)).toEqual(['deal.created', 'deal.updated', 'deal.deleted']));
    expect(body(endpoint.on('/erp')[2])).toMatchObject({ data: { record: { id: deal, name: 'Big', amount: expect.stringMatching(/^12\.50?$/) as string } } });
    await eventually(async () => expect((await deliveries('erp', 'status event record responseStatus')).slice(0, 1)).toEqual([{ status: 'DELIVERED', event: 'deal.created', record: deal, responseStatus: 200 }]));
  });

  it('are sent again with the same id, under a kept secret, until they arrive', async () => {
    await create('Deal', { name: 'Again' });
    const sent = () => endpoint.on('/flaky').filter((one) => one.body.includes('Again'));
    await eventually(() => expect(sent()).toHaveLength(3));
    expect(new Set(sent().map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await eventually(async () => expect((await deliveries('flaky', 'id status attempts error responseStatus attemptLog')).find(({ id }) => id === sent()[0]?.headers['webhook-id'])).toMatchObject({ status: 'DELIVERED', attempts: 3, error: null, responseStatus: 200, attemptLog: [{ status: 503 }, { status: 503 }, { status: 200 }] }));
    const next = (await data('mutation { rotateWebhookSecret(webhook: "flaky") }'))['rotateWebhookSecret'] as string;
    await create('Deal', { name: 'Rotated' });
    const rotated = () => endpoint.on('/flaky').find((one) => one.body.includes('Rotated'));
    await eventually(() => expect(rotated()).toBeDefined());
    const last = rotated();
    expect(String(last?.headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect(new Webhook(next).verify(last?.body ?? '', last?.headers as Record<string, string>)).toBeTruthy();
    const { rows } = await database.query<{ secret: string }>({ text: 'SELECT secret FROM sys_webhook_secret', values: [] });
    for (const row of rows) expect(row.secret).toMatch(/^sealed:v1:/);
    expect(JSON.stringify(await deliveries('flaky', 'attemptLog'))).not.toContain('the amount is 42');
  });

  it('are given up after the last attempt, keep the order of a record, and are sent anew by hand', async () => {
    const account = await create('Account', { name: 'B' });
    await data('mutation ($id: ID!) { updateAccount(id: $id, input: { name: "C" }) { record { id } } }', { id: account });
    await eventually(async () => expect((await deliveries('broken', 'record status attempts error')).filter(({ record }) => record === account)).toEqual(Array.from({ length: 2 }, () => ({ record: account, status: 'FAILED', attempts: 2, error: 'The endpoint answered with status 500.' }))));
    const types = endpoint.on('/broken').filter((one) => one.body.includes(account)).map((one) => (body(one) as { type: string }).type);
    expect(types).toEqual(['account.created', 'account.created', 'account.updated', 'account.updated']);
    const [failed] = (await deliveries('broken', 'id record')).filter(({ record }) => record === account);
    expect(await data('mutation ($id: ID!) { redeliverWebhook(id: $id) }', { id: failed?.['id'] })).toEqual({ redeliverWebhook: failed?.['id'] });
    await eventually(() => expect(endpoint.on('/broken').filter((one) => one.headers['webhook-id'] === failed?.['id'])).toHaveLength(4));
    expect((await app.as(systemCaller).query('mutation ($id: ID!) { cancelWebhookDelivery(id: $id) }', { id: reader })).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
  });

  it('follow no redirects and wait no longer than they may', async () => {
    await create('Account', { name: 'D' });
    await eventually(async () => expect((await deliveries('moved')).at(-1)).toEqual({ status: 'FAILED', attempts: 1, error: 'The endpoint answered with status 302; redirects are not followed.', responseStatus: 302 }));
    await eventually(async () => expect((await deliveries('slow')).at(-1)).toMatchObject({ status: 'FAILED', error: 'the service did not answer within 50 ms' }));
    expect(endpoint.on('/elsewhere')).toEqual([]);
  });

  it('show what the person they run as may read, in payloads and in deliveries', async () => {
    const account = await create('Account', { name: 'E', salary: '99.25' });
    const settled = (statuses: readonly string[]) => eventually(async () => expect((await deliveries('reader', 'record status')).filter(({ record }) => record === account).map(({ status }) => status)).toEqual(statuses));
    await settled(['DELIVERED']);
    await data('mutation ($id: ID!) { updateAccount(id: $id, input: { salary: "77.75" }) { record { id } } }', { id: account });
    await settled(['DELIVERED', 'SKIPPED']);
    await data('mutation ($id: ID!) { updateAccount(id: $id, input: { name: "F", salary: "55.55" }) { record { id } } }', { id: account });
    await settled(['DELIVERED', 'SKIPPED', 'DELIVERED']);
    await data('mutation ($id: ID!) { deleteAccount(id: $id) { record { id } } }', { id: account });
    await settled(['DELIVERED', 'SKIPPED', 'DELIVERED', 'DELIVERED']);
    const sent = endpoint.on('/reader').filter((one) => one.body.includes(account));
    expect(sent.map((one) => (body(one) as { type: string }).type)).toEqual(['account.created', 'account.updated', 'account.deleted']);
    expect(sent.map((one) => one.body).join()).not.toMatch(/99\.25|77\.75|55\.55/);
    expect(body(sent.at(-1))).toMatchObject({ type: 'account.deleted', data: { record: { id: account, name: 'F', salary: null }, session: { userId: null } } });
    const log = await deliveries('reader', 'id webhook event object record status attempts responseStatus duration error attemptLog');
    expect(JSON.stringify(log)).not.toMatch(/99\.25|77\.75|55\.55|salary/i);
    expect(log.find(({ record, status }) => record === account && status === 'SKIPPED')).toMatchObject({ error: 'Nothing changed that whoever it runs as may read on all records.' });
  });

  it('are sent by hand with a body of their own, as who asks', async () => {
    const account = await create('Account', { name: 'Gee' });
    expect((await person(reader).query('mutation ($id: ID!) { triggerWebhook(webhook: "text", record: $id) }', { id: account })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await data('mutation ($id: ID!) { triggerWebhook(webhook: "text", record: $id) }', { id: account }, person(keeper));
    await eventually(() => expect(endpoint.on('/text').map((one) => one.body)).toEqual(['account.requested: GEE']));
    expect((await app.as(systemCaller).query('mutation ($id: ID!) { triggerWebhook(webhook: "erp", record: $id) }', { id: account })).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  it('are made by people as records, who send what they may read, until the endpoint is gone', async () => {
    const make = (input: object, as = person(keeper)) => as.query('mutation ($input: WebhookCreateInput!) { createWebhook(input: $input) { record { runAs } } }', { input: { object: 'account', triggers: ['CREATE'], url: `${endpoint.url}/own`, ...input } });
    expect((await make({ name: 'mine' }, person(reader))).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await make({ name: 'erp' })).errors?.[0]?.extensions).toMatchObject({ problems: [{ code: 'TAKEN' }] });
    expect((await make({ name: 'x', payload: '{ nme }' })).errors?.[0]?.extensions).toMatchObject({ problems: [{ path: ['input', 'payload'], message: expect.stringContaining('nme') as string }] });
    expect((await make({ name: 'x', payload: '{ id } users { nodes { email } }' })).errors?.[0]?.extensions).toMatchObject({ problems: [{ path: ['input', 'payload'] }] });
    expect((await make({ name: 'x', object: 'acount', url: 'ftp://x.example' })).errors?.[0]?.extensions).toMatchObject({ problems: expect.arrayContaining([expect.objectContaining({ path: ['input', 'object'] }), expect.objectContaining({ path: ['input', 'url'] })]) as unknown });
    expect(await make({ name: 'mine', payload: '{ id name }' })).toMatchObject({ data: { createWebhook: { record: { runAs: keeper } } } });
    expect(await make({ name: 'leaving', url: `${endpoint.url}/gone` })).not.toHaveProperty('errors');
    const account = await create('Account', { name: 'Own' });
    await eventually(() => expect(endpoint.on('/own').map(body)).toMatchObject([{ data: { record: { id: account, name: 'Own' } } }]));
    await eventually(async () => expect(await deliveries('leaving')).toMatchObject([{ status: 'FAILED', attempts: 1, responseStatus: 410 }]));
    expect((await data('{ webhooks(where: { name: { eq: "leaving" } }) { nodes { active } } }'))['webhooks']).toEqual({ nodes: [{ active: false }] });
  });
});
