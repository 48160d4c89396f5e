import { randomUUID } from 'node:crypto';
import { connect as connectRabbit } from 'amqplib';
import { connect as connectNats } from 'nats';
import { expect, it, onTestFinished } from 'vitest';
import { events } from '../../../src/plugins/events/index.ts';
import type { EventsSettingsInput } from '../../../src/plugins/events/settings.ts';
import { nats } from '../../../src/plugins/events/forwarding/nats.ts';
import { rabbitmq } from '../../../src/plugins/events/forwarding/rabbitmq.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { openEmpty } from '../../support/database.ts';
import { startPlatform } from '../../support/platform.ts';
import { eventually } from '../jobs/support.ts';

const rabbitUrl = process.env['RABBITMQ_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672';
const natsUrl = process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222';
const answers = async (connect: () => Promise<{ close(): Promise<unknown> }>): Promise<boolean> => {
  try {
    await (await connect()).close();
    return true;
  } catch {
    return false;
  }
};
const hasRabbit = await answers(() => connectRabbit(rabbitUrl, { timeout: 1_500 }));
const hasNats = await answers(() => connectNats({ servers: natsUrl, timeout: 1_500, reconnect: false }));

async function publish(queue: NonNullable<EventsSettingsInput['queues']>[number]): Promise<string> {
  const database = await openEmpty();
  const app = await startPlatform({ database, objects: [{ name: 'note', fields: { title: 'text' } }], plugins: [jobs(), events({ queues: [queue] })] });
  onTestFinished(async () => {
    await app.close();
    await database.close();
  });
  await app.platform.kernel.start();
  const log = app.platform.kernel.services.get('eventLog', 'the test');
  await log.publish('order.made', { n: 0 });
  return log.publish('invoice.paid', { n: 1 });
}

it.skipIf(!hasRabbit)('events reach a queue of RabbitMQ', async () => {
  const exchange = `objectos-test-${randomUUID()}`;
  const connection = await connectRabbit(rabbitUrl);
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'topic', { durable: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, 'invoice.*');
  onTestFinished(async () => {
    await channel.deleteExchange(exchange);
    await connection.close();
  });
  const got: { readonly id: unknown; readonly key: string; readonly body: unknown }[] = [];
  await channel.consume(queue, (message) => {
    if (message) got.push({ id: message.properties.messageId, key: message.fields.routingKey, body: JSON.parse(message.content.toString('utf8')) });
  }, { noAck: true });
  const id = await publish({ name: 'rabbit', pattern: 'invoice.**', provider: 'rabbitmq', url: rabbitUrl, topic: exchange, durable: true });
  await eventually(() => expect(got).toMatchObject([{ id, key: 'invoice.paid', body: { id, type: 'invoice.paid', data: { n: 1 } } }]));
});

it.skipIf(!hasRabbit)('a connection to RabbitMQ that was lost is made anew', async () => {
  const exchange = `objectos-test-${randomUUID()}`;
  const target = rabbitmq({ url: rabbitUrl, topic: exchange, durable: false });
  const connection = await connectRabbit(rabbitUrl);
  const channel = await connection.createChannel();
  onTestFinished(async () => {
    await target.close();
    await connection.close();
  });
  await target.send({ id: '1', name: 'a', body: '{}' });
  await target.close();
  await target.send({ id: '2', name: 'a', body: '{}' });
  // Another kind of exchange of that name: the broker closes the channel, and says so.
  await target.close();
  await channel.deleteExchange(exchange);
  await channel.assertExchange(exchange, 'fanout', { durable: false });
  await expect(target.send({ id: '3', name: 'a', body: '{}' })).rejects.toThrow();
  await channel.deleteExchange(exchange);
  await target.send({ id: '4', name: 'a', body: '{}' });
  await channel.deleteExchange(exchange);
});

it.skipIf(!hasNats)('events reach subjects of NATS', async () => {
  const topic = `objectos-test-${randomUUID()}`;
  const connection = await connectNats({ servers: natsUrl });
  onTestFinished(() => connection.close());
  const got: { readonly id: string | undefined; readonly subject: string; readonly body: unknown }[] = [];
  connection.subscribe(`${topic}.>`, { callback: (_error, message) => void got.push({ id: message.headers?.get('Nats-Msg-Id'), subject: message.subject, body: message.json() }) });
  await connection.flush();
  const id = await publish({ name: 'nats', pattern: 'invoice.**', provider: 'nats', url: natsUrl, topic });
  await eventually(() => expect(got).toMatchObject([{ id, subject: `${topic}.invoice.paid`, body: { id, data: { n: 1 } } }]));
});

it.skipIf(!hasNats)('where NATS is to keep events, a stream has to take them', async () => {
  const target = nats({ url: natsUrl, topic: `objectos-test-${randomUUID()}`, durable: true });
  onTestFinished(() => target.close());
  await expect(target.send({ id: '1', name: 'a', body: '{}' })).rejects.toThrow();
});
