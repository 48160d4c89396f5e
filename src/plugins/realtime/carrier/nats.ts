import { connect, Events, type NatsConnection } from 'nats';
import { pinging, type Broker } from './broker-carrier.ts';

/** Milliseconds before a lost connection is tried again. */
const retrying = 500;

/** Core NATS: a subject that all processes subscribe to. */
export function natsBroker(url: string): Broker {
  let connection: NatsConnection | undefined;
  let connected = false;
  let closed = false;
  const follow = async (made: NatsConnection, restored: () => void): Promise<void> => {
    for await (const { type } of made.status()) {
      if (type === Events.Disconnect) connected = false;
      if (type !== Events.Reconnect) continue;
      connected = true;
      restored();
    }
  };
  return {
    async connect(topic, hear, restored) {
      const made = await connect({ servers: url, timeout: 5_000, reconnectTimeWait: retrying, pingInterval: pinging, maxPingOut: 2, maxReconnectAttempts: -1, waitOnFirstConnect: true });
      if (closed) return made.close();
      made.subscribe(topic, { callback: (_, { data }) => hear(new TextDecoder().decode(data)) });
      await made.flush();
      [connection, connected] = [made, true];
      void follow(made, restored);
    },
    publish(topic, text) {
      if (!connection || !connected) return Promise.reject(new Error('There is no connection to NATS.'));
      connection.publish(topic, new TextEncoder().encode(text));
      return connection.flush();
    },
    async close() {
      closed = true;
      await connection?.close();
    },
  };
}
