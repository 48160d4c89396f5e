import type { Runtime } from '../../../resolvers/runtime.ts';
import { subscriptionObject } from '../objects.ts';
import type { NotificationsSettings } from '../settings.ts';
import { Undeliverable, type Channel } from './channel.ts';
import type { Post } from './post.ts';

interface Subscription {
  readonly id: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

const table = String(subscriptionObject['name']);

/** Web push with VAPID. A recipient is the id of a user, who gets the message in all browsers that subscribed. */
export function pushChannel({ push: { publicKey, privateKey, subject } }: NotificationsSettings, post: Post, runtime: () => Runtime): Channel {
  const vapidDetails = publicKey === undefined || privateKey === undefined ? undefined : { subject, publicKey, privateKey };
  return {
    missing: vapidDetails ? undefined : 'there are no VAPID keys: notifications.push.publicKey and privateKey',
    addressProblem: () => 'push messages go to users',
    async send({ id, to, subject: title, text, url, data, options }) {
      if (!vapidDetails) throw new Undeliverable('There are no VAPID keys.');
      const { database, writer, systemContext } = runtime();
      const { rows } = await database.query<Subscription>({ text: `SELECT s."id", s."endpoint", s."p256dh", s."auth" FROM "${table}" s WHERE s."user_id" = $1`, values: [to] });
      if (rows.length === 0) throw new Undeliverable('The user has no browser that takes push messages.');
      // Loaded with the first message, since most servers send none.
      const { default: webPush } = await import('web-push');
      const payload = JSON.stringify({ id, title, body: text, url: url ?? null, data: data ?? {}, ...options });
      const outcomes = await Promise.allSettled(
        rows.map(async (subscription) => {
          const request = webPush.generateRequestDetails({ endpoint: subscription.endpoint, keys: { p256dh: subscription.p256dh, auth: subscription.auth } }, payload, { vapidDetails, TTL: 86_400, topic: id.replaceAll('-', '').slice(0, 32), contentEncoding: 'aes128gcm' });
          try {
            await post(request.endpoint, request.body, Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])));
          } catch (error) {
            // The browser is gone, or the person took the permission back.
            if (error instanceof Undeliverable && /status (404|410)/.test(error.message)) await writer.write({ object: table, options: {}, operation: 'delete', id: subscription.id }, systemContext());
            throw error;
          }
        }),
      );
      const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []));
      const [failure] = failures;
      if (failure && failures.length === outcomes.length) throw failure;
    },
  };
}
