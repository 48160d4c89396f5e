import type { AggregateFunction } from '../../metadata/field-type.ts';
import { ObjectosError } from '../../errors.ts';
import type { Access } from '../access.ts';
import type { CatalogObject, CatalogRelation } from '../../metadata/catalog.ts';
import { filterOperators, type FieldComparison, type Filter, type FilterOperator, type Operand } from '../filter/filter.ts';
import { conjunction } from '../filter/rows.ts';
import { objectNamed, type SqlScope } from '../filter/scope.ts';
import { relationNamed } from '../filter/to-sql.ts';
import type { Arg, ArgEntry } from './arguments.ts';

type WhereScope = Pick<SqlScope, 'object' | 'catalog' | 'access'>;

const operators: ReadonlySet<string> = new Set(filterOperators);

/** A `where` argument → filter tree. Refuses fields the caller may not filter by: an ignored condition would widen the answer. */
export function readWhere(arg: Arg | undefined, scope: WhereScope): Filter | undefined {
  if (!arg || arg.kind === 'null') return undefined;
  return conjunction(entriesOf(arg).map((entry) => readEntry(entry, scope)));
}

function readEntry({ name, input, value }: ArgEntry, scope: WhereScope): Filter {
  const source = input.extensions.objectos;
  if (value.kind === 'null') throw refusedNull(name);
  switch (source?.kind) {
    case 'field':
      requireFilterable(scope.access, scope.object, source.field);
      return conjunction(entriesOf(value).map((entry) => ({ kind: 'compare', field: source.field, ...readOperator(entry) })));
    case 'relation':
      return readRelation(source.relation, value, scope);
    case 'relationAggregate':
      return readAggregate(source.relation, value, scope);
  }
  switch (name) {
    case 'and':
    case 'or':
      return { kind: name, filters: itemsOf(value).map((item) => readWhere(item, scope) ?? { kind: 'always', value: true }) };
    case 'not':
      return { kind: 'not', filter: readWhere(value, scope) ?? { kind: 'always', value: true } };
    case 'compare':
      return conjunction(itemsOf(value).map((item) => readComparison(item, scope)));
    default:
      throw new Error(`The filter entry ${name} of ${scope.object.name} has no source.`);
  }
}

function readRelation(relationName: string, value: Arg, scope: WhereScope): Filter {
  const relation = relationNamed(scope.object, relationName);
  const target = { ...scope, object: objectNamed(scope.catalog, relation.target) };
  if (relation.kind === 'one') {
    requireFilterable(scope.access, scope.object, relation.field);
    return { kind: 'one', relation: relationName, filter: readWhere(value, target) ?? { kind: 'always', value: true } };
  }
  requireRelation(relation, scope, target.object, requireFilterable);
  const quantified = entriesOf(value).map(({ name, value: inner }): Filter => {
    if (inner.kind === 'null') throw refusedNull(name);
    return {
      kind: 'many',
      relation: relationName,
      quantifier: name as 'some' | 'every' | 'none',
      filter: readWhere(inner, target) ?? { kind: 'always', value: true },
    };
  });
  return conjunction(quantified);
}

function readAggregate(relationName: string, value: Arg, scope: WhereScope): Filter {
  const relation = relationNamed(scope.object, relationName);
  const target = { ...scope, object: objectNamed(scope.catalog, relation.target) };
  requireRelation(relation, scope, target.object, requireFilterable);
  const entries = entriesOf(value);
  const filter = readWhere(entries.find((entry) => entry.name === 'where')?.value, target);
  const measured = entries
    .filter((entry) => entry.name !== 'where')
    .flatMap((entry) => readMeasures(entry, target, (measure): Filter => ({ kind: 'aggregate', relation: relationName, filter, ...measure })));
  return conjunction(measured);
}

export interface MeasureCondition {
  readonly function: AggregateFunction;
  readonly field: string | undefined;
  readonly operator: FilterOperator;
  readonly operand: Operand;
}

/** `count: { gt: 3 }` or `sum: { amount: { gte: "10" } }` → conditions on measures. */
export function readMeasures<T>({ name, value }: ArgEntry, target: WhereScope, make: (measure: MeasureCondition) => T): T[] {
  if (value.kind === 'null') throw refusedNull(name);
  if (name === 'count') return entriesOf(value).map((entry) => make({ function: 'count', field: undefined, ...readOperator(entry) }));
  return entriesOf(value).flatMap((measure) => {
    if (measure.value.kind === 'null') throw refusedNull(measure.name);
    const field = measure.input.extensions.objectos?.kind === 'field' ? measure.input.extensions.objectos.field : undefined;
    if (field === undefined) throw new Error(`The measure ${measure.name} of ${target.object.name} has no source.`);
    requireFilterable(target.access, target.object, field);
    requireAggregatable(target.access, target.object, field);
    return entriesOf(measure.value).map((entry) => make({ function: name as AggregateFunction, field, ...readOperator(entry) }));
  });
}

