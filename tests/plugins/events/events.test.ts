import { expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { Database } from '../../../src/database/database.ts';
import type { EventDelivery, EventLog, EventSubscription } from '../../../src/kernel/event-log.ts';
import type { Plugin } from '../../../src/kernel/plugin.ts';
import { events } from '../../../src/plugins/events/index.ts';
import { createForwarding } from '../../../src/plugins/events/forwarding/forward.ts';
import { eventsSettings, type EventsSettingsInput } from '../../../src/plugins/events/settings.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { permissions } from '../../../src/plugins/permissions/index.ts';
import { systemCaller } from '../../../src/resolvers/caller.ts';
import { describeEachDatabase } from '../../support/database.ts';
import { startEndpoint } from '../../support/endpoint.ts';
import { startPlatform } from '../../support/platform.ts';
import { eventually } from '../jobs/support.ts';

async function start(database: Database, subscriptions: readonly EventSubscription[], { settings = {}, plugins = [], run = true, open = true }: { settings?: EventsSettingsInput; plugins?: readonly Plugin[]; run?: boolean; open?: boolean } = {}) {
  const work: Plugin = { name: 'work', version: '1.0.0', description: 'Subscribes.', requires: ['events'], lifecycle: { init: ({ services }) => subscriptions.forEach((one) => services.get('eventLog').subscribe(one)) } };
  const app = await startPlatform({ database, open, objects: [{ name: 'note', fields: { title: { type: 'text', unique: true } } }], plugins: [jobs({ pollSeconds: 60 }), events(settings), work, ...plugins] });
  if (run) await app.platform.kernel.start();
  const system = app.as(systemCaller);
  const ask = async (document: string, variables?: Readonly<Record<string, unknown>>) => {
    const { data, errors } = await system.query(document, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data as Readonly<Record<string, unknown>>;
  };
  return { app, ask, log: app.platform.kernel.services.get('eventLog', 'the test') satisfies EventLog };
}

describeEachDatabase('events', (open) => {
  it('reach subscribers by pattern with the transaction that they follow from, once for each key', async () => {
    const database = await open();
    const seen: string[] = [];
    const note = (name: string, pattern: string): EventSubscription => ({ name, pattern, handler: ({ event }) => void seen.push(`${name} ${event.name} ${JSON.stringify(event.payload)}`) });
    // Nothing runs yet: what is published waits.
    const { app, log, ask } = await start(database, [note('all', '**'), note('invoices', 'invoice.*'), note('paid', 'invoice.paid')], { run: false });
    const inside: string[] = [];
    app.platform.kernel.events.on('invoice.**', ({ name }) => void inside.push(name));
    await expect(database.transaction(async () => {
      await log.publish('invoice.paid', { n: 0 });
      throw new Error('undone');
    })).rejects.toThrow('undone');
    const id = await log.publish('invoice.paid', { n: 1 }, { key: 'one', source: 'test', userId: 'u1' });
    expect(await log.publish('invoice.paid', { n: 2 }, { key: 'one' })).toBe(id);
    await log.publish('order.made', { n: 3 });
    expect(seen).toEqual([]);
    expect(inside).toEqual(['invoice.paid']);
    await expect(log.publish('invoice.*', {})).rejects.toThrow('is not the name of an event');
    expect(() => log.subscribe({ name: 'all', pattern: 'x', handler: () => undefined })).toThrow('There are two subscriptions "all"');
    await app.platform.kernel.start();
    await eventually(() => expect([...seen].sort()).toEqual(['all invoice.paid {"n":1}', 'all order.made {"n":3}', 'invoices invoice.paid {"n":1}', 'paid invoice.paid {"n":1}']));
    expect(await ask('{ events(orderBy: [{ id: ASC }]) { nodes { name payload source user } } eventSubscriptions { name pattern } }')).toEqual({
      events: { nodes: [{ name: 'invoice.paid', payload: { n: 1 }, source: 'test', user: 'u1' }, { name: 'order.made', payload: { n: 3 }, source: 'platform', user: null }] },
      eventSubscriptions: [{ name: 'all', pattern: '**' }, { name: 'invoices', pattern: 'invoice.*' }, { name: 'paid', pattern: 'invoice.paid' }],
    });
    await app.close();
  });

  it('are tried again, take effect once, and become dead letters that are given again by hand', async () => {
    const attempts: number[] = [];
    let broken = true;
    const { app, log, ask } = await start(await open(), [
      {
        name: 'writer', pattern: 'note.wanted', attempts: 5, retryDelay: 0,
        async handler({ event, attempt, complete }: EventDelivery) {
          attempts.push(attempt);
          await complete(async () => {
            const { runtime } = tools();
            await runtime.writer.write({ object: 'note', options: {}, operation: 'create', input: { title: String((event.payload as { title: string }).title) } }, runtime.systemContext());
            if (attempt < 3) throw new Error('not yet');
          });
        },
      },
      { name: 'fragile', pattern: 'note.wanted', attempts: 2, retryDelay: 0, handler: () => { if (broken) throw new Error('broken'); return 'mended'; } },
    ]);
    const tools = () => ({ runtime: app.platform.kernel.services.get('runtime', 'the test') });
    await log.publish('note.wanted', { title: 'once' });
    const dead = async () => (await ask('{ jobs(where: { name: { eq: "event:fragile" } }) { nodes { id status attempts error } } }'))['jobs'] as { nodes: readonly { id: string }[] };
    await eventually(async () => expect(await dead()).toMatchObject({ nodes: [{ status: 'FAILED', attempts: 2, error: 'broken' }] }));
    await eventually(async () => expect(await ask('{ notes { nodes { title } } }')).toEqual({ notes: { nodes: [{ title: 'once' }] } }));
    expect(attempts).toEqual([1, 2, 3]);
    broken = false;
    await ask('mutation ($id: ID!) { redriveJob(id: $id) { status } }', { id: (await dead()).nodes[0]?.id });
    await eventually(async () => expect(await dead()).toMatchObject({ nodes: [{ status: 'COMPLETED' }] }));
    await app.close();
  });

  it('know what led to them, and are replayed from a place on', async () => {
    const seen: EventDelivery[] = [];
    const { app, log, ask } = await start(await open(), [
      { name: 'follow', pattern: 'first.*', handler: async ({ replayed }) => { if (!replayed) await log.publish('second.done', {}); } },
      { name: 'watch', pattern: '*.*', handler: (delivery) => void seen.push(delivery) },
    ]);
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.push(await log.publish(`first.n${n}`, { n }, { correlationId: 'c' }));
    await eventually(() => expect(seen).toHaveLength(6));
    const seconds = seen.filter(({ event }) => event.name === 'second.done').map(({ event }) => event.metadata);
    expect(new Set(seconds.map(({ causationId }) => causationId))).toEqual(new Set(ids));
    expect(seconds.every(({ correlationId }) => correlationId === 'c')).toBe(true);
    seen.length = 0;
    expect(await ask('mutation ($after: ID) { replayEvents(subscription: "follow", after: $after) }', { after: ids[0] })).toEqual({ replayEvents: 2 });
    expect(await ask('mutation ($until: ID) { replayEvents(subscription: "watch", until: $until) }', { until: ids[0] })).toEqual({ replayEvents: 1 });
    expect(await ask('mutation ($since: DateTime) { replayEvents(subscription: "watch", since: $since) }', { since: '2100-01-01T00:00:00Z' })).toEqual({ replayEvents: 0 });
    await eventually(() => expect(seen.map(({ event, replayed }) => [event.id, replayed])).toEqual([[ids[0], true]]));
    expect((await app.as(systemCaller).query('mutation { replayEvents(subscription: "nobody") }')).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    await app.close();
  });

  it('are forwarded to webhooks, and kept when the process emits them', async () => {
    const secret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    const endpoint = await startEndpoint((request) => ({ status: endpoint.on(request.path).length < 2 ? 500 : 200 }));
    const { app, log, ask } = await start(await open(), [], {
      settings: { allowPrivateAddresses: true, keep: ['sensor.*', 'job.*'], webhooks: [{ name: 'erp', pattern: 'invoice.**', url: `${endpoint.url}/erp`, secret, attempts: 3 }, { name: 'jobs', pattern: 'job.*', url: `${endpoint.url}/jobs` }] },
    });
    const id = await log.publish('invoice.paid', { n: 1 }, { organizationId: 'o1' });
    await eventually(() => expect(endpoint.on('/erp')).toHaveLength(2));
    const [first, second] = endpoint.on('/erp');
    expect(new Set([first, second].map((one) => one?.headers['webhook-id']))).toEqual(new Set([id]));
    expect(new Webhook(secret).verify(second?.body ?? '', second?.headers as Record<string, string>)).toMatchObject({ id, type: 'invoice.paid', data: { n: 1 }, metadata: { source: 'platform', organizationId: 'o1' } });
    app.platform.kernel.events.emit('sensor.read', { value: 4, error: new Error('cold') });
    await eventually(async () => expect(await ask('{ events(where: { name: { startsWith: "sensor" } }) { nodes { name payload } } }')).toEqual({ events: { nodes: [{ name: 'sensor.read', payload: { value: 4, error: { name: 'Error', message: 'cold' } } }] } }));
    // That events were handed over is told to nobody.
    expect(await ask('{ eventsAggregate(where: { name: { startsWith: "job" } }) { count } }')).toEqual({ eventsAggregate: { count: 0 } });
    await app.close();
    await endpoint.close();
  });

  it('are seen by holders of manage_events alone', async () => {
    const { app, log } = await start(await open(), [], { plugins: [permissions()], open: false });
    await log.publish('secret.thing', { a: 1 });
    const someone = app.as({ userId: '018f0000-0000-7000-8000-0000000000a1' });
    for (const query of ['{ events { nodes { payload } } }', '{ eventSubscriptions { name } }', 'mutation { replayEvents(subscription: "x") }']) expect((await someone.query(query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    await app.close();
  });
});

it('settings that nothing can serve are refused', async () => {
  const queue = { name: 'k', pattern: '**', url: 'kafka://127.0.0.1:9092', topic: 't' };
  await expect(createForwarding(eventsSettings.parse({ queues: [{ ...queue, provider: 'kafka' }] }))).rejects.toThrow('Install one: npm install kafkajs');
  expect(() => events({ queues: [{ ...queue, provider: 'aws-sqs' as 'nats' }] })).toThrow('must be one of rabbitmq, nats, kafka');
  expect(() => events({ webhooks: [{ name: 'w', pattern: 'in*', url: 'https://example.com' }] })).toThrow('must be a name, or whole parts of it');
});
