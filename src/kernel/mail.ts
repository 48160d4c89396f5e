declare module './plugin.ts' {
  interface Services {
    /** Sends mail at once, for what cannot wait: codes, links. */
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
