import { createClient } from '@redis/client';
import type { Broker } from './broker-carrier.ts';

/** Milliseconds before a lost connection is tried again. */
const retrying = 500;

/** Publish and subscribe of Redis, which needs two connections. */
export function redisBroker(url: string): Broker {
  // What is published while there is no connection fails instead of waiting for one.
  const publisher = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: () => retrying, connectTimeout: 5_000 } });
  const subscriber = publisher.duplicate({ disableOfflineQueue: false });
  // Both try again by themselves.
  for (const client of [publisher, subscriber]) client.on('error', () => undefined);
  return {
    async connect(topic, hear, restored) {
      await Promise.all([publisher.connect(), subscriber.connect()]);
      await subscriber.subscribe(topic, hear);
      subscriber.on('ready', restored);
    },
    async publish(topic, text) {
      await publisher.publish(topic, text);
    },
    close() {
      publisher.destroy();
      subscriber.destroy();
      return Promise.resolve();
    },
  };
}
