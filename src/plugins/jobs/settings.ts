import * as z from 'zod';

const seconds = (value: number, description: string) => z.number().min(1).max(86_400).default(value).describe(description);

export const jobsSettings = z.strictObject({
  concurrency: z.int().min(1).max(1_000).default(5).describe('Jobs of one queue that one process runs at a time.'),
  queues: z.record(z.string().regex(/^[a-z][a-z0-9_-]*$/), z.int().min(1).max(1_000)).default({}).describe('The same for queues by name: `{ mail: 2 }`.'),
  pollSeconds: seconds(5, 'Seconds after which a queue is looked at although nothing woke it.'),
  leaseSeconds: seconds(30, 'Seconds after which a job is taken from a process that no longer answers.'),
  stopSeconds: seconds(20, 'Seconds that running jobs get when the process stops; then they are given back.'),
  keepDoneDays: z.number().min(0.001).max(3_650).default(2).describe('Days for which jobs are kept that are done or cancelled.'),
  keepFailedDays: z.number().min(0.001).max(3_650).default(30).describe('Days for which jobs are kept that failed for good.'),
});

export type JobsSettings = z.output<typeof jobsSettings>;
export type JobsSettingsInput = z.input<typeof jobsSettings>;
