import { StartupError } from '../../../errors.ts';
import { keepOpen, type Queue, type QueueTarget } from './queue.ts';

/** The part of kafkajs that is used. */
interface KafkaModule {
  readonly Kafka: new (options: { readonly clientId: string; readonly brokers: readonly string[] }) => {
    producer(options: { readonly idempotent: boolean; readonly maxInFlightRequests: number }): {
      connect(): Promise<void>;
      send(record: { readonly topic: string; readonly acks: number; readonly messages: readonly { readonly key: string; readonly value: string; readonly headers: Readonly<Record<string, string>> }[] }): Promise<unknown>;
      disconnect(): Promise<void>;
    };
  };
}

const driver = 'kafkajs';

/** Publishes to a topic, keyed by the name of the event. The driver is the app's: the platform brings none. */
export async function kafka({ url, topic, durable }: QueueTarget): Promise<Queue> {
  let module: KafkaModule & { readonly default?: KafkaModule };
  try {
    module = (await import(driver)) as typeof module;
  } catch (error) {
    throw new StartupError(`Events cannot be forwarded to Kafka, because there is no driver. Install one: npm install ${driver}`, { cause: error });
  }
  const { Kafka } = module.default ?? module;
  const brokers = url.split(',').map((one) => one.trim().replace(/^kafka:\/\//, ''));
  const connection = keepOpen(
    async () => {
      const producer = new Kafka({ clientId: 'objectos', brokers }).producer({ idempotent: durable, maxInFlightRequests: 1 });
      await producer.connect();
      return producer;
    },
    (producer) => producer.disconnect(),
  );
  return {
    send: ({ id, name, body }) => connection.use(async (producer) => void (await producer.send({ topic, acks: -1, messages: [{ key: name, value: body, headers: { id } }] }))),
    close: connection.close,
  };
}
