import type { Filter, FilterOperator } from '../../../resolvers/filter/filter.ts';
import { comparePath, negate, nullTest, type ConditionScope, type ConditionValue } from './compare.ts';
import { ConditionError } from './condition-error.ts';
import { contextValue, templatePath } from './context-values.ts';
import { parseExpression } from './parse-expression.ts';

const operators: Readonly<Record<string, FilterOperator>> = {
  $eq: 'eq', $ne: 'ne', $in: 'in', $nin: 'notIn', $gt: 'gt', $gte: 'gte', $lt: 'lt', $lte: 'lte', $between: 'between',
  $contains: 'contains', $notContains: 'notContains', $startsWith: 'startsWith', $endsWith: 'endsWith', $icontains: 'icontains', $like: 'like', $ilike: 'ilike',
};

/** A condition in either form: an expression, or a mapping of fields to values and operators. */
export function parseCondition(source: unknown, scope: ConditionScope): Filter {
  if (typeof source === 'string') return parseExpression(source, scope);
  if (isMapping(source)) return parseMapping(source, [], scope);
  throw new ConditionError('a condition is a text or a mapping of fields', 'For example: status = \'open\', or { status: open }.');
}

function parseMapping(source: Readonly<Record<string, unknown>>, path: readonly string[], scope: ConditionScope): Filter {
  const filters = Object.entries(source).map(([key, value]) => parseEntry(key, value, path, scope));
  const [only] = filters;
  return filters.length === 1 && only ? only : { kind: 'and', filters };
}

function parseEntry(key: string, value: unknown, path: readonly string[], scope: ConditionScope): Filter {
  switch (key) {
    case '$and': case 'and': return { kind: 'and', filters: listOf(key, value).map((item) => parseMapping(item, path, scope)) };
    case '$or': case 'or': return { kind: 'or', filters: listOf(key, value).map((item) => parseMapping(item, path, scope)) };
    case '$not': case 'not': {
      if (!isMapping(value)) throw new ConditionError(`${key} takes one condition`);
      return negate(parseMapping(value, path, scope));
    }
  }
  if (key.startsWith('$')) {
    if (path.length === 0) throw new ConditionError(`${key} stands without a field`);
    return parseOperator(key, value, path, scope);
  }
  const at = [...path, ...key.split('.')];
  if (value === null) return nullTest(at, true, scope);
  if (isMapping(value)) return parseMapping(value, at, scope);
  return Array.isArray(value) ? comparePath(at, 'in', valueOf(value), scope) : comparePath(at, 'eq', valueOf(value), scope);
}

function parseOperator(key: string, value: unknown, path: readonly string[], scope: ConditionScope): Filter {
  if (key === '$null' || key === '$exists') {
    if (typeof value !== 'boolean') throw new ConditionError(`${key} takes true or false`);
    return nullTest(path, key === '$null' ? value : !value, scope);
  }
  const operator = operators[key];
  if (operator === undefined) throw new ConditionError(`unknown operator "${key}"`, `Operators: ${[...Object.keys(operators), '$null', '$exists', '$and', '$or', '$not'].join(', ')}.`);
  if (value === null) {
    if (operator === 'eq' || operator === 'ne') return nullTest(path, operator === 'eq', scope);
    throw new ConditionError(`${key} cannot compare with null`, 'Use $null.');
  }
  return comparePath(path, operator, valueOf(value), scope);
}

function valueOf(value: unknown): ConditionValue {
  const path = typeof value === 'string' ? templatePath(value) : undefined;
  const context = path === undefined ? undefined : contextValue(path);
  return context ? { kind: 'context', value: context } : { kind: 'literal', value };
}

function listOf(key: string, value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value) || !value.every(isMapping)) throw new ConditionError(`${key} takes a list of conditions`);
  return value;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
