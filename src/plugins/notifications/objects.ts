import { notificationChannels } from '../../kernel/notifications.ts';
import type { DefinitionInput } from '../../metadata/phase.ts';

const enable = { apiMethods: ['get', 'list', 'aggregate'] };
const person: DefinitionInput = { type: 'lookup', reference: 'sys_user', label: 'User', required: true, deleteBehavior: 'cascade' };
const channel: DefinitionInput = { type: 'select', label: 'Channel', required: true, options: notificationChannels.map((value) => ({ value })) };

const user: DefinitionInput = { extend: 'sys_user', fields: { phone: { type: 'phone', label: 'Phone', description: 'Where text messages go.' } } };

export const noticeObject: DefinitionInput = {
  name: 'sys_notification',
  label: 'Notification',
  pluralLabel: 'Notifications',
  description: 'A message to a person inside the app.',
  icon: 'bell',
  nameField: 'title',
  enable,
  fields: {
    user: { ...person, relatedName: 'notifications' },
    title: { type: 'text', label: 'Title', required: true, maxLength: 500 },
    message: { type: 'textarea', label: 'Message' },
    kind: { type: 'select', label: 'Kind', options: [{ value: 'info' }, { value: 'success' }, { value: 'warning' }, { value: 'error' }], defaultValue: 'info' },
    url: { type: 'text', label: 'Where a click leads to', maxLength: 2000 },
    dismissible: { type: 'boolean', label: 'Dismissible', defaultValue: true },
    data: { type: 'json', label: 'Data' },
    read_at: { type: 'datetime', label: 'Read at' },
  },
  indexes: [{ fields: ['user', 'read_at'] }],
};

export const preferenceObject: DefinitionInput = {
  name: 'sys_notification_preference',
  label: 'Notification preference',
  description: 'Whether a person wants messages of a topic over a channel.',
  enable,
  fields: {
    user: { ...person, relatedName: 'notification_preferences' },
    topic: { type: 'text', label: 'Topic', description: 'Category or name of templates; * for all others.', required: true, maxLength: 200 },
    channel,
    enabled: { type: 'boolean', label: 'Enabled', required: true },
  },
  indexes: [{ fields: ['user', 'topic', 'channel'], unique: true }],
};

export const scheduleObject: DefinitionInput = {
  name: 'sys_notification_schedule',
  label: 'Notification schedule',
  description: 'When a person wants messages, in the time zone of the person.',
  enable,
  fields: {
    user: { ...person, unique: true, relatedName: 'notification_schedules' },
    quiet_from: { type: 'time', label: 'Quiet from' },
    quiet_to: { type: 'time', label: 'Quiet to', description: 'Mail, text and push messages wait until then.' },
    digest: { type: 'select', label: 'Digest', description: 'Collects mail into one.', options: [{ value: 'off' }, { value: 'hourly' }, { value: 'daily' }], defaultValue: 'off' },
    digest_at: { type: 'time', label: 'Time of the daily digest', defaultValue: '08:00' },
  },
};

export const subscriptionObject: DefinitionInput = {
  name: 'sys_push_subscription',
  label: 'Push subscription',
  description: 'A browser that gets push messages of a person.',
  enable,
  fields: {
    user: { ...person, relatedName: 'push_subscriptions' },
    endpoint: { type: 'text', label: 'Endpoint', required: true, unique: true, internal: true, maxLength: 2000 },
    p256dh: { type: 'text', label: 'Key', required: true, internal: true, maxLength: 200 },
    auth: { type: 'text', label: 'Secret', required: true, internal: true, maxLength: 100 },
    program: { type: 'text', label: 'Program', maxLength: 500 },
  },
};

export const deliveryObject: DefinitionInput = {
  name: 'sys_notification_delivery',
  label: 'Notification delivery',
  pluralLabel: 'Notification deliveries',
  description: 'What became of a message to one recipient, without what it says.',
  nameField: 'recipient',
  enable,
  fields: {
    channel,
    recipient: { type: 'text', label: 'Recipient', description: 'Address, or id of a user.', required: true, maxLength: 2000 },
    user: { type: 'text', label: 'User', description: 'Id of the user, where the recipient is one.', maxLength: 36 },
    template: { type: 'text', label: 'Template', maxLength: 200 },
    status: {
      type: 'select', label: 'Status', required: true,
      description: 'held: until quiet hours are over or the digest is due; suppressed: the recipient does not want it.',
      options: [{ value: 'queued' }, { value: 'held' }, { value: 'retrying' }, { value: 'sent' }, { value: 'failed' }, { value: 'suppressed' }],
    },
    attempts: { type: 'number', label: 'Attempts', scale: 0, required: true, defaultValue: 0 },
    error: { type: 'text', label: 'Error', description: 'Why the last attempt failed.', maxLength: 2000 },
    held_until: { type: 'datetime', label: 'Held until' },
    finished_at: { type: 'datetime', label: 'Finished at' },
    caused_by: { type: 'text', label: 'Caused by', description: 'Id of the user who caused it.', maxLength: 36 },
    organization: { type: 'text', label: 'Organization', maxLength: 36 },
    request_key: { type: 'text', label: 'Key of the request', internal: true, maxLength: 400 },
    digested: { type: 'boolean', label: 'Goes into the digest', internal: true, defaultValue: false },
    message: { type: 'json', label: 'Message', description: 'Until it is sent.', internal: true },
  },
  indexes: [{ fields: ['request_key'] }, { fields: ['user', 'status'] }, { fields: ['status'] }],
};

export const notificationObjects: readonly DefinitionInput[] = [user, noticeObject, preferenceObject, scheduleObject, subscriptionObject, deliveryObject];
