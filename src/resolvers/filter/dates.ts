/** Half-open range of instants: `from` belongs to it, `to` does not. */
export interface InstantRange {
  readonly from: Date;
  readonly to: Date;
}

export const dateUnits = ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;
export type DateUnit = (typeof dateUnits)[number];

/** Named ranges of the `DateRange` enum. Weeks start on Monday; `LAST_7_DAYS` ends with today, `LAST_3_MONTHS` with the previous month. */
export const dateRanges = [
  'TODAY', 'YESTERDAY', 'TOMORROW',
  'THIS_WEEK', 'LAST_WEEK', 'NEXT_WEEK', 'THIS_MONTH', 'LAST_MONTH', 'NEXT_MONTH',
  'THIS_QUARTER', 'LAST_QUARTER', 'NEXT_QUARTER', 'THIS_YEAR', 'LAST_YEAR', 'NEXT_YEAR',
  'LAST_7_DAYS', 'LAST_30_DAYS', 'LAST_90_DAYS', 'LAST_365_DAYS', 'NEXT_7_DAYS', 'NEXT_30_DAYS', 'NEXT_90_DAYS', 'NEXT_365_DAYS',
  'LAST_3_MONTHS', 'LAST_6_MONTHS', 'LAST_12_MONTHS', 'NEXT_3_MONTHS', 'NEXT_6_MONTHS', 'NEXT_12_MONTHS',
] as const;
export type DateRange = (typeof dateRanges)[number];

/** First instant (UTC) of the unit that holds `moment`. */
export function startOf(unit: DateUnit, moment: Date): Date {
  const [year, month, day] = [moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate()];
  switch (unit) {
    case 'MINUTE': return new Date(Math.floor(moment.getTime() / 60_000) * 60_000);
    case 'HOUR': return new Date(Math.floor(moment.getTime() / 3_600_000) * 3_600_000);
    case 'DAY': return utc(year, month, day);
    case 'WEEK': return utc(year, month, day - ((moment.getUTCDay() + 6) % 7));
    case 'MONTH': return utc(year, month, 1);
    case 'QUARTER': return utc(year, month - (month % 3), 1);
    case 'YEAR': return utc(year, 0, 1);
  }
}

/** Moves by whole units; a day that the target month lacks becomes its last day. */
export function add(moment: Date, count: number, unit: DateUnit): Date {
  switch (unit) {
    case 'MINUTE': return new Date(moment.getTime() + count * 60_000);
    case 'HOUR': return new Date(moment.getTime() + count * 3_600_000);
    case 'DAY': return new Date(moment.getTime() + count * 86_400_000);
    case 'WEEK': return new Date(moment.getTime() + count * 7 * 86_400_000);
    case 'MONTH': return addMonths(moment, count);
    case 'QUARTER': return addMonths(moment, count * 3);
    case 'YEAR': return addMonths(moment, count * 12);
  }
}

export function rangeOf(name: DateRange, now: Date): InstantRange {
  const today = startOf('DAY', now);
  const days = /^(LAST|NEXT)_(\d+)_DAYS$/.exec(name);
  if (days) {
    const count = Number(days[2]);
    return days[1] === 'LAST'
      ? { from: add(today, 1 - count, 'DAY'), to: add(today, 1, 'DAY') }
      : { from: today, to: add(today, count, 'DAY') };
  }
  const months = /^(LAST|NEXT)_(\d+)_MONTHS$/.exec(name);
  if (months) {
    const month = startOf('MONTH', now);
    const count = Number(months[2]);
    return months[1] === 'LAST' ? { from: add(month, -count, 'MONTH'), to: month } : { from: add(month, 1, 'MONTH'), to: add(month, count + 1, 'MONTH') };
  }
  const [unit, shift] = namedUnit(name);
  const from = add(startOf(unit, now), shift, unit);
  return { from, to: add(from, 1, unit) };
}

/** The last or next `count` units, counted from now: `withinLast: { count: 45, unit: DAY }`. */
export function rangeAround(direction: 'withinLast' | 'withinNext', count: number, unit: DateUnit, now: Date): InstantRange {
  return direction === 'withinLast' ? { from: add(now, -count, unit), to: now } : { from: now, to: add(now, count, unit) };
}

const macro = /^\$?\{([a-z0-9_]+)\}$/;

/** The instant a macro such as `{today}`, `{30_days_ago}` or `{current_quarter_end}` stands for; undefined for an unknown one. */
export function resolveMacro(text: string, now: Date): Date | undefined {
  const name = macro.exec(text)?.[1];
  if (name === undefined) return undefined;
  const today = startOf('DAY', now);
  switch (name) {
    case 'now': return now;
    case 'today': return today;
    case 'yesterday': return add(today, -1, 'DAY');
    case 'tomorrow': return add(today, 1, 'DAY');
  }
  const edge = /^(?:(current|last|next)_)?(week|month|quarter|year)_(start|end)$/.exec(name);
  if (edge) {
    const unit = (edge[2] as string).toUpperCase() as DateUnit;
    const shift = edge[1] === 'last' ? -1 : edge[1] === 'next' ? 1 : 0;
    const start = add(startOf(unit, now), shift, unit);
    return edge[3] === 'start' ? start : new Date(add(start, 1, unit).getTime() - 1);
  }
  const distance = /^(\d{1,5})_(minute|hour|day|week|month|year)s?_(ago|from_now)$/.exec(name);
  if (distance) {
    const unit = (distance[2] as string).toUpperCase() as DateUnit;
    const base = unit === 'MINUTE' || unit === 'HOUR' ? now : today;
    return add(base, distance[3] === 'ago' ? -Number(distance[1]) : Number(distance[1]), unit);
  }
  return undefined;
}

/** `2026-03-01`, in UTC. */
export function calendarDay(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

function namedUnit(name: string): [DateUnit, number] {
  if (name === 'TODAY') return ['DAY', 0];
  if (name === 'YESTERDAY') return ['DAY', -1];
  if (name === 'TOMORROW') return ['DAY', 1];
  const [when, unit] = name.split('_') as [string, DateUnit];
  return [unit, when === 'LAST' ? -1 : when === 'NEXT' ? 1 : 0];
}

function addMonths(moment: Date, count: number): Date {
  const moved = new Date(moment);
  const day = moment.getUTCDate();
  moved.setUTCDate(1);
  moved.setUTCMonth(moment.getUTCMonth() + count);
  const last = utc(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0).getUTCDate();
  moved.setUTCDate(Math.min(day, last));
  return moved;
}

function utc(year: number, month: number, day: number): Date {
  return new Date(Date.UTC(year, month, day));
}
