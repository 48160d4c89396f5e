import * as z from 'zod';

const text = (description: string) => z.string().min(1).optional().describe(description);
const address = (description: string) => z.url({ protocol: /^https?$/ }).optional().describe(description);

export const notificationsSettings = z.strictObject({
  mail: z
    .strictObject({
      url: z.string().regex(/^smtps?:\/\//, 'must start with smtp:// or smtps://').optional().describe('SMTP server: smtps://user:password@mail.example.com. Absent: development keeps mail in a mailbox at /dev/mailbox, production sends none.'),
      from: z.string().min(3).default('ObjectOS <no-reply@localhost>').describe('Sender of mail.'),
    })
    .prefault({}),
  sms: z
    .strictObject({
      url: address('Where the provider of text messages takes them.'),
      authorization: text('Header by which the provider knows the sender: Bearer …'),
      from: text('Number or name of the sender.'),
      body: z.string().min(1).default('{"to": {{ to | json }}, "from": {{ from | json }}, "message": {{ message | json }}}').describe('Liquid template of the request.'),
      contentType: z.string().min(3).default('application/json').describe('Type of the request.'),
    })
    .prefault({}),
  push: z
    .strictObject({
      publicKey: text('VAPID key of browsers; make a pair with: npx web-push generate-vapid-keys'),
      privateKey: text('The other one of the pair.'),
      subject: z.string().regex(/^(mailto:|https:)/, 'must start with mailto: or https:').default('mailto:admin@localhost').describe('Whom push services ask when something is wrong.'),
    })
    .prefault({}),
  slackUrl: address('Incoming webhook of Slack for recipients that are no address.'),
  teamsUrl: address('Incoming webhook of Teams for recipients that are no address.'),
  webhookSecret: text('What messages of the channel webhook are signed with (Standard Webhooks).'),
  url: address('Address of the app, which templates may name as {{ app.url }}.'),
  locale: z.string().min(2).default('en-US').describe('Language where a recipient has none, or none that a template is in.'),
  attempts: z.int().min(1).max(50).default(5).describe('How often a message is tried in all.'),
  timeoutMs: z.int().min(1).max(120_000).default(15_000).describe('Milliseconds that a server may take.'),
  allowPrivateAddresses: z.boolean().default(false).describe('Messages may go to addresses of the own machine and network; the SMTP server always may be there.'),
  keepDays: z.number().min(0.001).max(3_650).default(30).describe('Days for which deliveries and read messages in the app are kept.'),
});

export type NotificationsSettings = z.output<typeof notificationsSettings>;
export type NotificationsSettingsInput = z.input<typeof notificationsSettings>;
