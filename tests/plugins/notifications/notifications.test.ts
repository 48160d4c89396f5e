import { createECDH, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { decodeJwt } from 'jose';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import webPush from 'web-push';
import type { Database } from '../../../src/database/database.ts';
import type { NotificationService } from '../../../src/kernel/notifications.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { notifications } from '../../../src/plugins/notifications/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startEndpoint, type Endpoint } from '../../support/endpoint.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { startSmtp, type SmtpServer } from '../../support/smtp.ts';
import { eventually } from '../jobs/support.ts';

const ece = createRequire(import.meta.url)('http_ece') as { decrypt(body: Buffer, options: object): Buffer };
const ada = '018f0000-0000-7000-8000-0000000000a1';
const ben = '018f0000-0000-7000-8000-0000000000a2';
const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
const vapid = webPush.generateVAPIDKeys();

const templates = [
  {
    name: 'deal_won', category: 'sales', locale: 'en-US', variables: [{ name: 'deal', type: 'object', required: true }],
    subject: 'Won: {{ deal.name }}', bodyHtml: '<p>Dear {{ recipient.name }}, {{ deal.name }} is worth {{ deal.amount | money: "EUR" }}.</p><a href="{{ app.url }}/deals">Open</a>',
    sms: { message: 'Won {{ deal.name }}', maxLength: 8 }, push: { title: 'Won', body: '{{ deal.name }}', icon: '/won.png' }, inApp: { title: 'Won {{ deal.name }}', message: 'Well done', type: 'success', actionUrl: '/deals/{{ deal.id }}' },
  },
  { name: 'deal_won', category: 'sales', locale: 'de', variables: [{ name: 'deal', type: 'object', required: true }], subject: 'Gewonnen: {{ deal.name }}', bodyText: '{{ deal.amount | money: "EUR" }} am {{ deal.at | local_date }}' },
];

