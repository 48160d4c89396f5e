import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { FilterFamily } from '../../../metadata/field-type.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { resolveMacro } from '../dates.ts';
import { constant, type FieldComparison, type Filter, type FilterOperator, type Operand } from '../filter.ts';
import { ConditionError } from './condition-error.ts';
import type { RequestContext } from '../../request.ts';

/** Something known of the caller when a request runs. It becomes a bind parameter. */
export interface ContextValue {
  readonly name: string;
  readonly list: boolean;
  /** Fields it can be compared with; undefined when only the caller knows. */
  readonly families: readonly FilterFamily[] | undefined;
  read(request: RequestContext): unknown;
}

export interface ConditionScope {
  readonly catalog: Catalog;
  readonly object: CatalogObject;
  /** What a text such as `{current_user_id}` stands for; without it, texts are texts. */
  readonly contextOf?: (text: string) => ContextValue | undefined;
}

export type ConditionValue = { readonly kind: 'literal'; readonly value: unknown } | { readonly kind: 'context'; readonly value: ContextValue };

/** A comparison of a field, by its path, checked against the Catalog. */
export function comparePath(path: readonly string[], operator: FilterOperator, value: ConditionValue, scope: ConditionScope): Filter {
  const compared = atPath(path, scope, (field, object) => compareField(field, object, operator, value));
  if (value.kind === 'literal') return compared;
  const field = lastField(path, scope);
  const test = usable(field.type.filters(field) as FilterFamily, operator);
  // True when the value is known: no record is without an id.
  const present: Filter = { kind: 'compare', field: 'id', operator: 'isNull', operand: { value: (request) => !test(value.value.read(request)) } };
  const guarded: Filter = { kind: 'and', filters: [present, compared] };
  guards.set(guarded, { present, compared });
  return guarded;
}

/** What is not known of the caller equals nothing, differs from nothing, and is in no list: neither side of a negation holds. */
const guards = new WeakMap<Filter, { readonly present: Filter; readonly compared: Filter }>();

export function negate(filter: Filter): Filter {
  const guarded = guards.get(filter);
  if (guarded) {
    const negated: Filter = { kind: 'and', filters: [guarded.present, { kind: 'not', filter: guarded.compared }] };
    guards.set(negated, { present: guarded.present, compared: { kind: 'not', filter: guarded.compared } });
    return negated;
  }
  if (filter.kind === 'and' || filter.kind === 'or') return { kind: filter.kind === 'and' ? 'or' : 'and', filters: filter.filters.map(negate) };
  return filter.kind === 'not' ? filter.filter : { kind: 'not', filter };
}

function lastField(path: readonly string[], scope: ConditionScope): CatalogField {
  let found: CatalogField | undefined;
  atPath(path, scope, (field) => {
    found = field;
    return { kind: 'always', value: true };
  });
  return found as unknown as CatalogField;
}

const fieldComparisons: ReadonlySet<FilterOperator> = new Set(['eq', 'ne', 'gt', 'gte', 'lt', 'lte']);

/** `{ $field: other }`: a field against another one of the same record. */
export function compareFields([name = '', ...rest]: readonly string[], operator: FilterOperator, other: string, { object }: ConditionScope): Filter {
  if (rest.length > 0) throw new ConditionError('$field compares two fields of one record', 'Name a field of the object itself.');
  if (!fieldComparisons.has(operator)) throw new ConditionError(`${operator} cannot compare two fields`, 'Use $eq, $ne, $gt, $gte, $lt or $lte.');
  const [left, right] = [requireField(object, name), requireField(object, other)];
  if (left.type.filters(left) !== right.type.filters(right)) throw new ConditionError(`${name} and ${other} cannot be compared`, 'Their types differ.');
  return { kind: 'compareFields', field: left.name, operator: operator as FieldComparison, other: right.name };
}

export function nullTest(path: readonly string[], isNull: boolean, scope: ConditionScope): Filter {
  // Nothing leads to a related record that is not there, so its fields count as empty.
  const test = atPath(path, scope, ({ name }) => ({ kind: 'compare', field: name, operator: 'isNull', operand: constant(path.length === 1 && isNull) }));
  return path.length > 1 && isNull ? { kind: 'not', filter: test } : test;
}

function atPath(path: readonly string[], { catalog, object }: ConditionScope, make: (field: CatalogField, object: CatalogObject) => Filter): Filter {
  const [step = '', ...rest] = path;
  if (rest.length === 0) return make(requireField(object, step), object);
  const relation = [...object.relations.values()].find((other) => other.kind === 'one' && (other.field === step || other.name === step));
  const target = relation && catalog.objects.get(relation.target);
  if (!relation || !target) throw new ConditionError(`${object.name} has no lookup "${step}"`, 'A path goes along lookups: account.industry.');
  return { kind: 'one', relation: relation.name, filter: atPath(rest, { catalog, object: target }, make) };
}

function requireField(object: CatalogObject, name: string): CatalogField {
  const field = object.fields.get(name);
  if (!field) throw new ConditionError(`${object.name} has no field "${name}"`, suggest(name, [...object.fields.keys()]));
  if (field.internal || field.column === undefined || field.type.filters(field) === undefined) throw new ConditionError(`${object.name}.${name} cannot be compared`, 'Use a field that is stored and can be filtered.');
  return field;
}

