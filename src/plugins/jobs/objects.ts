import type { DefinitionInput } from '../../metadata/phase.ts';

export const jobObject: DefinitionInput = {
  name: 'sys_job',
  label: 'Job',
  pluralLabel: 'Jobs',
  description: 'Work that the platform does in the background. Failed ones are the dead letters: they stay until they are run again or their time is over.',
  view: true,
  nameField: 'name',
  enable: { apiMethods: ['get', 'list', 'aggregate'] },
  fields: {
    name: { type: 'text', label: 'Name', description: 'What is done: `change-log.clean`.', required: true },
    queue: { type: 'text', label: 'Queue', required: true },
    status: {
      type: 'select', label: 'Status', required: true, description: 'waiting: for its time or a free place; retrying: for another attempt; failed: no attempt is left.',
      options: [{ value: 'waiting' }, { value: 'running' }, { value: 'retrying' }, { value: 'completed' }, { value: 'failed' }, { value: 'cancelled' }],
    },
    priority: { type: 'select', label: 'Priority', required: true, options: [{ value: 'background' }, { value: 'low' }, { value: 'normal' }, { value: 'high' }, { value: 'critical' }] },
    key: { type: 'text', label: 'Key', description: 'Of the jobs with one name and key, one waits at a time.' },
    attempts: { type: 'number', label: 'Attempts', description: 'How often it was begun.', scale: 0, required: true },
    max_attempts: { type: 'number', label: 'Most attempts', scale: 0, required: true },
    progress: { type: 'number', label: 'Progress', description: 'Percent.', scale: 0 },
    progress_message: { type: 'text', label: 'Progress message' },
    run_at: { type: 'datetime', label: 'Run at', description: 'Not before this moment.', required: true },
    started_at: { type: 'datetime', label: 'Started at', description: 'When the last attempt began.' },
    finished_at: { type: 'datetime', label: 'Finished at' },
    duration: { type: 'number', label: 'Duration', description: 'Milliseconds of the last attempt.', scale: 0 },
    input: { type: 'json', label: 'Input', description: 'What it was given.' },
    output: { type: 'json', label: 'Output', description: 'What it answered.' },
    error: { type: 'text', label: 'Error', description: 'Why the last attempt failed.' },
  },
};
