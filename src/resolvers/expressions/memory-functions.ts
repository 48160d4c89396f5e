import type { Decimal } from 'decimal.js';
import type { Checked } from '../../metadata/expressions/checked.ts';
import { Exact, quotient } from '../../metadata/expressions/exact.ts';
import type { ExpressionFunction } from '../../metadata/expressions/functions.ts';
import { parsePattern } from '../../metadata/expressions/pattern.ts';
import { compilePattern } from './automaton.ts';
import { dayAt, order, type Frame } from './evaluate.ts';
import { wallTime } from './time-zone.ts';
import { firstDay, isoDay, lastDay, type Value } from './values.ts';

type Call = Checked & { kind: 'call' };
type Run = (args: readonly Value[], frame: Frame) => Value;

/** Null when an argument is. */
const strict = (run: (args: readonly Exclude<Value, null>[], frame: Frame) => Value): Run => (args, frame) => (args.includes(null) ? null : run(args as readonly Exclude<Value, null>[], frame));
/** False when an argument is null. */
const test = (run: (text: string, part: string) => boolean): Run => ([text, part]) => typeof text === 'string' && typeof part === 'string' && run(text, part);
const ofText = (run: (text: string) => Value): Run => strict(([text]) => run(text as string));
const ofNumber = (run: (number: Decimal) => Value): Run => strict(([number]) => run(number as Decimal));
const present = (args: readonly Value[]): readonly Exclude<Value, null>[] => args.filter((arg) => arg !== null);
const count = (value: Value | undefined): number => (value instanceof Exact ? value.toNumber() : 0);
const chars = (text: string): readonly string[] => Array.from(text);
/** Of the characters of a text, by whole numbers that are at least so great. */
const cut = (least: readonly number[], run: (text: readonly string[], first: number, second: number) => readonly string[]): Run =>
  strict(([text, ...sizes]) => {
    const [first = 0, second = 0] = sizes.map((size) => (size as Decimal).trunc().toNumber());
    return least.some((limit, index) => !isBetween([first, second][index], limit, mostPlaces)) ? null : run(chars(text as string), first, second).join('');
  });
const isBetween = (number: number | undefined, least: number, most: number): boolean => number !== undefined && number >= least && number <= most;
/** Letters with a counterpart of one letter, as the database has it. */
const mapped = (text: string, map: (char: string) => string): string => chars(text).map((char) => { const other = map(char); return chars(other).length === 1 ? other : char; }).join('');

/** A part of a day, or of the clock at an instant. */
const part = (unit: (date: Date) => number) => (call: Call): Run =>
  strict(([value], { zone }) => {
    const instant = call.args[0]?.type.kind === 'date' ? (value as number) * 86_400_000 : wallTime(value as number, zone);
    return new Exact(unit(new Date(instant)));
  });

