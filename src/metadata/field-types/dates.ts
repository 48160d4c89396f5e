import type { Coerced } from '../field-type.ts';
import { accept, refuse, shown, wrongType } from './problem.ts';

const dateExpression = /^(\d{4})-(\d{2})-(\d{2})$/;
const timeExpression = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
const datetimeExpression = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** Days that exist, from year 1 to 9999. */
function isDay(text: string): boolean {
  const match = dateExpression.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day <= days;
}

/** `HH:MM:SS.mmm`, or undefined when there is no such time of day or it is finer than a millisecond. */
function canonicalTime(text: string): string | 'too precise' | undefined {
  const match = timeExpression.exec(text);
  if (match === null) return undefined;
  const [, hours = '', minutes = '', seconds = '00', fraction = ''] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  if (/[1-9]/.test(fraction.slice(3))) return 'too precise';
  return `${hours}:${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

/** A calendar day without time zone. The midnight of a day, as YAML and JavaScript write it, counts as that day. */
export function coerceDate(value: unknown): Coerced {
  const text = value instanceof Date ? isoOf(value) : value;
  if (typeof text !== 'string') return wrongType('a date such as 2026-03-31', value);
  const day = text.trim().replace(/[Tt ]00:00(?::00(?:\.0+)?)?(?:[Zz]|[+-]00:?00)?$/, '');
  if (!isDay(day)) return refuse('BAD_FORMAT', `Expected a day that exists, written YYYY-MM-DD, found ${shown(value)}.`);
  return accept(day);
}

/** An instant. Without a zone it is taken as UTC, a day alone as its beginning in UTC; nothing finer than a millisecond is kept, or lost. */
export function coerceDatetime(value: unknown): Coerced {
  const text = value instanceof Date ? isoOf(value) : value;
  if (typeof text !== 'string') return wrongType('a date and time such as 2026-03-31T09:30:00Z', value);
  const match = datetimeExpression.exec(text.trim());
  const day = match?.[1];
  const time = match === null ? undefined : canonicalTime(match[2] ?? '00:00');
  if (time === 'too precise') return refuse('TOO_PRECISE', `Instants are kept to the millisecond, found ${shown(value)}.`);
  if (day === undefined || time === undefined || !isDay(day)) {
    return refuse('BAD_FORMAT', `Expected an instant that exists, written YYYY-MM-DDTHH:MM:SS with Z or an offset, found ${shown(value)}.`);
  }
  const zone = canonicalZone(match?.[3] ?? 'Z');
  const instant = zone === undefined ? undefined : new Date(`${day}T${time}${zone}`);
  if (instant === undefined || Number.isNaN(instant.getTime())) return refuse('BAD_FORMAT', `The offset of ${shown(value)} does not exist.`);
  const year = instant.getUTCFullYear();
  if (year < 1 || year > 9999) return refuse('OUT_OF_RANGE', `Instants lie in the years 1 to 9999 of UTC, found ${shown(value)}.`);
  return accept(instant.toISOString());
}

function canonicalZone(zone: string): string | undefined {
  if (/^z$/i.test(zone)) return 'Z';
  const digits = zone.replaceAll(':', '');
  const [hours, minutes] = [digits.slice(1, 3), digits.slice(3, 5) || '00'];
  // Offsets in use go from -12:00 to +14:00; PostgreSQL takes up to 15:59.
  return Number(hours) <= 15 && Number(minutes) <= 59 ? `${digits.slice(0, 1)}${hours}:${minutes}` : undefined;
}

/** A time of day without date and zone. */
export function coerceTime(value: unknown): Coerced {
  if (typeof value !== 'string') return wrongType('a time such as 09:30', value);
  const time = canonicalTime(value.trim());
  if (time === 'too precise') return refuse('TOO_PRECISE', `Times are kept to the millisecond, found ${shown(value)}.`);
  return time === undefined ? refuse('BAD_FORMAT', `Expected a time from 00:00 to 23:59:59.999, found ${shown(value)}.`) : accept(time);
}

function isoOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an invalid Date' : date.toISOString();
}
