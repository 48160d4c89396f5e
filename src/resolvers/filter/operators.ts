import { ObjectosError } from '../../errors.ts';
import type { CatalogField } from '../../metadata/catalog.ts';
import type { FilterFamily } from '../../metadata/field-type.ts';
import { calendarDay, rangeAround, rangeOf, resolveMacro, startOf, add, type DateRange, type DateUnit, type InstantRange } from './dates.ts';

/** PostgreSQL type that the operand of a family is bound as. */
export const castOf: Readonly<Record<FilterFamily, string>> = {
  id: 'uuid',
  string: 'text',
  int: 'int8',
  float: 'float8',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamptz',
  time: 'time',
  enum: 'text',
  enumList: 'text',
  stringList: 'text',
  json: 'jsonb',
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Stands in for an id that is no UUID: no record has it, so it matches nothing instead of failing the statement. */
const noId = '00000000-0000-0000-0000-000000000000';

export function familyOf(field: CatalogField): FilterFamily {
  const family = field.type.filters(field);
  if (family === undefined) throw new Error(`${field.object}.${field.name} cannot be filtered.`);
  return family;
}

/** One operand value (never null) as both SQL and memory compare it. Refuses what no stored value could be compared with. */
export function operandValue(family: FilterFamily, value: unknown, now: Date): unknown {
  switch (family) {
    case 'id':
      return typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : noId;
    case 'date':
      return calendarDay(instant(value, now));
    case 'datetime':
      return instant(value, now).toISOString();
    case 'json':
      return JSON.stringify(value);
    case 'string':
    case 'stringList':
      return storableText(value);
    default:
      return value;
  }
}

function instant(value: unknown, now: Date): Date {
  if (value instanceof Date) return value;
  const moment = resolveMacro(String(value), now) ?? new Date(String(value));
  if (Number.isNaN(moment.getTime())) throw new ObjectosError('BAD_REQUEST', `"${String(value)}" is no date and no date macro such as {today} or {30_days_ago}.`);
  return inCalendar(moment);
}

const calendar = { from: Date.parse('0001-01-01T00:00:00.000Z'), to: Date.parse('9999-12-31T23:59:59.999Z') };

function inCalendar(moment: Date): Date {
  if (moment.getTime() >= calendar.from && moment.getTime() <= calendar.to) return moment;
  throw new ObjectosError('BAD_REQUEST', 'A date to compare with must be in the years 0001 to 9999.');
}

function storableText(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes('\0')) return value;
  throw new ObjectosError('BAD_REQUEST', 'A text to compare with cannot hold the character U+0000.');
}

/** The range of `within`, `withinLast`, `withinNext` as two comparable values of the family. */
export function rangeOperand(family: FilterFamily, operator: 'within' | 'withinLast' | 'withinNext', value: unknown, now: Date): readonly [string, string] {
  const range = instantRange(operator, value, now);
  for (const end of [range.from, range.to]) inCalendar(end);
  if (family === 'datetime') return [range.from.toISOString(), range.to.toISOString()];
  const end = startOf('DAY', range.to);
  return [calendarDay(range.from), calendarDay(end.getTime() === range.to.getTime() ? end : add(end, 1, 'DAY'))];
}

function instantRange(operator: 'within' | 'withinLast' | 'withinNext', value: unknown, now: Date): InstantRange {
  if (operator === 'within') return rangeOf(value as DateRange, now);
  const { count, unit } = value as { count: number; unit: DateUnit };
  return rangeAround(operator, count, unit, now);
}

/** Escapes `%`, `_` and `\` so that LIKE takes the text literally. */
function likeEscape(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** A LIKE pattern that the operator stands for. */
export function likePattern(operator: string, text: string): string {
  storableText(text);
  switch (operator) {
    case 'startsWith': return `${likeEscape(text)}%`;
    case 'endsWith': return `%${likeEscape(text)}`;
    case 'like': case 'ilike':
      if (/(?<!\\)(\\\\)*\\$/.test(text)) throw new ObjectosError('BAD_REQUEST', `${operator}: a pattern cannot end with a single backslash, which escapes the character after it.`);
      return text;
    default: return `%${likeEscape(text)}%`;
  }
}
