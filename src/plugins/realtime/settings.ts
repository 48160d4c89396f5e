import * as z from 'zod';

const count = (value: number, description: string): z.ZodDefault<z.ZodInt> => z.int().min(1).max(10_000_000).default(value).describe(description);

export const realtimeSettings = z.strictObject({
  subscriptionsPerUser: count(500, 'Most subscriptions to changes that one person may have open at a time, on all sockets of a process.'),
  subscriptionsPerAddress: count(2_000, 'Most subscriptions that callers who have not signed in may have open at a time from one network address (IPv6: one /64), on all sockets of a process.'),
  queueSize: count(1_000, 'Most changes that wait for one slow subscription; beyond, it gets one RESYNC instead.'),
  viewSize: count(10_000, 'Most records of a snapshot, and of a subscription whose rows only the database can tell; also most records whose coming and going is told one by one when rights change.'),
  changesAtOnce: count(10_000, 'Most changes of the log that are worked through for one step of a subscription; beyond, it gets RESYNC.'),
  presenceSize: count(4_096, 'Most bytes of the state that one member of a roster tells, as JSON.'),
  presenceUpdates: count(50, 'Changes of presence states that one person may send in a second, on one process.'),
  signalSize: z.int().min(1).max(6_000).default(4_096).describe('Most bytes of the payload of a signal, as JSON.'),
  wakeUp: z.string().regex(/^(rediss?|nats|tls):\/\/./, 'Write redis://host:6379, rediss://… with TLS, nats://host:4222 or tls://… for NATS with TLS.').optional()
    .describe('A Redis or NATS server that carries news between processes, beside LISTEN of PostgreSQL: for connections through a pooler in transaction mode, where LISTEN hears nothing.'),
  signalsPerSecond: count(20, 'Signals that one person may send in a second, through one process.'),
});

export type RealtimeSettings = z.output<typeof realtimeSettings>;
export type RealtimeSettingsInput = z.input<typeof realtimeSettings>;
