import type { SchemaExtension } from '../../builder/phase.ts';
import type { OutputField } from '../../builder/spec.ts';
import type { NotificationChannel } from '../../kernel/notifications.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { People } from './people.ts';

/** What people do with their own messages: always for the caller, so that no right is needed but to be signed in. */
export function extendWithNotifications({ addFields }: SchemaExtension, people: () => People, publicKey: string | undefined): void {
  const field = <A>(type: string, description: string, args: OutputField['args'], work: (args: A, context: RequestContext) => Promise<unknown>): OutputField => ({ type, description, args, resolve: (_parent, given, context) => work(given as A, context) });
  const endpoint = { type: 'String!', description: 'Address of the push service.' };
  const time = (description: string) => ({ type: 'Time', description });
  addFields('Query', {
    pushPublicKey: { type: 'String', description: 'VAPID key with which a browser subscribes to push messages; null where none are sent.', resolve: () => publicKey ?? null },
  });
  addFields('Mutation', {
    markNotificationsRead: field<{ ids?: readonly string[] | null; read: boolean }>('Int!', 'Marks messages of the caller as read, or as not read. Answers how many changed.', {
      ids: { type: '[ID!]', description: 'Absent: all.' }, read: { type: 'Boolean!', description: 'False: not read.', defaultValue: true },
    }, ({ ids, read }, context) => people().markRead(ids ?? undefined, read, context)),
    dismissNotifications: field<{ ids: readonly string[] }>('Int!', 'Removes messages of the caller that may be dismissed. Answers how many.', { ids: { type: '[ID!]!', description: 'The messages.' } }, ({ ids }, context) => people().dismiss(ids, context)),
    setNotificationPreference: field<{ topic: string; channel: string; enabled: boolean }>('Boolean!', 'Says whether the caller wants messages of a topic over a channel.', {
      topic: { type: 'String!', description: 'Category or name of templates; * for all of which nothing is said.' }, channel: { type: 'NotificationPreferenceChannel!', description: 'The channel.' }, enabled: { type: 'Boolean!', description: 'Whether they are wanted.' },
    }, ({ topic, channel, enabled }, context) => people().prefer({ topic, channel: channel.toLowerCase() as NotificationChannel, enabled }, context)),
    setNotificationSchedule: field<Readonly<Record<string, unknown>>>('Boolean!', 'Says when the caller wants messages, in the time zone of the caller.', {
      quietFrom: time('Beginning of the quiet hours; null: none.'), quietTo: time('Their end.'), digest: { type: 'NotificationScheduleDigest', description: 'Collects mail into one.' }, digestAt: time('Time of the daily one.'),
    }, (wish, context) => people().schedule(wish, context)),
    subscribeToPush: field<Parameters<People['subscribe']>[0]>('Boolean!', 'Sends push messages of the caller to a browser.', {
      endpoint, p256dh: { type: 'String!', description: 'Its public key.' }, auth: { type: 'String!', description: 'Its secret.' }, program: { type: 'String', description: 'Name of the browser, for people.' },
    }, (browser, context) => people().subscribe(browser, context)),
    unsubscribeFromPush: field<{ endpoint: string }>('Boolean!', 'Ends that. False when it was not so.', { endpoint }, (args, context) => people().unsubscribe(args.endpoint, context)),
  });
}
