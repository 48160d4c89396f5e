import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { keepOpen, type Queue, type QueueTarget } from './queue.ts';

/** Publishes to a topic exchange, with the name of the event as routing key, and waits for the broker's confirmation. */
export function rabbitmq({ url, topic, durable }: QueueTarget): Queue {
  const connection = keepOpen<{ readonly model: ChannelModel; readonly channel: ConfirmChannel }>(
    async (lost) => {
      const model = await connect(url, { timeout: 10_000 });
      model.on('error', lost);
      model.on('close', lost);
      const channel = await model.createConfirmChannel();
      channel.on('error', lost);
      channel.on('close', lost);
      await channel.assertExchange(topic, 'topic', { durable: true });
      return { model, channel };
    },
    ({ model }) => model.close(),
  );
  return {
    send: ({ id, name, body }) =>
      connection.use(({ channel }) => new Promise((done, failed) => {
        channel.publish(topic, name, Buffer.from(body), { messageId: id, type: name, contentType: 'application/json', persistent: durable }, (error: unknown) => (error === null || error === undefined ? done() : failed(new Error('RabbitMQ did not take the event.', { cause: error }))));
      })),
    close: connection.close,
  };
}
