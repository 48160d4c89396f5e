import { validate as isUuid } from 'uuid';
import { ObjectosError } from '../../../errors.ts';
import type { NotificationChannel } from '../../../kernel/notifications.ts';
import type { Database } from '../../../database/database.ts';
import type { Channel } from '../channels/channel.ts';
import { knownTimeZone, type Schedule } from './timing.ts';

export interface Person extends Schedule {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
  readonly active: boolean;
  readonly locale: string | null;
  /** Channels that the person does not want, by topic. */
  readonly refused: readonly { readonly topic: string; readonly channel: string; readonly enabled: boolean }[];
}

export interface Recipient {
  /** As it was given. */
  readonly given: string;
  readonly person: Person | undefined;
  /** What the channel takes; undefined where the person has none. */
  readonly address: string | undefined;
}

type PersonRow = Omit<Person, 'timeZone'> & { readonly timeZone: string | null };

/** Looks recipients up. Throws NOT_FOUND for users that are not there, BAD_REQUEST for what is no address of the channel. */
export async function findRecipients(given: readonly string[], channel: NotificationChannel, { addressProblem }: Channel, database: Database): Promise<readonly Recipient[]> {
  const ids = given.filter((one) => isUuid(one));
  const mails = given.filter((one) => one.includes('@')).map((one) => one.toLowerCase());
  const { rows } = await database.query<PersonRow>({
    text: `SELECT u."id", u."name", u."email", u."phone", u."active" IS NOT FALSE AS "active", u."locale", u."time_zone" AS "timeZone",
        to_char(s."quiet_from", 'HH24:MI') AS "quietFrom", to_char(s."quiet_to", 'HH24:MI') AS "quietTo", s."digest", to_char(s."digest_at", 'HH24:MI') AS "digestAt",
        coalesce((SELECT jsonb_agg(jsonb_build_object('topic', p."topic", 'channel', p."channel", 'enabled', p."enabled")) FROM "sys_notification_preference" p WHERE p."user_id" = u."id"), '[]') AS "refused"
      FROM "sys_user" u LEFT JOIN "sys_notification_schedule" s ON s."user_id" = u."id" WHERE u."id" = ANY($1::uuid[]) OR lower(u."email") = ANY($2::text[])`,
    values: [ids, mails],
  });
  return [...new Set(given)].map((one) => {
    const row = rows.find(({ id, email }) => id === one.toLowerCase() || email.toLowerCase() === one.toLowerCase());
    if (isUuid(one) && !row) throw new ObjectosError('NOT_FOUND', `There is no user ${one} to tell.`);
    const person = row && { ...row, timeZone: knownTimeZone(row.timeZone) };
    if (channel === 'in_app' || channel === 'push') {
      if (!person) throw new ObjectosError('BAD_REQUEST', `"${one}" is no user, and messages of the channel ${channel} go to users.`);
      return { given: one, person, address: person.id };
    }
    if (person && isUuid(one)) return { given: one, person, address: channel === 'email' ? person.email : channel === 'sms' ? (person.phone ?? undefined) : undefined };
    const problem = addressProblem(one);
    if (problem !== undefined) throw new ObjectosError('BAD_REQUEST', `"${one}" is no recipient of the channel ${channel}: ${problem}.`);
    return { given: one, person, address: one };
  });
}

/** Whether a person takes messages of a topic over a channel: what is said of the topic, else of all, else yes. */
export function wants({ refused }: Person, topics: readonly string[], channel: string): boolean {
  const said = [...topics, '*'].map((topic) => refused.find((one) => one.topic === topic && one.channel === channel)).find((one) => one !== undefined);
  return said?.enabled !== false;
}
