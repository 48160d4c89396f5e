import { ObjectosError } from '../../errors.ts';
import type { NotificationChannel } from '../../kernel/notifications.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Runtime } from '../../resolvers/runtime.ts';
import type { NotificationsSettings } from './settings.ts';
import { noticeObject, preferenceObject, scheduleObject, subscriptionObject } from './objects.ts';

/** What people do with messages and wishes of their own. */
export interface People {
  /** Answers how many were not read yet. */
  markRead(ids: readonly string[] | undefined, read: boolean, context: RequestContext): Promise<number>;
  dismiss(ids: readonly string[], context: RequestContext): Promise<number>;
  prefer(wish: { readonly topic: string; readonly channel: NotificationChannel; readonly enabled: boolean }, context: RequestContext): Promise<boolean>;
  schedule(wish: Readonly<Record<string, unknown>>, context: RequestContext): Promise<boolean>;
  subscribe(browser: { readonly endpoint: string; readonly p256dh: string; readonly auth: string; readonly program?: string | null }, context: RequestContext): Promise<boolean>;
  unsubscribe(endpoint: string, context: RequestContext): Promise<boolean>;
}

export function createPeople({ database, writer, systemContext }: Runtime, { allowPrivateAddresses }: Pick<NotificationsSettings, 'allowPrivateAddresses'>): People {
  const ids = async (text: string, values: readonly unknown[]): Promise<readonly string[]> => (await database.query<{ id: string }>({ text, values })).rows.map(({ id }) => id);
  const nameOf = (object: Readonly<Record<string, unknown>>): string => String(object['name']);
  /** Changes the record of the person that the key finds, or makes it. */
  const put = (object: string, found: readonly string[], key: Readonly<Record<string, unknown>>, input: Readonly<Record<string, unknown>>) => {
    const [id] = found;
    return writer.write({ object, options: {}, ...(id === undefined ? { operation: 'create', input: { ...key, ...input } } : { operation: 'update', id, input }) }, systemContext());
  };
  /** One after the other, so that there are not two of what is there once. */
  const alone = <T>(user: string, work: () => Promise<T>): Promise<T> =>
    database.transaction(async () => {
      await database.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`notifications of ${user}`] });
      return work();
    });

  return {
    async markRead(wanted, read, context) {
      const user = userOf(context);
      const found = await ids(`SELECT "id" FROM "${nameOf(noticeObject)}" WHERE "user_id" = $1 AND ("read_at" IS NULL) = $2 AND ($3::text[] IS NULL OR "id"::text = ANY($3))`, [user, read, wanted ?? null]);
      if (found.length > 0) await writer.write({ object: nameOf(noticeObject), options: {}, operation: 'updateMany', rows: found.map((id) => ({ id, input: { readAt: read ? new Date().toISOString() : null } })) }, systemContext());
      return found.length;
    },
    async dismiss(wanted, context) {
      const found = await ids(`SELECT "id" FROM "${nameOf(noticeObject)}" WHERE "user_id" = $1 AND "dismissible" IS NOT FALSE AND "id"::text = ANY($2)`, [userOf(context), wanted]);
      if (found.length > 0) await writer.write({ object: nameOf(noticeObject), options: {}, operation: 'deleteMany', ids: found }, systemContext());
      return found.length;
    },
    async prefer({ topic, channel, enabled }, context) {
      const user = userOf(context);
      return alone(user, async () => {
        const found = await ids(`SELECT "id" FROM "${nameOf(preferenceObject)}" WHERE "user_id" = $1 AND "topic" = $2 AND "channel" = $3`, [user, topic, channel]);
        await put(nameOf(preferenceObject), found, { userId: user, topic, channel: channel.toUpperCase() }, { enabled });
        return true;
      });
    },
    async schedule(wish, context) {
      const user = userOf(context);
      return alone(user, async () => {
        const found = await ids(`SELECT "id" FROM "${nameOf(scheduleObject)}" WHERE "user_id" = $1`, [user]);
        await put(nameOf(scheduleObject), found, { userId: user }, wish);
        return true;
      });
    },
    async subscribe({ endpoint, p256dh, auth, program }, context) {
      const user = userOf(context);
      const protocol = URL.parse(endpoint)?.protocol;
      if (protocol !== 'https:' && !(allowPrivateAddresses && protocol === 'http:')) throw new ObjectosError('BAD_REQUEST', 'The endpoint of a push service is an https address.');
      if (Buffer.from(p256dh, 'base64url').length !== 65 || Buffer.from(auth, 'base64url').length !== 16) throw new ObjectosError('BAD_REQUEST', 'The keys are not those of a push subscription.');
      return alone(user, async () => {
        const found = await ids(`SELECT "id" FROM "${nameOf(subscriptionObject)}" WHERE "endpoint" = $1`, [endpoint]);
        // A browser belongs to who signed in there last.
        await put(nameOf(subscriptionObject), found, { endpoint }, { userId: user, p256dh, auth, program: program ?? null });
        return true;
      });
    },
    async unsubscribe(endpoint, context) {
      const found = await ids(`SELECT "id" FROM "${nameOf(subscriptionObject)}" WHERE "endpoint" = $1 AND "user_id" = $2`, [endpoint, userOf(context)]);
      if (found.length > 0) await writer.write({ object: nameOf(subscriptionObject), options: {}, operation: 'deleteMany', ids: found }, systemContext());
      return found.length > 0;
    },
  };
}

function userOf({ caller: { userId } }: RequestContext): string {
  if (userId === undefined) throw new ObjectosError('UNAUTHENTICATED', 'Sign in first.');
  return userId;
}
