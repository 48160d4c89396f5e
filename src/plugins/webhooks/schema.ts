import type { SchemaExtension } from '../../builder/phase.ts';
import type { OutputField } from '../../builder/spec.ts';
import { ObjectosError } from '../../errors.ts';
import type { RequestContext } from '../../resolvers/request.ts';
import type { Interventions } from './interventions.ts';
import { deliveryObject } from './objects.ts';

/** Mutations on webhooks and their deliveries, for holders of `manage_webhooks`. */
export function extendWithWebhooks({ addFields }: SchemaExtension, interventions: () => Interventions): void {
  const field = <A>(description: string, type: string, args: OutputField['args'], work: (interventions: Interventions, args: A, context: RequestContext) => Promise<unknown>): OutputField => ({
    type, args,
    description: `${description} For holders of manage_webhooks.`,
    resolve: (_parent, given, context) => {
      requireRight(context);
      return work(interventions(), given as A, context);
    },
  });
  const id = { id: { type: 'ID!', description: 'The delivery.' } };
  const webhook = { type: 'String!', description: 'Name of the webhook.' };
  addFields('Mutation', {
    redeliverWebhook: field<{ id: string }>('Sends a message that failed, was skipped or cancelled, or arrived, once more, with all its attempts.', 'ID!', id, (all, args) => all.redeliver(args.id)),
    cancelWebhookDelivery: field<{ id: string }>('Cancels a message that is not sent yet.', 'ID!', id, (all, args) => all.cancel(args.id)),
    triggerWebhook: field<{ webhook: string; record: string }>('Sends a record to a webhook with the trigger api. Answers the delivery.', 'ID!', { webhook, record: { type: 'ID!', description: 'A record that the caller may read.' } }, (all, args, context) => all.trigger(args.webhook, args.record, context)),
    rotateWebhookSecret: field<{ webhook: string; secret?: string | null }>('Puts another secret in the place of the one that messages are signed with, and answers it, which nothing else does. For a while both sign.', 'String!', { webhook, secret: { type: 'String', description: 'The other; by default one is made.' } }, (all, args) => all.rotate(args.webhook, args.secret ?? undefined)),
  });
}

function requireRight({ access }: RequestContext): void {
  if (access.object(String(deliveryObject['name'])).edit !== true) throw new ObjectosError('FORBIDDEN', 'You may not manage webhooks: that takes the system permission manage_webhooks.');
}
