import type { JobService } from '../../../kernel/jobs.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { Runtime } from '../../../resolvers/runtime.ts';
import type { LoggedChange } from '../../../resolvers/write/change-log/read-changes.ts';
import { deliveryObject } from '../objects.ts';
import { eventNames, type Trigger, type Webhook } from '../webhook.ts';

declare module '../../../kernel/jobs.ts' {
  interface JobTypes {
    /** `attempt`: how many there were before it. A job whose number does not fit has been overtaken. */
    'webhooks.deliver': { readonly delivery: string; readonly attempt: number };
  }
}

/** A message to be sent, as the record of its delivery begins. */
export interface NewDelivery {
  readonly webhook: Webhook;
  readonly trigger: Trigger;
  readonly record: string;
  readonly happenedAt: string;
  readonly position?: string | undefined;
  readonly changed?: readonly string[] | undefined;
  readonly actor?: string | undefined;
  readonly organization?: string | undefined;
}

/** Deliveries with their jobs, in the open transaction. Answers their ids. */
export async function addDeliveries(deliveries: readonly NewDelivery[], { writer, systemContext }: Runtime, jobs: JobService): Promise<readonly string[]> {
  const input = deliveries.map(({ webhook, trigger, record, happenedAt, position, changed, actor, organization }) => ({
    id: newId(), webhook: webhook.name, event: `${webhook.object.name}.${eventNames[trigger]}`, object: webhook.object.name, record, status: 'PENDING', attempts: 0, attemptLog: [],
    happenedAt: new Date(happenedAt).toISOString(), kind: trigger, position: position ?? null, changed: changed ?? null, actor: actor ?? null, organization: organization ?? null,
  }));
  if (input.length > 0) await writer.write({ object: String(deliveryObject['name']), options: {}, operation: 'createMany', input }, systemContext());
  await jobs.enqueueMany('webhooks.deliver', input.map(({ id }) => ({ data: { delivery: id, attempt: 0 } })));
  return input.map(({ id }) => id);
}

const triggerOf: Readonly<Record<LoggedChange['kind'], Trigger>> = { create: 'create', update: 'update', delete: 'delete', restore: 'undelete' };

/** What of the changes concerns which webhooks. */
export function deliveriesOf(changes: readonly LoggedChange[], webhooks: readonly Webhook[]): readonly NewDelivery[] {
  return changes.flatMap((change) => {
    const trigger = triggerOf[change.kind];
    return webhooks
      .filter(({ object, triggers, since }) => object.name === change.object && triggers.has(trigger) && (!since || new Date(change.at) >= since))
      .map((webhook) => ({
        webhook, trigger, record: change.recordId, happenedAt: change.at, position: change.position, actor: change.actor, organization: change.organization,
        ...(change.kind === 'update' && { changed: Object.keys(change.changes) }),
      }));
  });
}
