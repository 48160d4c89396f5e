import type { Checked } from '../../metadata/expressions/checked.ts';
import type { ExpressionFunction } from '../../metadata/expressions/functions.ts';
import { parsePattern } from '../../metadata/expressions/pattern.ts';
import { literal } from '../sql/identifier.ts';
import { patternSql } from './automaton.ts';
import { mostMonths, mostPlaces } from './memory-functions.ts';
import { clamped, daySql, dateSql, millisecondsSql, quotientSql } from './sql-values.ts';

type Call = Checked & { kind: 'call' };

/** What a call stands in: names of time zones as SQL, and the moment of the request. */
export interface SqlCall {
  readonly call: Call;
  readonly zone: string;
  /** The calendar day of an instant in the zone. */
  dayOf(instant: string): string;
  now(): string;
}

type Write = (args: readonly string[], at: SqlCall) => string;

const whole = (sql: string): string => `(${sql})::numeric`;
const numbered = (call: string): Write => (args) => `${call}(${args.join(', ')})`;
const written = (call: Call, index: number): string => String((call.args[index] as Checked & { kind: 'constant' }).value);

/** A number of characters, without its decimals. */
const places = (sql = '', least: number): string => `(${clamped(`trunc(${sql})`, least, mostPlaces)})::int`;

/** Of a day, or of the clock at an instant. */
const part = (name: string): Write => ([value = ''], { call, zone }) => {
  const moment = call.args[0]?.type.kind === 'date' ? value : `(${value} AT TIME ZONE ${zone})`;
  return `extract(${name} from ${moment})`;
};

export const sqlFunctions: Readonly<Record<ExpressionFunction, Write>> = {
  coalesce: numbered('coalesce'),
  upper: numbered('upper'),
  lower: numbered('lower'),
  trim: ([text]) => `btrim(${text}, E' \\t\\n\\r')`,
  length: ([text]) => whole(`coalesce(length(${text}), 0)`),
  left: ([text, size]) => `left(${text}, ${places(size, 0)})`,
  right: ([text, size]) => `right(${text}, ${places(size, 0)})`,
  mid: ([text, start, size]) => `substr(${text}, ${places(start, 1)}, ${places(size, 0)})`,
  replace: numbered('replace'),
  find: ([needle, text]) => whole(`strpos(${text}, ${needle})`),
  contains: ([text, needle]) => `(strpos(${text}, ${needle}) > 0)`,
  startsWith: numbered('starts_with'),
  endsWith: ([text, ending]) => `starts_with(reverse(${text}), reverse(${ending}))`,
  matches: ([text], { call }) => {
    const parsed = parsePattern(written(call, 1));
    if ('problem' in parsed) throw new Error(parsed.problem);
    return `(${text} ~ ${literal(patternSql(parsed.pattern))})`;
  },
  join: ([separator, ...texts]) => `concat_ws(coalesce(${separator}, ''), ${texts.map((text) => `nullif(${text}, '')`).join(', ')})`,
  size: ([list]) => whole(`coalesce(cardinality(${list}), 0)`),
  sum: (args) => `(${args.map((arg) => `coalesce(${arg}, 0)`).join(' + ')})`,
  average: (args) => `(SELECT ${quotientSql('sum(v)', 'count(v)')} FROM (VALUES ${args.map((arg) => `(${arg})`).join(', ')}) x(v))`,
  round: ([number], { call }) => `round(${number}, ${written(call, 1)})`,
  ceiling: numbered('ceil'),
  floor: numbered('floor'),
  abs: numbered('abs'),
  min: numbered('least'),
  max: numbered('greatest'),
  count: (args) => whole(`num_nonnulls(${args.join(', ')})`),
  now: (_args, at) => at.now(),
  today: (_args, at) => at.dayOf(at.now()),
  year: part('year'),
  month: part('month'),
  day: part('day'),
  weekday: part('isodow'),
  hour: part('hour'),
  minute: part('minute'),
  second: ([instant], { zone }) => `floor(extract(second from (${instant} AT TIME ZONE ${zone})))`,
  makeDate: ([year, month, day]) => {
    const months = `(${clamped(`(trunc(${year}) - 1) * 12 + trunc(${month}) - 1`, 0, 119_987)})::int`;
    return dateSql(`${daySql(`(date '0001-01-01' + make_interval(months => ${months}))::date`)} + trunc(${day}) - 1`);
  },
  addMonths: ([day, number]) => dateSql(daySql(`(${day} + make_interval(months => (${clamped(`trunc(${number})`, -mostMonths, mostMonths)})::int))::date`)),
  // OFFSET 0 keeps the planner from writing the days out twice.
  monthsBetween: ([start, end]) => `(SELECT (extract(year from x.e) - extract(year from x.s)) * 12 + extract(month from x.e) - extract(month from x.s) FROM (SELECT ${start} AS s, ${end} AS e OFFSET 0) x)`,
  hoursBetween: ([start, end]) => quotientSql(`(${millisecondsSql(end ?? '')} - ${millisecondsSql(start ?? '')})`, '3600000'),
};

