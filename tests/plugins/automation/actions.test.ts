import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { ConnectorCall, HandledChange } from '../../../src/plugins/automation/service.ts';
import type { NotificationContext, NotificationMessage } from '../../../src/kernel/notifications.ts';
import { templateKind } from '../../../src/kernel/notifications.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { automation } from '../../../src/plugins/automation/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { realtime } from '../../../src/plugins/realtime/index.ts';
import type { Access, FieldAccess, ObjectAccess } from '../../../src/resolvers/access.ts';
import type { Caller } from '../../../src/resolvers/caller.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { eventually } from '../jobs/support.ts';
import { ask, listOf } from './support.ts';

declare module '../../../src/kernel/plugin.ts' {
  interface PluginNames {
    'of-actions': true;
  }
}

const order: DefinitionInput = {
  name: 'order',
  fields: {
    name: 'text', step: 'text', total: { type: 'currency' }, margin: { type: 'currency' }, pin: { type: 'secret' }, token: { type: 'text', internal: true },
    owner: { type: 'user' }, result: 'text',
  },
};
const line: DefinitionInput = { name: 'line', fields: { text: 'text', margin: 'number' } };

/** Rules of `step`s, each started by an order of that step. */
const on = (step: string, actions: readonly DefinitionInput[], more: object = {}): DefinitionInput => ({ name: step, triggerType: 'on_create', criteria: `step = '${step}'`, actions, ...more });
const script = (code: string, more: object = {}): DefinitionInput => ({ name: 'script', type: 'custom_script', code, ...more });

const rules: readonly DefinitionInput[] = [
  on('mail', [{ name: 'alert', type: 'email_alert', recipients: ['sales@example.com', 'owner', '{owner.email}', 'result'], subject: 'Order {name}', body: 'Total {total}', data: { twice: '=total * 2' }, cc: ['boss@example.com'] }]),
  on('push', [{ type: 'push_notification', recipients: ['owner'], title: '{name}', body: 'x', clickAction: 'https://crm.example.com/{id}', badge: 3 }]),
  on('refused', [{ type: 'slack_message', recipients: ['#refused'], message: 'x' }]),
  on('connect', [{ name: 'call', type: 'connector_action', connectorId: 'erp', actionId: 'order', input: { name: '{name}', lines: ['{total}'] } }]),
  on('write', [
    script(`const { orders } = await ctx.api.query('query ($n: String) { orders(where: { name: { eq: $n } }) { nodes { id total } } }', { n: ctx.record.name });
      const { id } = await ctx.api.create('line', { text: ctx.input.greeting, margin: 1 });
      await ctx.api.update('line', id, { text: ctx.input.greeting + ' ' + orders.nodes[0].total });
      ctx.logger.info('made', { id });
      return { text: 'from script', secret: [ctx.record.pin, ctx.record.token].filter(Boolean).length };`, { capabilities: ['api.read', 'api.write', 'log'], context: { greeting: 'Hi {name}' } }),
    { name: 'keep', type: 'field_update', field: 'result', value: '{SCRIPT_RESULT.text}/{SCRIPT_RESULT.secret}' },
  ]),
  on('fails', [script(`await ctx.api.create('line', { text: 'never' }); throw new Error('no')`, { capabilities: ['write'] })]),
  on('mutates', [script(`return ctx.api.query('mutation { deleteOrders(where: {}) { count } }')`, { capabilities: ['read'] })]),
  on('reaches', [script(`return ctx.http('http://127.0.0.1:1/')`, { capabilities: ['http'], hosts: ['127.0.0.1'] })]),
  on('elsewhere', [script(`return ctx.http('https://evil.example.org/')`, { capabilities: ['http'], hosts: ['example.org', '*.example.com'] })]),
  on('platform', [script(`return ctx.api.create('sys_automation_run', { rule: 'x' })`, { capabilities: ['write'] })]),
  on('asUser', [script(`const { orders } = await ctx.api.query('{ orders { nodes { name margin } } }'); return orders.nodes.map(({ margin }) => margin);`, { capabilities: ['read'] })], { runAs: 'user' }),
  on('writesAsUser', [{ name: 'line', type: 'create_record', objectName: 'line', fields: { text: 'x', margin: 5 } }], { runAs: 'user' }),
  on('writesAsSystem', [{ name: 'line', type: 'create_record', objectName: 'line', fields: { text: '{name}', margin: 5 } }]),
];

const reader: FieldAccess = { read: true, edit: true, filter: true, sort: true, aggregate: true };
const open: ObjectAccess = { read: true, create: true, edit: true, delete: true, check: true, field: () => reader };
/** Everything but margins. */
const clerk: Access = { fingerprint: 'clerk', object: () => ({ ...open, field: (name) => (name === 'margin' ? { ...reader, read: false, edit: false, filter: false } : reader) }) };
const everything: Access = { fingerprint: 'everything', object: () => open };

