import parser from 'cron-parser';
import { StartupError } from '../../errors.ts';
import type { JobSchedule } from '../../kernel/jobs.ts';

export function nextFiring({ cron, timeZone = 'UTC' }: JobSchedule, from: Date): Date {
  return parser.parseExpression(cron, { currentDate: from, tz: timeZone }).next().toDate();
}

export function checkSchedule(name: string, schedule: JobSchedule): void {
  try {
    nextFiring(schedule, new Date());
  } catch (error) {
    throw new StartupError(`The schedule of the job "${name}" cannot be read: ${error instanceof Error ? error.message : String(error)}. A rule has five fields: minute, hour, day, month, day of the week.`);
  }
}
