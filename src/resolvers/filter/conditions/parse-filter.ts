import type { Filter, FilterOperator } from '../filter.ts';
import { conjunction } from '../rows.ts';
import { compareFields, comparePath, negate, nullTest, type ConditionScope, type ConditionValue } from './compare.ts';
import { ConditionError } from './condition-error.ts';
import { operatorNamed } from './operator-names.ts';

/**
 * A filter as definitions write it: a mapping of fields (`{ status: open, amount: { $gt: 5 } }`), a triple (`[status, '=', open]`), a list
 * of them, a list that begins with `and` or `or`, or rules (`{ field, operator, value }`).
 */
export function parseFilter(source: unknown, scope: ConditionScope): Filter {
  if (Array.isArray(source)) return parseList(source, scope);
  if (isMapping(source)) return parseMapping(source, [], scope);
  throw new ConditionError('a condition is a mapping of fields or a list', 'For example: { status: open }, or [status, "=", open].');
}

function parseList(source: readonly unknown[], scope: ConditionScope): Filter {
  const [first, second, third] = source;
  if (typeof first === 'string') {
    const word = first.toLowerCase();
    if (word === 'and' || word === 'or') return { kind: word, filters: source.slice(1).map((item) => parseFilter(item, scope)) };
    if (word === 'not' && source.length === 2) return negate(parseFilter(second, scope));
    if (typeof second !== 'string' || source.length > 3) throw new ConditionError(`[${first}, …] is no triple`, 'Write [field, operator, value].');
    return parseRule(first, second, third, scope);
  }
  return conjunction(source.map((item) => parseFilter(item, scope)));
}

function parseRule(field: string, operator: string, value: unknown, scope: ConditionScope): Filter {
  const path = field.split('.');
  const meant = operatorNamed(operator);
  if (meant === 'isNull' || meant === 'isNotNull') return nullTest(path, (meant === 'isNull') === (value !== false), scope);
  return compared(path, meant, value, operator, scope);
}

function parseMapping(source: Readonly<Record<string, unknown>>, path: readonly string[], scope: ConditionScope): Filter {
  const { field, operator, value } = source;
  if (typeof field === 'string' && typeof operator === 'string' && path.length === 0) return parseRule(field, operator, value, scope);
  return conjunction(Object.entries(source).map(([key, entry]) => parseEntry(key, entry, path, scope)));
}

function parseEntry(key: string, value: unknown, path: readonly string[], scope: ConditionScope): Filter {
  switch (key) {
    case '$and': case 'and': case 'conditions': return { kind: 'and', filters: listOf(key, value).map((item) => parseInner(item, path, scope)) };
    case '$or': case 'or': return { kind: 'or', filters: listOf(key, value).map((item) => parseInner(item, path, scope)) };
    case '$not': case 'not': {
      if (!isMapping(value) && !Array.isArray(value)) throw new ConditionError(`${key} takes one condition`);
      return negate(parseInner(value, path, scope));
    }
  }
  if (key.startsWith('$')) {
    if (path.length === 0) throw new ConditionError(`${key} stands without a field`);
    return parseOperator(key, value, path, scope);
  }
  const at = [...path, ...key.split('.')];
  if (value === null) return nullTest(at, true, scope);
  if (isMapping(value)) return parseMapping(value, at, scope);
  return comparePath(at, Array.isArray(value) ? 'in' : 'eq', valueOf(value, scope), scope);
}

function parseInner(source: unknown, path: readonly string[], scope: ConditionScope): Filter {
  return isMapping(source) ? parseMapping(source, path, scope) : parseFilter(source, scope);
}

function parseOperator(key: string, value: unknown, path: readonly string[], scope: ConditionScope): Filter {
  if (key === '$null' || key === '$exists' || key === '$notnull') {
    if (typeof value !== 'boolean') throw new ConditionError(`${key} takes true or false`);
    return nullTest(path, key === '$null' ? value : !value, scope);
  }
  const operator = operatorNamed(key);
  if (operator === 'isNull' || operator === 'isNotNull') throw new ConditionError(`unknown operator "${key}"`, 'Use $null.');
  return compared(path, operator, value, key, scope);
}

function compared(path: readonly string[], operator: FilterOperator, value: unknown, written: string, scope: ConditionScope): Filter {
  if (value === null || value === undefined) {
    if (operator === 'eq' || operator === 'ne') return nullTest(path, operator === 'eq', scope);
    throw new ConditionError(`${written} cannot compare with null`, 'Use $null, or is_null.');
  }
  if (isMapping(value)) {
    const other = value['$field'];
    if (typeof other !== 'string') throw new ConditionError(`${written} takes a value, or { $field: … }`);
    return compareFields(path, operator, other, scope);
  }
  return comparePath(path, operator, valueOf(value, scope), scope);
}

function valueOf(value: unknown, { contextOf }: ConditionScope): ConditionValue {
  const context = typeof value === 'string' ? contextOf?.(value) : undefined;
  return context ? { kind: 'context', value: context } : { kind: 'literal', value };
}

function listOf(key: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new ConditionError(`${key} takes a list of conditions`);
  return value;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