const sent: { message: NotificationMessage; context: NotificationContext }[] = [];
const called: ConnectorCall[] = [];
const handled: HandledChange[] = [];
let failures = 0;

const plugin: Plugin = {
  name: 'of-actions', version: '1.0.0', description: 'Sends, connects and handles.', requires: ['automation'],
  metadata: { kinds: [{ suffix: templateKind, description: 'Templates.', schema: z.looseObject({ name: z.string() }) }] },
  lifecycle: {
    init({ services }) {
      services.register('access', { name: 'test', accessOf: ({ kind, roles }: Caller) => (kind === 'user' && roles.includes('clerk') ? clerk : everything) });
      services.replace('callers', { of: (userId) => Promise.resolve({ kind: 'user', userId, organizationId: undefined, roles: ['clerk'], attributes: {} }) });
      services.register('notifications', {
        send(message, context) {
          if (message.recipients.includes('#refused')) return Promise.reject(new Error('There is no such channel.'));
          sent.push({ message, context });
          return Promise.resolve(['delivery']);
        },
      });
      const service = services.get('automation');
      service.connector('erp', {
        actions: {
          order(call) {
            called.push(call);
            if (called.length === 1) throw new Error('The ERP sleeps.');
            return { number: 7, at: new Date(0) };
          },
        },
      });
      service.on('line', 'updated', async (change) => {
        handled.push(change);
        if (change.record['text'] === 'fails once' && (failures += 1) === 1) throw new Error('Not yet.');
        if (change.record['text'] === 'complete') await change.complete((writer, context) => writer.write({ object: 'line', options: {}, operation: 'create', input: { text: 'once' } }, context));
      });
      service.on('line', 'deleted', (change) => void handled.push(change), { name: 'gone' });
      expect(() => service.on('lines', 'deleted', () => undefined)).toThrow('the object "lines", which does not exist');
      expect(() => service.on('line', 'deleted', () => undefined, { name: 'gone' })).toThrow('two handlers "gone"');
      expect(() => service.on('line', 'deleted', () => undefined, { name: 'mail' })).toThrow('called as a rule is');
    },
  },
};

let app: TestPlatform;
let user = '';
beforeAll(async () => {
  const settings = { encryption: { key: Buffer.alloc(32, 7).toString('base64') } };
  app = await startPlatform({ settings, open: false, objects: [{ ...order, workflows: rules }, line], plugins: [jobs({ pollSeconds: 60 }), automation({ attempts: 2 }), realtime(), plugin] });
  await app.platform.kernel.start();
  user = String(((await ask(app, 'mutation { createUser(input: { name: "Ada", email: "ada@example.com" }) { record { id } } }'))['createUser'] as { record: { id: string } }).record.id);
});
afterAll(() => app.close());
beforeEach(() => {
  sent.length = 0;
  called.length = 0;
  handled.length = 0;
  failures = 0;
});

/** Makes an order of the step and waits for the end of its run. */
async function runOf(step: string, input: object = {}, as = app): Promise<Readonly<Record<string, unknown>>> {
  const { createOrder } = await ask(as, 'mutation ($input: OrderCreateInput!) { createOrder(input: $input) { record { id } automations { run { id } } } }', { input: { name: 'A', total: '10', step, ...input } });
  const { automations: [started] } = createOrder as { automations: readonly { run: { id: string } }[] };
  let run: Readonly<Record<string, unknown>> = {};
  await eventually(async () => {
    run = (await ask(app, 'query ($id: ID!) { automationRun(id: $id) { id status error attempts duration progress steps } }', { id: started?.run.id }))['automationRun'] as typeof run;
    expect(['COMPLETED', 'FAILED']).toContain(run['status']);
  });
  return run;
}

