import type { Plugin } from '../../kernel/plugin.ts';
import type { DefinitionInput } from '../../metadata/phase.ts';
import type { Filter } from '../../resolvers/filter/filter.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import type { Channel } from './channels/channel.ts';
import { createMailTransport, type MailTransport } from './channels/mail.ts';
import { createPost } from './channels/post.ts';
import { pushChannel } from './channels/push.ts';
import { slackChannel, smsChannel, teamsChannel, webhookChannel } from './channels/web-channels.ts';
import { Mailbox } from './mailbox/mailbox.ts';
import { mailboxRoutes } from './mailbox/page.ts';
import { deliveryObject, noticeObject, notificationObjects } from './objects.ts';
import { createPeople, type People } from './people.ts';
import { extendWithNotifications } from './schema.ts';
import { createDeliverers } from './sending/deliver.ts';
import { createNotifications, type Channels, type SendTools } from './sending/send.ts';
import { notificationsSettings, type NotificationsSettingsInput } from './settings.ts';
import { readTemplates, templateFiles, type Templates } from './templates/read-templates.ts';

declare module '../../kernel/plugin.ts' {
  interface PluginNames {
    notifications: true;
  }
}

export interface NotificationsOptions extends NotificationsSettingsInput {
  readonly mode?: 'development' | 'production' | 'test' | undefined;
  /** Templates given in code, beside those of files. */
  readonly templates?: readonly DefinitionInput[] | undefined;
}

/** Sends messages to people: by mail, inside the app, as push and text messages, into chats, to other systems. */
export function notifications({ mode = 'development', templates: given = [], ...input }: NotificationsOptions = {}): Plugin {
  const settings = notificationsSettings.parse(input);
  const mailbox = mode === 'development' && settings.mail.url === undefined ? new Mailbox() : undefined;
  let templates: Templates = new Map();
  let people: People | undefined;
  let mail: MailTransport | undefined;
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The plugin notifications is not initialised.');
    return value;
  };

  return {
    name: 'notifications',
    version: '1.0.0',
    description: 'Sends messages to people by mail, in the app, as push and text messages, and into chats.',
    requires: ['jobs', 'users'],
    metadata: {
      objects: notificationObjects,
      kinds: [templateFiles],
      check(_catalog, _report, documents) {
        templates = readTemplates(documents, given, settings.locale);
      },
    },
    schema: { extend: (schema) => extendWithNotifications(schema, () => started(people), settings.push.publicKey) },
    ...(mailbox && { server: { routes: mailboxRoutes(mailbox) } }),
    lifecycle: {
      init({ services, log }) {
        const runtime = services.get('runtime');
        const jobs = services.get('jobs');
        mail = createMailTransport(settings, mailbox);
        if (mail) services.register('mail', mail.service);
        people = createPeople(runtime, settings);
        const tools: SendTools = { runtime, jobs, settings, templates: () => templates, channels: channelsOf(mail, runtime) };
        services.register('notifications', createNotifications(tools));
        const deliverers = createDeliverers(tools);
        // Deliveries count what the services of others refuse; a process that dies on the way takes none of their attempts.
        const attempts = { attempts: 1_000, retryDelay: 2, queue: 'notifications' };
        jobs.register('notifications.deliver', { ...attempts, handler: (job) => deliverers.one(job) });
        jobs.register('notifications.digest', { ...attempts, handler: (job) => deliverers.digest(job) });
        jobs.register('notifications.clean', { schedule: { cron: '37 * * * *' }, attempts: 1, priority: 'background', handler: () => clean(runtime, settings.keepDays) });
        if (mailbox) log.info({}, 'Mail is kept in the mailbox at /dev/mailbox, because no SMTP server is set (notifications.mail.url).');
      },
      stop: () => mail?.close(),
    },
  };

  function channelsOf(transport: MailTransport | undefined, runtime: Runtime): Channels {
    const post = createPost(settings);
    const nowhere: Channel = { missing: 'no mail server is set: notifications.mail.url', addressProblem: () => undefined, send: () => Promise.reject(new Error('No mail server is set.')) };
    const inside: Channel = { missing: undefined, addressProblem: () => undefined, send: () => Promise.resolve() };
    return {
      email: transport?.channel ?? nowhere, in_app: inside, push: pushChannel(settings, post, () => runtime), sms: smsChannel(settings, post), slack: slackChannel(settings, post), teams: teamsChannel(settings, post), webhook: webhookChannel(settings, post),
    };
  }
}

/** Takes out deliveries that are over and messages that were read, once they were kept long enough. */
async function clean({ writer, systemContext }: Runtime, keepDays: number): Promise<void> {
  const before = new Date(Date.now() - keepDays * 86_400_000).toISOString();
  const where = (field: string): Filter => ({ kind: 'compare', field, operator: 'lt', operand: { value: () => before } });
  await writer.write({ object: String(deliveryObject['name']), options: {}, operation: 'deleteMany', where: where('finished_at') }, systemContext());
  await writer.write({ object: String(noticeObject['name']), options: {}, operation: 'deleteMany', where: where('read_at') }, systemContext());
}