describeEachDatabase('notifications', (open) => {
  let database: Database;
  let app: TestPlatform;
  let smtp: SmtpServer;
  let endpoint: Endpoint;
  let service: NotificationService;
  let busy = true;

  const data = async (document: string, variables?: Readonly<Record<string, unknown>>, as = app.as(systemCaller)) => {
    const { data: found, errors } = await as.query(document, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return found as Readonly<Record<string, unknown>>;
  };
  const deliveries = async (ids: readonly string[], fields = 'status error') =>
    ((await data(`query ($ids: [ID!]!) { notificationDeliveries(where: { id: { in: $ids } }, orderBy: [{ id: ASC }]) { nodes { ${fields} } } }`, { ids }))['notificationDeliveries'] as { nodes: readonly Readonly<Record<string, unknown>>[] }).nodes;
  const settled = (ids: readonly string[], statuses: readonly string[]) => eventually(async () => expect((await deliveries(ids)).map(({ status }) => status)).toEqual(statuses));
  const person = (id: string) => app.as({ userId: id });
  const deal = { id: 'd1', name: 'Big <b>', amount: '1250.5', at: '2026-03-04' };

  beforeAll(async () => {
    database = await open();
    smtp = await startSmtp((address) => (address === 'nobody@example.com' ? 550 : address === 'busy@example.com' && busy ? 451 : undefined));
    endpoint = await startEndpoint(({ path }) => ({ status: path === '/gone' ? 410 : 200 }));
    const { url } = endpoint;
    app = await startPlatform({
      database, open: false,
      plugins: [
        jobs({ pollSeconds: 60 }), permissions(),
        notifications({
          mode: 'production', templates, url: 'https://app.example.com', allowPrivateAddresses: true, attempts: 3,
          mail: { url: smtp.url, from: 'CRM <crm@example.com>' }, slackUrl: `${url}/slack`, webhookSecret: secret,
          sms: { url: `${url}/sms`, authorization: 'Bearer sms', from: 'CRM' }, push: vapid,
        }),
      ],
    });
    await app.platform.kernel.start();
    service = app.platform.kernel.services.get('notifications', 'the test');
    for (const [id, name, locale] of [[ada, 'Ada', 'en-US'], [ben, 'Ben', 'de-AT']]) {
      await data('mutation ($input: UserCreateInput!) { createUser(input: $input) { record { id } } }', { input: { id, name, email: `${String(name).toLowerCase()}@example.com`, locale, phone: '+43 1 234-567' } });
    }
  });
  afterAll(async () => {
    await app.close();
    await smtp.close();
    await endpoint.close();
  });

  it('go out by mail in the language of each recipient, with HTML and text', async () => {
    const ids = await service.send({ channel: 'email', recipients: [ada, ben], template: 'deal_won', data: { deal }, options: { cc: ['boss@example.com'] } }, { key: 'k1' });
    expect(await service.send({ channel: 'email', recipients: [ada, ben], template: 'deal_won', data: { deal } }, { key: 'k1' })).toEqual(ids);
    await settled(ids, ['SENT', 'SENT']);
    const [toAda, toBen] = ['ada@example.com', 'ben@example.com'].map((address) => smtp.mails.filter(({ to }) => to.includes(address)));
    expect([toAda, toBen].map((mails) => mails?.length)).toEqual([1, 1]);
    expect(toAda?.[0]?.to).toEqual(['ada@example.com', 'boss@example.com']);
    expect(toBen?.[0]?.to).toEqual(['ben@example.com']);
    expect(toAda?.[0]?.text).toContain('Subject: Won: Big <b>');
    expect(toAda?.[0]?.text).toContain('<p>Dear Ada, Big &lt;b&gt; is worth €1,250.50.</p>');
    expect(toAda?.[0]?.text).toContain('Dear Ada, Big <b> is worth €1,250.50.\r\nOpen (https://app.example.com/deals)');
    expect(toAda?.[0]?.raw).toContain(`Message-ID: <${ids[0] ?? ''}@example.com>`);
    expect(toBen?.[0]?.text).toMatch(/Gewonnen: Big <b>[\s\S]*1\.250,50[\s\S]*4\. März 2026/);
    // Nothing of what it said is left.
    const { rows } = await database.query<{ message: unknown }>({ text: 'SELECT message FROM sys_notification_delivery WHERE status = $1', values: ['sent'] });
    expect(rows.every(({ message }) => message === null)).toBe(true);
  });

  it('are part of the transaction that they follow from', async () => {
    await expect(database.transaction(async () => {
      await service.send({ channel: 'email', recipients: [ada], subject: 'Never', body: 'x' }, { key: 'undone' });
      throw new Error('undone');
    })).rejects.toThrow('undone');
    const ids = await service.send({ channel: 'email', recipients: [ada], subject: 'Ever', body: 'x' }, { key: 'undone' });
    await settled(ids, ['SENT']);
    expect(smtp.mails.some(({ text }) => text.includes('Subject: Never'))).toBe(false);
  });

  it('are tried again where that may help, and given up where it does not', async () => {
    const refused = await service.send({ channel: 'email', recipients: ['nobody@example.com'], subject: 'S', body: 'B' }, {});
    await eventually(async () => expect(await deliveries(refused, 'status attempts error')).toEqual([{ status: 'FAILED', attempts: 1, error: 'The mail server refused the message with code 550.' }]));
    const waiting = await service.send({ channel: 'email', recipients: ['busy@example.com'], subject: 'S', body: 'B' }, {});
    await eventually(async () => expect(await deliveries(waiting, 'status attempts error')).toEqual([{ status: 'RETRYING', attempts: 1, error: 'The mail server answered with code 451.' }]));
    busy = false;
    await settled(waiting, ['SENT']);
  });

  it('refuse what can never be sent', async () => {
    const base = { channel: 'email', recipients: [ada], body: 'x' } as const;
    await expect(service.send({ ...base, recipients: ['018f0000-0000-7000-8000-0000000000ff'] }, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.send({ ...base, recipients: ['not an address'] }, {})).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(service.send({ ...base, recipients: ['a@example.com\r\nBcc: b@example.com'] }, {})).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(service.send({ ...base, body: undefined, template: 'nothing' }, {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.send({ channel: 'email', recipients: [ada], template: 'deal_won', data: {} }, {})).rejects.toThrow('needs "deal"');
    await expect(service.send({ channel: 'email', recipients: [ada], template: 'deal_won', data: { deal: 'x' } }, {})).rejects.toThrow('needs "deal" as object');
    await expect(service.send({ channel: 'push', recipients: ['ada'], body: 'x' }, {})).rejects.toThrow('is no user');
    await expect(service.send({ channel: 'teams', recipients: ['general'], body: 'x' }, {})).rejects.toThrow('teamsUrl');
  });

  it('lie in the app, where each person sees, reads and dismisses those of their own', async () => {
    await service.send({ channel: 'in_app', recipients: [ada, ben], template: 'deal_won', data: { deal, tab: 'won' } }, {});
    const mine = async (id: string, fields = 'title') => ((await data(`{ notifications { nodes { ${fields} } } }`, {}, person(id)))['notifications'] as { nodes: readonly Readonly<Record<string, string | null>>[] }).nodes;
    expect(await mine(ada, 'title message kind url data readAt')).toEqual([{ title: 'Won Big <b>', message: 'Well done', kind: 'SUCCESS', url: '/deals/d1', data: { tab: 'won' }, readAt: null }]);
    const [own] = await mine(ben, 'id');
    expect(await data('mutation ($ids: [ID!]) { markNotificationsRead(ids: $ids) }', { ids: [own?.['id']] }, person(ada))).toEqual({ markNotificationsRead: 0 });
    expect(await data('mutation { markNotificationsRead }', {}, person(ada))).toEqual({ markNotificationsRead: 1 });
    expect((await mine(ada, 'readAt'))[0]?.['readAt']).toEqual(expect.any(String));
    expect((await mine(ben, 'readAt'))[0]?.['readAt']).toBeNull();
    expect(await data('mutation ($ids: [ID!]!) { dismissNotifications(ids: $ids) }', { ids: [own?.['id']] }, person(ben))).toEqual({ dismissNotifications: 1 });
    expect(await mine(ben)).toEqual([]);
    expect((await app.query('mutation { markNotificationsRead }')).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await person(ada).query('{ notificationDeliveries { nodes { id } } }')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('go to chats, phones and other systems in the words that these understand', async () => {
    const { url } = endpoint;
    const sent = [
      await service.send({ channel: 'slack', recipients: ['#sales'], subject: 'Hi', body: 'a <!channel> & b', url: 'https://app.example.com/1', options: { mentions: ['U12'], threadId: '1.2' } }, {}),
      await service.send({ channel: 'teams', recipients: [`${url}/teams`], subject: 'Hi', body: 'There', url: 'https://app.example.com/1' }, {}),
      await service.send({ channel: 'sms', recipients: [ada], template: 'deal_won', data: { deal } }, {}),
      await service.send({ channel: 'webhook', recipients: [`${url}/hook`], subject: 'Hi', body: 'There', data: { a: 1 } }, {}),
    ].flat();
    await settled(sent, ['SENT', 'SENT', 'SENT', 'SENT']);
    const body = (path: string): unknown => JSON.parse(endpoint.on(path)[0]?.body ?? 'null');
    expect(body('/slack')).toEqual({ text: '<@U12> *Hi*\na &lt;!channel&gt; &amp; b\nhttps://app.example.com/1', channel: '#sales', thread_ts: '1.2' });
    expect(body('/teams')).toMatchObject({ type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard', body: [{ text: 'Hi' }, { text: 'There' }], actions: [{ type: 'Action.OpenUrl', url: 'https://app.example.com/1' }] } }] });
    expect(body('/sms')).toEqual({ to: '+431234567', from: 'CRM', message: 'Won Big' });
    expect(endpoint.on('/sms')[0]?.headers.authorization).toBe('Bearer sms');
    const [hook] = endpoint.on('/hook');
    expect(new Webhook(secret).verify(hook?.body ?? '', hook?.headers as Record<string, string>)).toMatchObject({ type: 'notification', data: { subject: 'Hi', text: 'There', data: { a: 1 } } });
  });

  it('are pushed to browsers, encrypted for them and signed with VAPID, until these are gone', async () => {
    const keys = createECDH('prime256v1');
    keys.generateKeys();
    const auth = randomBytes(16);
    const browser = (path: string) => ({ endpoint: `${endpoint.url}${path}`, p256dh: keys.getPublicKey('base64url'), auth: auth.toString('base64url') });
    const subscribe = 'mutation ($endpoint: String!, $p256dh: String!, $auth: String!) { subscribeToPush(endpoint: $endpoint, p256dh: $p256dh, auth: $auth) }';
    expect(await data('{ pushPublicKey }', {}, person(ada))).toEqual({ pushPublicKey: vapid.publicKey });
    await data(subscribe, browser('/push'), person(ada));
    await data(subscribe, browser('/gone'), person(ada));
    expect((await person(ada).query(subscribe, { ...browser('/push'), auth: 'short' })).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    await settled(await service.send({ channel: 'push', recipients: [ada], template: 'deal_won', data: { deal } }, {}), ['SENT']);
    const [request] = endpoint.on('/push');
    const token = /t=([^,]+)/.exec(request?.headers.authorization ?? '')?.[1] ?? '';
    expect(decodeJwt(token)).toMatchObject({ aud: endpoint.url, sub: 'mailto:admin@localhost' });
    expect(request?.headers).toMatchObject({ 'content-encoding': 'aes128gcm' });
    expect(JSON.parse(ece.decrypt(request?.bytes ?? Buffer.alloc(0), { version: 'aes128gcm', privateKey: keys, authSecret: auth.toString('base64url') }).toString('utf8'))).toMatchObject({ title: 'Won', body: 'Big <b>', icon: '/won.png' });
    expect((await data('{ pushSubscriptions { nodes { id } } }', {}, person(ada)))['pushSubscriptions']).toMatchObject({ nodes: [{}] });
    expect(await data('mutation ($endpoint: String!) { unsubscribeFromPush(endpoint: $endpoint) }', { endpoint: browser('/push').endpoint }, person(ben))).toEqual({ unsubscribeFromPush: false });
    expect(await data('mutation ($endpoint: String!) { unsubscribeFromPush(endpoint: $endpoint) }', { endpoint: browser('/push').endpoint }, person(ada))).toEqual({ unsubscribeFromPush: true });
    await settled(await service.send({ channel: 'push', recipients: [ada], body: 'x' }, {}), ['FAILED']);
  });

  it('respect what a person wants, and when', async () => {
    const prefer = (topic: string, channel: string, enabled: boolean) => data(`mutation { setNotificationPreference(topic: "${topic}", channel: ${channel}, enabled: ${String(enabled)}) }`, {}, person(ben));
    const won = { channel: 'email', recipients: [ben], template: 'deal_won', data: { deal } } as const;
    await prefer('*', 'EMAIL', false);
    await settled(await service.send(won, {}), ['SUPPRESSED']);
    await prefer('sales', 'EMAIL', true);
    await settled(await service.send(won, {}), ['SENT']);
    await prefer('sales', 'EMAIL', false);
    await settled(await service.send(won, {}), ['SUPPRESSED']);
    await prefer('sales', 'EMAIL', true);

    await data('mutation { setNotificationSchedule(quietFrom: "00:00", quietTo: "23:59") }', {}, person(ben));
    const minute = new Date().toISOString().slice(11, 16);
    const held = await service.send({ channel: 'sms', recipients: [ben], body: 'Quiet' }, {});
    if (minute < '23:58') await settled(held, ['HELD']);
    await data('mutation { setNotificationSchedule(quietFrom: null, quietTo: null, digest: DAILY, digestAt: "08:00") }', {}, person(ben));
    const before = smtp.mails.length;
    const first = await service.send(won, {});
    const second = await service.send({ ...won, data: { deal: { ...deal, name: 'Small' } } }, {});
    expect((await deliveries([...first, ...second])).map(({ status }) => status)).toEqual(['HELD', 'HELD']);
    expect((await data('{ jobs(where: { name: { eq: "notifications.digest" } }) { nodes { status } } }'))['jobs']).toEqual({ nodes: [{ status: 'WAITING' }] });
    // Its time has come.
    await database.query({ text: `UPDATE sys_notification_delivery SET held_until = now() WHERE id = ANY($1::uuid[])`, values: [[...first, ...second]] });
    await app.platform.kernel.services.get('jobs', 'the test').enqueue('notifications.digest', { user: ben }, { key: ben, replace: true });
    await settled([...first, ...second], ['SENT', 'SENT']);
    expect(smtp.mails.slice(before).map(({ text }) => text)).toEqual([expect.stringMatching(/Subject: 2 messages[\s\S]*Gewonnen: Big <b>[\s\S]*Gewonnen: Small/) as string]);
  });
});
