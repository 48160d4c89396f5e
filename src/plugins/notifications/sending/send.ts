import { ObjectosError } from '../../../errors.ts';
import type { JobService } from '../../../kernel/jobs.ts';
import { newId } from '../../../kernel/new-id.ts';
import { notificationChannels, type NotificationChannel, type NotificationContext, type NotificationMessage, type NotificationService } from '../../../kernel/notifications.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import type { Channel } from '../channels/channel.ts';
import { deliveryObject, noticeObject } from '../objects.ts';
import type { NotificationsSettings } from '../settings.ts';
import type { Templates } from '../templates/read-templates.ts';
import { chooseTemplate, renderTemplate, type Rendered } from '../templates/template.ts';
import { findRecipients, wants, type Recipient } from './recipients.ts';
import { digestAt, quietUntil } from './timing.ts';

declare module '../../../kernel/jobs.ts' {
  interface JobTypes {
    'notifications.deliver': { readonly delivery: string };
    'notifications.digest': { readonly user: string };
  }
}

export type Channels = Readonly<Record<NotificationChannel, Channel>>;

export interface SendTools {
  readonly runtime: Runtime;
  readonly jobs: JobService;
  readonly channels: Channels;
  readonly templates: () => Templates;
  readonly settings: NotificationsSettings;
}

/** What is kept of a message until it is sent. */
export interface KeptMessage extends Rendered {
  readonly to: string;
  readonly topic: string;
}

interface NewDelivery {
  readonly id: string;
  readonly status: 'QUEUED' | 'HELD' | 'SENT' | 'FAILED' | 'SUPPRESSED';
  readonly recipient: Recipient;
  readonly message?: KeptMessage | undefined;
  readonly heldUntil?: Date | undefined;
  readonly digested?: boolean;
  readonly error?: string;
}

/** Channels that disturb; what lies inside the app waits there anyway. */
const loud: ReadonlySet<NotificationChannel> = new Set(['email', 'sms', 'push']);

export function createNotifications(tools: SendTools): NotificationService {
  const { runtime, jobs, settings } = tools;
  const { database } = runtime;
  return {
    send: (message, context) =>
      database.transaction(async () => {
        const channel = check(message);
        if (context.key !== undefined) {
          await database.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`notification ${context.key}`] });
          const { rows } = await database.query<{ id: string }>({ text: 'SELECT "id" FROM "sys_notification_delivery" WHERE "request_key" = $1 ORDER BY "id"', values: [context.key.slice(0, 400)] });
          if (rows.length > 0) return rows.map(({ id }) => id);
        }
        const recipients = await findRecipients(message.recipients, message.channel, channel, database);
        const deliveries: NewDelivery[] = [];
        for (const [index, recipient] of recipients.entries()) deliveries.push(await prepare(message, recipient, index === 0));
        await keep(deliveries, message, context, runtime);
        const ready = deliveries.filter(({ status, digested }) => (status === 'QUEUED' || status === 'HELD') && digested !== true);
        await jobs.enqueueMany('notifications.deliver', ready.map(({ id, heldUntil }) => ({ data: { delivery: id }, ...(heldUntil && { options: { after: heldUntil } }) })));
        for (const { digested, recipient, heldUntil } of deliveries) {
          if (digested === true && recipient.person) await jobs.enqueue('notifications.digest', { user: recipient.person.id }, { key: recipient.person.id, ...(heldUntil && { after: heldUntil }) });
        }
        return deliveries.map(({ id }) => id);
      }),
  };

  /** Throws for what can never be sent. */
  function check({ channel: name, recipients, template, subject, body }: NotificationMessage): Channel {
    const { channels, templates } = tools;
    if (!notificationChannels.includes(name)) throw new ObjectosError('BAD_REQUEST', `There is no channel "${name}".`);
    if (recipients.length === 0) throw new ObjectosError('BAD_REQUEST', 'A message needs a recipient.');
    if (template !== undefined && (subject !== undefined || body !== undefined)) throw new ObjectosError('BAD_REQUEST', 'A message has either a template, or a subject and a body.');
    if (template !== undefined && !templates().has(template)) throw new ObjectosError('NOT_FOUND', `There is no template "${template}".`);
    if (template === undefined && (body ?? subject ?? '') === '') throw new ObjectosError('BAD_REQUEST', 'A message without a template needs a body.');
    const channel = channels[name];
    if (channel.missing !== undefined) throw new ObjectosError('BAD_REQUEST', `Nothing can be sent over the channel ${name}: ${channel.missing}.`);
    return channel;
  }

  async function prepare(message: NotificationMessage, recipient: Recipient, first: boolean): Promise<NewDelivery> {
    const { templates } = tools;
    const { person, address } = recipient;
    const base = { id: newId(), recipient };
    const locale = person?.locale ?? settings.locale;
    const template = message.template === undefined ? undefined : chooseTemplate(templates().get(message.template) ?? [], locale, settings.locale);
    const topics = template ? [template.topic, template.name] : ['message'];
    if (person?.active === false) return { ...base, status: 'SUPPRESSED', error: 'The user is not active.' };
    if (person && !wants(person, topics, message.channel)) return { ...base, status: 'SUPPRESSED', error: 'The user does not want it.' };
    if (address === undefined) return { ...base, status: 'FAILED', error: `The user has no address for the channel ${message.channel}.` };
    const values = { ...message.data, recipient: { id: person?.id ?? null, name: person?.name ?? null, email: person?.email ?? null, locale }, app: { url: settings.url ?? '' } };
    const rendered = template ? await renderTemplate(template, message.channel, { values, locale, timeZone: person?.timeZone ?? 'UTC' }) : { subject: message.subject ?? '', text: message.body ?? '', options: {} };
    const { cc, bcc, ...options } = { ...rendered.options, ...message.options } as Readonly<Record<string, unknown>>;
    const kept: KeptMessage = { ...rendered, to: address, topic: topics[0] ?? '', url: message.url ?? rendered.url, ...(message.channel !== 'email' && { data: carried(message.data) }), options: first ? { ...options, cc, bcc } : options };
    if (message.channel === 'in_app') return { ...base, status: 'SENT', message: kept };
    const now = new Date();
    const due = person && message.channel === 'email' ? digestAt(person, now) : undefined;
    if (due) return { ...base, status: 'HELD', message: kept, heldUntil: due, digested: true };
    const quiet = person && loud.has(message.channel) ? quietUntil(person, now) : undefined;
    return quiet ? { ...base, status: 'HELD', message: kept, heldUntil: quiet } : { ...base, status: 'QUEUED', message: kept };
  }
}