function readComparison(item: Arg, scope: WhereScope): Filter {
  const parts = new Map(entriesOf(item).map((entry) => [entry.name, peekLeaf(entry.value)]));
  const [left, operator, right] = [String(parts.get('left')), String(parts.get('operator')).toLowerCase(), String(parts.get('right'))];
  for (const name of [left, right]) requireFilterable(scope.access, scope.object, name);
  const families = [left, right].map((name) => {
    const field = scope.object.fields.get(name);
    return field?.type.filters(field);
  });
  if (families[0] === undefined || families[0] !== families[1]) {
    throw new ObjectosError('BAD_REQUEST', `compare: ${left} and ${right} are not of comparable types. Compare fields of the same kind.`);
  }
  return { kind: 'compareFields', field: left, operator: operator as FieldComparison, other: right };
}

function readOperator({ name, value }: ArgEntry): { operator: FilterOperator; operand: Operand } {
  if (!operators.has(name)) throw new Error(`Unknown filter operator ${name}.`);
  const operator = name as FilterOperator;
  if (value.kind === 'null') throw refusedNull(name);
  if (value.kind === 'object') return { operator, operand: spanOperand(value) };
  if (value.kind !== 'leaf') throw new Error(`Operator ${name} takes a plain value.`);
  if (operator === 'isNull' || operator === 'isEmpty') {
    const wanted = value.peek();
    return { operator, operand: { value: () => wanted, constant: wanted } };
  }
  return { operator, operand: { ...value.operand, value: checkedValue(operator, value.operand.value) } };
}

/** `withinLast: { count: 45, unit: DAY }` */
function spanOperand(value: Extract<Arg, { kind: 'object' }>): Operand {
  const leaf = (name: string) => {
    const entry = value.entries.find((candidate) => candidate.name === name)?.value;
    if (entry?.kind !== 'leaf') throw new ObjectosError('BAD_REQUEST', `${name} must be given.`);
    return entry.operand.value;
  };
  const [count, unit] = [leaf('count'), leaf('unit')];
  return { value: (request) => ({ count: count(request), unit: unit(request) }) };
}

/** Values whose form GraphQL's types cannot check. */
function checkedValue(operator: FilterOperator, read: Operand['value']): Operand['value'] {
  return (request) => {
    const value = read(request);
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (items.includes(null)) throw refusedNull(operator);
    if (operator === 'between' && items.length !== 2) {
      throw new ObjectosError('BAD_REQUEST', `between takes a list of two values, both inclusive; ${items.length} given.`);
    }
    return value;
  };
}

/** Who belongs to whom is what the lookup says, from whichever side one looks. */
export function requireRelation(relation: CatalogRelation, { access, object }: Pick<WhereScope, 'access' | 'object'>, target: CatalogObject, require: (access: Access, object: CatalogObject, field: string) => void): void {
  switch (relation.kind) {
    case 'one': return require(access, object, relation.field);
    case 'many': return require(access, target, relation.targetField);
    case 'link': return require(access, relation.from === 'source' ? object : target, relation.link.field);
  }
}

function requireFilterable(access: Access, object: CatalogObject, field: string): void {
  if (!access.object(object.name).field(field).filter) {
    throw new ObjectosError('FORBIDDEN', `You may not filter by ${object.names.type}.${object.fields.get(field)?.graphqlName ?? field}.`);
  }
}

export function requireAggregatable(access: Access, object: CatalogObject, field: string): void {
  if (!access.object(object.name).field(field).aggregate) {
    throw new ObjectosError('FORBIDDEN', `You may not aggregate ${object.names.type}.${object.fields.get(field)?.graphqlName ?? field}.`);
  }
}

function refusedNull(name: string): ObjectosError {
  return new ObjectosError('BAD_REQUEST', `${name}: null is not a condition. Leave the entry out, or use isNull: true.`);
}

export function entriesOf(arg: Arg): readonly ArgEntry[] {
  return arg.kind === 'object' ? arg.entries : [];
}

export function itemsOf(arg: Arg): readonly Arg[] {
  return arg.kind === 'list' ? arg.items : [];
}

export function peekLeaf(arg: Arg): unknown {
  return arg.kind === 'leaf' ? arg.peek() : null;
}
