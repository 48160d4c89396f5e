import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../database/database.ts';
import { entryOf } from '../../../kernel/entry-of.ts';
import type { Logger } from '../../../kernel/log.ts';
import { withTimeout } from '../../../kernel/with-timeout.ts';
import type { Carrier } from './carrier.ts';

/** The connections to a message broker. They are made anew by themselves when they are lost. */
export interface Broker {
  /** Resolves once every text of the topic is heard; tries until then. */
  connect(topic: string, hear: (text: string) => void, restored: () => void): Promise<void>;
  /** Resolves once the broker has it. Fails while there is no connection. */
  publish(topic: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds that a start waits for the broker. */
const patience = 3_000;
/** Milliseconds in which it has to take news: whoever tells them waits for that. */
const answering = 1_000;
/** Milliseconds between pings to a broker, so that a connection is given up over which nothing comes any more. */
export const pinging = 2_000;

/** By a broker: all channels of an app are one topic there. */
export class BrokerCarrier implements Carrier {
  readonly #broker: Broker;
  readonly #database: () => Database;
  readonly #log: Logger;
  readonly #hearers = new Map<string, Set<(text: string) => void>>();
  #topic: Promise<string> | undefined;

  constructor(broker: Broker, database: () => Database, log: Logger) {
    this.#broker = broker;
    this.#database = database;
    this.#log = log;
  }

  async listen(channel: string, hear: (text: string) => void): Promise<() => Promise<void>> {
    const hearers = entryOf(this.#hearers, channel, () => new Set());
    hearers.add(hear);
    await this.#connected();
    return () => {
      hearers.delete(hear);
      return Promise.resolve();
    };
  }

  async tell(channel: string, texts: readonly string[]): Promise<void> {
    const topic = await this.#connected();
    await withTimeout(async () => {
      for (const text of texts) await this.#broker.publish(topic, JSON.stringify([channel, text]));
    }, answering, 'The broker of `realtime.wakeUp`');
  }

  close(): Promise<void> {
    return this.#broker.close();
  }

  /** The topic, once the broker answers or has been waited for. */
  #connected(): Promise<string> {
    this.#topic ??= (async () => {
      const topic = await topicOf(this.#database());
      const missing = (): void => {
        for (const hearers of this.#hearers.values()) for (const hear of hearers) hear('');
      };
      let late = false;
      const connecting = this.#broker.connect(topic, (text) => this.#hear(text), missing).then(
        () => {
          if (late) missing();
          return true;
        },
        (error: unknown) => {
          this.#log.warn({ err: error }, 'The broker of `realtime.wakeUp` refuses the connection; changes are looked for every second.');
          return true;
        },
      );
      late = !(await Promise.race([connecting, sleep(patience, false, { ref: false })]));
      if (late) this.#log.warn({ topic }, 'The broker of `realtime.wakeUp` does not answer; it is tried again, and changes are looked for every second.');
      return topic;
    })();
    return this.#topic;
  }

  #hear(message: string): void {
    try {
      const [channel, text] = JSON.parse(message) as [string, string];
      for (const hear of this.#hearers.get(channel) ?? []) hear(text);
    } catch (error) {
      this.#log.warn({ err: error }, 'A message of the broker of `realtime.wakeUp` could not be read.');
    }
  }
}

/** Apps that share a broker do not hear each other: the topic stands for the tables that the processes share. */
async function topicOf(database: Database): Promise<string> {
  const { rows } = await database.query<{ place: string }>({
    text: `SELECT concat_ws(' ', (SELECT system_identifier FROM pg_control_system()), current_database(), current_schema()) AS "place"`,
    values: [],
  });
  return `objectos.${createHash('sha256').update(rows[0]?.place ?? '').digest('hex').slice(0, 24)}`;
}
