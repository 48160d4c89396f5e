import { ObjectosError } from '../../../errors.ts';
import type { Catalog, CatalogField, CatalogObject } from '../../../metadata/catalog.ts';
import type { FilterFamily } from '../../../metadata/field-type.ts';
import { computedField } from '../../../resolvers/computed.ts';
import type { Filter, FilterOperator } from '../../../resolvers/filter/filter.ts';
import { objectNamed } from '../../../resolvers/filter/scope.ts';
import { filterToPredicate, NotInMemory, type Predicate } from '../../../resolvers/filter/to-predicate.ts';
import { relationNamed } from '../../../resolvers/filter/to-sql.ts';
import { columnPlans } from '../../../resolvers/write/object-plan.ts';
import type { Audience } from '../delivery/audience.ts';
import { filterKey } from './closed-filter.ts';

/** A set of rows that somebody listens to. Listeners with equal rows share it. */
export interface View {
  readonly key: string;
  readonly object: CatalogObject;
  readonly filter: Filter;
  /** Tests a row in memory; undefined where only the database can. */
  readonly test: Predicate | undefined;
  /** Fields that the filter reads of the object itself. */
  readonly needs: ReadonlySet<string>;
  /** Objects whose records decide too. */
  readonly dependencies: ReadonlySet<string>;
  /** Rows come and go with the clock. */
  readonly timed: boolean;
  /** A matching row has one of these marks; undefined where that cannot be said. */
  readonly marks: readonly Mark[] | undefined;
  /** Ids of the rows, of views that only the database can test. */
  known: Set<string> | undefined;
  readonly audiences: Map<string, Audience>;
}

/** What can be looked up: a field has this value, or lies between two numbers, both included. */
export type Mark = FieldValue | FieldRange;

export interface FieldValue {
  readonly field: string;
  readonly value: string;
}

export interface FieldRange {
  readonly field: string;
  /** Its values are days or moments. */
  readonly isTime: boolean;
  readonly low: number;
  readonly high: number;
}

export function createView(object: CatalogObject, filter: Filter, catalog: Catalog): View {
  const traits: Traits = { needs: new Set(), dependencies: new Set(), timed: false, asksCaller: undefined };
  inspect(filter, object, catalog, traits, true);
  const { needs, dependencies, timed, asksCaller } = traits;
  if (asksCaller) throw new ObjectosError('BAD_REQUEST', `${asksCaller.label} depends on who asks, so that changes cannot be told by it.`);
  return {
    key: keyOf(object, filter), object, filter, needs, dependencies, timed,
    test: timed ? undefined : predicateOf(object, filter, needs, catalog),
    marks: marksOf(filter, object),
    known: undefined,
    audiences: new Map(),
  };
}

export const keyOf = (object: CatalogObject, filter: Filter): string => `${object.name} ${filterKey(filter)}`;

/** Undefined for what only the database can tell, and for fields that the log does not hold. */
export function predicateOf(object: CatalogObject, filter: Filter, needs: Iterable<string>, catalog: Catalog): Predicate | undefined {
  const columns = columnPlans(object);
  for (const name of needs) {
    const column = columns.get(name);
    if (name !== 'id' && (!column?.logged || column.field.internal || column.field.type.confidential === true)) return undefined;
  }
  try {
    return filterToPredicate(filter, { object, catalog });
  } catch (error) {
    if (error instanceof NotInMemory) return undefined;
    throw error;
  }
}

interface Traits {
  readonly needs: Set<string>;
  readonly dependencies: Set<string>;
  timed: boolean;
  /** A computed field that differs between callers. */
  asksCaller: CatalogField | undefined;
}

export function fieldsOf(filter: Filter, object: CatalogObject, catalog: Catalog): ReadonlySet<string> {
  const traits: Traits = { needs: new Set(), dependencies: new Set(), timed: false, asksCaller: undefined };
  inspect(filter, object, catalog, traits, true);
  return traits.needs;
}

function inspect(filter: Filter, object: CatalogObject, catalog: Catalog, traits: Traits, own: boolean): void {
  const read = (name: string): void => {
    const field = object.fields.get(name);
    if (field && field.column === undefined && computedField(field)) inspectComputed(field, traits, own);
    else if (own) traits.needs.add(name);
  };
  switch (filter.kind) {
    case 'always':
      return;
    case 'and':
    case 'or':
      for (const part of filter.filters) inspect(part, object, catalog, traits, own);
      return;
    case 'not':
      return inspect(filter.filter, object, catalog, traits, own);
    case 'compare':
      traits.timed ||= dependsOnTime(filter.operator, filter.operand.constant);
      return read(filter.field);
    case 'compareFields':
      read(filter.field);
      return read(filter.other);
    case 'one':
    case 'many':
    case 'aggregate': {
      const relation = relationNamed(object, filter.relation);
      const target = objectNamed(catalog, relation.target);
      if (own && relation.kind === 'one') traits.needs.add(relation.field);
      traits.dependencies.add(target.name);
      if (filter.filter) inspect(filter.filter, target, catalog, traits, false);
      if (filter.kind === 'aggregate' && filter.field !== undefined) inspect({ kind: 'compare', field: filter.field, operator: 'isNull', operand: filter.operand }, target, catalog, traits, false);
      return;
    }
    case 'expression':
      traits.timed ||= filter.expression.usesNow;
      for (const { steps, field } of filter.expression.reads) {
        read((steps[0] ?? field).name);
        for (const step of steps) if (step.reference) traits.dependencies.add(step.reference.object);
        if (steps.length > 0 && field.column === undefined) inspectComputed(field, traits, false);
      }
  }
}

