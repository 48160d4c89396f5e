import type { Checked } from './checked.ts';
import type { Expression } from './expression.ts';
import { dateFunctions } from './functions/dates.ts';
import { logicFunctions } from './functions/logic.ts';
import { mathFunctions } from './functions/math.ts';
import { recordFunctions } from './functions/records.ts';
import { textFunctions } from './functions/texts.ts';

/** Functions that both back ends implement; everything else in the table is made of them. */
export type ExpressionFunction =
  | 'coalesce'
  | 'upper' | 'lower' | 'trim' | 'length' | 'left' | 'right' | 'mid' | 'replace' | 'find' | 'contains' | 'startsWith' | 'endsWith' | 'matches' | 'join'
  | 'size'
  | 'sum' | 'average' | 'round' | 'ceiling' | 'floor' | 'abs' | 'min' | 'max' | 'count'
  | 'now' | 'today' | 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'weekday' | 'makeDate' | 'addMonths' | 'monthsBetween' | 'hoursBetween';

export type FunctionGroup = 'logic' | 'text' | 'math' | 'date' | 'data';

/** A function as authors write it. */
export interface FunctionSpec {
  /** Upper case with underscores. Any case will do, with or without underscores. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly group: FunctionGroup;
  /** `ROUND(number, digits = 0)` */
  readonly signature: string;
  /** One sentence for the docs; says what null gives where that is not null. */
  readonly description: string;
  /** Fewest and most arguments. */
  readonly takes: readonly [number, number];
  check(call: CallChecker): Checked;
}

/** What the checker offers to functions. Arguments count from 0. */
export interface CallChecker {
  readonly args: readonly Expression[];
  value(index: number): Checked;
  number(index: number): Checked;
  text(index: number): Checked;
  condition(index: number): Checked;
  /** A day; points in time become the day that they are on. */
  day(index: number): Checked;
  /** A point in time; days become their beginning. */
  instant(index: number): Checked;
  /** A number of characters, or the place of one; a written one is not less than `least`. */
  countFrom(index: number, least: number): Checked;
  /** A whole number that is written out. */
  wholeNumber(index: number, from: number, to: number): Checked;
  /** A text that is written out. */
  literalText(index: number): string;
  /** The arguments from `index` on, brought to one type. */
  alike(index: number): readonly Checked[];
  /** Name of a time zone that is written out, when the argument is there. */
  zone(index: number): string | undefined;
  compare(operator: 'eq' | 'ne', left: Checked, right: Checked, index: number): Checked;
  contains(list: Checked, item: Checked, index: number): Checked;
  textOf(value: Checked, index: number): Checked;
  fail(index: number, message: string, hint?: string): never;
  previousOf(value: Checked, index: number): Checked;
  requirePrevious(): void;
  /** The record that the arguments find. */
  find(): Checked;
}

export const expressionFunctions: readonly FunctionSpec[] = [...logicFunctions, ...textFunctions, ...mathFunctions, ...dateFunctions, ...recordFunctions];

const byName = new Map<string, FunctionSpec>(expressionFunctions.flatMap((spec) => [spec.name, ...spec.aliases].map((name) => [simplify(name), spec] as const)));

export function functionNamed(name: string): FunctionSpec | undefined {
  return byName.get(simplify(name));
}

/** Functions of other systems that have no counterpart, and what says the same. */
const foreign: Readonly<Record<string, string>> = {
  vlookup: 'Write LOOKUP(object, keyField, key, valueField).',
  mod: 'Write a % b.',
  int: 'Write FLOOR(number).', trunc: 'Write IF(x < 0, CEILING(x), FLOOR(x)).', roundup: 'Write CEILING(x * 100) / 100.', rounddown: 'Write FLOOR(x * 100) / 100.',
  power: 'Write x * x.', sqrt: 'Expressions have + - * / % and no roots.',
  value: 'Texts are no numbers: use a number field.', exact: 'Write a = b.', rept: 'Write a & a.',
  iferror: 'Nothing fails: write COALESCE(value, other).', isnumber: 'A number field holds a number or nothing: write NOT ISBLANK(field).',
  ifs: 'Write CASE WHEN a THEN x WHEN b THEN y ELSE z END.', switch: 'Write CASE(value, a, x, b, y, z).', xor: 'Write a != b.',
  edate: 'Write ADDMONTHS(date, number).', eomonth: 'Write ADDMONTHS(DATE(YEAR(d), MONTH(d), 1), 1) - 1.', datedif: 'Write DAYS_BETWEEN(start, end) or MONTH_DIFF(start, end).', days: 'Write DAYS_BETWEEN(start, end).',
  priorvalue: 'Write previous.field.',
};

export function hintOnFunction(name: string): string | undefined {
  const key = simplify(name);
  return Object.hasOwn(foreign, key) ? foreign[key] : undefined;
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}
