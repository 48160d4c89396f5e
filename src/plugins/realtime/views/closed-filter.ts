import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { CheckedExpression } from '../../../metadata/expressions/checked.ts';
import type { ExpressionType } from '../../../metadata/expressions/types.ts';
import type { Access } from '../../../resolvers/access.ts';
import { anonymous, type Caller } from '../../../resolvers/caller.ts';
import { callerValue, extendCaller } from '../../../resolvers/expressions/caller-values.ts';
import { callerNames } from '../../../resolvers/expressions/guard-caller.ts';
import { constant, type Filter, type FilterOperator, type Operand } from '../../../resolvers/filter/filter.ts';
import { conjunction } from '../../../resolvers/filter/rows.ts';
import { objectNamed } from '../../../resolvers/filter/scope.ts';
import { relationNamed } from '../../../resolvers/filter/to-sql.ts';
import type { RequestContext } from '../../../resolvers/request.ts';

type Request = Pick<RequestContext, 'caller' | 'access' | 'catalog' | 'now' | 'variables'> & RequestContext;

/**
 * The rows of an object that match `where` and that the caller may read, as one filter whose values are all known. Whoever has
 * an equal one sees the same rows, whatever rights and variables it comes from. Relations in it reach only what the caller may read.
 */
export function closedFilter(object: CatalogObject, where: Filter | undefined, request: Request): Filter {
  const { catalog, access } = request;
  const { read } = access.object(object.name);
  if (read === false) return never;
  const filters = [...(read === true ? [] : [read]), ...(where ? [reaching(where, object, catalog, access)] : [])];
  return close(conjunction(filters), request);
}

export const never: Filter = { kind: 'always', value: false };

/** Equal for equal filters. */
export const filterKey = (filter: Filter): string => JSON.stringify(filter, keyPart);

/** Of expressions, names stand for fields and what they ask of the caller for the caller. */
function keyPart(key: string, value: unknown): unknown {
  switch (key) {
    case 'expression': return (value as CheckedExpression).root;
    case 'type': return (value as ExpressionType).kind;
    case 'field': return typeof value === 'object' ? nameOf(value as CatalogField) : value;
    case 'steps': return (value as readonly CatalogField[]).map(nameOf);
    case 'caller': return (value as Caller).attributes;
    default: return value;
  }
}

const nameOf = ({ object, name }: CatalogField): string => `${object}.${name}`;

/** The same filter where its operands are constants, lists in one order. */
export function close(filter: Filter, request: RequestContext): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map((part) => close(part, request)) };
    case 'not':
      return { kind: 'not', filter: close(filter.filter, request) };
    case 'compare':
      return { ...filter, operand: closedOperand(filter.operator, filter.operand, request) };
    case 'one':
    case 'many':
      return { ...filter, filter: close(filter.filter, request) };
    case 'aggregate':
      return { ...filter, filter: filter.filter && close(filter.filter, request), operand: closedOperand(filter.operator, filter.operand, request) };
    case 'expression':
      return { ...filter, caller: callerOf(filter.expression, request.caller) };
    default:
      return filter;
  }
}

/** Somebody of whom only what the expression asks is known. */
function callerOf({ root }: CheckedExpression, caller: Caller): Caller {
  const { organizationId } = caller;
  const values = Object.fromEntries(callerNames(root).map((name) => [name, callerValue(caller, name) ?? null]));
  const known: Caller = { ...anonymous, organizationId, attributes: { ...values, organizationId: organizationId ?? null } };
  extendCaller(known, values);
  return known;
}

const sets: ReadonlySet<FilterOperator> = new Set(['in', 'notIn', 'hasEvery', 'hasSome']);

function closedOperand(operator: FilterOperator, operand: Operand, request: RequestContext): Operand {
  const value = operand.value(request) ?? null;
  return constant(sets.has(operator) && Array.isArray(value) ? [...value].sort() : value);
}

/** Relations of a `where` lead to readable rows alone; those of rights lead to all. */
function reaching(filter: Filter, object: CatalogObject, catalog: Catalog, access: Access): Filter {
  const target = (relation: string): CatalogObject => objectNamed(catalog, relationNamed(object, relation).target);
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map((part) => reaching(part, object, catalog, access)) };
    case 'not':
      return { kind: 'not', filter: reaching(filter.filter, object, catalog, access) };
    case 'one':
    case 'many': {
      const other = target(filter.relation);
      const right = access.object(other.name).read;
      const inner = reaching(filter.filter, other, catalog, access);
      if (right === true) return { ...filter, filter: inner };
      const rows: Filter = right === false ? never : right;
      const every = filter.kind === 'many' && filter.quantifier === 'every';
      return { ...filter, filter: every ? { kind: 'or', filters: [{ kind: 'not', filter: rows }, inner] } : { kind: 'and', filters: [rows, inner] } };
    }
    case 'aggregate': {
      const other = target(filter.relation);
      const right = access.object(other.name).read;
      const inner = filter.filter && reaching(filter.filter, other, catalog, access);
      if (right === true) return { ...filter, filter: inner };
      return { ...filter, filter: { kind: 'and', filters: [right === false ? never : right, ...(inner ? [inner] : [])] } };
    }
    default:
      return filter;
  }
}
