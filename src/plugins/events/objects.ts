import type { DefinitionInput } from '../../metadata/phase.ts';

export const eventObject: DefinitionInput = {
  name: 'sys_event',
  label: 'Event',
  pluralLabel: 'Events',
  description: 'Something that a plugin said has happened, with what it carries. Ids follow the order of publication.',
  nameField: 'name',
  enable: { apiMethods: ['get', 'list', 'aggregate'] },
  fields: {
    name: { type: 'text', label: 'Name', description: 'Dotted: `invoice.paid`.', required: true, maxLength: 300 },
    payload: { type: 'json', label: 'Payload' },
    source: { type: 'text', label: 'Source', description: 'Who published it.', required: true, maxLength: 200 },
    user: { type: 'text', label: 'User', description: 'Id of the user who caused it.', maxLength: 36 },
    organization: { type: 'text', label: 'Organization', maxLength: 36 },
    correlation: { type: 'text', label: 'Correlation', description: 'Equal for what belongs together.', maxLength: 200 },
    causation: { type: 'text', label: 'Causation', description: 'Id of the event that led to it.', maxLength: 200 },
    happened_at: { type: 'datetime', label: 'Happened at', required: true },
    request_key: { type: 'text', label: 'Key', internal: true, unique: true, maxLength: 400 },
  },
  indexes: [{ fields: ['happened_at'] }, { fields: ['name'] }],
};
