import type { Decimal } from 'decimal.js';
import { Exact, quotient } from '../../metadata/expressions/exact.ts';
import type { Arithmetic, Checked, CheckedExpression, Comparison, FindRecord, ReadField } from '../../metadata/expressions/checked.ts';
import type { ExpressionType } from '../../metadata/expressions/types.ts';
import type { StoredRecord } from '../filter/to-predicate.ts';
import { callerValue } from './caller-values.ts';
import type { ExpressionEnvironment } from './environment.ts';
import { memoryFunctions } from './memory-functions.ts';
import { instantOf, wallTime } from './time-zone.ts';
import { firstDay, firstInstant, isoDay, lastDay, lastInstant, plainDigits, readValue, storedValue, type Value } from './values.ts';

/** What runs: an environment and the items of enclosing `exists` and `all`. */
export interface Frame {
  readonly environment: ExpressionEnvironment;
  readonly zone: string;
  readonly items: ReadonlyMap<number, Value>;
}

type Evaluate = (frame: Frame) => Value;

const compiled = new WeakMap<CheckedExpression, Evaluate>();

/** The value of an expression in memory, in stored form; agrees with `expressionSql` on every record. */
export function evaluateExpression(expression: CheckedExpression, environment: ExpressionEnvironment): unknown {
  let evaluate = compiled.get(expression);
  if (!evaluate) {
    evaluate = compile(expression.root);
    compiled.set(expression, evaluate);
  }
  return storedValue(expression.type, evaluate({ environment, zone: environment.timeZone ?? 'UTC', items: noItems }));
}

/** A condition: null counts as false. */
export function testExpression(expression: CheckedExpression, environment: ExpressionEnvironment): boolean {
  return evaluateExpression(expression, environment) === true;
}

const noItems: ReadonlyMap<number, Value> = new Map();

function compile(node: Checked): Evaluate {
  switch (node.kind) {
    case 'constant': {
      const value = readValue(node.type, node.value);
      return () => value;
    }
    case 'field': return readField(node, node.type);
    case 'find': return find(node);
    case 'value': return ({ environment }) => readValue(node.type, given(node.root, node.name, environment));
    case 'variable': return ({ items }) => items.get(node.variable) ?? null;
    case 'call': {
      const args = node.args.map(compile);
      const run = memoryFunctions[node.function](node);
      return (frame) => run(args.map((arg) => arg(frame)), node.zone === undefined ? frame : { ...frame, zone: node.zone });
    }
    case 'convert': return convert(node, compile(node.value));
    case 'and': case 'or': {
      const parts = node.parts.map(compile);
      return node.kind === 'and' ? (frame) => parts.every((part) => part(frame) === true) : (frame) => parts.some((part) => part(frame) === true);
    }
    case 'not': {
      const value = compile(node.value);
      return (frame) => value(frame) !== true;
    }
    case 'isNull': {
      const value = compile(node.value);
      return (frame) => value(frame) === null;
    }
    case 'isNew': return ({ environment }) => environment.previous === null || environment.previous === undefined;
    case 'compare': {
      const [left, right] = [compile(node.left), compile(node.right)];
      return (frame) => compare(node.operator, left(frame), right(frame));
    }
    case 'in': {
      const [value, list] = [compile(node.value), compile(node.list)];
      return (frame) => {
        const sought = value(frame);
        return sought !== null && ((list(frame) ?? []) as readonly Value[]).some((item) => compare('eq', sought, item));
      };
    }
    case 'list': {
      const items = node.items.map(compile);
      return (frame) => items.map((item) => item(frame)).filter((item) => item !== null);
    }
    case 'conditional': {
      const [condition, then, otherwise] = [compile(node.condition), compile(node.then), compile(node.otherwise)];
      return (frame) => (condition(frame) === true ? then(frame) : otherwise(frame));
    }
    case 'quantifier': {
      const [list, test] = [compile(node.list), compile(node.test)];
      return (frame) => {
        const items = (list(frame) ?? []) as readonly Value[];
        const holds = (item: Value) => test({ ...frame, items: new Map(frame.items).set(node.variable, item) }) === true;
        return node.quantifier === 'exists' ? items.some(holds) : items.every(holds);
      };
    }
    case 'arithmetic': return arithmetic(node.operator, compile(node.left), compile(node.right));
  }
}

function readField({ root, steps, field }: ReadField, type: ExpressionType): Evaluate {
  return ({ environment }) => {
    let record = environment[root] ?? null;
    for (const step of steps) {
      if (record === null) return null;
      const id = record[step.name];
      if (!environment.related) throw new Error(`${step.object}.${step.name} leads to another record, which the environment does not give.`);
      record = typeof id === 'string' ? (environment.related(step.reference?.object ?? '', id) ?? null) : null;
    }
    return record === null ? null : readValue(type, fieldValue(field, record, environment));
  };
}

