import { connect, headers, type NatsConnection } from 'nats';
import { keepOpen, type Queue, type QueueTarget } from './queue.ts';

/** Publishes to the subject `topic.name`. With `durable` a stream of JetStream has to take it; otherwise whoever listens gets it. */
export function nats({ url, topic, durable }: QueueTarget): Queue {
  const connection = keepOpen<NatsConnection>(
    async (lost) => {
      const made = await connect({ servers: url, timeout: 10_000, maxReconnectAttempts: 5 });
      void made.closed().then(lost);
      return made;
    },
    (made) => made.close(),
  );
  return {
    send: ({ id, name, body }) =>
      connection.use(async (made) => {
        const own = headers();
        own.set('Nats-Msg-Id', id);
        const subject = `${topic}.${name}`;
        if (durable) {
          await made.jetstream().publish(subject, body, { msgID: id, headers: own, timeout: 10_000 });
          return;
        }
        made.publish(subject, new TextEncoder().encode(body), { headers: own });
        await made.flush();
      }),
    close: connection.close,
  };
}
