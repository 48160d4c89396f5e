import * as z from 'zod';

export const webhooksSettings = z.strictObject({
  allowPrivateAddresses: z.boolean().default(false).describe('Webhooks may go to addresses of the own machine and network.'),
  env: z.array(z.string().min(1)).default([]).describe('Environment variables that webhooks and receivers may name: {{env.ERP_SECRET}}.'),
  keepResponses: z.boolean().default(false).describe('Deliveries keep the first 2,000 characters of what endpoints answer. An endpoint may repeat what it was sent, also values that readers of deliveries may not see.'),
  keepDays: z.number().min(0.001).max(3_650).default(30).describe('Days for which deliveries are kept.'),
  rotationHours: z.number().min(0).max(8_760).default(24).describe('Hours for which messages are signed with the former secret too, after another was made.'),
  maxBodyBytes: z.int().min(1).max(100_000_000).default(1_000_000).describe('Largest body that a receiver takes.'),
});

export type WebhooksSettings = z.output<typeof webhooksSettings>;
export type WebhooksSettingsInput = z.input<typeof webhooksSettings>;
