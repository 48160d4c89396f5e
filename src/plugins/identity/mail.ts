import { ObjectosError } from '../../errors.ts';
import type { PluginContext } from '../../kernel/lifecycle.ts';
import type { MailMessage, MailService } from '../../kernel/mail.ts';

export interface Mailer extends MailService {
  /** Throws when no mail can be sent. */
  check(): void;
  /** Sends while the answer is on its way: how long that takes would tell whether somebody is known. */
  sendLater(message: MailMessage): void;
}

/** The mail service of the moment. Without one, development logs messages and production refuses what needs them. */
export function mailOf({ services, log }: PluginContext, production: boolean): Mailer {
  const find = (): MailService => {
    const service = services.find('mail');
    if (service) return service;
    if (production) throw new ObjectosError('UNAVAILABLE', 'No mail can be sent: no plugin offers the service "mail".');
    return {
      send: (message) => {
        log.info({ mail: message }, `Mail to ${message.to}: ${message.subject}\n${message.text}`);
        return Promise.resolve();
      },
    };
  };
  const send: Mailer['send'] = async (message) => find().send(message);
  return {
    send,
    check: () => void find(),
    sendLater: (message) => void send(message).catch((error: unknown) => log.error({ err: error, to: message.to }, 'A mail could not be sent.')),
  };
}
