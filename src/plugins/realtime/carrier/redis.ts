import { createClient } from '@redis/client';
import { withTimeout } from '../../../kernel/with-timeout.ts';
import { pinging, type Broker } from './broker-carrier.ts';

/** Milliseconds before a lost connection is tried again. */
const retrying = 500;

/** Publish and subscribe of Redis, which needs two connections. */
export function redisBroker(url: string): Broker {
  let clients = makeClients(url);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const open = async (topic: string, hear: (text: string) => void, restored: () => void): Promise<void> => {
    const { publisher, subscriber } = clients;
    await Promise.all([publisher.connect(), subscriber.connect()]);
    await subscriber.subscribe(topic, hear);
    subscriber.on('ready', restored);
  };
  const close = (): void => {
    for (const client of Object.values(clients)) if (client.isOpen) client.destroy();
  };
  return {
    async connect(topic, hear, restored) {
      await open(topic, hear, restored);
      let asking = false;
      // The client itself takes a connection over which nothing comes for a good one.
      timer = setInterval(() => {
        if (asking) return;
        asking = true;
        const ready = Object.values(clients).filter(({ isReady }) => isReady);
        withTimeout(() => Promise.all(ready.map((client) => client.ping())), pinging, 'A ping')
          .catch(() => {
            if (closed) return;
            close();
            clients = makeClients(url);
            return open(topic, hear, restored).then(restored);
          })
          .catch(() => undefined)
          .finally(() => (asking = false));
      }, pinging).unref();
    },
    async publish(topic, text) {
      await clients.publisher.publish(topic, text);
    },
    close() {
      closed = true;
      clearInterval(timer);
      close();
      return Promise.resolve();
    },
  };
}

function makeClients(url: string) {
  // What is published while there is no connection fails instead of waiting for one.
  const publisher = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: () => retrying, connectTimeout: 5_000 } });
  const subscriber = publisher.duplicate({ disableOfflineQueue: false });
  // Both try again by themselves.
  for (const client of [publisher, subscriber]) client.on('error', () => undefined);
  return { publisher, subscriber };
}
