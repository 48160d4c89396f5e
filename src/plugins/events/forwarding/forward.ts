import type { EventDelivery, EventSubscription, KeptEvent } from '../../../kernel/event-log.ts';
import { outboundRequest } from '../../../kernel/outbound-request.ts';
import { signWebhook } from '../../../kernel/webhook-signature.ts';
import type { EventsSettings, queueProviders } from '../settings.ts';
import { kafka } from './kafka.ts';
import { nats } from './nats.ts';
import type { Queue, QueueTarget } from './queue.ts';
import { rabbitmq } from './rabbitmq.ts';

const drivers: Readonly<Record<(typeof queueProviders)[number], (target: QueueTarget) => Queue | Promise<Queue>>> = { rabbitmq, nats, kafka };

export interface Forwarding {
  readonly subscriptions: readonly EventSubscription[];
  close(): Promise<void>;
}

/** Subscriptions that hand events on. Throws a StartupError where a driver is missing. */
export async function createForwarding({ webhooks, queues, allowPrivateAddresses }: EventsSettings): Promise<Forwarding> {
  const toWebhooks = webhooks.map(({ name, pattern, url, secret, timeoutMs, attempts }): EventSubscription => ({
    name: `webhook.${name}`, pattern, attempts,
    async handler({ event }) {
      const body = bodyOf(event);
      const { status } = await outboundRequest({
        url: new URL(url), method: 'POST', body, timeoutMs, allowPrivateAddresses,
        headers: { 'content-type': 'application/json', 'user-agent': 'ObjectOS', ...signWebhook({ id: event.id, at: new Date(), body, secrets: secret === undefined ? [] : [secret] }) },
      });
      if (status < 200 || status > 299) throw new Error(`The endpoint answered with status ${status}.`);
      return { status };
    },
  }));
  const opened = await Promise.all(queues.map(async ({ name, pattern, provider, url, topic, durable, attempts }) => {
    const queue = await drivers[provider]({ url, topic, durable });
    const handler = async ({ event }: EventDelivery): Promise<void> => queue.send({ id: event.id, name: event.name, body: bodyOf(event) });
    return { queue, subscription: { name: `queue.${name}`, pattern, attempts, handler } satisfies EventSubscription };
  }));
  return {
    subscriptions: [...toWebhooks, ...opened.map(({ subscription }) => subscription)],
    close: async () => void (await Promise.all(opened.map(({ queue }) => queue.close()))),
  };
}

const bodyOf = ({ id, name, payload, metadata: { timestamp, ...rest } }: KeptEvent): string => JSON.stringify({ id, type: name, timestamp: timestamp.toISOString(), data: payload, metadata: rest });
