import pg from 'pg';

type Parse = (text: string) => unknown;

const oid = { int8: 20, interval: 1186, date: 1082, dateArray: 1182, time: 1083, timeArray: 1183, timestamp: 1114, timestampArray: 1115, timestamptz: 1184, timestamptzArray: 1185, int8Array: 1016, numericArray: 1231, textArray: 1009, point: 600 } as const;

const keep: Parse = (text) => text;
const textArray = pg.types.getTypeParser(oid.textArray as number) as (text: string) => (string | null)[];
const eachOf = (parse: Parse): Parse => (text) => textArray(text).map((item) => (item === null ? null : parse(item)));

/** `2026-01-02 03:04:05.6+00` → `2026-01-02T03:04:05.600Z`; infinities and years BC stay as PostgreSQL writes them. */
export function isoTimestamp(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00)?$/.exec(text);
  if (!match) return text;
  return `${match[1] ?? ''}T${match[2] ?? ''}.${(match[3] ?? '').padEnd(3, '0')}Z`;
}

/** `09:30:00` → `09:30:00.000`; finer parts of a second stay. */
export function isoTime(text: string): string {
  const [clock = '', fraction = ''] = text.split('.');
  return `${clock}.${fraction.padEnd(3, '0')}`;
}

const parsers = new Map<number, Parse>([
  [oid.int8, keep],
  [oid.interval, keep],
  [oid.point, keep],
  [oid.date, keep],
  [oid.time, isoTime],
  [oid.timestamp, isoTimestamp],
  [oid.timestamptz, isoTimestamp],
  [oid.int8Array, textArray],
  [oid.numericArray, textArray],
  [oid.dateArray, textArray],
  [oid.timeArray, eachOf(isoTime)],
  [oid.timestampArray, eachOf(isoTimestamp)],
  [oid.timestamptzArray, eachOf(isoTimestamp)],
]);

/**
 * How values leave the database, on both engines: `int8` and `numeric` as strings (no digit lost), `date` as
 * `YYYY-MM-DD`, `time` as `HH:MM:SS.mmm`, timestamps as ISO 8601 in UTC, json parsed, the rest as pg does.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser(id: number, format?: 'text' | 'binary') {
    const parse = format === 'binary' ? undefined : parsers.get(id);
    return parse ?? (pg.types.getTypeParser(id, format as 'text') as Parse);
  },
};