describe('messages', () => {
  it('go to addresses, users and what fields hold, once for each run', async () => {
    const run = await runOf('mail', { ownerId: user, result: 'ada@example.com', pin: 'sesame' });
    expect(run).toMatchObject({ status: 'COMPLETED', progress: 100, steps: [{ name: 'alert', status: 'success', attempt: 1, output: { deliveries: ['delivery'] } }] });
    expect(sent).toMatchObject([{
      message: { channel: 'email', recipients: ['sales@example.com', user, 'ada@example.com'], subject: 'Order A', body: 'Total 10', data: { twice: '20', order: { name: 'A', total: '10.00' } }, options: { cc: ['boss@example.com'] } },
      context: { key: `${String(run['id'])}:alert` },
    }]);
    expect(JSON.stringify(sent)).not.toMatch(/sesame|"pin"|"token"/);
    // Headers and bodies are nobody's business.
    expect(JSON.stringify(run['steps'])).not.toContain('Order A');
  });

  it('know what channels have of their own, and go to nobody when nobody is named', async () => {
    await runOf('push', { ownerId: user });
    await runOf('push');
    expect(sent).toMatchObject([{ message: { channel: 'push', recipients: [user], subject: 'A', url: expect.stringMatching(/^https:\/\/crm\.example\.com\/[0-9a-f-]{36}$/) as string, options: { badge: 3 } } }]);
  });

  it('that cannot be sent fail the run, which tells the step', async () => {
    expect(await runOf('refused')).toMatchObject({ status: 'FAILED', attempts: 2, error: 'There is no such channel.', steps: [{ name: 'action 1', status: 'failure', attempt: 2, error: 'There is no such channel.' }] });
  });
});

it('calls connectors with the same key in each attempt, and keeps what they answer', async () => {
  const run = await runOf('connect');
  expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2, steps: [{ input: { connector: 'erp', action: 'order' }, output: { result: { number: 7, at: '1970-01-01T00:00:00.000Z' } } }] });
  expect(called.map(({ input }) => input)).toEqual([{ name: 'A', lines: ['10'] }, { name: 'A', lines: ['10'] }]);
  expect(new Set(called.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
});

describe('scripts', () => {
  it('read and write with the rights of the run, and give what follows their result', async () => {
    expect(await runOf('write', { name: 'B', pin: 'sesame' })).toMatchObject({ status: 'COMPLETED', steps: [{ output: { result: { text: 'from script' }, writes: 2 } }, {}] });
    expect(await listOf(app, 'lines', 'text margin')).toEqual([{ text: 'Hi B 10.00', margin: 1 }]);
    expect(await ask(app, '{ orders(where: { name: { eq: "B" } }) { nodes { result } } }')).toEqual({ orders: { nodes: [{ result: 'from script/0' }] } });
  });

  it.each([
    ['fails', 'Error: no'],
    ['mutates', 'Error: api.query reads; api.create, api.update and api.delete write.'],
    ['reaches', 'Error: the service has an address of the own machine or network'],
    ['elsewhere', 'Error: The script may not call evil.example.org: its hosts do not say so.'],
    ['platform', 'Error: There is no object "sys_automation_run" whose records a script may write.'],
  ])('leave nothing behind when one %s', async (step, error) => {
    const before = (await listOf(app, 'lines', 'id')).length;
    expect(await runOf(step)).toMatchObject({ status: 'FAILED', error });
    expect((await listOf(app, 'lines', 'id')).length).toBe(before);
  });
});

describe('rights', () => {
  const asClerk = () => app.as({ userId: user, roles: ['clerk'] });

  it('are those of the user who made the change where the rule says so', async () => {
    expect(await runOf('asUser', {}, asClerk())).toMatchObject({ status: 'FAILED', error: expect.stringContaining('You may not read') as string });
    expect(await runOf('writesAsUser', {}, asClerk())).toMatchObject({ status: 'FAILED', error: expect.stringContaining('Margin') as string });
    expect(await runOf('writesAsSystem', {}, asClerk())).toMatchObject({ status: 'COMPLETED' });
  });

  it('hide values of runs from those who may not read them in their records', async () => {
    const { id } = await runOf('writesAsSystem', { name: 'M', margin: '3', pin: 'sesame' });
    const shown = async (as: TestPlatform) => (await ask(as, 'query ($id: ID!) { automationRun(id: $id) { trigger steps } }', { id }))['automationRun'] as { trigger: { record: Record<string, unknown> }; steps: readonly { input: unknown }[] };
    const [whole, less] = [await shown(app), await shown(asClerk())];
    expect(whole.trigger.record).toMatchObject({ name: 'M', margin: '3.00', pin: '***' });
    expect(whole.steps[0]?.input).toEqual({ text: 'M', margin: 5 });
    expect(less.trigger.record).toMatchObject({ name: 'M', margin: '***', pin: '***' });
    expect(less.steps[0]?.input).toEqual({ text: 'M', margin: '***' });
    expect(JSON.stringify(whole)).not.toContain('sesame');
  });
});

