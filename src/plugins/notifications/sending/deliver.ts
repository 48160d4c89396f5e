import type { JobRun } from '../../../kernel/jobs.ts';
import { OutboundError } from '../../../kernel/outbound-request.ts';
import type { NotificationChannel } from '../../../kernel/notifications.ts';
import type { Input } from '../../../resolvers/write/writer.ts';
import type { Channel } from '../channels/channel.ts';
import { Undeliverable } from '../channels/channel.ts';
import { deliveryObject } from '../objects.ts';
import type { KeptMessage, SendTools } from './send.ts';

const table = String(deliveryObject['name']);

/** Messages of one digest; more go into the next. */
const digestAtOnce = 200;

interface Row {
  readonly id: string;
  readonly channel: NotificationChannel;
  readonly recipient: string;
  readonly attempts: number;
  readonly message: KeptMessage | null;
}

export interface Deliverers {
  one(job: JobRun<'notifications.deliver'>): Promise<unknown>;
  /** All mail of a person that waits for the digest, as one. */
  digest(job: JobRun<'notifications.digest'>): Promise<unknown>;
}

/** Hands kept messages to their channels. What a message says is forgotten once it is over. */
export function createDeliverers({ runtime, jobs, channels, settings }: SendTools): Deliverers {
  const { database } = runtime;
  const change = (rows: readonly Row[], input: (row: Row) => Input) =>
    runtime.writer.write({ object: table, options: {}, operation: 'updateMany', rows: rows.map((row) => ({ id: row.id, input: input(row) })) }, runtime.systemContext());

  const attempt = async (job: JobRun, rows: readonly Row[], channel: Channel, message: Parameters<Channel['send']>[0]): Promise<unknown> => {
    try {
      await channel.send(message);
    } catch (error) {
      const text = reasonOf(error);
      const final = error instanceof Undeliverable || Math.max(...rows.map(({ attempts }) => attempts)) + 1 >= settings.attempts;
      const told = (row: Row): Input => ({ status: final ? 'FAILED' : 'RETRYING', attempts: row.attempts + 1, error: text.slice(0, 2000), ...(final && { finishedAt: new Date().toISOString(), message: null }) });
      if (!final) {
        await change(rows, told);
        throw error;
      }
      job.log.warn({ err: error, deliveries: rows.map(({ id }) => id) }, 'A message is given up.');
      return job.complete(() => change(rows, told));
    }
    return job.complete(async () => {
      await change(rows, (row) => ({ status: 'SENT', attempts: row.attempts + 1, error: null, finishedAt: new Date().toISOString(), message: null }));
      return { sent: rows.length };
    });
  };

  return {
    async one(job) {
      const { rows } = await database.query<Row>({ text: `SELECT "id", "channel", "recipient", "attempts", "message" FROM "${table}" WHERE "id" = $1 AND "status" IN ('queued', 'held', 'retrying')`, values: [job.data.delivery] });
      const [row] = rows;
      if (!row?.message) return undefined;
      return attempt(job, rows, channels[row.channel], { ...row.message, id: row.id });
    },
    async digest(job) {
      const { rows } = await database.query<Row>({ text: `SELECT "id", "channel", "recipient", "attempts", "message" FROM "${table}" WHERE "user" = $1 AND "digested" AND "status" IN ('held', 'retrying') AND "held_until" <= now() ORDER BY "id" LIMIT ${digestAtOnce}`, values: [job.data.user] });
      const [first, ...more] = rows;
      if (!first?.message) return undefined;
      if (rows.length === digestAtOnce) await jobs.enqueue('notifications.digest', job.data, { after: 1_000 });
      const messages = rows.flatMap(({ message }) => message ?? []);
      const [subject, text] = more.length === 0 ? [first.message.subject, first.message.text] : [`${messages.length} messages`, messages.map((one) => `${one.subject}\n\n${one.text}${one.url === undefined ? '' : `\n${one.url}`}`).join('\n\n----------\n\n')];
      return attempt(job, rows, channels.email, { id: first.id, to: first.message.to, topic: 'digest', subject, text, ...(more.length === 0 && { html: first.message.html }), attachments: messages.flatMap(({ attachments = [] }) => attachments), options: {} });
    },
  };

  function reasonOf(error: unknown): string {
    if (error instanceof OutboundError) return error.message;
    return error instanceof Error ? error.message : `The message could not be sent within ${settings.timeoutMs} ms.`;
  }
}
