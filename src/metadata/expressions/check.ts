import { coerceDate, coerceDatetime, coerceTime } from '../field-types/dates.ts';
import { suggest } from '../nearest.ts';
import type { Arithmetic, Checked, CheckedExpression, Comparison } from './checked.ts';
import { ExpressionError, expressionLimits, type Expression, type ExpressionProblem, type ExpressionSource, type Span } from './expression.ts';
import { findRecord } from './find-record.ts';
import { expressionFunctions, functionNamed, hintOnFunction, type CallChecker } from './functions.ts';
import { NameResolver } from './names.ts';
import { parseExpression } from './parse.ts';
import { constant, hintFor, known, optionsOf, plain, recordAsId, retyped, settled } from './retype.ts';
import type { ExpressionScope } from './scope.ts';
import { summarize } from './summarize.ts';
import { isTimeZone } from './time-zone.ts';
import { boolean, date, datetime, describeType, id, listOf, number, text, type ExpressionType } from './types.ts';

export type CheckResult = { readonly checked: CheckedExpression } | { readonly problems: readonly ExpressionProblem[] };

/** Parses and checks in one step, which is what most callers want. */
export function compileExpression(given: ExpressionSource, scope: ExpressionScope): CheckResult {
  const parsed = parseExpression(given);
  return 'problems' in parsed ? { problems: parsed.problems } : checkExpression(parsed.expression, parsed.source, scope);
}

/** Resolves names, chooses functions and finds the types; the first mistake is the answer when there is one. */
export function checkExpression(expression: Expression, source: string, scope: ExpressionScope): CheckResult {
  try {
    const checker = new Checker(scope);
    const root = checker.result(expression);
    const summary = summarize(root);
    if (summary.finds.length > expressionLimits.finds) throw new ExpressionError(`an expression has at most ${expressionLimits.finds} LOOKUPs, found ${summary.finds.length}`, expression, 'Let a formula field find what several places need.');
    return { checked: { source, type: root.type, root, ...summary } };
  } catch (error) {
    if (error instanceof ExpressionError) return { problems: [error.problem] };
    throw error;
  }
}

const signs: Readonly<Record<string, string>> = { eq: '=', ne: '!=', lt: '<', lte: '<=', gt: '>', gte: '>=', add: '+', subtract: '-', multiply: '*', divide: '/', remainder: '%' };
const comparisons: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'lte', 'gt', 'gte']);
const ordered: ReadonlySet<string> = new Set(['number', 'text', 'date', 'datetime', 'time']);

class Checker {
  readonly #scope: ExpressionScope;
  readonly #names: NameResolver;
  readonly #checked = new WeakMap<Expression, Checked>();
  readonly #variables = new Map<string, Checked>();
  #variableCount = 0;

  constructor(scope: ExpressionScope) {
    this.#scope = scope;
    this.#names = new NameResolver(scope);
  }

  result(expression: Expression): Checked {
    const { expects } = this.#scope;
    const value = this.value(expression);
    if (expects === undefined || expects.kind === 'any') return settled(value);
    if (expects.kind === 'boolean') return this.condition(expression);
    return this.to(expects, value, expression);
  }

  /** A value of any type; a lookup that is named alone stays a record. */
  value(expression: Expression): Checked {
    const known = this.#checked.get(expression);
    if (known) return known;
    const checked = this.#value(expression);
    this.#checked.set(expression, checked);
    return checked;
  }

