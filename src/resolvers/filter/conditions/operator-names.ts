import { suggest } from '../../../metadata/nearest.ts';
import type { FilterOperator } from '../filter.ts';
import { ConditionError } from './condition-error.ts';

/** Spellings of operators in definitions, without `$`, in lower case and without `_` and blanks. */
const operators: Readonly<Record<string, FilterOperator | 'isNull' | 'isNotNull'>> = {
  eq: 'eq', '=': 'eq', '==': 'eq', equals: 'eq', ne: 'ne', '!=': 'ne', '<>': 'ne', notequals: 'ne',
  gt: 'gt', '>': 'gt', gte: 'gte', '>=': 'gte', lt: 'lt', '<': 'lt', lte: 'lte', '<=': 'lte', between: 'between',
  in: 'in', nin: 'notIn', notin: 'notIn',
  contains: 'contains', notcontains: 'notContains', startswith: 'startsWith', endswith: 'endsWith', icontains: 'icontains', ilike: 'ilike',
  isnull: 'isNull', isnotnull: 'isNotNull', exists: 'isNotNull',
};

/** `$nin`, `not_in`, `NOT IN`, `<>` → the operator. `like` looks for a part of the text, `$like` for a pattern. */
export function operatorNamed(written: string): FilterOperator | 'isNull' | 'isNotNull' {
  const isKey = written.startsWith('$');
  const name = written.replace(/^\$/, '').replace(/[\s_]/g, '').toLowerCase();
  if (name === 'like') return isKey ? 'like' : 'contains';
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (operator === undefined) throw new ConditionError(`unknown operator "${written}"`, suggest(name, Object.keys(operators)) ?? `Operators: ${Object.keys(operators).join(', ')}.`);
  return operator;
}