function find(node: Checked & FindRecord): Evaluate {
  const keys = node.keys.map(({ value: { type }, value }) => ({ type, read: compile(value) }));
  return (frame) => {
    const values = keys.map(({ type, read }) => storedValue(type, read(frame)));
    if (values.includes(null)) return null;
    const { environment } = frame;
    if (!environment.found) throw new Error(`A record of ${node.object} is sought, which the environment does not give.`);
    const record = environment.found(node, values, environment.record);
    return record ? readValue(node.type, fieldValue(node.field, record, environment)) : null;
  };
}

function fieldValue(field: ReadField['field'], record: StoredRecord, environment: ExpressionEnvironment): unknown {
  const value = record[field.name];
  return value === undefined && field.column === undefined ? environment.computed?.(field, record) : value;
}

function given(root: 'user' | 'org' | 'env' | 'variable', name: string, { caller, env, variables }: ExpressionEnvironment): unknown {
  switch (root) {
    case 'user': return callerValue(caller, name);
    case 'org': return caller.organizationId;
    case 'env': return env && Object.hasOwn(env, name) ? env[name] : null;
    case 'variable': return variables && Object.hasOwn(variables, name) ? variables[name] : null;
  }
}

function convert(node: Checked & { kind: 'convert' }, read: Evaluate): Evaluate {
  const { type } = node.value;
  return (frame) => {
    const value = read(frame);
    if (value === null) return null;
    const zone = node.zone ?? frame.zone;
    switch (node.conversion) {
      case 'toDatetime': return inCalendar(instantOf((value as number) * 86_400_000, zone));
      case 'toDate': return dayAt(value as number, zone);
      case 'toText': return textOf(type, value);
    }
  };
}

/** The day of an instant on the calendar of a time zone. */
export function dayAt(instant: number, zone: string): number | null {
  const day = Math.floor(wallTime(instant, zone) / 86_400_000);
  return day >= firstDay && day <= lastDay ? day : null;
}

function textOf(type: ExpressionType, value: Value): string {
  switch (type.kind) {
    case 'number': return plainDigits(value as Decimal);
    case 'date': return isoDay(value as number);
    case 'datetime': return new Date(value as number).toISOString();
    default: return String(value);
  }
}

/** Null equals null and nothing else, and stands in no order to anything. Texts are ordered by their code points. */
export function compare(operator: Comparison, left: Value, right: Value): boolean {
  if (left === null || right === null) return operator === 'eq' ? left === right : operator === 'ne' && left !== right;
  const sign = order(left, right);
  switch (operator) {
    case 'eq': return sign === 0;
    case 'ne': return sign !== 0;
    case 'lt': return sign < 0;
    case 'lte': return sign <= 0;
    case 'gt': return sign > 0;
    case 'gte': return sign >= 0;
  }
}

export function order(left: Value, right: Value): number {
  if (left instanceof Exact && right instanceof Exact) return left.comparedTo(right);
  if (typeof left === 'string' && typeof right === 'string') return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
  return Number(left) - Number(right);
}

function arithmetic(operator: Arithmetic, left: Evaluate, right: Evaluate): Evaluate {
  if (operator === 'concat') return (frame) => `${(left(frame) ?? '') as string}${(right(frame) ?? '') as string}`;
  const run = operations[operator];
  return (frame) => {
    const [a, b] = [left(frame), right(frame)];
    return a === null || b === null ? null : run(a, b);
  };
}

const operations: Readonly<Record<Exclude<Arithmetic, 'concat'>, (left: Value, right: Value) => Value>> = {
  add: (left, right) => (left as Decimal).plus(right as Decimal),
  subtract: (left, right) => (left as Decimal).minus(right as Decimal),
  multiply: (left, right) => (left as Decimal).times(right as Decimal),
  divide: (left, right) => quotient(left as Decimal, right as Decimal) ?? null,
  remainder: (left, right) => ((right as Decimal).isZero() ? null : (left as Decimal).mod(right as Decimal)),
  addDays: (left, right) => {
    const day = new Exact(left as number).plus((right as Decimal).trunc());
    return day.gte(firstDay) && day.lte(lastDay) ? day.toNumber() : null;
  },
  addTime: (left, right) => {
    const instant = new Exact(left as number).plus((right as Decimal).times(86_400_000).toDecimalPlaces(0, Exact.ROUND_HALF_UP));
    return instant.gte(firstInstant) && instant.lte(lastInstant) ? instant.toNumber() : null;
  },
  daysBetween: (left, right) => new Exact((left as number) - (right as number)),
  timeBetween: (left, right) => quotient((left as number) - (right as number), 86_400_000) ?? null,
};

function inCalendar(instant: number): number | null {
  return instant >= firstInstant && instant <= lastInstant ? instant : null;
}