  #value(expression: Expression): Checked {
    switch (expression.kind) {
      case 'text': return constant(text, expression.value);
      case 'number': return constant(number, expression.value);
      case 'boolean': return constant(boolean, expression.value);
      case 'null': return constant({ kind: 'null' }, null);
      case 'name': return this.#variables.get(expression.name) ?? this.#names.name(expression);
      case 'member': return this.#names.member(expression, () => this.value(expression.of));
      case 'index': throw new ExpressionError('items of a list cannot be picked by their place', expression, 'Use in, exists or all.');
      case 'map': throw new ExpressionError('expressions have no maps', expression, 'To choose by a value, write CASE(value, "key", result, …).');
      case 'list': return this.#list(expression);
      case 'not': return { kind: 'not', type: boolean, value: this.condition(expression.operand) };
      case 'negate': return this.#negate(expression.operand);
      case 'binary': return this.#binary(expression);
      case 'conditional': {
        const condition = this.condition(expression.condition);
        const [then, otherwise] = this.alike([expression.then, expression.otherwise]) as [Checked, Checked];
        return { kind: 'conditional', type: then.type.kind === 'null' ? otherwise.type : then.type, condition, then, otherwise };
      }
      case 'call': return this.#call(expression);
    }
  }

  condition(expression: Expression): Checked {
    const value = this.value(expression);
    if (value.type.kind === 'boolean') return value;
    if (value.type.kind === 'any' || value.type.kind === 'null') return this.to(boolean, value, expression);
    const hint = value.type.kind === 'number' ? 'Compare it: amount > 0.' : value.type.kind === 'text' || value.type.kind === 'record' ? 'Compare it, or test it with ISBLANK().' : undefined;
    throw new ExpressionError(`a condition is expected here, found ${describeType(value.type)}`, expression, hint);
  }

  /** Brings a value to a type that it fits. */
  to(wanted: ExpressionType, value: Checked, span: Span, hint?: string): Checked {
    const converted = this.#fit(wanted, value, span);
    if (converted) return converted;
    throw new ExpressionError(`${describeType(wanted)} is expected here, found ${describeType(value.type)}`, span, hint ?? hintFor([value], wanted));
  }

  #fit(wanted: ExpressionType, value: Checked, span: Span): Checked | undefined {
    const { type } = value;
    if (type.kind === 'null') return { ...value, type: wanted };
    if (type.kind === 'any') return retyped(value, wanted);
    if (type.kind === 'record' && wanted.kind === 'id') return retyped(value, id);
    if (wanted.kind === 'record' && type.kind === 'id') return value;
    if (type.kind === 'list' && wanted.kind === 'list') return type.of.kind === wanted.of.kind || type.of.kind === 'any' ? retyped(value, wanted) : undefined;
    if (wanted.kind === type.kind) return wanted.kind === 'text' && wanted.options && value.kind === 'constant' ? this.#option(wanted, value, span) : value;
    if (wanted.kind === 'datetime' && type.kind === 'date') return { kind: 'convert', conversion: 'toDatetime', type: datetime, value };
    if (wanted.kind === 'date' && type.kind === 'datetime') return { kind: 'convert', conversion: 'toDate', type: date, value };
    if (wanted.kind === 'text' && type.kind === 'id') return { kind: 'convert', conversion: 'toText', type: text, value };
    if (type.kind === 'text' && value.kind === 'constant') return this.#written(wanted, value, span);
    if (wanted.kind === 'id' && type.kind === 'text') return undefined;
    return undefined;
  }

  /** A written text as a date, time or id. */
  #written(wanted: ExpressionType, { value }: Checked & { kind: 'constant' }, span: Span): Checked | undefined {
    const coerce = { date: coerceDate, datetime: coerceDatetime, time: coerceTime }[wanted.kind as string];
    if (coerce) {
      const coerced = coerce(value);
      if ('problem' in coerced) throw new ExpressionError(`${JSON.stringify(value)} is not ${describeType(wanted)}`, span, coerced.problem.message);
      return constant(wanted, coerced.value as string);
    }
    if (wanted.kind !== 'id') return undefined;
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(value))) throw new ExpressionError(`${JSON.stringify(value)} is no id`, span, 'Write the id of a record, or compare a field behind the lookup: account.name.');
    return constant(id, String(value).toLowerCase());
  }

  #option(wanted: ExpressionType & { kind: 'text' }, value: Checked & { kind: 'constant' }, span: Span): Checked {
    const options = wanted.options?.options ?? [];
    const given = String(value.value);
    const found = options.find((option) => option.value === given) ?? options.find((option) => option.value.toLowerCase() === given.toLowerCase()) ?? options.find((option) => option.label.toLowerCase() === given.toLowerCase());
    if (found) return constant(text, found.value);
    if (given === '') return value;
    throw new ExpressionError(`${wanted.options?.subject ?? 'the field'} has no option ${JSON.stringify(given)}`, span, suggest(given, options.map((option) => option.value)));
  }

  #list(expression: Expression & { kind: 'list' }): Checked {
    if (expression.items.length === 0) return { kind: 'list', type: listOf({ kind: 'any' }), items: [] };
    const items = this.alike(expression.items);
    if (items[0]?.type.kind === 'list') throw new ExpressionError('a list holds no lists', expression, 'List the items themselves: [a, b].');
    for (const [index, item] of items.entries()) if (item.kind === 'constant' && item.value === null) throw new ExpressionError('a list holds no null', expression.items[index] as Expression, 'Test for null with = null.');
    return { kind: 'list', type: listOf((items[0] as Checked).type), items };
  }

  #negate(operand: Expression): Checked {
    const value = this.to(number, this.value(operand), operand);
    if (value.kind === 'constant' && typeof value.value === 'string') return constant(number, value.value.startsWith('-') ? value.value.slice(1) : /[1-9]/.test(value.value) ? `-${value.value}` : value.value);
    return { kind: 'arithmetic', operator: 'subtract', type: number, left: constant(number, '0'), right: value };
  }

  #binary(expression: Expression & { kind: 'binary' }): Checked {
    const { operator, left, right } = expression;
    if (operator === 'and' || operator === 'or') {
      const parts = [left, right].flatMap((side) => {
        const part = this.condition(side);
        return part.kind === operator ? part.parts : [part];
      });
      return { kind: operator, type: boolean, parts };
    }
    if (operator === 'in') return this.contains(this.value(right), this.value(left), right, left);
    if (comparisons.has(operator)) return known(this.compare(operator as Comparison, this.value(left), this.value(right), left, right));
    return this.#arithmetic(operator as 'add' | 'subtract' | 'multiply' | 'divide' | 'remainder' | 'concat', expression);
  }

  contains(list: Checked, value: Checked, listSpan: Span, span: Span): Checked {
    if (list.type.kind === 'any') return { kind: 'in', type: boolean, value: settled(value), list: retyped(list, listOf(settled(value).type)) };
    if (list.type.kind !== 'list') throw new ExpressionError(`in takes a list, found ${describeType(list.type)}`, listSpan, list.type.kind === 'text' ? 'Use CONTAINS(text, part) for a part of a text.' : undefined);
    if (value.type.kind === 'null') return constant(boolean, false);
    if (list.kind === 'list') {
      const compared = list.items.map((item) => this.compare('eq', value, item, span, listSpan)).map((compared) => (compared.kind === 'compare' ? compared : undefined));
      const [first] = compared;
      if (!first) return constant(boolean, false);
      if (compared.some((one) => one?.left.type.kind !== first.left.type.kind)) throw new ExpressionError('the items of the list are of several types', listSpan);
      return { kind: 'in', type: boolean, value: first.left, list: { kind: 'list', type: listOf(first.right.type), items: compared.flatMap((one) => (one ? [one.right] : [])) } };
    }
    const item = value.type.kind === 'record' ? retyped(value, id) : value.type.kind === 'any' ? retyped(value, list.type.of) : value;
    const fitted = this.#fit(list.type.of, item, span) ?? (list.type.of.kind === 'any' ? item : undefined);
    if (!fitted) {
      if (list.type.of.kind === 'text' && item.type.kind === 'id') return { kind: 'in', type: boolean, value: item, list: retyped(list, listOf(id)) };
      throw new ExpressionError(`${describeType(item.type)} cannot be in ${describeType(list.type)}`, span);
    }
    return { kind: 'in', type: boolean, value: fitted, list: list.type.of.kind === 'any' ? retyped(list, listOf(fitted.type)) : list };
  }

  compare(operator: Comparison, givenLeft: Checked, givenRight: Checked, leftSpan: Span, rightSpan: Span): Checked {
    const equality = operator === 'eq' || operator === 'ne';
    for (const [value, other, span] of [[givenLeft, givenRight, rightSpan], [givenRight, givenLeft, leftSpan]] as const) {
      if (other.type.kind !== 'null') continue;
      if (!equality) throw new ExpressionError('null has no order', span, 'Compare with null by = or !=.');
      if (value.type.kind === 'null') return constant(boolean, operator === 'eq');
      const isNull: Checked = { kind: 'isNull', type: boolean, value: settled(value) };
      return operator === 'eq' ? isNull : { kind: 'not', type: boolean, value: isNull };
    }
    const [left, right] = this.#sameType(givenLeft, givenRight, leftSpan, rightSpan, signs[operator] ?? operator);
    if (left.type.kind === 'list' || left.type.kind === 'json') throw new ExpressionError(`${describeType(left.type)} cannot be compared`, leftSpan, left.type.kind === 'list' ? 'Use in, exists or all.' : undefined);
    if (!equality && !ordered.has(left.type.kind)) throw new ExpressionError(`${describeType(left.type)} has no order`, leftSpan, 'Compare with = or !=.');
    if (!equality && left.type.kind === 'text' && left.type.options) throw new ExpressionError(`${describeType(left.type)} has no order`, leftSpan, 'Compare with = or !=, or in [ … ].');
    return { kind: 'compare', operator, type: boolean, left, right };
  }

  /** Both sides in one type: written texts become dates and ids, days points in time, records their ids. */
  #sameType(left: Checked, right: Checked, leftSpan: Span, rightSpan: Span, sign: string): [Checked, Checked] {
    const [a, b] = [recordAsId(left), recordAsId(right)];
    if (a.type.kind === 'any' && b.type.kind === 'any') return [retyped(a, text), retyped(b, text)];
    if (a.type.kind === 'any') return [retyped(a, plain(b.type)), b];
    if (b.type.kind === 'any') return [a, retyped(b, plain(a.type))];
    if (a.type.kind === b.type.kind) {
      if (a.type.kind === 'text' && b.type.kind === 'text') {
        if (a.type.options && b.kind === 'constant') return [a, this.#option(a.type, b, rightSpan)];
        if (b.type.options && a.kind === 'constant') return [this.#option(b.type, a, leftSpan), b];
      }
      return [a, b];
    }
    const widened = a.type.kind === 'date' && b.type.kind === 'datetime' ? ([this.to(datetime, a, leftSpan), b] as const) : a.type.kind === 'datetime' && b.type.kind === 'date' ? ([a, this.to(datetime, b, rightSpan)] as const) : undefined;
    if (widened) return [...widened];
    const written = b.kind === 'constant' && b.type.kind === 'text' ? this.#written(a.type, b, rightSpan) : undefined;
    if (written) return [a, written];
    const writtenLeft = a.kind === 'constant' && a.type.kind === 'text' ? this.#written(b.type, a, leftSpan) : undefined;
    if (writtenLeft) return [writtenLeft, b];
    if (a.type.kind === 'id' && b.type.kind === 'text') return [this.to(text, a, leftSpan), b];
    if (a.type.kind === 'text' && b.type.kind === 'id') return [a, this.to(text, b, rightSpan)];
    const span = { offset: leftSpan.offset, length: rightSpan.offset + rightSpan.length - leftSpan.offset };
    throw new ExpressionError(`${describeType(a.type)} and ${describeType(b.type)} cannot be compared by ${sign}`, span.length > 0 ? span : rightSpan, hintFor([a, b]));
  }

  /** Values of one type, for IF, CASE, lists and their like. */
  alike(expressions: readonly Expression[]): Checked[] {
    const values = expressions.map((expression) => recordAsId(this.value(expression)));
    const typed = values.find(({ type }) => type.kind !== 'null' && type.kind !== 'any');
    if (!typed) return values.map((value) => (value.type.kind === 'any' ? retyped(value, text) : value));
    const instants = values.some(({ type }) => type.kind === 'datetime');
    const dated = values.find(({ type }) => type.kind === 'date' || type.kind === 'datetime' || type.kind === 'id');
    const subjects = new Set(values.flatMap(({ kind, type }) => (type.kind === 'text' && kind !== 'constant' ? [type.options?.subject] : [])));
    const common: ExpressionType = instants ? datetime : typed.type.kind === 'text' ? (dated && dated.type.kind !== 'id' ? dated.type : subjects.size === 1 ? optionsOf(values) : text) : plain(typed.type);
    return values.map((value, index) => this.to(common, value, expressions[index] as Expression));
  }

  #arithmetic(operator: 'add' | 'subtract' | 'multiply' | 'divide' | 'remainder' | 'concat', expression: Expression & { kind: 'binary' }): Checked {
    const [left, right] = [this.value(expression.left), this.value(expression.right)];
    const [a, b] = [left.type.kind, right.type.kind];
    const sum = (kind: Arithmetic, type: ExpressionType, one: Checked, other: Checked): Checked => ({ kind: 'arithmetic', operator: kind, type, left: one, right: other });
    if (operator === 'concat' || (operator === 'add' && (a === 'text' || b === 'text'))) {
      return sum('concat', text, this.textOf(left, expression.left), this.textOf(right, expression.right));
    }
    const days = (value: Checked, span: Span) => this.to(number, value, span);
    if (operator === 'add' && (a === 'date' || a === 'datetime')) return sum(a === 'date' ? 'addDays' : 'addTime', a === 'date' ? date : datetime, left, days(right, expression.right));
    if (operator === 'add' && (b === 'date' || b === 'datetime')) return sum(b === 'date' ? 'addDays' : 'addTime', b === 'date' ? date : datetime, right, days(left, expression.left));
    if (operator === 'subtract' && (a === 'date' || a === 'datetime')) {
      if (b === 'date' || b === 'datetime') return a === 'date' && b === 'date' ? sum('daysBetween', number, left, right) : sum('timeBetween', number, this.to(datetime, left, expression.left), this.to(datetime, right, expression.right));
      const back = sum('subtract', number, constant(number, '0'), days(right, expression.right));
      return sum(a === 'date' ? 'addDays' : 'addTime', a === 'date' ? date : datetime, left, back);
    }
    return sum(operator, number, this.to(number, left, expression.left), this.to(number, right, expression.right));
  }

  textOf(value: Checked, span: Span): Checked {
    switch (value.type.kind) {
      case 'text': return retyped(value, text);
      case 'null': case 'any': return retyped(value, text);
      case 'number': case 'boolean': case 'date': case 'datetime': case 'time': case 'id':
        return { kind: 'convert', conversion: 'toText', type: text, value };
      default: throw new ExpressionError(`${describeType(value.type)} cannot become text`, span, value.type.kind === 'record' ? 'Name a field of the record: account.name.' : undefined);
    }
  }

  #call(expression: Expression & { kind: 'call' }): Checked {
    const name = expression.name.toLowerCase();
    if (expression.method && (name === 'exists' || name === 'all') && expression.args.length === 3) return this.#quantifier(expression, name);
    const spec = functionNamed(expression.name);
    if (!spec) {
      const near = suggest(expression.name.toUpperCase(), expressionFunctions.flatMap((one) => [one.name, ...one.aliases]));
      throw new ExpressionError(`there is no function ${expression.name}`, { offset: expression.offset, length: expression.method ? expression.length : expression.name.length }, hintOnFunction(expression.name) ?? near ?? 'docs/expressions.md lists the functions.');
    }
    const [least, most] = spec.takes;
    if (expression.args.length < least || expression.args.length > most) throw new ExpressionError(`${spec.name} is called with ${expression.args.length} argument${expression.args.length === 1 ? '' : 's'}`, expression, `Write ${spec.signature}.`);
    return spec.check(this.#callChecker(expression));
  }

  #quantifier(expression: Expression & { kind: 'call' }, quantifier: 'exists' | 'all'): Checked {
    const [listed, named, tested] = expression.args as [Expression, Expression, Expression];
    const list = this.value(listed);
    if (list.type.kind !== 'list') throw new ExpressionError(`${quantifier} takes a list, found ${describeType(list.type)}`, listed);
    if (named.kind !== 'name') throw new ExpressionError(`${quantifier} needs a name for the items`, named, `Write tags.${quantifier}(tag, tag = "x").`);
    this.#variableCount += 1;
    const variable = this.#variableCount;
    const hidden = this.#variables.get(named.name);
    this.#variables.set(named.name, { kind: 'variable', type: list.type.of, variable });
    const test = this.condition(tested);
    if (hidden) this.#variables.set(named.name, hidden);
    else this.#variables.delete(named.name);
    return { kind: 'quantifier', quantifier, type: boolean, list, variable, test };
  }

  #callChecker(expression: Expression & { kind: 'call' }): CallChecker {
    const { args } = expression;
    const at = (index: number): Expression => args[index] ?? expression;
    const fail = (index: number, message: string, hint?: string): never => {
      throw new ExpressionError(message, at(index), hint);
    };
    const value = (index: number): Checked => this.value(at(index));
    return {
      args,
      value: (index) => settled(value(index)),
      number: (index) => this.to(number, value(index), at(index)),
      text: (index) => this.to(text, value(index), at(index), 'Use TEXT(value) to make text of it.'),
      condition: (index) => this.condition(at(index)),
      day: (index) => this.to(date, value(index), at(index)),
      instant: (index) => this.to(datetime, value(index), at(index)),
      countFrom: (index, least) => {
        const given = value(index);
        if (given.kind === 'constant' && given.type.kind === 'number' && !(Number(given.value) >= least)) return fail(index, `the number must be at least ${least}`);
        return this.to(number, given, at(index));
      },
      wholeNumber: (index, least, most) => {
        const given = value(index);
        if (given.kind !== 'constant' || given.type.kind !== 'number' || !/^-?\d+$/.test(String(given.value))) return fail(index, 'a written whole number is expected here', 'It cannot be computed from the record.');
        if (Number(given.value) < least || Number(given.value) > most) return fail(index, `the number must be from ${least} to ${most}`);
        return given;
      },
      literalText: (index) => {
        const given = value(index);
        return given.kind === 'constant' && given.type.kind === 'text' ? String(given.value) : fail(index, 'a written text is expected here, such as "x"', 'It cannot be computed from the record.');
      },
      alike: (from) => this.alike(from >= 0 ? args.slice(from) : resultsOfCase(args)),
      zone: (index) => {
        if (index >= args.length) return undefined;
        const given = value(index);
        const zone = given.kind === 'constant' && given.type.kind === 'text' ? String(given.value) : '';
        return isTimeZone(zone) ? zone : fail(index, 'the name of a time zone is expected here', 'Write one such as "Europe/Berlin".');
      },
      compare: (operator, left, right, index) => this.compare(operator, left, right, at(0), at(index)),
      contains: (list, item, index) => this.contains(list, item, at(0), at(index)),
      textOf: (given, index) => this.textOf(given, at(index)),
      fail,
      previousOf: (given, index) => (given.kind === 'field' && given.root === 'record' && given.steps.length === 0 ? { ...given, root: 'previous' } : fail(index, `${expression.name} takes fields of the record`)),
      requirePrevious: () => {
        if (this.#scope.previous !== true) throw new ExpressionError(`${expression.name} is known only where a record is written`, expression);
      },
      find: () => findRecord(expression, { scope: this.#scope, names: this.#names, value: (key, type) => this.to(type, this.value(key), key) }),
    };
  }
}

/** Every second argument from the third on, and the last one when it is the else. */
function resultsOfCase(args: readonly Expression[]): readonly Expression[] {
  return args.filter((_, index) => (index >= 2 && index % 2 === 0) || (index === args.length - 1 && args.length % 2 === 0));
}
