declare module './plugin.ts' {
  interface Services {
    /** Messages to people, offered by the plugin notifications. */
    notifications: NotificationService;
  }
}

export const notificationChannels = ['email', 'in_app', 'push', 'sms', 'slack', 'teams', 'webhook'] as const;
export type NotificationChannel = (typeof notificationChannels)[number];

/**
 * Suffix of the files in which templates stand (`*.template.yml`: one, or a list, each with its `name`). The plugin that offers the service brings this
 * kind, so that others see while definitions are loaded that messages can be sent, and which templates there are.
 */
export const templateKind = 'template';

export interface NotificationMessage {
  readonly channel: NotificationChannel;
  /** Ids of users, or what the channel takes as an address: a mail address, a phone number, a URL, a channel of a chat. At least one. */
  readonly recipients: readonly string[];
  /** Name of a template, filled with `data` in the language of each recipient. Either this, or what it says stands in `subject` and `body`. */
  readonly template?: string | undefined;
  /** Title of a push message or of one in the app. */
  readonly subject?: string | undefined;
  readonly body?: string | undefined;
  /** Where a click leads to. */
  readonly url?: string | undefined;
  /** For the template. Messages in the app, push messages and those to other systems carry its texts, numbers and truth values along, and no records. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** What only some channels know: `badge` and `sound` of push, `mentions` and `threadId` of chats. Others do without. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** On whose behalf a message is sent. */
export interface NotificationContext {
  readonly organizationId?: string | undefined;
  /** Who caused it. */
  readonly userId?: string | undefined;
  /** Stands for this message: another call with the same key sends nothing and answers the same ids. */
  readonly key?: string | undefined;
}

export interface NotificationService {
  /**
   * Adds one delivery for each recipient, in the open transaction; what goes out follows its commit, with retries. Answers the ids of the deliveries.
   * Throws ObjectosError `BAD_REQUEST` or `NOT_FOUND` for a message that can never be sent: a template or recipient that is not there.
   */
  send(message: NotificationMessage, context: NotificationContext): Promise<readonly string[]>;
}
