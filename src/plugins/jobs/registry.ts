import { StartupError } from '../../errors.ts';
import { scheduleProblem } from '../../kernel/cron.ts';
import { jobPriorities, type JobDefinition, type JobPriority, type JobRun, type JobSchedule } from '../../kernel/jobs.ts';

/** A definition with its defaults. */
export interface Job {
  readonly name: string;
  readonly queue: string;
  readonly attempts: number;
  readonly retryDelay: number;
  readonly timeout: number;
  readonly priority: number;
  readonly schedule: JobSchedule | undefined;
  handler(run: JobRun): unknown;
}

export interface Registry {
  add(name: string, definition: JobDefinition): void;
  get(name: string): Job | undefined;
  /** Throws for names that nothing registered. */
  need(name: string): Job;
  readonly all: readonly Job[];
  readonly queues: readonly string[];
}

export const priorityOf = (priority: JobPriority): number => jobPriorities.indexOf(priority);

const queueName = /^[a-z][a-z0-9_-]*$/;

export function createRegistry(): Registry {
  const jobs = new Map<string, Job>();
  return {
    add(name, definition) {
      const { queue = 'default', attempts = 4, retryDelay = 1, timeout = 300_000, priority = 'normal', schedule } = definition;
      if (jobs.has(name)) throw new StartupError(`The job "${name}" is registered twice. Rename one of them.`);
      if (!queueName.test(queue)) throw new StartupError(`The queue "${queue}" of the job "${name}" is no name: small letters, digits, _ and -, a letter first.`);
      if (!Number.isInteger(attempts) || attempts < 1 || !Number.isInteger(retryDelay) || retryDelay < 0 || timeout <= 0) {
        throw new StartupError(`The job "${name}" needs at least one attempt, whole seconds between them and a time limit.`);
      }
      const problem = schedule && scheduleProblem(schedule);
      if (problem !== undefined) throw new StartupError(`The schedule of the job "${name}" cannot be read: ${problem}. A rule has five fields: minute, hour, day, month, day of the week.`);
      jobs.set(name, { name, queue, attempts, retryDelay, timeout, priority: priorityOf(priority), schedule, handler: (run) => definition.handler(run) });
    },
    get: (name) => jobs.get(name),
    need(name) {
      const job = jobs.get(name);
      if (!job) throw new TypeError(`Nothing registered the job "${name}". Registered: ${[...jobs.keys()].join(', ') || 'none'}.`);
      return job;
    },
    get all() {
      return [...jobs.values()];
    },
    get queues() {
      return [...new Set([...jobs.values()].map(({ queue }) => queue))];
    },
  };
}
