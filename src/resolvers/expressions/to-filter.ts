import type { CatalogField, CatalogObject } from '../../metadata/catalog.ts';
import type { Checked, CheckedExpression, Comparison } from '../../metadata/expressions/checked.ts';
import { summarize } from '../../metadata/expressions/summarize.ts';
import { constant as constantOperand, type Filter, type FilterOperator, type Operand } from '../filter/filter.ts';
import type { RequestContext } from '../request.ts';
import { callerValue } from './caller-values.ts';
import { readValue, storedValue } from './values.ts';

/**
 * A condition as a filter, which uses indexes and tells changes apart in memory: comparisons of fields with written values and
 * with those of the caller, joined by AND, OR and NOT. Tests that no other filter says stay expressions.
 */
export function expressionFilter({ source, root }: CheckedExpression, object: CatalogObject, catalog: { readonly objects: ReadonlyMap<string, CatalogObject> }): Filter {
  const at: Along = (steps, make) => along(steps, make, object, catalog);
  const convert = (node: Checked): Filter => {
    if (node.kind === 'and' || node.kind === 'or') return { kind: node.kind, filters: node.parts.map(convert) };
    if (node.kind === 'not') return { kind: 'not', filter: convert(node.value) };
    return filterOf(node, at) ?? { kind: 'expression', expression: { source, type: node.type, root: node, ...summarize(node) } };
  };
  return convert(root);
}

type Along = (steps: readonly CatalogField[], filter: Filter) => Filter | undefined;

const flipped: Readonly<Record<Comparison, Comparison>> = { eq: 'eq', ne: 'ne', lt: 'gt', lte: 'gte', gt: 'lt', gte: 'lte' };

/** Undefined for what comparisons of single fields cannot say. */
function filterOf(node: Checked, at: Along): Filter | undefined {
  switch (node.kind) {
    case 'constant': return { kind: 'always', value: node.value === true };
    case 'field': return node.type.kind === 'boolean' ? onField(node, 'eq', constantOperand(true), at) : undefined;
    case 'isNull':
      if (node.value.kind === 'value') return callerIsNull(node.value);
      return not(onField(node.value, 'isNull', constantOperand(false), at));
    case 'compare': {
      const { operator, left, right } = node;
      return compared(operator, left, right, at) ?? compared(flipped[operator], right, left, at);
    }
    case 'in': {
      const operand = operandOf(node.list);
      return operand && onField(node.value, 'in', { ...operand, value: (request) => operand.value(request) ?? [] }, at);
    }
    default: return undefined;
  }
}

/** Texts are ordered by the database's collation in filters, and by their code points in expressions. */
function compared(operator: Comparison, field: Checked, value: Checked, at: Along): Filter | undefined {
  const operand = operandOf(value);
  if (!operand || (field.type.kind === 'text' && operator !== 'eq' && operator !== 'ne')) return undefined;
  // Of the caller only equality is certain: a value that is missing stands in no order to anything.
  if (value.kind === 'value') return operator === 'eq' ? onField(field, 'eq', { value: (request) => operand.value(request) ?? unknownOf(field) }, at) : undefined;
  return operator === 'ne' ? not(onField(field, 'eq', operand, at)) : onField(field, operator, operand, at);
}

/** Stands in for what is not known of the caller, beside a test that makes the comparison count for nothing. */
function unknownOf({ type }: Checked): unknown {
  switch (type.kind) {
    case 'number': return '0';
    case 'boolean': return false;
    case 'date': case 'datetime': return '2000-01-01';
    case 'time': return '00:00';
    default: return '';
  }
}

function onField(node: Checked, operator: FilterOperator, operand: Operand, at: Along): Filter | undefined {
  if (node.kind !== 'field' || node.root !== 'record' || node.field.column === undefined) return undefined;
  const family = node.field.type.filters(node.field);
  // Numbers of an expression may have decimals that these columns cannot be compared with.
  if (family === 'int' || family === 'float' || family === 'enumList' || family === 'stringList' || family === 'json') return undefined;
  return at(node.steps, { kind: 'compare', field: node.field.name, operator, operand });
}

function operandOf(node: Checked): Operand | undefined {
  if (node.kind === 'constant' && node.value !== null) return constantOperand(node.value);
  if (node.kind === 'list' && node.items.every((item) => item.kind === 'constant')) return constantOperand(node.items.map((item) => (item as Checked & { kind: 'constant' }).value));
  return node.kind === 'value' && (node.root === 'user' || node.root === 'org') ? { value: (request) => valueOf(node, request) } : undefined;
}

function valueOf({ root, name, type }: Checked & { kind: 'value' }, { caller }: RequestContext): unknown {
  return storedValue(type, readValue(type, root === 'org' ? caller.organizationId : callerValue(caller, name)));
}

/** No record is without an id, so only the value of the caller decides. */
function callerIsNull(node: Checked & { kind: 'value' }): Filter | undefined {
  if (node.root !== 'user' && node.root !== 'org') return undefined;
  return { kind: 'compare', field: 'id', operator: 'isNull', operand: { value: (request) => valueOf(node, request) !== null } };
}

function not(filter: Filter | undefined): Filter | undefined {
  return filter && { kind: 'not', filter };
}

function along([step, ...rest]: readonly CatalogField[], filter: Filter, object: CatalogObject, catalog: { readonly objects: ReadonlyMap<string, CatalogObject> }): Filter | undefined {
  if (!step) return filter;
  const relation = [...object.relations.values()].find((other) => other.kind === 'one' && other.field === step.name);
  const target = relation && catalog.objects.get(relation.target);
  const inner = target && along(rest, filter, target, catalog);
  return relation && inner && { kind: 'one', relation: relation.name, filter: inner };
}
