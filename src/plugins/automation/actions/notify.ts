import { ObjectosError } from '../../../errors.ts';
import type { NotificationService } from '../../../kernel/notifications.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import type { ExpressionEnvironment } from '../../../resolvers/expressions/environment.ts';
import type { Action } from '../rule.ts';
import type { CompiledValue } from '../values.ts';
import type { Doing } from './do-action.ts';
import type { Told } from './write-records.ts';

type Notification = Extract<Action, { type: 'notification' }>;

/** Hands the message over in the open transaction. It may hold what only its recipients may see, so the step does not tell it. */
export async function notify(action: Notification, { run, object, environment, context: { caller } }: Doing, service: NotificationService | undefined): Promise<Told> {
  if (!service) throw new ObjectosError('UNAVAILABLE', 'No plugin sends notifications any more.');
  const { name, channel, template, subject, body, url } = action;
  const recipients = [...new Set(action.recipients.flatMap((recipient) => textsOf(recipient.of(environment))))];
  // Nobody to tell is no mistake: a lookup may be empty.
  if (recipients.length === 0) return { input: { channel, template }, output: { deliveries: [] } };
  const record = object && publicValues(object, environment.record ?? {});
  const deliveries = await service.send(
    {
      channel, recipients, template,
      subject: textOf(subject, environment), body: textOf(body, environment), url: textOf(url, environment),
      data: { ...(object && { record, [object.name]: record }), ...valuesAt(action.data, environment) },
      options: valuesAt(action.options, environment),
    },
    { key: `${run.id}:${name}`, userId: caller.userId, organizationId: caller.organizationId },
  );
  return { input: { channel, template }, output: { deliveries } };
}

/** The stored values of a record without those that nobody reads. */
export function publicValues({ fields }: CatalogObject, record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([field]) => fields.get(field)?.internal !== true && fields.get(field)?.type.confidential !== true));
}

function valuesAt(values: ReadonlyMap<string, CompiledValue>, environment: ExpressionEnvironment): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...values].map(([key, value]) => [key, value.of(environment)]));
}

function textOf(value: CompiledValue | undefined, environment: ExpressionEnvironment): string | undefined {
  const found = value?.of(environment);
  return found === undefined || found === null ? undefined : String(found);
}

function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return value === null || value === undefined || value === '' ? [] : [String(value)];
}