const listOperators: ReadonlySet<FilterOperator> = new Set(['in', 'notIn', 'between', 'hasSome', 'hasEvery']);
const textOperators: ReadonlySet<FilterOperator> = new Set(['contains', 'notContains', 'startsWith', 'endsWith', 'icontains', 'like', 'ilike']);
const rangeOperators: ReadonlySet<FilterOperator> = new Set(['gt', 'gte', 'lt', 'lte', 'between']);

function compareField(field: CatalogField, { name: object }: CatalogObject, operator: FilterOperator, value: ConditionValue): Filter {
  const family = field.type.filters(field) as FilterFamily;
  const isList = family === 'enumList' || family === 'stringList';
  const subject = `${object}.${field.name}`;
  if (family === 'json') throw new ConditionError(`${subject} holds JSON, which conditions cannot look into`);
  const op = isList && operator === 'contains' ? 'has' : operator;
  if (isList && op !== 'has' && op !== 'hasSome' && op !== 'hasEvery') throw new ConditionError(`${subject} holds a list: only contains can be asked of it`);
  if (textOperators.has(op) && family !== 'string') throw new ConditionError(`${subject} holds no text: ${op} cannot be asked of it`);
  if (rangeOperators.has(op) && (family === 'boolean' || family === 'enum' || family === 'id')) throw new ConditionError(`${subject} has no order: ${op} cannot be asked of it`);
  if (value.kind === 'context') return compareContext(field, family, subject, op, value.value);
  if (listOperators.has(op) !== Array.isArray(value.value)) throw new ConditionError(listOperators.has(op) ? `${op} takes a list` : `${op} takes one value, not a list`);
  const checked = Array.isArray(value.value) ? value.value.map((item) => literal(field, family, subject, item)) : literal(field, family, subject, value.value);
  if (op === 'between' && (checked as unknown[]).length !== 2) throw new ConditionError('between takes two values');
  return { kind: 'compare', field: field.name, operator: op, operand: constant(checked) };
}

function compareContext(field: CatalogField, family: FilterFamily, subject: string, operator: FilterOperator, { name, list, families, read }: ContextValue): Filter {
  if (families && !families.includes(family)) throw new ConditionError(`${subject} cannot be compared with current_user.${name}`, 'Their types differ.');
  if (families && listOperators.has(operator) !== list) throw new ConditionError(list ? `current_user.${name} is a list: use in` : `current_user.${name} is one value: use = or !=`);
  if (!contextOperators.has(operator)) throw new ConditionError(`${operator} cannot compare with current_user.${name}`);
  const test = usable(family, operator);
  const operand: Operand = {
    value: (request) => {
      const value = read(request);
      return test(value) ? value : listOperators.has(operator) ? [] : standIn[family];
    },
  };
  return { kind: 'compare', field: field.name, operator, operand };
}

const contextOperators: ReadonlySet<FilterOperator> = new Set(['eq', 'ne', 'in', 'notIn', 'gt', 'gte', 'lt', 'lte']);

function usable(family: FilterFamily, operator: FilterOperator): (value: unknown) => boolean {
  return (value) => (listOperators.has(operator) ? Array.isArray(value) && value.every((item) => fits(family, item)) : fits(family, value));
}

/** Values of the right type for comparisons that do not count. */
const standIn: Readonly<Record<FilterFamily, unknown>> = {
  id: '', string: '', int: 0, float: 0, decimal: '0', boolean: false, date: '2000-01-01', datetime: '2000-01-01', time: '00:00', enum: '', enumList: '', stringList: '', json: null,
};

function fits(family: FilterFamily, value: unknown): boolean {
  switch (family) {
    case 'int': return typeof value === 'number' && Number.isSafeInteger(value);
    case 'float': return typeof value === 'number' && Number.isFinite(value);
    case 'decimal': return (typeof value === 'number' && Number.isFinite(value)) || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value));
    case 'boolean': return typeof value === 'boolean';
    case 'date': case 'datetime': return typeof value === 'string' && !Number.isNaN(Date.parse(value));
    case 'time': return typeof value === 'string' && /^\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$/.test(value);
    case 'json': return false;
    default: return typeof value === 'string' && !value.includes('\0');
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function literal(field: CatalogField, family: FilterFamily, subject: string, value: unknown): unknown {
  const wrong = (hint?: string) => new ConditionError(`${JSON.stringify(value)} cannot be compared with ${subject}, which holds ${field.type.name}`, hint);
  if (value === null || value === undefined) throw wrong('Compare with null by IS NULL or $null.');
  if (family === 'date' || family === 'datetime') {
    const text = value instanceof Date ? value.toISOString() : value;
    if (typeof text !== 'string' || (resolveMacro(text, new Date()) === undefined && Number.isNaN(Date.parse(text)))) throw wrong('Write a date, or a macro such as "{today}".');
    return text;
  }
  if (family === 'enum' || family === 'enumList') {
    const option = field.options.find((one) => one.value.toLowerCase() === String(value).toLowerCase());
    if (!option) throw wrong(suggest(String(value), field.options.map((one) => one.value)));
    return option.value;
  }
  if (family === 'id' && !(typeof value === 'string' && uuid.test(value))) throw wrong('Write an id, or a value of the caller: current_user.id.');
  if (!fits(family, value)) throw wrong();
  return family === 'decimal' ? String(value) : value;
}
