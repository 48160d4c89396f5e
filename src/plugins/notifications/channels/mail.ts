import type { Transporter } from 'nodemailer';
import type { MailMessage, MailService } from '../../../kernel/mail.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { NotificationsSettings } from '../settings.ts';
import type { Attachment } from '../templates/template.ts';
import { Undeliverable, type Channel } from './channel.ts';

/** Every mail of the platform goes through here: to an SMTP server, or into the mailbox of a developer. */
export interface MailTransport {
  readonly channel: Channel;
  /** For what cannot wait. */
  readonly service: MailService;
  close(): void;
}

/** Undefined where mail has nowhere to go. */
export function createMailTransport({ mail: { url, from }, timeoutMs }: NotificationsSettings, mailbox: Mailbox | undefined): MailTransport | undefined {
  if (url === undefined && !mailbox) return undefined;
  let transport: Transporter | undefined;
  // Loaded with the first mail: a start does not wait for it.
  const open = async (to: string): Promise<Transporter> => {
    const { createTransport } = await import('nodemailer');
    transport ??= createTransport({ url: to, connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, disableFileAccess: true, disableUrlAccess: true });
    return transport;
  };
  const host = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';

  const deliver = async (message: MailMessage & { readonly cc?: readonly string[] | undefined; readonly bcc?: readonly string[] | undefined; readonly attachments?: readonly Attachment[] | undefined; readonly id?: string }): Promise<void> => {
    const { to, cc, bcc, subject, text, html, attachments = [], id } = message;
    if (url === undefined) {
      mailbox?.add({ to: [to, ...(cc ?? []), ...(bcc ?? [])].join(', '), from, subject, text, html, attachments: attachments.map(({ filename }) => filename) });
      return;
    }
    await (await open(url)).sendMail({
      from, subject, text, to: { name: '', address: to }, ...(html !== undefined && { html }), ...(cc && { cc: [...cc] }), ...(bcc && { bcc: [...bcc] }), attachments: [...attachments],
      ...(id !== undefined && { messageId: `<${id}@${host}>` }), headers: { 'auto-submitted': 'auto-generated' },
    });
  };

  const send = async (message: Parameters<typeof deliver>[0]): Promise<void> => {
    try {
      await deliver(message);
    } catch (error) {
      const code = (error as { readonly responseCode?: unknown }).responseCode;
      if (typeof code === 'number' && code >= 500) throw new Undeliverable(`The mail server refused the message with code ${code}.`, { cause: error });
      throw new Error(typeof code === 'number' ? `The mail server answered with code ${code}.` : 'The mail server cannot be reached.', { cause: error });
    }
  };

  return {
    channel: {
      missing: undefined,
      addressProblem: (address) => (isMailAddress(address) ? undefined : 'an e-mail address is expected'),
      send: (message) => send({ ...message, cc: addresses(message.options['cc']), bcc: addresses(message.options['bcc']) }),
    },
    service: { send: (message) => send(message) },
    close: () => transport?.close(),
  };
}

export const isMailAddress = (text: string): boolean => /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(text) && text.length <= 320;

function addresses(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  const found = list.filter((one): one is string => typeof one === 'string' && isMailAddress(one));
  return found.length > 0 ? found : undefined;
}
