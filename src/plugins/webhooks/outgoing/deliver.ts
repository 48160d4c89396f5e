import { ObjectosError } from '../../../errors.ts';
import type { JobRun, JobService } from '../../../kernel/jobs.ts';
import type { PluginContext } from '../../../kernel/lifecycle.ts';
import { LiquidProblem } from '../../../kernel/liquid.ts';
import type { Logger } from '../../../kernel/log.ts';
import { OutboundError, outboundRequest } from '../../../kernel/outbound-request.ts';
import { signWebhook } from '../../../kernel/webhook-signature.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import type { Input } from '../../../resolvers/write/writer.ts';
import { MissingVariable } from '../../../metadata/definitions/env-text.ts';
import { deliveryObject, webhookObject } from '../objects.ts';
import type { WebhooksSettings } from '../settings.ts';
import { delayAfter, type Webhook } from '../webhook.ts';
import { NothingToTell, payloadOf, type Told } from './payload.ts';
import type { Secrets } from './secrets.ts';
import type { Webhooks } from './webhooks.ts';

declare module '../../../kernel/events.ts' {
  interface Events {
    /** A message was given up. */
    'webhook.failed': { readonly webhook: string; readonly delivery: string; readonly error: string };
  }
}

export interface DeliverTools extends Pick<PluginContext, 'services' | 'events'> {
  readonly runtime: Runtime;
  readonly jobs: JobService;
  readonly webhooks: Webhooks;
  readonly secrets: Secrets;
  readonly settings: WebhooksSettings;
}

interface Delivery extends Told {
  readonly webhook: string;
  readonly attempts: number;
  readonly attempt_log: readonly Attempt[] | null;
}

interface Attempt {
  readonly at: string;
  readonly status?: number;
  readonly duration: number;
  /** Characters of the response. */
  readonly size?: number;
  readonly response?: string;
  readonly error?: string;
}

interface Outcome {
  readonly attempt: Attempt;
  /** Milliseconds that the endpoint asks to wait. */
  readonly wait?: number | undefined;
  /** The endpoint wants no more messages. */
  readonly gone?: boolean;
}

const table = String(deliveryObject['name']);
const columns = '"id", "webhook", "record", "kind", "happened_at", "position", "changed", "actor", "organization", "attempts", "attempt_log"';

/** Sends the messages of one webhook about one record one after the other, others beside each other. */
export function deliverer(tools: DeliverTools): (job: JobRun<'webhooks.deliver'>) => Promise<unknown> {
  const { runtime, jobs, webhooks, events } = tools;
  const { database } = runtime;
  const query = async <R>(text: string, values: readonly unknown[]) => (await database.query<R>({ text, values })).rows;
  const change = (id: string, input: Input) => runtime.writer.write({ object: table, options: {}, operation: 'update', id, input }, runtime.systemContext());
  /** Whoever begins a delivery and whoever ends the one before must not miss each other. */
  const lock = ({ webhook, record }: Pick<Delivery, 'webhook' | 'record'>) => query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`webhook ${webhook} ${record}`]);

  /** Undefined when there is nothing to do: it is over, another job has it, or it waits for the one before it, whose end starts it. */
  const begin = ({ id: job, data: { delivery: id, attempt } }: JobRun<'webhooks.deliver'>): Promise<Delivery | undefined> =>
    database.transaction(async () => {
      const [known] = await query<Delivery>(`SELECT ${columns} FROM "${table}" WHERE "id" = $1`, [id]);
      if (!known) return undefined;
      await lock(known);
      const [delivery] = await query<Delivery>(`SELECT ${columns} FROM "${table}" WHERE "id" = $1 AND "status" IN ('pending', 'retrying') AND "attempts" = $2 AND coalesce("job", $3) = $3`, [id, attempt, job]);
      if (!delivery) return undefined;
      const earlier = await query(`SELECT 1 FROM "${table}" WHERE "record" = $1 AND "webhook" = $2 AND "id" < $3 AND "status" IN ('pending', 'retrying') LIMIT 1`, [known.record, known.webhook, id]);
      if (earlier.length > 0) return undefined;
      // What one job has begun is that one's, also after its process died.
      await change(id, { job });
      return delivery;
    });

  /** False when it was cancelled meanwhile, or another attempt was faster. */
  const settle = async (delivery: Delivery, input: Input, retryIn?: number): Promise<boolean> => {
    await lock(delivery);
    const open = await query(`SELECT 1 FROM "${table}" WHERE "id" = $1 AND "attempts" = $2 AND "status" IN ('pending', 'retrying') FOR UPDATE`, [delivery.id, delivery.attempts]);
    if (open.length === 0) return false;
    await change(delivery.id, { ...input, job: null });
    if (retryIn !== undefined) await jobs.enqueue('webhooks.deliver', { delivery: delivery.id, attempt: delivery.attempts + 1 }, { after: retryIn });
    else await startNext(delivery, query, jobs);
    return true;
  };

  return async (job) => {
    const delivery = await begin(job);
    if (!delivery) return undefined;
    const end = async (input: Input, retryIn?: number) => job.complete(async () => ((await settle(delivery, input, retryIn)) ? { delivery: delivery.id, ...input } : undefined));
    const finishedAt = () => new Date().toISOString();
    const webhook = await webhooks.named(delivery.webhook);
    if (!webhook) return end({ status: 'CANCELLED', error: 'The webhook is not there any more, or not active.', finishedAt: finishedAt() });
    const attempts = delivery.attempts + 1;
    let outcome: Outcome;
    try {
      outcome = await attemptOf(webhook, delivery, job.log, tools);
    } catch (error) {
      if (!(error instanceof NothingToTell)) throw error;
      return end({ status: 'SKIPPED', error: error.message, finishedAt: finishedAt() });
    }
    const { attempt, wait = 0, gone = false } = outcome;
    const told = { attempts, responseStatus: attempt.status ?? null, duration: attempt.duration, error: attempt.error ?? null, attemptLog: [...(delivery.attempt_log ?? []), attempt] };
    if (attempt.error === undefined) return end({ ...told, status: 'DELIVERED', finishedAt: finishedAt(), nextAttemptAt: null });
    if (!gone && attempts <= webhook.retry.maxRetries) {
      const pause = Math.max(delayAfter(attempts, webhook.retry), wait);
      return end({ ...told, status: 'RETRYING', nextAttemptAt: new Date(Date.now() + pause).toISOString() }, pause);
    }
    const { error } = attempt;
    job.log.warn({ webhook: webhook.name, delivery: delivery.id, error }, `A message of the webhook ${webhook.name} is given up.`);
    if (gone && webhook.id !== undefined) await runtime.writer.write({ object: String(webhookObject['name']), options: {}, operation: 'update', id: webhook.id, input: { active: false } }, runtime.systemContext());
    const answer = await end({ ...told, status: 'FAILED', finishedAt: finishedAt(), nextAttemptAt: null });
    events.emit('webhook.failed', { webhook: webhook.name, delivery: delivery.id, error });
    return answer;
  };
}

