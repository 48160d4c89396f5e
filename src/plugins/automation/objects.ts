import type { DefinitionInput } from '../../metadata/phase.ts';

export const runObject: DefinitionInput = {
  name: 'sys_automation_run',
  label: 'Automation run',
  pluralLabel: 'Automation runs',
  description: 'A workflow rule at work on one record.',
  nameField: 'rule',
  enable: { apiMethods: ['get', 'list', 'aggregate'] },
  fields: {
    rule: { type: 'text', label: 'Rule', required: true, maxLength: 200 },
    object: { type: 'text', label: 'Object', description: 'Machine name of the record\'s object.', required: true, maxLength: 200 },
    record: { type: 'text', label: 'Record', description: 'Id of the record.', required: true, maxLength: 36 },
    event: { type: 'select', label: 'Event', options: [{ value: 'create' }, { value: 'update' }, { value: 'delete' }], required: true },
    status: {
      type: 'select', label: 'Status', required: true, description: 'pending: until the runs before it on the same record are done; retrying: until its next attempt.',
      options: [{ value: 'pending' }, { value: 'running' }, { value: 'retrying' }, { value: 'completed' }, { value: 'failed' }, { value: 'cancelled' }],
    },
    run_as: { type: 'select', label: 'Run as', options: [{ value: 'system' }, { value: 'user' }], required: true },
    user: { type: 'text', label: 'User', description: 'Id of the user who made the change.', maxLength: 36 },
    trigger: { type: 'json', label: 'Trigger', description: 'The record as it was written, and as it was before.' },
    steps: { type: 'json', label: 'Steps', description: 'What was done, step by step.' },
    error: { type: 'text', label: 'Error', description: 'Why the last attempt failed.', maxLength: 2000 },
    attempts: { type: 'number', label: 'Attempts', scale: 0, required: true, defaultValue: 0 },
    chain: { type: 'json', label: 'Chain', description: 'Rules whose runs led to this one, outermost first.' },
    definition: { type: 'json', label: 'Definition', description: 'The rule as it was when the run began.' },
    job: { type: 'text', label: 'Job', description: 'Id of the job that carries it out.', maxLength: 36 },
    started_at: { type: 'datetime', label: 'Started at' },
    finished_at: { type: 'datetime', label: 'Finished at' },
  },
  indexes: [{ fields: ['record', 'status'] }, { fields: ['rule'] }, { fields: ['status'] }],
};
