import { randomUUID } from 'node:crypto';

export interface KeptMail {
  readonly id: string;
  readonly at: Date;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | undefined;
  /** Names of the files that go along. */
  readonly attachments: readonly string[];
}

const most = 200;

/** Mail of this process for the eyes of its developer, newest first. */
export class Mailbox {
  #mails: readonly KeptMail[] = [];

  get mails(): readonly KeptMail[] {
    return this.#mails;
  }

  add(mail: Omit<KeptMail, 'id' | 'at'>): void {
    this.#mails = [{ ...mail, id: randomUUID(), at: new Date() }, ...this.#mails].slice(0, most);
  }
}