export async function startNext({ id, record, webhook }: Pick<Delivery, 'id' | 'record' | 'webhook'>, query: <R>(text: string, values: readonly unknown[]) => Promise<readonly R[]>, jobs: JobService): Promise<void> {
  const [next] = await query<{ id: string; attempts: number }>(`SELECT "id", "attempts" FROM "${table}" WHERE "record" = $1 AND "webhook" = $2 AND "id" <> $3 AND "status" IN ('pending', 'retrying') ORDER BY "id" LIMIT 1`, [record, webhook, id]);
  if (next) await jobs.enqueue('webhooks.deliver', { delivery: next.id, attempt: next.attempts });
}

/** One attempt. What goes wrong is a part of its outcome. */
async function attemptOf(webhook: Webhook, delivery: Delivery, log: Logger, tools: DeliverTools): Promise<Outcome> {
  const at = new Date();
  const attempt = (more: Omit<Attempt, 'at' | 'duration'>): Attempt => ({ at: at.toISOString(), duration: Date.now() - at.getTime(), ...more });
  try {
    const body = webhook.method === 'GET' ? '' : await payloadOf(webhook, delivery, tools);
    const secrets = await tools.secrets.of(webhook);
    const url = URL.parse(webhook.url());
    if (!url || !/^https?:$/.test(url.protocol)) throw new OutboundError('the address is no http or https address');
    const own = Object.fromEntries([...webhook.headers].map(([name, value]) => [name, value()]));
    const { status, headers, text } = await outboundRequest({
      url, method: webhook.method, body: body === '' ? undefined : body, timeoutMs: webhook.timeoutMs, allowPrivateAddresses: tools.settings.allowPrivateAddresses,
      headers: { 'content-type': 'application/json', 'user-agent': 'ObjectOS', ...own, ...signWebhook({ id: delivery.id, at, body, secrets }) },
    });
    const response = tools.settings.keepResponses ? { response: text.slice(0, 2_000) } : {};
    if (status >= 200 && status <= 299) return { attempt: attempt({ status, size: text.length, ...response }) };
    const error = `The endpoint answered with status ${status}${status >= 300 && status <= 399 ? '; redirects are not followed' : ''}.`;
    return { attempt: attempt({ status, size: text.length, ...response, error }), wait: waitOf(status, headers['retry-after']), gone: status === 410 };
  } catch (error) {
    if (error instanceof NothingToTell) throw error;
    log.warn({ err: error, webhook: webhook.name }, `A message of the webhook ${webhook.name} could not be sent.`);
    return { attempt: attempt({ error: [OutboundError, ObjectosError, LiquidProblem, MissingVariable].some((kind) => error instanceof kind) ? (error as Error).message : 'The message could not be made; the log says why.' }) };
  }
}

/** At most an hour. */
function waitOf(status: number, after: string | undefined): number | undefined {
  if (after === undefined || (status !== 429 && status !== 503)) return undefined;
  const milliseconds = /^\d+$/.test(after) ? Number(after) * 1_000 : new Date(after).getTime() - Date.now();
  return Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), 3_600_000) : undefined;
}