describe('handlers', () => {
  const change = async (id: string, text: string) => ask(app, 'mutation ($id: ID!, $text: String) { updateLine(id: $id, input: { text: $text }) { automations { rule status } } }', { id, text });
  const add = async () => String(((await ask(app, 'mutation { createLine(input: { text: "new" }) { record { id } automations { rule } } }'))['createLine'] as { record: { id: string } }).record.id);

  it('see each change in order, again after a failure', async () => {
    const id = await add();
    expect(await change(id, 'fails once')).toEqual({ updateLine: { automations: [{ rule: 'line.updated', status: 'PENDING' }] } });
    for (const text of ['1', '2', '3']) await change(id, text);
    await ask(app, 'mutation ($id: ID!) { deleteLine(id: $id) { record { id } } }', { id });
    await eventually(() => expect(handled.map(({ event, record, attempt }) => [event, record['text'], attempt])).toEqual([['updated', 'fails once', 1], ['updated', 'fails once', 2], ['updated', '1', 1], ['updated', '2', 1], ['updated', '3', 1], ['deleted', '3', 1]]));
    expect(handled[2]).toMatchObject({ object: 'line', recordId: id, previous: { text: 'fails once' }, changedFields: expect.arrayContaining(['text']) as string[] });
    expect(handled[0]?.id).toBe(handled[1]?.id);
  });

  it('are called beside each other for the records of one write, and again each for itself', async () => {
    const texts = ['a', 'fails once', 'complete', 'b'];
    const ids: string[] = [];
    for (const _ of texts) ids.push(await add());
    await ask(app, 'mutation ($rows: [LineUpdateRow!]!) { updateLines(rows: $rows) { count } }', { rows: texts.map((text, index) => ({ id: ids[index], input: { text } })) });
    const runsOfAll = async () => (await listOf(app, 'automationRuns', 'record status attempts job')).filter(({ record }) => ids.includes(String(record)));
    await eventually(async () => expect((await runsOfAll()).map(({ record, status, attempts }) => [record, status, attempts])).toEqual(ids.map((id, index) => [id, 'COMPLETED', texts[index] === 'fails once' ? 2 : 1])));
    const jobsOfAll = new Map((await runsOfAll()).map(({ record, job }) => [record, job]));
    expect(new Set([0, 2, 3].map((index) => jobsOfAll.get(ids[index]))).size).toBe(1);
    expect(jobsOfAll.get(ids[1])).not.toBe(jobsOfAll.get(ids[0]));
  });

  it('commit what they write with their end', async () => {
    await change(await add(), 'complete');
    await eventually(async () => expect(await ask(app, '{ lines(where: { text: { eq: "once" } }) { nodes { text } } }')).toEqual({ lines: { nodes: [{ text: 'once' }] } }));
  });
});

it('tells subscribers how runs go on', async () => {
  const { url } = await app.platform.start();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST', headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { automationRunChanges { kind record { rule status progress steps } } }' }),
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  const read = async (wanted: RegExp): Promise<void> => {
    while (!wanted.test(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(text);
      text += new TextDecoder().decode(value);
    }
  };
  await read(/READY/);
  await runOf('push', { ownerId: user });
  await read(/"rule":"push","status":"COMPLETED","progress":100,"steps":\[\{/);
  await reader.cancel();
});

const refusals: readonly (readonly [string, DefinitionInput, string])[] = [
  ['a connector that nobody registered', { type: 'connector_action', connectorId: 'crm', actionId: 'x' }, 'which no plugin registered'],
  ['a script in another language', script('return 1', { language: 'python' }), 'scripts in "python" are not run'],
  ['a capability that is none', script('return 1', { capabilities: ['files'] }), 'there is no capability "files"'],
  ['calls without hosts', script('return 1', { capabilities: ['http'] }), '"http" needs the hosts that the script may call'],
  ['a host with a path', script('return 1', { capabilities: ['http'], hosts: ['https://example.com/x'] }), 'is not the name of a host'],
  ['a script without a limit', script('return 1', { timeout: 1e9 }), 'must be a number of milliseconds up to 30000'],
  ['a message to nobody', { type: 'email_alert', subject: 'x', body: 'y', recipients: [] }, 'a message needs recipients'],
  ['a message of nothing', { type: 'email_alert', recipients: ['owner'] }, 'a message needs a "template" or a "body"'],
  ['a template that is not there', { type: 'email_alert', template: 'welcom', recipients: ['owner'] }, 'there is no template "welcom"'],
];
it.each(refusals)('refuses %s', async (_, action, message) => {
  const templates: Plugin = { name: 'of-actions', version: '1.0.0', description: 'Brings templates.', metadata: { kinds: [{ suffix: templateKind, description: 'Templates.', schema: z.looseObject({ name: z.string() }) }] } };
  const starting = startPlatform({ objects: [{ ...order, workflows: [on('r', [action])] }, line], plugins: [jobs(), automation(), templates] }).then(({ platform }) => platform.kernel.start().finally(() => platform.stop()));
  await expect(starting).rejects.toThrow(message);
});