export const memoryFunctions: Readonly<Record<ExpressionFunction, (call: Call) => Run>> = {
  coalesce: () => (args) => args.find((arg) => arg !== null) ?? null,
  upper: () => ofText((text) => mapped(text, (char) => char.toUpperCase())),
  lower: () => ofText((text) => mapped(text, (char) => (char === 'İ' ? 'i' : char.toLowerCase()))),
  trim: () => ofText((text) => text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '')),
  length: () => ([text]) => new Exact(typeof text === 'string' ? chars(text).length : 0),
  left: () => cut([0], (text, size) => text.slice(0, size)),
  right: () => cut([0], (text, size) => (size === 0 ? [] : text.slice(-size))),
  mid: () => cut([1, 0], (text, start, size) => text.slice(start - 1, start - 1 + size)),
  replace: () => strict(([text, old, by]) => (old === '' ? (text as string) : (text as string).split(old as string).join(by as string))),
  find: () => strict(([needle, text]) => {
    const at = (text as string).indexOf(needle as string);
    return new Exact(at < 0 ? 0 : chars((text as string).slice(0, at)).length + 1);
  }),
  contains: () => test((text, piece) => text.includes(piece)),
  startsWith: () => test((text, piece) => text.startsWith(piece)),
  endsWith: () => test((text, piece) => text.endsWith(piece)),
  matches: (call) => {
    const parsed = parsePattern(String((call.args[1] as Checked & { kind: 'constant' }).value));
    if ('problem' in parsed) throw new Error(parsed.problem);
    const matches = compilePattern(parsed.pattern);
    return ([text]) => typeof text === 'string' && matches(text);
  },
  join: () => ([separator, ...texts]) => texts.filter((text) => text !== null && text !== '').join((separator ?? '') as string),
  size: () => ([list]) => new Exact(Array.isArray(list) ? list.length : 0),
  sum: () => (args) => total(args),
  average: () => (args) => (present(args).length === 0 ? null : (quotient(total(args), present(args).length) ?? null)),
  round: () => strict(([number, digits]) => rounded(number as Decimal, count(digits as Value))),
  ceiling: () => ofNumber((number) => number.ceil()),
  floor: () => ofNumber((number) => number.floor()),
  abs: () => ofNumber((number) => number.abs()),
  min: () => (args) => extreme(args, -1),
  max: () => (args) => extreme(args, 1),
  count: () => (args) => new Exact(present(args).length),
  now: () => (_args, { environment }) => environment.now.getTime(),
  today: () => (_args, { environment, zone }) => dayAt(environment.now.getTime(), zone),
  year: part((date) => date.getUTCFullYear()),
  month: part((date) => date.getUTCMonth() + 1),
  day: part((date) => date.getUTCDate()),
  weekday: part((date) => ((date.getUTCDay() + 6) % 7) + 1),
  hour: part((date) => date.getUTCHours()),
  minute: part((date) => date.getUTCMinutes()),
  second: part((date) => date.getUTCSeconds()),
  makeDate: () => strict(([year, month, day]) => {
    const months = (year as Decimal).trunc().minus(1).times(12).plus((month as Decimal).trunc()).minus(1);
    if (months.lt(0) || months.gt(119_987)) return null;
    const first = dayOfMonth(months.toNumber());
    const result = (day as Decimal).trunc().minus(1).plus(first);
    return result.gte(firstDay) && result.lte(lastDay) ? result.toNumber() : null;
  }),
  addMonths: () => strict(([day, number]) => {
    const months = (number as Decimal).trunc();
    if (months.abs().gt(mostMonths)) return null;
    const [year, month, date] = isoDay(day as number).split('-').map(Number) as [number, number, number];
    const target = (year - 1) * 12 + month - 1 + months.toNumber();
    if (target < 0 || target > 119_987) return null;
    const first = dayOfMonth(target);
    const last = target === 119_987 ? lastDay : dayOfMonth(target + 1) - 1;
    return Math.min(first + date - 1, last);
  }),
  monthsBetween: () => strict(([start, end]) => new Exact(monthIndex(end as number) - monthIndex(start as number))),
  hoursBetween: () => strict(([start, end]) => quotient((end as number) - (start as number), 3_600_000) ?? null),
};

/** Characters that a text may have at most. */
export const mostPlaces = 2_147_483_647;

/** Months that can be added at once: 4,000 years. */
export const mostMonths = 48_000;

function total(args: readonly Value[]): Decimal {
  return present(args).reduce<Decimal>((sum, arg) => sum.plus(arg as Decimal), new Exact(0));
}

function rounded(number: Decimal, digits: number): Decimal {
  if (digits >= 0) return number.toDecimalPlaces(digits, Exact.ROUND_HALF_UP);
  const unit = new Exact(10).pow(-digits);
  return number.div(unit).toDecimalPlaces(0, Exact.ROUND_HALF_UP).times(unit);
}

function extreme(args: readonly Value[], sign: number): Value {
  return present(args).reduce<Value>((best, arg) => (best === null || order(arg, best) * sign > 0 ? arg : best), null);
}

/** First day of a month counted from January of year 1. */
function dayOfMonth(months: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(months / 12) + 1, months % 12, 1);
  return date.getTime() / 86_400_000;
}

function monthIndex(day: number): number {
  const date = new Date(day * 86_400_000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
