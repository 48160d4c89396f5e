import {
  GraphQLBoolean, GraphQLError, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLScalarType, GraphQLString, Kind, valueFromASTUntyped, type ValueNode,
} from 'graphql';
import { Decimal } from 'decimal.js';

interface ScalarOptions {
  readonly name: string;
  readonly description: string;
  readonly specifiedByURL?: string;
  /** Client value → canonical value; throws with what is accepted. */
  readonly parse: (value: unknown) => unknown;
  /** Numbers written in a document keep their digits: the literal's text is parsed, not a float. */
  readonly numeric?: boolean;
}

/** What the database hands over is in JSON form already, so output is passed on as it is; the fast path does the same. */
function scalar({ name, description, specifiedByURL, parse, numeric = false }: ScalarOptions): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    description,
    ...(specifiedByURL !== undefined && { specifiedByURL }),
    serialize: (value) => value,
    parseValue: (value) => parse(value),
    parseLiteral: (node, variables) => parse(literal(node, numeric, variables)),
  });
}

function literal(node: ValueNode, numeric: boolean, variables: Parameters<typeof valueFromASTUntyped>[1]): unknown {
  return numeric && (node.kind === Kind.INT || node.kind === Kind.FLOAT) ? node.value : valueFromASTUntyped(node, variables);
}

function refuse(value: unknown, accepted: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value) : typeof value === 'object' ? 'an object or a list' : String(value);
  throw new GraphQLError(`${shown} is not ${accepted}`);
}

function text(value: unknown, accepted: string): string {
  return typeof value === 'string' ? value : refuse(value, accepted);
}

const decimalText = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?$/;
/** Written as it is passed on. */
const plainDecimal = /^-?(0|[1-9]\d{0,99})(\.\d{0,99}[1-9])?$/;

function parseDecimal(value: unknown): string {
  if (typeof value === 'string' && plainDecimal.test(value)) return value;
  const accepted = 'a decimal number such as "1234.50"';
  if (typeof value === 'number' && Number.isFinite(value)) return new Decimal(value).toFixed();
  const given = text(value, accepted).trim();
  return decimalText.test(given) && given.length <= 1000 ? new Exact(given).toFixed() : refuse(value, accepted);
}

/** Wide enough that no digit of an input is rounded away. */
const Exact = Decimal.clone({ precision: 2000 });

function parseBigInt(value: unknown): string {
  const accepted = 'a whole number such as "9007199254740993"';
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  const given = text(value, accepted).trim();
  return /^[+-]?\d{1,1000}$/.test(given) ? BigInt(given.replace(/^\+/, '')).toString() : refuse(value, accepted);
}

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;

function isCalendarDay(value: string): boolean {
  const match = datePattern.exec(value);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // Every month has these.
  if (month >= 1 && month <= 12 && day >= 1 && day <= 28) return true;
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}

const acceptedDate = 'a calendar day such as "2026-03-31"';
const acceptedDateTime = 'an ISO 8601 moment with a time zone such as "2026-03-31T09:30:00Z"';

function parseDate(value: unknown): string {
  const given = text(value, acceptedDate);
  return isCalendarDay(given) ? given : refuse(value, acceptedDate);
}

const dateTimePattern = /^(\d{4}-\d{2}-\d{2})[Tt ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/;

function parseDateTime(value: unknown): string {
  const given = text(value, acceptedDateTime);
  const day = dateTimePattern.exec(given)?.[1];
  if (day === undefined || !isCalendarDay(day)) return refuse(value, acceptedDateTime);
  const zoned = given.replace(' ', 'T').replace(',', '.').toUpperCase().replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  return new Date(zoned).toISOString();
}

function parseTime(value: unknown): string {
  const accepted = 'a time of day such as "09:30" or "09:30:15.250"';
  const given = text(value, accepted);
  return /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/.test(given) ? given : refuse(value, accepted);
}

/** Formats are checked by the field in the write path, which reports all problems of an input at once, with their paths. */
const anyText = (accepted: string) => (value: unknown) => text(value, accepted);

function parseObject(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : refuse(value, 'a JSON object');
}

const macro = /^\$?\{[a-z0-9_]+\}$/i;
const orMacro = (parse: (value: unknown) => unknown) => (value: unknown) => (typeof value === 'string' && macro.test(value) ? value : parse(value));

/** Filters on a moment take a plain day too: its beginning in UTC. */
const momentOrDay = (value: unknown) => (typeof value === 'string' && isCalendarDay(value) ? `${value}T00:00:00.000Z` : parseDateTime(value));

export const scalars: readonly GraphQLScalarType[] = [
  GraphQLID, GraphQLString, GraphQLInt, GraphQLFloat, GraphQLBoolean,
  scalar({ name: 'Decimal', description: 'An exact decimal number as a string: no digit is lost. Inputs take numbers too.', parse: parseDecimal, numeric: true }),
  scalar({ name: 'BigInt', description: 'A whole number of any size as a string. Inputs take numbers too.', parse: parseBigInt, numeric: true }),
  scalar({ name: 'Date', description: 'A calendar day without time zone, `YYYY-MM-DD`.', specifiedByURL: 'https://scalars.graphql.org/andimarek/local-date.html', parse: parseDate }),
  scalar({ name: 'DateTime', description: 'A moment in ISO 8601, answered in UTC: `2026-03-31T09:30:00.000Z`.', specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html', parse: parseDateTime }),
  scalar({ name: 'Time', description: 'A time of day without time zone, `HH:MM[:SS[.fff]]`.', parse: parseTime }),
  scalar({ name: 'JSON', description: 'Any JSON value.', specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259', parse: (value) => value }),
  scalar({ name: 'JSONObject', description: 'A JSON object.', specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259', parse: parseObject }),
  scalar({ name: 'Email', description: 'An e-mail address.', specifiedByURL: 'https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address', parse: anyText('an e-mail address such as "ada@example.com"') }),
  scalar({ name: 'URL', description: 'An absolute URL.', specifiedByURL: 'https://url.spec.whatwg.org/', parse: anyText('a URL such as "https://example.com/page"') }),
  scalar({ name: 'PhoneNumber', description: 'A phone number as people write it, preferably international.', parse: anyText('a phone number such as "+44 20 7946 0000"') }),
  scalar({ name: 'DateOrMacro', description: 'A calendar day, or a relative one: `{today}`, `{30_days_ago}`, `{current_quarter_start}`.', parse: orMacro(parseDate) }),
  scalar({ name: 'DateTimeOrMacro', description: 'A moment, a day (its beginning in UTC), or a relative one: `{now}`, `{2_hours_ago}`, `{current_month_end}`.', parse: orMacro(momentOrDay) }),
];
