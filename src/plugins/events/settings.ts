import * as z from 'zod';
import { compilePattern } from '../../kernel/event-pattern.ts';

const name = z.string().regex(/^[a-z][a-z0-9_]{0,60}$/, 'must be small letters, digits and _, a letter first').describe('Stands for it across restarts.');
const pattern = z.string().refine(isPattern, 'must be a name, or whole parts of it as * or **').describe('Names of events: * for one part, ** for any number.');
const attempts = z.int().min(1).max(100).default(8).describe('How often an event is tried in all before it is a dead letter.');

export const queueProviders = ['rabbitmq', 'nats', 'kafka'] as const;

export const eventsSettings = z.strictObject({
  retentionDays: z.number().min(0.001).max(36_500).default(30).describe('Days for which events are kept, and can be replayed.'),
  keep: z.array(pattern).default([]).describe('Patterns of events of the process that are kept too: [job.failed, webhook.failed].'),
  webhooks: z
    .array(z.strictObject({ name, pattern, url: z.url({ protocol: /^https?$/ }), secret: z.string().min(16).optional(), timeoutMs: z.int().min(1).max(120_000).default(30_000), attempts }))
    .default([])
    .describe('Addresses to which events are forwarded: { name, pattern, url, secret, timeoutMs, attempts }.'),
  queues: z
    .array(z.strictObject({ name, pattern, provider: z.enum(queueProviders, `must be one of ${queueProviders.join(', ')}`), url: z.string().min(1), topic: z.string().min(1), durable: z.boolean().default(false), attempts }))
    .default([])
    .describe('Message queues to which events are forwarded: { name, pattern, provider, url, topic, durable, attempts }; provider is rabbitmq, nats or kafka.'),
  allowPrivateAddresses: z.boolean().default(false).describe('Webhooks may go to addresses of the own machine and network; queues always may be there.'),
});

export type EventsSettings = z.output<typeof eventsSettings>;
export type EventsSettingsInput = z.input<typeof eventsSettings>;

function isPattern(text: string): boolean {
  try {
    compilePattern(text);
    return true;
  } catch {
    return false;
  }
}
