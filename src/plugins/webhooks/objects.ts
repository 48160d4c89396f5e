import type { PlatformTable } from '../../database/phase.ts';
import type { DefinitionInput } from '../../metadata/phase.ts';
import { positionTable } from '../../resolvers/write/change-log/follower.ts';

export const webhookObject: DefinitionInput = {
  name: 'sys_webhook',
  label: 'Webhook',
  pluralLabel: 'Webhooks',
  description: 'An address that is told of changes, made by a person. It gets what that person may read.',
  nameField: 'name',
  fields: {
    name: { type: 'text', label: 'Name', required: true, unique: true, maxLength: 100 },
    object: { type: 'text', label: 'Object', description: 'Machine name.', required: true, maxLength: 200 },
    triggers: { type: 'multiselect', label: 'Triggers', required: true, options: [{ value: 'create' }, { value: 'update' }, { value: 'delete' }, { value: 'undelete' }, { value: 'api' }] },
    url: { type: 'url', label: 'Address', required: true },
    payload: { type: 'textarea', label: 'Payload', description: 'GraphQL selection of the record: { id name }. Without one, all its own fields.' },
    active: { type: 'boolean', label: 'Active', defaultValue: true },
    run_as: { type: 'text', label: 'Run as', description: 'Id of the user who wrote it last; payloads are read with the rights of this person.', readonly: true, maxLength: 36 },
  },
};

export const deliveryObject: DefinitionInput = {
  name: 'sys_webhook_delivery',
  label: 'Webhook delivery',
  pluralLabel: 'Webhook deliveries',
  description: 'A message of a webhook: what became of it, without what it says.',
  nameField: 'event',
  enable: { apiMethods: ['get', 'list', 'aggregate'] },
  fields: {
    webhook: { type: 'text', label: 'Webhook', required: true, maxLength: 100 },
    event: { type: 'text', label: 'Event', description: '`account.updated`', required: true, maxLength: 250 },
    object: { type: 'text', label: 'Object', required: true, maxLength: 200 },
    record: { type: 'text', label: 'Record', description: 'Id of the record.', required: true, maxLength: 36 },
    status: {
      type: 'select', label: 'Status', required: true,
      description: 'pending: until those before it on the same record are done; retrying: until its next attempt; skipped: whoever it runs as may not see the record or what changed.',
      options: [{ value: 'pending' }, { value: 'retrying' }, { value: 'delivered' }, { value: 'failed' }, { value: 'skipped' }, { value: 'cancelled' }],
    },
    attempts: { type: 'number', label: 'Attempts', scale: 0, required: true, defaultValue: 0 },
    response_status: { type: 'number', label: 'Response status', description: 'HTTP status of the last attempt.', scale: 0 },
    duration: { type: 'number', label: 'Duration', description: 'Milliseconds of the last attempt.', scale: 0 },
    error: { type: 'text', label: 'Error', description: 'Why the last attempt failed, or why nothing was sent.', maxLength: 2000 },
    attempt_log: { type: 'json', label: 'Attempt log', description: 'Each attempt with time, status, duration, size of the response and error.' },
    next_attempt_at: { type: 'datetime', label: 'Next attempt at' },
    finished_at: { type: 'datetime', label: 'Finished at' },
    happened_at: { type: 'datetime', label: 'Happened at', required: true },
    kind: { type: 'text', label: 'Kind', internal: true, required: true, maxLength: 20 },
    position: { type: 'text', label: 'Place in the change log', internal: true, maxLength: 40 },
    changed: { type: 'json', label: 'Changed fields', internal: true },
    actor: { type: 'text', label: 'Who made the change', internal: true, maxLength: 36 },
    organization: { type: 'text', label: 'Organization of the change', internal: true, maxLength: 36 },
    job: { type: 'text', label: 'Job that sends it', internal: true, maxLength: 36 },
  },
  indexes: [{ fields: ['record', 'status'] }, { fields: ['webhook'] }, { fields: ['status'] }],
};

export const secretObject: DefinitionInput = {
  name: 'sys_webhook_secret',
  label: 'Webhook secret',
  description: 'What messages of a webhook are signed with, encrypted.',
  enable: { apiEnabled: false },
  fields: {
    webhook: { type: 'text', label: 'Webhook', required: true, unique: true, maxLength: 100 },
    secret: { type: 'secret', label: 'Secret', required: true },
    former: { type: 'secret', label: 'Former secret' },
    former_until: { type: 'datetime', label: 'Former secret until' },
  },
};

export const receiptTable = 'objectos_webhook_receipt';
export const placeTable = 'objectos_webhook_position';

export const webhookTables: readonly PlatformTable[] = [
  positionTable(placeTable, 'ObjectosWebhookPosition'),
  {
    name: receiptTable,
    model: `
/// Messages that receivers took, so that a repeat has no effect.
model ObjectosWebhookReceipt {
  receiver  String
  messageId String   @map("message_id")
  at        DateTime @db.Timestamptz(3)

  @@id([receiver, messageId])
  @@map("${receiptTable}")
}
`,
  },
];
