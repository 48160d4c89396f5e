import type { DefinitionInput } from '../../metadata/phase.ts';

export const runTable = 'sys_automation_run';

export const runObject: DefinitionInput = {
  name: runTable,
  label: 'Automation run',
  pluralLabel: 'Automation runs',
  description: 'A workflow rule or handler at work on one record.',
  nameField: 'rule',
  enable: { apiMethods: ['get', 'list', 'aggregate'] },
  fields: {
    rule: { type: 'text', label: 'Rule', description: 'Name of the rule or handler.', required: true, maxLength: 200 },
    object: { type: 'text', label: 'Object', description: 'Machine name of the record\'s object; empty for a rule that is about none.', maxLength: 200 },
    record: { type: 'text', label: 'Record', description: 'Id of the record.', maxLength: 36 },
    event: { type: 'select', label: 'Event', options: [{ value: 'create' }, { value: 'update' }, { value: 'delete' }, { value: 'time' }, { value: 'schedule' }, { value: 'webhook' }], required: true },
    status: {
      type: 'select', label: 'Status', required: true, description: 'scheduled: until its time comes; pending: until the runs before it on the same record are done; retrying: until its next attempt.',
      options: [{ value: 'scheduled' }, { value: 'pending' }, { value: 'running' }, { value: 'retrying' }, { value: 'completed' }, { value: 'failed' }, { value: 'cancelled' }],
    },
    due_at: { type: 'datetime', label: 'Due at', description: 'When a time trigger fires.' },
    timer: { type: 'text', label: 'Time trigger', description: 'Which of the rule\'s time triggers it is.', maxLength: 100 },
    run_as: { type: 'select', label: 'Run as', options: [{ value: 'system' }, { value: 'user' }], required: true },
    user: { type: 'text', label: 'User', description: 'Id of the user who made the change.', maxLength: 36 },
    place: { type: 'number', label: 'Place', description: 'Its place among the runs of the record, as the database has seen their changes.', scale: 0, precision: 18, internal: true },
    // Shown with what the reader may see of it.
    trigger: { type: 'json', label: 'Trigger', internal: true },
    steps: { type: 'json', label: 'Steps', internal: true },
    definition: { type: 'json', label: 'Definition', internal: true },
    error: { type: 'text', label: 'Error', description: 'Why the last attempt failed, or why the run was cancelled.', maxLength: 2000 },
    attempts: { type: 'number', label: 'Attempts', scale: 0, required: true, defaultValue: 0 },
    progress: { type: 'number', label: 'Progress', description: 'Percent of the actions that are done.', scale: 0, required: true, defaultValue: 0 },
    chain: { type: 'json', label: 'Chain', description: 'Rules whose runs led to this one, outermost first.' },
    job: { type: 'text', label: 'Job', description: 'Id of the job that carries it out.', maxLength: 36 },
    started_at: { type: 'datetime', label: 'Started at', description: 'When the last attempt began.' },
    finished_at: { type: 'datetime', label: 'Finished at' },
    duration: { type: 'number', label: 'Duration', description: 'Milliseconds of the last attempt.', scale: 0 },
  },
  indexes: [{ fields: ['record', 'status'] }, { fields: ['rule'] }, { fields: ['status'] }],
};
