/** What goes into a queue. */
export interface QueueMessage {
  /** Stays the same when it is sent again. */
  readonly id: string;
  /** Name of the event. */
  readonly name: string;
  /** JSON. */
  readonly body: string;
}

/** A connection to a message queue, opened when it is first needed and again when it was lost. */
export interface Queue {
  /** Resolves when the broker has taken the message. */
  send(message: QueueMessage): Promise<void>;
  close(): Promise<void>;
}

export interface QueueTarget {
  readonly url: string;
  /** Exchange, prefix of subjects or topic. */
  readonly topic: string;
  /** The broker keeps messages. */
  readonly durable: boolean;
}

/** Keeps one connection, made anew after it failed. */
export function keepOpen<C>(open: (lost: () => void) => Promise<C>, close: (connection: C) => Promise<unknown>): { use<T>(work: (connection: C) => Promise<T>): Promise<T>; close(): Promise<void> } {
  let current: Promise<C> | undefined;
  const forget = (connection: Promise<C>): void => {
    if (current === connection) current = undefined;
  };
  const connected = (): Promise<C> => {
    if (current) return current;
    const made: Promise<C> = open(() => forget(made));
    made.catch(() => forget(made));
    current = made;
    return made;
  };
  return {
    async use(work) {
      return work(await connected());
    },
    async close() {
      const last = current;
      current = undefined;
      const connection = await last?.catch(() => undefined);
      if (connection !== undefined) await close(connection).catch(() => undefined);
    },
  };
}
