import { Decimal } from 'decimal.js';
import type { Catalog, CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import type { FilterFamily } from '../../metadata/field-type.ts';
import { computedField } from '../computed.ts';
import { testExpression } from '../expressions/evaluate.ts';
import type { RequestContext } from '../request.ts';
import type { Filter, FilterOperator, Operand } from './filter.ts';
import { idsOf } from './id-list.ts';
import { familyOf, likePattern, operandValue, rangeOperand } from './operators.ts';
import { objectNamed } from './scope.ts';
import { fieldNamed, measureFamily, relationNamed } from './to-sql.ts';

/** A record in memory: stored values by machine name, as the database returns them. */
export type StoredRecord = Readonly<Record<string, unknown>>;

export interface PredicateScope {
  readonly object: CatalogObject;
  readonly catalog: Catalog;
  /** The records a relation of `record` leads to. Filters across relations need it; without it they throw when compiled. */
  readonly related?: (object: CatalogObject, relation: string, record: StoredRecord) => readonly StoredRecord[];
}

/** The filter needs the database: memory cannot tell. */
export class NotInMemory extends Error {
  override readonly name = 'NotInMemory';
}

export type Predicate = (record: StoredRecord, request: RequestContext) => boolean;

/**
 * Compiles a filter to a function that agrees with `filterToSql` on every record. Throws NotInMemory for what only the database
 * can tell: ranges of text go by its collation, as the order of lists does, so that an index serves both.
 */
export function filterToPredicate(filter: Filter, scope: PredicateScope): Predicate {
  switch (filter.kind) {
    case 'always':
      return () => filter.value;
    case 'and': {
      const parts = filter.filters.map((part) => filterToPredicate(part, scope));
      return (record, request) => parts.every((part) => part(record, request));
    }
    case 'or': {
      const parts = filter.filters.map((part) => filterToPredicate(part, scope));
      return (record, request) => parts.some((part) => part(record, request));
    }
    case 'not': {
      const inner = filterToPredicate(filter.filter, scope);
      return (record, request) => !inner(record, request);
    }
    case 'compare': {
      const { family, value } = valueOf(scope, filter.field);
      requireCollationFree(family, filter.operator);
      const test = comparison(family, filter.operator, filter.operand);
      return (record, request) => test(value(record, request), request);
    }
    case 'compareFields': {
      const { family, value } = valueOf(scope, filter.field);
      const { value: other } = valueOf(scope, filter.other);
      requireCollationFree(family, filter.operator);
      return (record, request) => compareValues(family, filter.operator, value(record, request) ?? null, other(record, request) ?? null);
    }
    case 'one':
    case 'many': {
      const { related, inner } = acrossRelation(filter.relation, filter.filter, scope);
      const quantifier = filter.kind === 'one' ? 'some' : filter.quantifier;
      return (record, request) => {
        const matches = related(record).filter((other) => inner(other, request) !== (quantifier === 'every')).length;
        return quantifier === 'some' ? matches > 0 : matches === 0;
      };
    }
    case 'aggregate':
      return aggregatePredicate(filter, scope);
    case 'expression':
      return expressionPredicate(filter);
  }
}

function expressionPredicate({ expression, caller: known }: Filter & { kind: 'expression' }): Predicate {
  if (expression.reads.some(({ steps, field }) => steps.length > 0 || !isInMemory(field))) throw new NotInMemory(`"${expression.source}" looks at more than the record.`);
  return (record, { caller: asking, now }) => {
    const moment = { caller: known ?? asking, now };
    return testExpression(expression, { record, ...moment, computed: (field) => computedField(field)?.value?.(record, moment) });
  };
}

interface FieldReader {
  readonly field: CatalogField;
  readonly family: FilterFamily;
  readonly value: (record: StoredRecord, request: RequestContext) => unknown;
}

/** Records in memory hold what columns hold; what is computed of these alone is computed here too. */
function valueOf({ object }: PredicateScope, name: string): FieldReader {
  const field = fieldNamed(object, name);
  if (!isInMemory(field)) throw new NotInMemory(`${object.name}.${name} is computed by the database.`);
  const compute = computedField(field)?.value;
  return { field, family: familyOf(field), value: compute ?? ((record) => record[name]) };
}

function isInMemory(field: CatalogField): boolean {
  return field.column !== undefined || computedField(field)?.value !== undefined;
}

const ranges: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte', 'between']);

function requireCollationFree(family: FilterFamily, operator: string): void {
  if (family === 'string' && ranges.has(operator)) throw new NotInMemory('The order of texts is the database\'s collation.');
}

function acrossRelation(name: string, filter: Filter, scope: PredicateScope) {
  const relation = relationNamed(scope.object, name);
  const lookup = scope.related;
  if (!lookup) throw new NotInMemory(`A filter across ${scope.object.name}.${name} cannot be tested in memory without the related records.`);
  const target = objectNamed(scope.catalog, relation.target);
  return {
    target,
    related: (record: StoredRecord) => lookup(scope.object, name, record),
    inner: filterToPredicate(filter, { ...scope, object: target }),
  };
}

function aggregatePredicate(filter: Filter & { kind: 'aggregate' }, scope: PredicateScope): Predicate {
  const { target, related, inner } = acrossRelation(filter.relation, filter.filter ?? { kind: 'always', value: true }, scope);
  const measured = filter.field === undefined ? undefined : valueOf({ ...scope, object: target }, filter.field);
  const family = measured?.family ?? 'int';
  if (filter.function === 'min' || filter.function === 'max') requireCollationFree(family, 'gt');
  const test = comparison(measureFamily(filter.function, measured?.field), filter.operator, filter.operand);
  return (record, request) => {
    const rows = related(record).filter((row) => inner(row, request));
    const values = measured ? rows.map((row) => measured.value(row, request)).filter((value) => value !== null && value !== undefined) : rows;
    return test(measure(filter.function, family, values), request);
  };
}

function measure(fn: 'count' | 'countDistinct' | 'sum' | 'avg' | 'min' | 'max', family: FilterFamily, values: readonly unknown[]): unknown {
  if (fn === 'count') return values.length;
  if (fn === 'countDistinct') return new Set(values.map((value) => String(comparable(family, value)))).size;
  if (values.length === 0) return null;
  if (fn === 'min' || fn === 'max') {
    return values.reduce((best, value) => (order(family, value, best) < 0 === (fn === 'min') ? value : best));
  }
  const sum = values.reduce<Decimal>((total, value) => total.plus(String(value)), new Decimal(0));
  const result = fn === 'sum' ? sum : sum.div(values.length);
  return family === 'float' ? result.toNumber() : result.toString();
}

function comparison(family: FilterFamily, operator: FilterOperator, operand: Operand): (value: unknown, request: RequestContext) => boolean {
  const known = knownOperand(family, operator, operand);
  if (known !== undefined) return (raw) => (raw ?? null) !== null && isOrdered(operator, order(family, raw, known));
  return (raw, request) => {
    const value = raw ?? null;
    const given = operand.value(request);
    switch (operator) {
      case 'isNull': return (value === null) === given;
      case 'isEmpty': return (value === null || (value as unknown[]).length === 0) === given;
      case 'ne': return value === null || !isSame(family, value, operandValue(family, given, request.now));
      case 'notIn': return value === null || !includes(family, given, value, request);
      case 'notContains': return value === null || !like(String(value), likePattern(operator, String(given)), false);
    }
    if (value === null) return false;
    switch (operator) {
      case 'eq': case 'gt': case 'gte': case 'lt': case 'lte':
        return compareValues(family, operator, value, operandValue(family, given, request.now));
      case 'in': return includes(family, given, value, request);
      case 'between': {
        const [low, high] = (given as unknown[]).map((item) => operandValue(family, item, request.now));
        return order(family, value, low) >= 0 && order(family, value, high) <= 0;
      }
      case 'contains': case 'startsWith': case 'endsWith': case 'like':
        return like(String(value), likePattern(operator, String(given)), false);
      case 'icontains': case 'ilike':
        return like(String(value), likePattern(operator, String(given)), true);
      case 'has': return (value as unknown[]).includes(given);
      case 'hasEvery': return (given as unknown[]).every((item) => (value as unknown[]).includes(item));
      case 'hasSome': return (given as unknown[]).some((item) => (value as unknown[]).includes(item));
      case 'jsonContains': return jsonContains(value, given);
      case 'hasKey': return hasKey(value, String(given));
      case 'within': case 'withinLast': case 'withinNext': {
        const [from, to] = rangeOperand(family, operator, given, request.now);
        return order(family, value, from) >= 0 && order(family, value, to) < 0;
      }
    }
  };
}

function includes(family: FilterFamily, list: unknown, value: unknown, request: RequestContext): boolean {
  if (family === 'id') return idsOf(list as unknown[]).has(comparable(family, value));
  return (list as unknown[]).some((item) => isSame(family, value, operandValue(family, item, request.now)));
}

function compareValues(family: FilterFamily, operator: string, left: unknown, right: unknown): boolean {
  if (operator === 'ne') return (left === null) !== (right === null) || (left !== null && !isSame(family, left, right));
  if (left === null || right === null) return false;
  if (operator === 'eq') return isSame(family, left, right);
  return isOrdered(operator, order(family, left, right));
}

/** What is compared with whoever asks, made once; undefined where it depends on the moment, or the operator takes something else. */
function knownOperand(family: FilterFamily, operator: FilterOperator, { constant }: Operand): Comparable | undefined {
  if (constant === undefined || constant === null || !signs.has(operator) || !lasting.has(family)) return undefined;
  return comparable(family, operandValue(family, constant, new Date(0)));
}

const signs: ReadonlySet<string> = new Set(['eq', 'gt', 'gte', 'lt', 'lte']);
const lasting: ReadonlySet<FilterFamily> = new Set<FilterFamily>(['id', 'enum', 'int', 'float', 'decimal', 'boolean']);

function isOrdered(operator: string, sign: number): boolean {
  switch (operator) {
    case 'eq': return sign === 0;
    case 'gt': return sign > 0;
    case 'gte': return sign >= 0;
    case 'lt': return sign < 0;
    default: return sign <= 0;
  }
}

function isSame(family: FilterFamily, left: unknown, right: unknown): boolean {
  const [a, b] = [comparable(family, left), comparable(family, right)];
  return a === b || (a instanceof Decimal ? a.equals(b as Decimal | number) : b instanceof Decimal && b.equals(a as number));
}

/** Negative, zero or positive, as PostgreSQL orders the family. */
function order(family: FilterFamily, left: unknown, right: unknown): number {
  const [a, b] = [comparable(family, left), comparable(family, right)];
  if (a === b) return 0;
  if (a instanceof Decimal) return a.comparedTo(b as Decimal | number);
  if (b instanceof Decimal) return -b.comparedTo(a as number);
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

type Comparable = Decimal | string | number | boolean;

/** So many digits are the same number in binary only where they are the same in decimal. */
const exactDigits = 15;

function comparable(family: FilterFamily, value: unknown): Comparable {
  switch (family) {
    case 'int': case 'decimal': {
      if (value instanceof Decimal) return value;
      const text = String(value);
      const number = text.length <= exactDigits ? Number(text) : NaN;
      return Number.isFinite(number) ? number : new Decimal(text);
    }
    case 'float': return Number(value);
    case 'datetime': return (value instanceof Date ? value : new Date(String(value))).getTime();
    case 'date': return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
    case 'time': return String(value).padEnd(8, ':00').padEnd(12, '.000').slice(0, 12);
    case 'boolean': return Boolean(value);
    case 'id': return String(value).toLowerCase();
    default: return String(value);
  }
}

/** LIKE with `\` as escape. Case folding covers what the database folds: letters by their simple lower-case form. */
function like(text: string, pattern: string, foldCase: boolean): boolean {
  let source = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern[i] as string;
    if (char === '\\' && i + 1 < pattern.length) source += quoteRegExp(pattern[(i += 1)] as string);
    else if (char === '%') source += '.*';
    else if (char === '_') source += '.';
    else source += quoteRegExp(char);
  }
  return new RegExp(`^${source}$`, foldCase ? 'isu' : 'su').test(text);
}

function quoteRegExp(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** PostgreSQL's `@>` of jsonb. */
function jsonContains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole)) {
    const items = Array.isArray(part) ? part : typeof part === 'object' && part !== null ? undefined : [part];
    return items !== undefined && items.every((item) => whole.some((candidate) => containsItem(candidate, item)));
  }
  return containsItem(whole, part);
}

function containsItem(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole) || Array.isArray(part)) return Array.isArray(whole) && Array.isArray(part) && jsonContains(whole, part);
  if (isObject(whole) && isObject(part)) return Object.entries(part).every(([key, value]) => key in whole && containsItem(whole[key], value));
  return whole === part;
}

function hasKey(value: unknown, key: string): boolean {
  if (Array.isArray(value)) return value.includes(key);
  return isObject(value) ? Object.hasOwn(value, key) : value === key;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