/** What a message takes along beside its words: no records, of which a template shows what its author chose and the recipient may not see the rest. */
const carried = (data: NotificationMessage['data'] = {}): KeptMessage['data'] => Object.fromEntries(Object.entries(data).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value)));

/** What lies in the app is there with the delivery, once. */
async function keep(deliveries: readonly NewDelivery[], { channel, template }: NotificationMessage, { key, userId, organizationId }: NotificationContext, { writer, systemContext }: Runtime): Promise<void> {
  const over = (status: NewDelivery['status']): boolean => status !== 'QUEUED' && status !== 'HELD';
  const input = deliveries.map(({ id, status, recipient: { given, person }, message, heldUntil, digested = false, error }) => ({
    id, channel: channel.toUpperCase(), recipient: given, user: person?.id ?? null, template: template ?? null, status, attempts: channel === 'in_app' && status === 'SENT' ? 1 : 0, error: error ?? null, digested,
    heldUntil: heldUntil?.toISOString() ?? null, finishedAt: over(status) ? new Date().toISOString() : null, causedBy: userId ?? null, organization: organizationId ?? null, requestKey: key?.slice(0, 400) ?? null, message: over(status) ? null : (message ?? null),
  }));
  await writer.write({ object: String(deliveryObject['name']), options: {}, operation: 'createMany', input }, systemContext());
  if (channel !== 'in_app') return;
  const notices = deliveries.flatMap(({ status, message, recipient: { person } }) => (status === 'SENT' && message && person ? [{ message, person }] : []));
  if (notices.length === 0) return;
  await writer.write({
    object: String(noticeObject['name']), options: {}, operation: 'createMany',
    input: notices.map(({ person, message: { subject, text, kind, url, dismissible, data } }) => ({
      userId: person.id, title: (subject === '' ? text : subject).slice(0, 500), message: subject === '' ? null : text, kind: (kind ?? 'info').toUpperCase(), url: url ?? null, dismissible: dismissible ?? true, data: data ?? null,
    })),
  }, systemContext());
}
