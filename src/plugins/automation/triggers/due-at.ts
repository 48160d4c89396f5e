import { instantOf, wallTime } from '../../../resolvers/expressions/time-zone.ts';
import type { TimeTrigger } from '../rule.ts';

const milliseconds = { minutes: 60_000, hours: 3_600_000, days: 86_400_000, weeks: 7 * 86_400_000 } as const;

/**
 * When a time trigger fires: `base` is the value of its field, or the moment at which the criteria began to hold. A date stands for
 * its midnight. Days and weeks go by the calendar of the time zone, so that a change of the clock moves nothing. Undefined without a base.
 */
export function dueAt({ length, unit }: TimeTrigger, base: unknown, timeZone: string): Date | undefined {
  const isDate = typeof base === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(base);
  const at = base instanceof Date ? base.getTime() : typeof base === 'string' ? Date.parse(base) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const wall = isDate ? at : wallTime(at, timeZone);
  const offset = length * milliseconds[unit];
  const due = unit === 'days' || unit === 'weeks' ? instantOf(wall + offset, timeZone) : instantOf(wall, timeZone) + offset;
  return Number.isNaN(new Date(due).getTime()) ? undefined : new Date(due);
}
