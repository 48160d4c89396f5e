import type { Checked } from '../checked.ts';
import type { CallChecker, ExpressionFunction, FunctionSpec } from '../functions.ts';
import { date, datetime, number } from '../types.ts';
import { quotient } from '../exact.ts';
import { call, inGroup } from './spec.ts';

const today = (zone?: string) => call('today', date, [], zone);
const days = (operator: 'addDays' | 'daysBetween', left: Checked, right: Checked): Checked => ({ kind: 'arithmetic', operator, type: operator === 'addDays' ? date : number, left, right });
const negated = (value: Checked): Checked => ({ kind: 'arithmetic', operator: 'subtract', type: number, left: { kind: 'constant', type: number, value: '0' }, right: value });

/** A part of a day or of a point in time, the latter in the time zone. */
const part = (name: ExpressionFunction) => (at: CallChecker) => call(name, number, [at.value(0).type.kind === 'datetime' ? at.value(0) : at.day(0)], at.zone(1));
/** A part of the time of day. */
const clock = (name: ExpressionFunction) => (at: CallChecker) => call(name, number, [at.instant(0)], at.zone(1));

export const dateFunctions: readonly FunctionSpec[] = inGroup('date', [
  { name: 'TODAY', signature: 'TODAY(zone)', takes: [0, 1], description: 'The day it is, in the time zone.', check: (at) => today(at.zone(0)) },
  { name: 'NOW', signature: 'NOW()', takes: [0, 0], description: 'The moment of the request.', check: () => call('now', datetime, []) },
  { name: 'YEAR', aliases: ['GETFULLYEAR'], signature: 'YEAR(date, zone)', takes: [1, 2], description: 'Of a day, or of a point in time in the time zone.', check: part('year') },
  { name: 'MONTH', signature: 'MONTH(date, zone)', takes: [1, 2], description: 'From 1 to 12.', check: part('month') },
  { name: 'DAY', aliases: ['GETDATE'], signature: 'DAY(date, zone)', takes: [1, 2], description: 'Of the month, from 1 to 31.', check: part('day') },
  { name: 'WEEKDAY', signature: 'WEEKDAY(date, zone)', takes: [1, 2], description: 'From 1 for Monday to 7 for Sunday.', check: part('weekday') },
  { name: 'HOUR', aliases: ['GETHOURS'], signature: 'HOUR(datetime, zone)', takes: [1, 2], description: 'From 0 to 23, in the time zone.', check: clock('hour') },
  { name: 'MINUTE', aliases: ['GETMINUTES'], signature: 'MINUTE(datetime, zone)', takes: [1, 2], description: 'From 0 to 59, in the time zone.', check: clock('minute') },
  { name: 'SECOND', aliases: ['GETSECONDS'], signature: 'SECOND(datetime, zone)', takes: [1, 2], description: 'From 0 to 59.', check: clock('second') },
  {
    name: 'DATE', aliases: ['DATEVALUE'], signature: 'DATE(year, month, day)', takes: [1, 3], description: 'A day from its parts, which may run over: month 13 is the next January. With one argument, a written day or the day of a point in time, in the time zone of a second.',
    check(at) {
      if (at.args.length === 3) return call('makeDate', date, [at.number(0), at.number(1), at.number(2)]);
      const zone = at.zone(1);
      return zone === undefined ? at.day(0) : { kind: 'convert', conversion: 'toDate', type: date, value: at.instant(0), zone };
    },
  },
  { name: 'DATETIME', aliases: ['TIMESTAMP', 'DATETIMEVALUE'], signature: 'DATETIME(value)', takes: [1, 1], description: 'A written point in time, or the beginning of a day in the time zone.', check: (at) => at.instant(0) },
  {
    name: 'DURATION', signature: 'DURATION(text)', takes: [1, 1], description: 'A written span such as "36h" or "1h30m" as a number of days, to add to points in time and to compare their differences with.',
    check: (at) => ({ kind: 'constant', type: number, value: daysOf(at) }),
  },
  {
    name: 'ADDDAYS', signature: 'ADDDAYS(date, number)', takes: [2, 2], description: 'So many days later, as `date + number`.',
    check: (at) => at.value(0).type.kind === 'datetime' ? { kind: 'arithmetic', operator: 'addTime', type: datetime, left: at.value(0), right: at.number(1) } : days('addDays', at.day(0), at.number(1)),
  },
  { name: 'ADDMONTHS', signature: 'ADDMONTHS(date, number)', takes: [2, 2], description: 'So many months later; a day that the month lacks becomes its last day.', check: (at) => call('addMonths', date, [at.day(0), at.number(1)]) },
  { name: 'DAYS_FROM_NOW', signature: 'DAYS_FROM_NOW(number)', takes: [1, 1], description: 'The day so many days after today.', check: (at) => days('addDays', today(), at.number(0)) },
  { name: 'DAYS_AGO', signature: 'DAYS_AGO(number)', takes: [1, 1], description: 'The day so many days before today.', check: (at) => days('addDays', today(), negated(at.number(0))) },
  { name: 'DAYS_BETWEEN', signature: 'DAYS_BETWEEN(start, end)', takes: [2, 2], description: 'Days from start to end, negative when the end comes first.', check: (at) => days('daysBetween', at.day(1), at.day(0)) },
  { name: 'DAYS_UNTIL', signature: 'DAYS_UNTIL(date)', takes: [1, 1], description: 'Days from today on.', check: (at) => days('daysBetween', at.day(0), today()) },
  { name: 'HOURS_BETWEEN', aliases: ['HOURS'], signature: 'HOURS_BETWEEN(start, end)', takes: [2, 2], description: 'Hours from start to end, with decimals.', check: (at) => call('hoursBetween', number, [at.instant(0), at.instant(1)]) },
  { name: 'MONTH_DIFF', aliases: ['MONTHS_BETWEEN'], signature: 'MONTH_DIFF(start, end)', takes: [2, 2], description: 'Calendar months from that of the start to that of the end.', check: (at) => call('monthsBetween', number, [at.day(0), at.day(1)]) },
]);

const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function daysOf(at: CallChecker): string {
  const written = at.literalText(0);
  const parts = [...written.matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)];
  const sign = written.startsWith('-') ? -1 : 1;
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== written.replace(/^[+-]/, '')) at.fail(0, `"${written}" is no span of time`, 'Write numbers with d, h, m, s or ms: "36h", "1h30m".');
  const milliseconds = Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit as string] ?? 0), 0)) * sign;
  return quotient(milliseconds, 86_400_000)?.toFixed() ?? '0';
}
