import parser from 'cron-parser';
import type { JobSchedule } from './jobs.ts';

/** Throws when the schedule cannot be read. */
export function nextFiring({ cron, timeZone = 'UTC' }: JobSchedule, from: Date): Date {
  return parser.parseExpression(cron, { currentDate: from, tz: timeZone }).next().toDate();
}

/** What is wrong with a schedule; undefined when nothing is. */
export function scheduleProblem(schedule: JobSchedule): string | undefined {
  const { timeZone } = schedule;
  if (timeZone !== undefined && !isTimeZone(timeZone)) return `there is no time zone "${timeZone}"`;
  try {
    nextFiring(schedule, new Date());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