/** What is computed needs what it is computed from. `own`: it is a field of the object itself. */
function inspectComputed(field: CatalogField, traits: Traits, own: boolean): void {
  const computed = computedField(field);
  if (!computed) return;
  traits.timed ||= computed.usesNow;
  if (computed.usesCaller) traits.asksCaller ??= field;
  for (const input of computed.found) {
    traits.dependencies.add(input.object);
    inspectComputed(input, traits, false);
  }
  for (const { steps, field: input } of computed.inputs) {
    for (const step of steps) if (step.reference) traits.dependencies.add(step.reference.object);
    const inOwn = own && steps.length === 0;
    if (own && steps[0]) traits.needs.add(steps[0].name);
    if (input.column === undefined && input !== field) inspectComputed(input, traits, inOwn);
    else if (inOwn) traits.needs.add(input.name);
  }
}

/** Ranges around now, and macros such as `{today}`. */
function dependsOnTime(operator: string, value: unknown): boolean {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return operator.startsWith('within') || items.some((item) => typeof item === 'string' && /^\{\w+\}$/.test(item));
}

const exact: ReadonlySet<FilterFamily> = new Set<FilterFamily>(['id', 'string', 'enum']);
const measured: ReadonlySet<FilterFamily> = new Set<FilterFamily>(['int', 'decimal', 'float', 'date', 'datetime']);
const day = 86_400_000;

/** Marks of which every matching row has one. */
function marksOf(filter: Filter, object: CatalogObject): readonly Mark[] | undefined {
  switch (filter.kind) {
    case 'always':
      return filter.value ? undefined : [];
    case 'compare': {
      const field = object.fields.get(filter.field);
      const family = field?.type.filters(field);
      const value = filter.operand.constant;
      if (!field || field.column === undefined || family === undefined || value === undefined || value === null) return undefined;
      const operands = filter.operator === 'in' && Array.isArray(value) ? (value as unknown[]) : [value];
      if (exact.has(family)) return filter.operator === 'eq' || filter.operator === 'in' ? operands.map((item) => ({ field: filter.field, value: indexValue(item) })) : undefined;
      return measured.has(family) ? rangesOf(filter.field, family, filter.operator, operands) : undefined;
    }
    case 'and':
      return best(filter.filters.flatMap((part) => {
        const marks = marksOf(part, object);
        return marks ? [marks] : [];
      }));
    case 'or': {
      const parts = filter.filters.map((part) => marksOf(part, object));
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    default:
      return undefined;
  }
}

function rangesOf(field: string, family: FilterFamily, operator: FilterOperator, operands: readonly unknown[]): readonly FieldRange[] | undefined {
  const isTime = family === 'date' || family === 'datetime';
  const numbers = (operator === 'between' ? (operands[0] as unknown[]) : operands).map((item) => measure(item, isTime));
  if (numbers.some((number) => Number.isNaN(number))) return undefined;
  const [first = NaN, second = NaN] = numbers;
  // A moment that a day is compared with stands for its day.
  const range = (low: number, high: number): FieldRange => ({ field, isTime, low: family === 'date' ? low - day : low, high });
  switch (operator) {
    case 'eq': case 'in': return numbers.map((number) => range(number, number));
    case 'gt': case 'gte': return [range(first, Infinity)];
    case 'lt': case 'lte': return [range(-Infinity, first)];
    case 'between': return [range(first, second)];
    default: return undefined;
  }
}

/** The marks to look up of those that a row has all of: values rather than ranges, few rather than many, ranges of one field together. */
function best(parts: readonly (readonly Mark[])[]): readonly Mark[] | undefined {
  const ranges = new Map<string, FieldRange>();
  const others: (readonly Mark[])[] = [];
  for (const marks of parts) {
    const [mark] = marks;
    if (marks.length !== 1 || !mark || 'value' in mark) others.push(marks);
    else {
      const { low, high } = ranges.get(mark.field) ?? mark;
      ranges.set(mark.field, { ...mark, low: Math.max(low, mark.low), high: Math.min(high, mark.high) });
    }
  }
  const isOpen = ({ low, high }: FieldRange): boolean => low === -Infinity || high === Infinity;
  const [range] = [...ranges.values()].sort((a, b) => Number(isOpen(a)) - Number(isOpen(b)));
  const [other] = others.sort((a, b) => a.length - b.length);
  return other && !(range && !isOpen(range) && other.some((mark) => !('value' in mark))) ? other : range && [range];
}

/** Ids compare without case; a value that differs only so is tested once too often. */
export const indexValue = (value: unknown): string => String(value).toLowerCase();

/** Numbers, days and moments as numbers in the same order, where different ones may become equal. */
export const measure = (value: unknown, isTime: boolean): number => (isTime ? new Date(value as string | Date).getTime() : Number(value));
