import { ObjectosError } from '../../errors.ts';
import type { PluginContext } from '../../kernel/lifecycle.ts';

declare module '../../kernel/plugin.ts' {
  interface Services {
    /** Sends mail. Without one, development logs messages and production refuses what needs them. */
    mail: MailService;
  }
}

export interface MailMessage {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | undefined;
}

export interface MailService {
  send(message: MailMessage): Promise<void>;
}

/** The mail service of the moment. */
export function mailOf({ services, log }: PluginContext, production: boolean): MailService {
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
  return { send: async (message) => find().send(message) };
}
