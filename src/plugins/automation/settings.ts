import * as z from 'zod';

export const automationSettings = z.strictObject({
  attempts: z.int().min(1).max(100).default(4).describe('How often a run is tried in all.'),
  maxChain: z.int().min(1).max(100).default(8).describe('How many runs may follow from each other before the last is refused as a circle.'),
  allowPrivateAddresses: z.boolean().default(false).describe('Calls may go to addresses of the own machine and network.'),
  env: z.array(z.string().min(1)).default([]).describe('Environment variables that rules may name: {{env.ERP_TOKEN}}.'),
  scriptWorkers: z.int().min(1).max(16).default(2).describe('How many scripts run beside each other, each in a thread of its own.'),
  keepDays: z.int().min(1).max(3650).default(30).describe('Days for which runs that are over are kept.'),
});

export type AutomationSettings = z.output<typeof automationSettings>;
export type AutomationSettingsInput = z.input<typeof automationSettings>;
